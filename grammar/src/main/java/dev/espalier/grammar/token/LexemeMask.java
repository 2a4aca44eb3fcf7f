package dev.espalier.grammar.token;

import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.Expr;
import org.jspecify.annotations.Nullable;

/**
 * What the tokens of a trie node's subtree do when read from a lexeme's state: those that stay
 * inside the lexeme, and where the others leave it. Immutable to its users, shared by threads and
 * by all constraints over the vocabulary.
 */
public final class LexemeMask {
  /** More tokens than this are kept as bits. */
  static final int MANY = 512;

  private static final int FEW_BEYOND = 4_000; // nodes

  private final LexemeState state;
  private final int node;
  private final long @Nullable [] bits;
  private final int[] ids;
  private final Boundaries boundaries;
  private final int live; // nodes inside the lexeme
  private final long beyond; // nodes behind places where the lexeme has to be left
  private final ByteSet ambiguous; // bytes that may go on in the lexeme where it may end as well
  private volatile @Nullable ResidualTrie forced; // the suffixes behind places where it has to end
  private volatile @Nullable ResidualTrie all; // and those where it may end as well

  private LexemeMask(
      LexemeState state, int node, int[] dead, int live, long beyond, ByteSet ambiguous) {
    TokenTables tables = state.lexeme().tables;
    this.state = state;
    this.node = node;
    boundaries = new Boundaries(tables.trie(), dead);
    int staying = boundaries.staying(node);
    bits = staying > MANY ? tables.charge(boundaries.bits(node, staying)) : null;
    ids = staying > MANY ? new int[0] : boundaries.ids(node, staying);
    this.live = live;
    this.beyond = beyond;
    this.ambiguous = ambiguous;
  }

  // Of a state that does to every token what another one does.
  private LexemeMask(LexemeState state, LexemeMask same, ByteSet ambiguous) {
    this.state = state;
    node = same.node;
    boundaries = same.boundaries;
    bits = same.bits;
    ids = same.ids;
    live = same.live;
    beyond = same.beyond;
    this.ambiguous = ambiguous;
  }

  /** Linear in the live nodes of the subtree and their children. */
  static LexemeMask build(LexemeState state, int node) {
    LexemeWalk walk = new LexemeWalk(state.lexeme());
    LexemeMask near = nearly(state, node);
    if (near != null) {
      walk.deep(state, node);
      ByteSet ambiguous = near.ambiguous.or(walk.ambiguous());
      if (near.boundaries.hasDeep(walk.dead)) {
        return new LexemeMask(state, near, ambiguous);
      }
      int[] dead = near.boundaries.withDeep(walk.dead);
      return new LexemeMask(state, node, dead, near.live, near.beyond, ambiguous);
    }
    walk.from(state, node);
    return new LexemeMask(
        state, node, walk.dead.toArray(), walk.live, walk.beyond, walk.ambiguous());
  }

  // A state whose counters are far from their ends does to all but the longest tokens what one
  // without such ends does, and that one is shared by all the counts.
  private static @Nullable LexemeMask nearly(LexemeState state, int node) {
    TokenTrie trie = state.lexeme().tables.trie();
    if (trie.depth() <= TokenTrie.SHORT) {
      return null;
    }
    Expr near = state.expr().horizon(TokenTrie.SHORT);
    if (near == state.expr()) {
      return null;
    }
    LexemeState start = Lexeme.of(near, state.lexeme().lazy, state.lexeme().tables).start();
    return node == 0 ? start.mask() : start.maskAt(node);
  }

  /** One bit per token, if they are many; do not write. */
  public long @Nullable [] bits() {
    return bits;
  }

  /** The tokens, if they are few; do not write. */
  public int[] ids() {
    return ids;
  }

  /** Whether no token leaves the lexeme. */
  public boolean isClosed() {
    return beyond == 0 && ambiguous.isEmpty();
  }

  /**
   * Whether some of these bytes may as well go on in the lexeme where it may end. If so, places
   * where a token might leave the lexeme but need not matter as well.
   *
   * @param next what may come after the lexeme
   */
  public boolean needsAll(ByteSet next) {
    return next.intersects(ambiguous);
  }

  /**
   * The suffixes of tokens that leave the lexeme.
   *
   * @param needsAll see {@link #needsAll}
   */
  public ResidualTrie residual(boolean needsAll) {
    ResidualTrie known = needsAll ? all : forced;
    if (known == null) {
      if (needsAll) {
        IntList alive = new IntList();
        new LexemeWalk(state.lexeme()).ambiguous(state, node, boundaries, alive);
        known = ResidualTrie.of(boundaries, boundaries.forced(), alive.toArray());
        all = known;
      } else {
        known = ResidualTrie.of(boundaries, boundaries.forced(), new int[0]);
        forced = known;
      }
    }
    return known;
  }

  /**
   * The suffixes of tokens that leave the lexeme where it cannot go on: the only places where one
   * that is read as far as it goes can end.
   */
  public ResidualTrie endings() {
    return residual(false);
  }

  /** Whether what leaves the lexeme is little enough to be merged before it is read. */
  public boolean isNearlyClosed() {
    return beyond < FEW_BEYOND;
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
}
