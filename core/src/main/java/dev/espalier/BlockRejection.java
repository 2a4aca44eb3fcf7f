package dev.espalier;

/**
 * Draws from a long row without its normaliser, by rejection on block maxima. Mutable, for one
 * thread.
 *
 * <p>Pick a block with probability proportional to q ≥ exp(its maximum), one of its 16 lanes
 * uniformly, and accept the token with probability exp(x) / q: exact for any upper bounds q, so
 * floats inflated by their error will do. A lane beyond the row or a token that is no member is
 * rejected. A plain row takes about 16 tries; the row itself is never summed.
 */
final class BlockRejection {
  private static final int SEGMENT = FastExp.SEGMENT;
  private static final int SUPERS = BlockIndex.SUPERS;

  /** After so many tries the walk over the row, which always ends, takes over. */
  private static final int TRIES = 256;

  /** Relative error of a bound: the exponential's and three roundings of an argument up to 32. */
  private static final double INFLATE = 1 + ExpSums.ERROR;

  private final float[] bounds;
  private final float[] superSums = new float[SUPERS];
  private final float[] stripe = new float[SUPERS];
  private final float[] in = new float[SEGMENT];
  private final float[] out = new float[SEGMENT];

  BlockRejection(int blocks) {
    bounds = new float[blocks];
  }

  /**
   * A member's id, or -1 if too many tries failed.
   *
   * @param max the largest raw logit of a member
   */
  int draw(DenseRow row, float max, double scale, CounterRandom random) {
    bound(row.index.blocks, max, (float) scale);
    double total = 0;
    for (int j = 0; j < SUPERS; j++) {
      total += superSums[j];
    }
    for (int i = 0; i < TRIES; i++) {
      double u = random.uniform(2L * i) * total;
      int j = 0;
      while (j < SUPERS - 1 && u >= superSums[j]) {
        u -= superSums[j++];
      }
      // Super-block sums are floats; the quotient with the true sum goes into the acceptance.
      double sum = 0;
      for (int b = j; b < bounds.length; b += SUPERS) {
        sum += bounds[b];
      }
      u = u / superSums[j] * sum;
      int b = j;
      while (b + SUPERS < bounds.length && u >= bounds[b]) {
        u -= bounds[b];
        b += SUPERS;
      }
      double v = random.uniform(2L * i + 1) * BlockIndex.LANES;
      int lane = (int) v;
      int id = BlockIndex.firstOf(b) + lane * BlockIndex.PER_SEGMENT;
      float x = row.logit(id);
      if (x == Float.NEGATIVE_INFINITY) {
        continue;
      }
      double q = bounds[b] * INFLATE * (superSums[j] / sum) * INFLATE;
      if ((v - lane) * q < FastExp.exp((x - (double) max) * scale)) {
        return id;
      }
    }
    return -1;
  }

  private void bound(float[] maxima, float max, float scale) {
    for (int from = 0; from < maxima.length; from += SEGMENT) {
      int length = Math.min(SEGMENT, maxima.length - from);
      System.arraycopy(maxima, from, in, 0, length);
      for (int i = 0; i < SEGMENT; i++) {
        in[i] = Math.min(in[i], max);
      }
      FastExp.arguments(in, max, scale, in);
      FastExp.floats(in, out);
      System.arraycopy(out, 0, bounds, from, length);
    }
    System.arraycopy(bounds, 0, superSums, 0, SUPERS);
    for (int from = SUPERS; from < bounds.length; from += SUPERS) {
      System.arraycopy(bounds, from, stripe, 0, SUPERS);
      for (int i = 0; i < SUPERS; i++) {
        superSums[i] += stripe[i];
      }
    }
  }

  /**
   * Upper bound of Σ exp((x − max) · scale) over a row, if no x counts for more than {@code cap}.
   */
  double tailBound(float[] maxima, float max, float cap, float scale) {
    double total = 0;
    for (int from = 0; from < maxima.length; from += SEGMENT) {
      int length = Math.min(SEGMENT, maxima.length - from);
      System.arraycopy(maxima, from, in, 0, length);
      for (int i = 0; i < SEGMENT; i++) {
        in[i] = Math.min(in[i], cap);
      }
      FastExp.arguments(in, max, scale, in);
      FastExp.floats(in, out);
      for (int i = 0; i < length; i++) {
        total += out[i];
      }
    }
    return total * BlockIndex.LANES * INFLATE;
  }
}
