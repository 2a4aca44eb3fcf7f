package dev.espalier;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A set of allowed token ids, reused from step to step. Mutable, for one thread at a time.
 *
 * <p>Small sets are kept as an id list beside the bits, so that a step with 40 allowed tokens costs
 * 40, not the vocabulary; and a {@link TokenSet} that was made before is read in place, so that it
 * costs nothing.
 */
public final class TokenMask {
  /** Up to so many ids the list is kept; beyond it only the bits are. */
  public static final int LIST_LIMIT = 4096;

  // While `fixed` is there, it is the set, and the rest means nothing. Otherwise the bits of `own`
  // are right, unless they are stale: then the set is empty, and they are wiped when they are
  // needed. While `listed`, ids[0, count) holds the same set in order of adding; afterwards ids
  // means nothing and count is the cardinality, or -1 where nobody has counted.
  private final int size;
  private final long[] own;
  private @Nullable TokenSet fixed;
  private boolean stale;
  private int[] ids = new int[64];
  private int count;
  private boolean listed = true;

  /**
   * An empty set.
   *
   * @param size ids run from 0 to {@code size - 1}
   */
  public TokenMask(int size) {
    if (size <= 0) {
      throw new IllegalArgumentException("a mask needs at least one id, not " + size);
    }
    this.size = size;
    own = new long[(size + 63) >>> 6];
  }

  /** Ids run from 0 to {@code size() - 1}. */
  public int size() {
    return size;
  }

  /** Empties the set, in time proportional to a listed set's size. */
  public void clear() {
    if (fixed != null) {
      fixed = null;
    } else if (!listed) {
      stale = true;
    } else {
      for (int i = 0; i < count; i++) {
        own[ids[i] >>> 6] = 0;
      }
    }
    listed = true;
    count = 0;
  }

  // Makes the bits and the list this mask's own, and right.
  private void own() {
    TokenSet set = fixed;
    if (set == null) {
      if (stale) {
        Arrays.fill(own, 0);
        stale = false;
      }
      return;
    }
    fixed = null;
    long[] words = set.words();
    listed = words == null;
    count = listed ? set.cardinality() : -1;
    if (words != null) {
      copy(words);
      return;
    }
    if (stale) {
      Arrays.fill(own, 0);
      stale = false;
    }
    if (count > ids.length) {
      ids = new int[LIST_LIMIT];
    }
    System.arraycopy(set.ids(), 0, ids, 0, count);
    for (int i = 0; i < count; i++) {
      own[ids[i] >>> 6] |= 1L << ids[i];
    }
  }

  private void copy(long[] source) {
    System.arraycopy(source, 0, own, 0, source.length);
    if (stale) {
      Arrays.fill(own, source.length, own.length, 0);
      stale = false;
    }
  }

  /** Adds one id. */
  public void add(int id) {
    own();
    insert(id);
  }

  private void insert(int id) {
    if (id < 0 || id >= size) {
      throw outside(id);
    }
    long bit = 1L << id;
    if ((own[id >>> 6] & bit) != 0) {
      return;
    }
    own[id >>> 6] |= bit;
    if (!listed) {
      if (count >= 0) {
        count++;
      }
    } else if (count == LIST_LIMIT) {
      listed = false;
      count++;
    } else {
      if (count == ids.length) {
        ids = Arrays.copyOf(ids, Math.min(LIST_LIMIT, 2 * count));
      }
      ids[count++] = id;
    }
  }

  private IndexOutOfBoundsException outside(int id) {
    return new IndexOutOfBoundsException("token id " + id + " is outside 0.." + (size - 1));
  }

  /** Adds {@code source[from, to)}. */
  public void addAll(int[] source, int from, int to) {
    if (from < to) {
      own();
      int i = from;
      if (!listed) { // nothing but bits, so their number may be left to cardinality()
        count = -1;
        for (; i < to; i++) {
          int id = source[i];
          if (id < 0 || id >= size) {
            throw outside(id);
          }
          own[id >>> 6] |= 1L << id;
        }
      }
      for (; i < to; i++) {
        insert(source[i]);
      }
    }
  }

  /** Adds a set; free of cost where this one is empty, since it is then read in place. */
  public void addAll(TokenSet set) {
    long[] words = set.words();
    int[] list = set.ids();
    if (words == null && list.length == 0) {
      return;
    }
    if (words != null ? words.length > own.length : list[list.length - 1] >= size) {
      throw new IllegalArgumentException("the set holds ids beyond the mask's " + size);
    }
    if (fixed == null && listed && count == 0) {
      fixed = set;
    } else if (words != null) {
      addWords(words);
    } else {
      addAll(list, 0, list.length);
    }
  }

  /**
   * Adds every id whose bit is set (id {@code i} is bit {@code i & 63} of word {@code i >>> 6});
   * bits at or beyond {@link #size} must be clear. The set is no longer listed.
   */
  public void addWords(long[] source) {
    if (source.length > own.length) {
      throw new IllegalArgumentException(
          source.length + " words do not fit a mask of " + own.length);
    }
    if (fixed == null && listed && count == 0) {
      copy(source);
    } else {
      own();
      for (int i = 0; i < source.length; i++) {
        own[i] |= source[i];
      }
    }
    listed = false;
    count = -1;
  }

  /** Removes one id. */
  public void remove(int id) {
    if (!contains(id)) {
      return;
    }
    own();
    own[id >>> 6] &= ~(1L << id);
    if (listed) {
      int at = 0;
      while (ids[at] != id) {
        at++;
      }
      ids[at] = ids[--count];
    } else if (count > 0) {
      count--;
    }
  }

  /** Whether the id is in the set; false outside the range. */
  public boolean contains(int id) {
    TokenSet set = fixed;
    if (set != null) {
      return set.contains(id);
    }
    return id >= 0 && id < size && !stale && (own[id >>> 6] & (1L << id)) != 0;
  }

  /** Number of ids; counts the bits at most once after {@link #addWords}. */
  public int cardinality() {
    TokenSet set = fixed;
    if (set != null) {
      return set.cardinality();
    }
    if (count < 0) {
      int n = 0;
      for (long w : own) {
        n += Long.bitCount(w);
      }
      count = n;
    }
    return count;
  }

  /** Whether {@link #ids} holds the set. */
  public boolean isListed() {
    TokenSet set = fixed;
    return set != null ? set.isListed() : listed;
  }

  /**
   * The ids of a listed set, the first {@link #cardinality} entries, unordered; not a copy, do not
   * write.
   */
  public int[] ids() {
    if (!isListed()) {
      throw new IllegalStateException("the set is too large for a list; read the words");
    }
    TokenSet set = fixed;
    return set != null ? set.ids() : ids;
  }

  /**
   * The bits; not a copy, do not write. There may be fewer words than the size asks for, the rest
   * being zero, and another array may be given after a change.
   */
  public long[] words() {
    TokenSet set = fixed;
    long[] shared = set == null ? null : set.words();
    if (shared != null) {
      return shared;
    }
    own();
    return own;
  }

  /**
   * Writes the bits, and zeros behind them, to {@code target[at, at + length)}.
   *
   * @param length in words; as many as {@link #size} asks for, or more
   */
  public void copyTo(long[] target, int at, int length) {
    if (length < own.length) {
      throw new IllegalArgumentException(length + " words are too few for a mask of " + size);
    }
    if (isListed()) {
      Arrays.fill(target, at, at + length, 0);
      int[] all = ids();
      for (int i = 0, n = cardinality(); i < n; i++) {
        target[at + (all[i] >>> 6)] |= 1L << all[i];
      }
    } else {
      long[] words = words();
      System.arraycopy(words, 0, target, at, words.length);
      Arrays.fill(target, at + words.length, at + length, 0);
    }
  }

  /**
   * The masks of several sequences side by side, for a kernel that applies them together: state
   * {@code i}'s bits from {@code target[i * stride]} on, end tokens where its text may end
   * included.
   *
   * @param states null for a sequence that is over: its row is left without a token
   * @param ends the tokens that end a text
   * @param target at least {@code states.size() * stride} words
   * @param stride words from one row to the next; as many as {@link #size} asks for, or more
   */
  public void fillRows(
      List<? extends CompiledConstraint.@Nullable State> states,
      int[] ends,
      long[] target,
      int stride) {
    for (int row = 0; row < states.size(); row++) {
      CompiledConstraint.State state = states.get(row);
      int at = row * stride;
      clear();
      if (state != null) {
        state.fillMask(this);
      }
      copyTo(target, at, stride);
      for (int i = 0; i < ends.length && state != null && state.mayEnd(); i++) {
        target[at + (ends[i] >>> 6)] |= 1L << ends[i];
      }
    }
    clear();
  }

  /** The smallest id, or -1 if the set is empty. */
  public int first() {
    TokenSet set = fixed;
    if (set != null) {
      return set.first();
    }
    return stale ? -1 : TokenSet.first(own);
  }
}
