package dev.espalier.grammar.token;

import org.jspecify.annotations.Nullable;

/**
 * What a segment's state does with tokens of more than {@link TokenTrie#SHORT} bytes. Immutable;
 * asking for {@link #within} is for whoever holds the segment's lock.
 */
public final class LongTokens {
  private final @Nullable Limit limit;
  final IntList stay = new IntList(); // tokens, in the order of the trie
  private final IntList states = new IntList(); // that they lead to
  private final IntList chars = new IntList(); // that they begin
  final IntList nodes = new IntList(); // where they leave the segment
  final IntList steps = new IntList(); // and how
  private final IntList nodeChars = new IntList(); // begun before
  private final int enough; // characters for all of them, and all that must follow

  private LongTokens(@Nullable Limit limit) {
    this.limit = limit;
    enough = Integer.MAX_VALUE;
  }

  /**
   * Reads them from a state.
   *
   * @param limit how to count characters, if anybody is to ask {@link #within}
   */
  public LongTokens(TokenTables tables, Segment segment, int from, @Nullable Limit limit) {
    this.limit = limit;
    TokenTrie trie = tables.trie();
    DeepNodes deep = trie.deep[trie.deep.length - 1];
    int[] paths = deep.paths;
    int[] ends = new int[trie.depth() + 2];
    int[] at = new int[trie.depth() + 2];
    int[] count = new int[trie.depth() + 2];
    int depth = 0;
    int most = 0;
    ends[0] = trie.size();
    at[0] = from;
    for (int k = deep.firstBelow(0); k < paths.length; ) {
      int node = paths[k];
      while (node >= ends[depth]) {
        depth--;
      }
      int b = trie.byteAt(node);
      int next = segment.next(at[depth], b);
      if (next >= 0) {
        int begun = count[depth] + (limit != null && limit.begins(at[depth], b) ? 1 : 0);
        if (deep.contains(node) && trie.hasTokens(node)) {
          for (int t = trie.firstToken(node); t < trie.firstToken(node + 1); t++) {
            add(trie.token(t), next, begun);
          }
          most = limit == null ? 0 : Math.max(most, begun + limit.enough(next));
        }
        ends[++depth] = trie.end(node);
        at[depth] = next;
        count[depth] = begun;
        k++;
      } else {
        if (next != Segment.DEAD && deep.contains(node)) {
          leave(node, next, count[depth]);
          most = Math.max(most, count[depth]);
        }
        k = deep.pathEnds[k];
      }
    }
    enough = most;
  }

  private void add(int token, int state, int begun) {
    stay.add(token);
    states.add(state);
    chars.add(begun);
  }

  private void leave(int node, int step, int begun) {
    nodes.add(node);
    steps.add(step);
    nodeChars.add(begun);
  }

  /** What is left of them where only so many characters may come. */
  public LongTokens within(int characters) {
    Limit counting = limit;
    if (counting == null || characters >= enough) {
      return this;
    }
    LongTokens out = new LongTokens(counting);
    for (int i = 0; i < stay.size; i++) {
      if (counting.fits(states.items[i], characters - chars.items[i])) {
        out.add(stay.items[i], states.items[i], chars.items[i]);
      }
    }
    for (int i = 0; i < nodes.size; i++) {
      if (nodeChars.items[i] <= characters) {
        out.leave(nodes.items[i], steps.items[i], nodeChars.items[i]);
      }
    }
    return out.sameAs(this) ? this : out;
  }

  /** Whether the same tokens stay and leave, in the same way. */
  public boolean sameAs(LongTokens o) {
    return stay.sameAs(o.stay) && nodes.sameAs(o.nodes) && steps.sameAs(o.steps);
  }

  /** Memory that this takes, about. */
  public long bytes() {
    return 12L * (stay.items.length + nodes.items.length) + 200;
  }

  // Both are in the order of the trie.
  int[] staysNot(LongTokens o) {
    IntList out = new IntList();
    int at = 0;
    for (int i = 0; i < stay.size; i++) {
      if (at < o.stay.size && o.stay.items[at] == stay.items[i]) {
        at++;
      } else {
        out.add(stay.items[i]);
      }
    }
    return out.toArray();
  }
}
