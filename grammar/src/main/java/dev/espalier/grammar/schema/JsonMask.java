package dev.espalier.grammar.schema;

import dev.espalier.TokenMask;
import dev.espalier.grammar.token.Segment;
import dev.espalier.grammar.token.TokenTables;
import dev.espalier.grammar.token.View;
import java.util.ArrayList;
import java.util.List;

/**
 * The allowed tokens of a state, as parts that other states share: nothing is copied before it is
 * filled in. Immutable.
 */
final class JsonMask {
  private final List<long[]> bits;
  private final List<int[]> ids;
  private final int[] uncertain; // allowed or not depending on the name being read

  private JsonMask(List<long[]> bits, List<int[]> ids, int[] uncertain) {
    this.bits = bits;
    this.ids = ids;
    this.uncertain = uncertain;
  }

  static JsonMask of(JsonState state) {
    Builder b = new Builder(state.context.machine.tables);
    b.add(state.context.segment.view(state.position, b.tables), state.context, false);
    return new JsonMask(
        List.copyOf(b.bits), List.copyOf(b.ids), b.uncertain.stream().mapToInt(i -> i).toArray());
  }

  void fill(TokenMask out, JsonState state) {
    for (int i = 0; i < bits.size(); i++) {
      out.addWords(bits.get(i));
    }
    for (int i = 0; i < ids.size(); i++) {
      int[] part = ids.get(i);
      out.addAll(part, 0, part.length);
    }
    for (int token : uncertain) {
      if (state.advance(token) != null) {
        out.add(token);
      }
    }
  }

  private static final class Builder {
    final TokenTables tables;
    final List<long[]> bits = new ArrayList<>();
    final List<int[]> ids = new ArrayList<>();
    final List<Integer> uncertain = new ArrayList<>();

    Builder(TokenTables tables) {
      this.tables = tables;
    }

    // `afterOther`: a name that is not listed has ended inside the token. Which one it was is not
    // known here, so a second such name might repeat it; those tokens are tried one by one.
    void add(View view, Context context, boolean afterOther) {
      if (view.bits() != null) {
        bits.add(view.bits());
      }
      if (view.ids().length > 0) {
        ids.add(view.ids());
      }
      for (View.Exit exit : view.exits()) {
        int label = Segment.label(exit.step());
        boolean other = context.phase == Context.Phase.KEY && !context.frame.keys().isListed(label);
        if (other && afterOther) {
          for (int token : exit.rest().all()) {
            uncertain.add(token);
          }
          continue;
        }
        Context to = context.exit(label);
        if (to == context.machine.refused) {
          continue;
        }
        if (to == context.machine.tooDeep) {
          ids.add(exit.rest().all());
          continue;
        }
        int[] complete = exit.rest().complete();
        if (complete.length > 0) {
          ids.add(complete);
        }
        if (!exit.rest().isEnd()) {
          add(to.segment.startView(exit.rest(), tables), to, afterOther || other);
        }
      }
    }
  }
}
