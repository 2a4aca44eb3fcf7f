package dev.espalier.grammar.cfg;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Collects tokens in any order, some perhaps several times, and gives them back ascending, each
 * once; no sorting. Mutable, for one thread; empty after {@link #drain} and used again.
 */
final class TokenCollector {
  private final long[] words; // one bit per token
  private final long[] marked; // one bit per word that is not zero
  private int size;

  TokenCollector(int vocabularySize) {
    words = new long[(vocabularySize + 63) >>> 6];
    marked = new long[(words.length + 63) >>> 6];
  }

  void add(int token) {
    int w = token >>> 6;
    long bit = 1L << token;
    if ((words[w] & bit) == 0) {
      words[w] |= bit;
      marked[w >>> 6] |= 1L << w;
      size++;
    }
  }

  void addAll(int[] tokens) {
    for (int token : tokens) {
      add(token);
    }
  }

  /** The tokens that are not among these bits. */
  int[] drain(long @Nullable [] except) {
    int[] out = new int[size];
    int n = 0;
    for (int m = 0; m < marked.length; m++) {
      for (long rest = marked[m]; rest != 0; rest &= rest - 1) {
        int w = (m << 6) + Long.numberOfTrailingZeros(rest);
        long found = except == null || w >= except.length ? words[w] : words[w] & ~except[w];
        words[w] = 0;
        for (; found != 0; found &= found - 1) {
          out[n++] = (w << 6) + Long.numberOfTrailingZeros(found);
        }
      }
      marked[m] = 0;
    }
    size = 0;
    return n == out.length ? out : Arrays.copyOf(out, n);
  }
}
