package dev.espalier.grammar.token;

import dev.espalier.grammar.automaton.ByteSet;
import org.jspecify.annotations.Nullable;

/**
 * What the tokens of a trie node's subtree do when read from a lexeme's state: those that stay
 * inside the lexeme, and where the others leave it. Immutable to its users, shared by threads and
 * by all constraints over the vocabulary.
 */
public final class LexemeMask {
  /** More tokens than this are kept as bits. */
  static final int MANY = 512;

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

  private LexemeMask(LexemeState state, int node, LexemeWalk walk) {
    TokenTables tables = state.lexeme().tables;
    this.state = state;
    this.node = node;
    boolean many = walk.stay.size > MANY;
    bits = many ? tables.bits(walk.stay.items, walk.stay.size) : null;
    ids = many ? new int[0] : walk.stay.toArray();
    boundaries = new Boundaries(tables.trie(), walk.dead.toArray());
    live = walk.live;
    beyond = walk.beyond;
    ambiguous = walk.ambiguous();
  }

  /** Linear in the live nodes of the subtree and their children. */
  static LexemeMask build(LexemeState state, int node) {
    LexemeWalk walk = new LexemeWalk(state.lexeme());
    walk.from(state, node);
    return new LexemeMask(state, node, walk);
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
   * The suffixes of tokens that leave the lexeme.
   *
   * @param next the bytes that may come after the lexeme; suffixes that begin otherwise may be
   *     missing
   */
  public ResidualTrie residual(ByteSet next) {
    boolean needsAll = next.intersects(ambiguous);
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
    return residual(ByteSet.NONE);
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
