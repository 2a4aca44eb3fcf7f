package dev.espalier.grammar.schema;

import dev.espalier.TokenMask;
import dev.espalier.grammar.token.Embeddable;
import dev.espalier.grammar.token.Segment;
import dev.espalier.grammar.token.Suffixes;
import dev.espalier.grammar.token.TokenTables;
import dev.espalier.grammar.token.TokenTrie;
import dev.espalier.grammar.token.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
    b.add(state.context.segment.view(state.position, b.tables), state.context, false, null);
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
    byte[] name = state.context.frame.used.isEmpty() ? null : state.name();
    if (name != null) {
      removeUsed(out, state, name);
    }
  }

  // The segment of an open object's names does not know which ones came before.
  private static void removeUsed(TokenMask out, JsonState state, byte[] name) {
    TokenTrie trie = state.context.machine.tables.trie();
    for (byte[] used : state.context.frame.usedBytes()) {
      if (used.length >= name.length && Arrays.equals(used, 0, name.length, name, 0, name.length)) {
        int node = follow(trie, 0, used, name.length);
        if (node >= 0) {
          for (int i = trie.firstToken(node); i < trie.firstToken(trie.end(node)); i++) {
            int token = trie.token(i);
            if (out.contains(token) && state.advance(token) == null) {
              out.remove(token);
            }
          }
        }
      }
    }
  }

  // The node below another that spells the rest of a name and the closing quote, or -1.
  private static int follow(TokenTrie trie, int node, byte[] name, int from) {
    int at = node;
    for (int i = from; i < name.length && at >= 0; i++) {
      at = trie.child(at, name[i] & 0xFF);
    }
    return at < 0 ? -1 : trie.child(at, '"');
  }

  /** Whether a name has one spelling only, itself. */
  static boolean isPlain(String name) {
    return name.chars().allMatch(c -> c >= 0x20 && c != '"' && c != '\\');
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
    // reach into a second one are tried one by one. `from`: where the view began, if tokens have
    // been read to there.
    void add(View view, Context context, boolean unknown, @Nullable Suffixes from) {
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
          Suffixes rest =
              other && from != null ? withoutUsed(exit.rest(), from, context) : exit.rest();
          follow(context.exit(label), rest, unknown || other);
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
        add(next.segment.startView(rest, tables), next, unknown, rest);
      }
    }

    // Tokens that spell a whole name which came before are refused.
    private Suffixes withoutUsed(Suffixes rest, Suffixes from, Context context) {
      Suffixes kept = rest;
      for (byte[] used : context.frame.usedBytes()) {
        kept = kept.without(from, (trie, top) -> JsonMask.follow(trie, top, used, 0), tables);
      }
      return kept;
    }
  }
}
