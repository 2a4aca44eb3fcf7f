package dev.espalier.grammar.schema;

import dev.espalier.TokenMask;
import dev.espalier.grammar.token.Embeddable;
import dev.espalier.grammar.token.Segment;
import dev.espalier.grammar.token.Suffixes;
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
  private final int[] uncertain; // allowed or not depending on what the state remembers
  private final List<Suffixes> beyond; // what is left of tokens behind the text's end

  private JsonMask(List<long[]> bits, List<int[]> ids, int[] uncertain, List<Suffixes> beyond) {
    this.beyond = beyond;
    this.bits = bits;
    this.ids = ids;
    this.uncertain = uncertain;
  }

  static JsonMask of(JsonState state) {
    Builder b = new Builder(state.context.machine.tables);
    b.add(state.context.segment.view(state.position, b.tables), state.context, false);
    return new JsonMask(
        List.copyOf(b.bits),
        List.copyOf(b.ids),
        b.uncertain.stream().mapToInt(i -> i).toArray(),
        List.copyOf(b.beyond));
  }

  void beyond(Embeddable.Beyond out) {
    beyond.forEach(out::rest);
    for (int token : uncertain) {
      out.perhaps(token);
    }
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
    final List<Suffixes> beyond = new ArrayList<>();

    Builder(TokenTables tables) {
      this.tables = tables;
    }

    // `unknown`: a name that is not listed, or a value that decides what follows, has ended inside
    // the token. Which one it was is not known here, so a second one might repeat it; tokens that
    // reach into a second one are tried one by one.
    void add(View view, Context context, boolean unknown) {
      if (view.bits() != null) {
        bits.add(view.bits());
      }
      if (view.ids().length > 0) {
        ids.add(view.ids());
      }
      boolean second = unknown && context.phase == Context.Phase.VALUE && context.remembers();
      for (View.Exit exit : view.exits()) {
        int label = Segment.label(exit.step());
        boolean other = context.phase == Context.Phase.KEY && !context.frame.keys().isListed(label);
        if (other && unknown) {
          tryEach(exit.rest());
        } else if (second && label != Punctuation.VALUE_CLOSE) {
          tryEach(exit.rest());
        } else {
          follow(context.exit(label), exit.rest(), unknown || other);
        }
      }
    }

    private void tryEach(Suffixes rest) {
      for (int token : rest.all()) {
        uncertain.add(token);
      }
    }

    private void follow(Context to, Suffixes rest, boolean unknown) {
      Context next = to;
      if (to.phase == Context.Phase.VALUE_END) {
        next = to.machine.leaveNewValue(to);
        if (next == null) {
          tryEach(rest);
          return;
        }
        unknown = true;
      }
      if (next == next.machine.refused) {
        return;
      }
      if (next == next.machine.tooDeep) {
        ids.add(rest.all());
        return;
      }
      int[] complete = rest.complete();
      if (complete.length > 0) {
        ids.add(complete);
      }
      if (rest.isEnd()) {
        return;
      }
      if (next.phase == Context.Phase.END) {
        beyond.add(rest);
        return;
      }
      if (unknown
          && next.remembers()
          && next.phase == Context.Phase.VALUE
          && next.machine.mayBeLiteral(next)) {
        tryEach(rest); // `true` may be the value that has just ended
      } else {
        add(next.segment.startView(rest, tables), next, unknown);
      }
    }
  }
}
