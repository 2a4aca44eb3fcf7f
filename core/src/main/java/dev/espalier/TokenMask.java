package dev.espalier;

import java.util.Arrays;

/**
 * A set of allowed token ids, reused from step to step. Mutable, for one thread at a time.
 *
 * <p>Small sets are kept as an id list beside the bits, so that a step with 40 allowed tokens costs
 * 40, not the vocabulary.
 */
public final class TokenMask {
  /** Up to so many ids the list is kept; beyond it only the bits are. */
  public static final int LIST_LIMIT = 4096;

  // The bits are always right. While `listed`, ids[0, count) holds the same set in order of adding;
  // afterwards ids is stale and count is the cardinality, or -1 where nobody has counted.
  private final int size;
  private final long[] words;
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
    words = new long[(size + 63) >>> 6];
  }

  /** Ids run from 0 to {@code size() - 1}. */
  public int size() {
    return size;
  }

  /** Empties the set, in time proportional to a listed set's size. */
  public void clear() {
    if (listed) {
      for (int i = 0; i < count; i++) {
        words[ids[i] >>> 6] = 0;
      }
    } else {
      Arrays.fill(words, 0);
      listed = true;
    }
    count = 0;
  }

  /** Adds one id. */
  public void add(int id) {
    if (id < 0 || id >= size) {
      throw new IndexOutOfBoundsException("token id " + id + " is outside 0.." + (size - 1));
    }
    long bit = 1L << id;
    if ((words[id >>> 6] & bit) != 0) {
      return;
    }
    words[id >>> 6] |= bit;
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

  /** Adds {@code source[from, to)}. */
  public void addAll(int[] source, int from, int to) {
    for (int i = from; i < to; i++) {
      add(source[i]);
    }
  }

  /**
   * Adds every id whose bit is set (id {@code i} is bit {@code i & 63} of word {@code i >>> 6});
   * bits at or beyond {@link #size} must be clear. The set is no longer listed.
   */
  public void addWords(long[] source) {
    if (source.length > words.length) {
      throw new IllegalArgumentException(
          source.length + " words do not fit a mask of " + words.length);
    }
    if (listed && count == 0) {
      System.arraycopy(source, 0, words, 0, source.length);
    } else {
      for (int i = 0; i < source.length; i++) {
        words[i] |= source[i];
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
    words[id >>> 6] &= ~(1L << id);
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
    return id >= 0 && id < size && (words[id >>> 6] & (1L << id)) != 0;
  }

  /** Number of ids; counts the bits at most once after {@link #addWords}. */
  public int cardinality() {
    if (count < 0) {
      int n = 0;
      for (long w : words) {
        n += Long.bitCount(w);
      }
      count = n;
    }
    return count;
  }

  /** Whether {@link #ids} holds the set. */
  public boolean isListed() {
    return listed;
  }

  /** The ids of a listed set, the first {@link #cardinality} entries, unordered; not a copy. */
  public int[] ids() {
    if (!listed) {
      throw new IllegalStateException("the set is too large for a list; read the words");
    }
    return ids;
  }

  /** The bits; not a copy, do not write. */
  public long[] words() {
    return words;
  }

  /** The smallest id, or -1 if the set is empty. */
  public int first() {
    for (int w = 0; w < words.length; w++) {
      if (words[w] != 0) {
        return (w << 6) + Long.numberOfTrailingZeros(words[w]);
      }
    }
    return -1;
  }
}
