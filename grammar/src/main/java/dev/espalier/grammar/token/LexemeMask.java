package dev.espalier.grammar.token;

import org.jspecify.annotations.Nullable;

/**
 * What the tokens of a trie node's subtree do when read from a lexeme's state: those that stay
 * inside the lexeme, and where the others leave it. Immutable, shared by threads and by all
 * constraints over the vocabulary.
 */
public final class LexemeMask {
  /** More tokens than this are kept as bits. */
  static final int MANY = 512;

  private final TokenTables tables;
  private final long @Nullable [] bits;
  private final int[] ids;
  private final int[] leaving; // nodes at which the lexeme may end, and some token goes on
  private final int live; // nodes inside the lexeme
  private final long beyond; // nodes behind places where the lexeme has to be left
  private volatile @Nullable ResidualTrie residual;

  private LexemeMask(TokenTables tables, Walk walk) {
    this.tables = tables;
    boolean many = walk.stay.size > MANY;
    bits = many ? tables.bits(walk.stay.items, walk.stay.size) : null;
    ids = many ? new int[0] : walk.stay.toArray();
    leaving = walk.leaving.toArray();
    live = walk.live;
    beyond = walk.beyond;
  }

  /** One bit per token, if they are many; do not write. */
  public long @Nullable [] bits() {
    return bits;
  }

  /** The tokens, if they are few; do not write. */
  public int[] ids() {
    return ids;
  }

  /** The suffixes of tokens that leave the lexeme; merged on first use. */
  public ResidualTrie residual() {
    ResidualTrie known = residual;
    if (known == null) {
      long[] staying = bits != null ? bits : tables.bits(ids, ids.length);
      known = ResidualTrie.of(tables.trie(), leaving, staying);
      residual = known;
    }
    return known;
  }

  /**
   * Whether reading through this mask beats walking the vocabulary: many tokens stay, few leave. A
   * short lexeme such as white space is left at once, by nearly every token.
   */
  boolean isWide(int least) {
    return live > least && beyond < 6L * live;
  }

  /** Up to so many nodes are walked as fast as they are looked up; 500 of a large vocabulary. */
  public static int fewNodes(TokenTrie trie) {
    return Math.max(12, Math.min(500, trie.size() / 500));
  }

  /** Linear in the live nodes of the subtree and their children. */
  static LexemeMask build(LexemeState state, int node, TokenTables tables) {
    Walk walk = new Walk(tables.trie());
    walk.from(state, node);
    return new LexemeMask(tables, walk);
  }

  private static final class Walk {
    private final TokenTrie trie;
    final IntList stay = new IntList();
    final IntList leaving = new IntList();
    int live;
    long beyond;

    Walk(TokenTrie trie) {
      this.trie = trie;
    }

    void from(LexemeState state, int node) {
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
        int end = trie.end(i);
        if (s.isDead()) {
          beyond += depth > 0 && states[depth].accepts() ? end - i : 0;
          i = end;
          continue;
        }
        live++;
        trie.tokensAt(i, stay);
        if (s.accepts() && end > i + 1) {
          leaving.add(i);
        }
        ends[++depth] = end;
        states[depth] = s;
        i++;
      }
    }
  }
}
