package dev.espalier.grammar.token;

import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Horizon;
import dev.espalier.grammar.automaton.LiteralPlace;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the tokens of a trie node's subtree do when read from a lexeme's state: those that stay
 * inside the lexeme, and where the others leave it. Immutable to its users, shared by threads and
 * by all constraints over the vocabulary.
 */
public final class LexemeMask {
  /** More tokens than this are kept as bits. */
  static final int MANY = 512;

  private static final int FEW_BEYOND = 4_000; // nodes, in a large vocabulary

  private final LexemeState state;
  private final int node;
  private final long @Nullable [] bits;
  private final int[] ids;
  private final int[] forced; // nodes before which the lexeme has to end
  private volatile @Nullable Boundaries boundaries; // made on first use where they were not needed
  private final int live; // nodes inside the lexeme
  private final long beyond; // nodes behind places where the lexeme has to be left
  private final ByteSet ambiguous; // bytes that may go on in the lexeme where it may end as well

  // The suffixes behind places where the lexeme has to end, and with those where it may.
  private volatile @Nullable ResidualTrie forcedSuffixes;
  private volatile @Nullable ResidualTrie all;

  private volatile int @Nullable [] beyondByByte; // the nodes beyond, by the first byte behind

  private LexemeMask(LexemeState state, int node, LexemeWalk walk) {
    TokenTables tables = state.lexeme().tables;
    this.state = state;
    this.node = node;
    Boundaries boundaries = new Boundaries(tables.trie(), walk.dead.toArray(), walk.tops);
    this.boundaries = boundaries;
    forced = boundaries.forced();
    int staying = boundaries.staying(node);
    bits = staying > MANY ? tables.charge(boundaries.bits(node, staying)) : null;
    ids = staying > MANY ? new int[0] : boundaries.ids(node, staying);
    live = walk.live;
    beyond = walk.beyond;
    ambiguous = walk.ambiguous();
  }

  // Of a state that does to all but deep nodes what another one does.
  private LexemeMask(LexemeState state, LexemeMask near, DeepNodes deep, LexemeWalk walk) {
    TokenTables tables = state.lexeme().tables;
    this.state = state;
    node = near.node;
    ambiguous = near.ambiguous.or(walk.ambiguous());
    live = near.live;
    Boundaries old = near.boundaries();
    if (old.hasDeep(deep, walk.dead)) {
      this.boundaries = old;
      forced = old.forced();
      bits = near.bits;
      ids = near.ids;
      beyond = near.beyond;
      return;
    }
    Boundaries boundaries = old.withDeep(deep, walk.dead);
    this.boundaries = boundaries;
    forced = boundaries.forced();
    beyond = near.beyond + forced.length; // what matters is whether there are any
    int staying = boundaries.staying(node);
    ids = staying > MANY ? new int[0] : boundaries.ids(node, staying);
    if (staying <= MANY) {
      bits = null;
    } else if (near.bits == null) {
      bits = tables.charge(boundaries.bits(node, staying));
    } else {
      bits = tables.charge(boundaries.bitsAfter(old, near.bits, deep));
    }
  }

  private LexemeMask(LexemeState state, int node, LiteralWalk walk) {
    TokenTables tables = state.lexeme().tables;
    this.state = state;
    this.node = node;
    int n = walk.tokens.size;
    bits = n > MANY ? tables.bits(walk.tokens.items, n) : null;
    ids = n > MANY ? new int[0] : walk.tokens.toArray();
    forced = walk.forced.toArray();
    live = walk.live;
    beyond = walk.beyond;
    ambiguous = walk.ambiguous();
  }

  private Boundaries boundaries() {
    Boundaries known = boundaries;
    if (known == null) {
      LexemeState from = state.lexeme().roomy(state);
      LexemeWalk walk = new LexemeWalk(from.lexeme());
      walk.from(from, node);
      known = new Boundaries(state.lexeme().tables.trie(), walk.dead.toArray(), walk.tops);
      boundaries = known;
    }
    return known;
  }

  /** Linear in the live nodes of the subtree and their children. */
  static LexemeMask build(LexemeState state) {
    return Objects.requireNonNull(build(state, 0, 0));
  }

  /** That of a subtree, if it is {@linkplain #isWide wide}; null else. */
  static @Nullable LexemeMask wide(LexemeState state, int node, int least) {
    return build(state, node, least);
  }

  private static @Nullable LexemeMask build(LexemeState asked, int node, int least) {
    LexemeState state = asked.lexeme().roomy(asked);
    state.lexeme().tables.countMask();
    LiteralPlace place = state.place();
    if (place != null) {
      LiteralWalk walk = new LiteralWalk(state.lexeme(), place);
      walk.from(node);
      return isWide(walk.live, walk.beyond, least) ? new LexemeMask(state, node, walk) : null;
    }
    DeepNodes[] levels = state.lexeme().tables.trie().deep;
    LexemeWalk walk = new LexemeWalk(state.lexeme());
    for (int i = levels.length - 1; i >= 0; i--) {
      LexemeMask near = nearly(state, node, levels[i].limit);
      if (near != null) {
        walk.deep(levels[i], state, node);
        LexemeMask mask = new LexemeMask(state, near, levels[i], walk);
        return isWide(mask.live, mask.beyond, least) ? mask : null;
      }
    }
    walk.from(state, node);
    return isWide(walk.live, walk.beyond, least) ? new LexemeMask(state, node, walk) : null;
  }

  // A state whose counters are far from their ends does to all but the longest tokens what one
  // without such ends does, and that one is shared by all the counts.
  private static @Nullable LexemeMask nearly(LexemeState state, int node, int limit) {
    Lexeme lexeme = state.lexeme();
    if (lexeme.tables.trie().depth() <= limit) {
      return null;
    }
    Expr near = Horizon.of(state.expr(), limit);
    if (near == state.expr()) {
      return null;
    }
    LexemeState start = Lexeme.of(near, lexeme.lazy, lexeme.tables).start();
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
    ResidualTrie known = needsAll ? all : forcedSuffixes;
    if (known == null) {
      if (needsAll) {
        IntList alive = new IntList();
        LexemeState from = state.lexeme().roomy(state);
        new LexemeWalk(from.lexeme()).ambiguous(from, node, boundaries(), alive);
        known = ResidualTrie.of(boundaries(), forced, alive.toArray());
        all = known;
      } else {
        known = ResidualTrie.of(state.lexeme().tables.trie(), forced);
        this.forcedSuffixes = known;
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

  /** The state that it is the mask of, or one that does the same to tokens. */
  public LexemeState state() {
    return state;
  }

  /**
   * Whether little leaves the lexeme that begins with some of these bytes, and all of it where the
   * lexeme cannot go on.
   *
   * @param next what may come after the lexeme
   */
  public boolean leavesSeldom(ByteSet next) {
    int[] known = beyondByByte;
    if (known == null) {
      TokenTrie trie = state.lexeme().tables.trie();
      known = new int[256];
      for (int node : forced) {
        known[trie.byteAt(node)] += trie.end[node] - node;
      }
      beyondByByte = known;
    }
    int n = 0;
    for (int b = next.next(0); b >= 0; b = next.next(b + 1)) {
      n += known[b];
    }
    return n <= fewBeyond() && !needsAll(next);
  }

  private int fewBeyond() {
    return Math.min(FEW_BEYOND, state.lexeme().tables.trie().size() / 64);
  }

  /** Whether what leaves the lexeme is little enough to be merged before it is read. */
  public boolean isNearlyClosed() {
    return beyond <= fewBeyond();
  }

  /**
   * Whether reading through this mask beats walking the vocabulary: many tokens stay, few leave. A
   * short lexeme such as white space is left at once, by nearly every token.
   */
  public boolean isWide() {
    return isWide(fewNodes(state.lexeme().tables.trie()));
  }

  /** The same with another least number of nodes inside; zero says yes to all. */
  boolean isWide(int least) {
    return isWide(live, beyond, least);
  }

  private static boolean isWide(int live, long beyond, int least) {
    return least == 0 || (live > least && beyond < 6L * live);
  }

  /** Up to so many nodes are walked as fast as they are looked up; 500 of a large vocabulary. */
  public static int fewNodes(TokenTrie trie) {
    return Math.max(12, Math.min(500, trie.size() / 500));
  }
}
