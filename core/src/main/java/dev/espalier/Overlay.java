package dev.espalier;

import java.util.Arrays;

/**
 * Other logits laid over some tokens of a row, which itself is not touched. Every operation on a
 * token is O(1). Mutable, for one thread.
 */
final class Overlay {
  // Token ids[i] has logit logits[id], and bit id of bits says so.
  private final int tokens;
  private final long[] bits;
  private float[] logits = new float[0]; // all tokens', once one is there
  private int[] ids = new int[64];
  private int n;
  private boolean holed;

  /** For rows of so many tokens. */
  Overlay(int tokens) {
    this.tokens = tokens;
    bits = new long[(tokens + 63) >>> 6];
  }

  void clear() {
    for (int i = 0; i < n; i++) {
      bits[ids[i] >>> 6] = 0;
    }
    n = 0;
    holed = false;
  }

  /** How many tokens have another logit. */
  int size() {
    return n;
  }

  /** The i-th of these, in no order. */
  int id(int i) {
    return ids[i];
  }

  /** Whether a token has been given −∞. */
  boolean isHoled() {
    return holed;
  }

  boolean has(int id) {
    return (bits[id >>> 6] & (1L << id)) != 0;
  }

  /** The logit of a token that is there. */
  float get(int id) {
    return logits[id];
  }

  void put(int id, float logit) {
    if (!has(id)) {
      if (n == 0 && logits.length == 0) {
        logits = new float[tokens];
      }
      if (n == ids.length) {
        ids = Arrays.copyOf(ids, 2 * n);
      }
      bits[id >>> 6] |= 1L << id;
      ids[n++] = id;
    }
    logits[id] = logit;
    holed |= logit == Float.NEGATIVE_INFINITY;
  }

  /** Puts what is there for tokens {@code from} to {@code end} into a copy of the row's piece. */
  void patch(int from, int end, float[] out, int at) {
    if (n == 0) {
      return;
    }
    for (int w = from >>> 6; w < (end + 63) >>> 6; w++) {
      for (long word = bits[w]; word != 0; word &= word - 1) {
        int id = (w << 6) + Long.numberOfTrailingZeros(word);
        out[at + id - from] = logits[id];
      }
    }
  }
}
