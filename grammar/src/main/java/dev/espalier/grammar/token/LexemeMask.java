package dev.espalier.grammar.token;

import org.jspecify.annotations.Nullable;

/**
 * The tokens of a trie node's subtree that stay inside a lexeme when read from one of its states.
 * Immutable, shared by threads and by all constraints over the vocabulary.
 */
public final class LexemeMask {
  /** More tokens than this are kept as bits. */
  static final int MANY = 512;

  private final long @Nullable [] bits;
  private final int[] ids;

  private LexemeMask(long @Nullable [] bits, int[] ids) {
    this.bits = bits;
    this.ids = ids;
  }

  /** One bit per token, if they are many; do not write. */
  public long @Nullable [] bits() {
    return bits;
  }

  /** The tokens, if they are few; do not write. */
  public int[] ids() {
    return ids;
  }

  /** Linear in the live nodes of the subtree and their children. */
  static LexemeMask build(LexemeState state, int node, TokenTables tables) {
    TokenTrie trie = tables.trie();
    IntList stay = new IntList();
    int[] ends = new int[trie.depth() + 2]; // of the open subtrees
    LexemeState[] states = new LexemeState[trie.depth() + 2];
    int depth = 0;
    states[0] = state;
    int stop = trie.end(node);
    ends[0] = stop;
    for (int i = node + 1; i < stop; ) {
      while (i >= ends[depth]) {
        depth--;
      }
      LexemeState s = states[depth].step(trie.byteAt(i));
      if (s.isDead()) {
        i = trie.end(i);
        continue;
      }
      trie.tokensAt(i, stay);
      ends[++depth] = trie.end(i);
      states[depth] = s;
      i++;
    }
    return stay.size <= MANY
        ? new LexemeMask(null, stay.toArray())
        : new LexemeMask(tables.bits(stay.items, stay.size), new int[0]);
  }
}
