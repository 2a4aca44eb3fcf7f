package dev.espalier;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A set of token ids that never changes, made once and given to {@link TokenMask#addAll(TokenSet)
 * masks} any number of times: a mask that holds nothing else reads it in place. Shared by threads.
 */
public final class TokenSet {
  /** Up to so many ids are kept as a list, more as bits. */
  public static final int LIST_LIMIT = 1024;

  /** No token. */
  public static final TokenSet NONE = new TokenSet(null, new int[0]);

  private final long @Nullable [] words; // null for a list
  private final int[] ids; // ascending; empty unless it is a list
  private int cardinality = -1; // of bits; counted when somebody asks, by a race twice

  private TokenSet(long @Nullable [] words, int[] ids) {
    this.words = words;
    this.ids = ids;
  }

  /**
   * The ids that are listed.
   *
   * @param ids ascending, each once; given away, never to be written again
   * @throws IllegalArgumentException if they are not ascending, or negative
   */
  public static TokenSet of(int... ids) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || (i > 0 && ids[i] <= ids[i - 1])) {
        throw new IllegalArgumentException("token ids must ascend from 0: " + ids[i] + " at " + i);
      }
    }
    if (ids.length <= LIST_LIMIT) {
      return ids.length == 0 ? NONE : new TokenSet(null, ids);
    }
    long[] words = new long[(ids[ids.length - 1] >>> 6) + 1];
    for (int id : ids) {
      words[id >>> 6] |= 1L << id;
    }
    return new TokenSet(words, new int[0]);
  }

  /**
   * The ids whose bit is set; id {@code i} is bit {@code i & 63} of word {@code i >>> 6}.
   *
   * @param words given away, never to be written again; kept as they are however few they mark
   */
  public static TokenSet of(long[] words) {
    return new TokenSet(words, new int[0]);
  }

  /** The ids whose bit is set. */
  public static TokenSet of(BitSet ids) {
    return ids.cardinality() <= LIST_LIMIT ? of(ids.stream().toArray()) : of(ids.toLongArray());
  }

  /** Number of ids. */
  public int cardinality() {
    long[] bits = words;
    if (bits == null) {
      return ids.length;
    }
    int n = cardinality;
    if (n < 0) {
      n = 0;
      for (long w : bits) {
        n += Long.bitCount(w);
      }
      cardinality = n;
    }
    return n;
  }

  /** Whether the id is in the set. */
  public boolean contains(int id) {
    return words != null
        ? id >= 0 && id >>> 6 < words.length && (words[id >>> 6] & (1L << id)) != 0
        : Arrays.binarySearch(ids, id) >= 0;
  }

  /** The smallest id, or -1 if the set is empty. */
  public int first() {
    if (words == null) {
      return ids.length == 0 ? -1 : ids[0];
    }
    return first(words);
  }

  static int first(long[] words) {
    for (int w = 0; w < words.length; w++) {
      if (words[w] != 0) {
        return (w << 6) + Long.numberOfTrailingZeros(words[w]);
      }
    }
    return -1;
  }

  /** What it takes in memory, about. */
  public long bytes() {
    return 48 + 4L * ids.length + (words == null ? 0 : 8L * words.length);
  }

  boolean isListed() {
    return words == null;
  }

  /** Of a listed set; not a copy. */
  int[] ids() {
    return ids;
  }

  /** Null for a listed set; not a copy. */
  long @Nullable [] words() {
    return words;
  }
}
