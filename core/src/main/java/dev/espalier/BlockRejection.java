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

  /** What a block of −∞ seems to hold: a bit more than e⁻³². */
  private static final double FLOOR = 1.3e-14;

  private final float[] bounds;
  private final float[] superSums = new float[SUPERS];
  private final double[] reached = new double[SUPERS]; // sums of superSums[0, j]
  private final float[] stripe = new float[SUPERS];
  private final float[] in = new float[SEGMENT];
  private final float[] out = new float[SEGMENT];

  private double least;
  private double most;

  BlockRejection(int blocks) {
    bounds = new float[blocks];
  }

  /**
   * A member's id, or -1 if too many tries failed.
   *
   * @param max the largest raw logit of a member, which {@link ExpSums#holds}
   */
  int draw(DenseRow row, float max, double scale, CounterRandom random) {
    bound(row.index.blocks, max, (float) scale, row.unrestricted());
    double total = 0;
    for (int j = 0; j < SUPERS; j++) {
      total += superSums[j];
      reached[j] = total;
    }
    for (int i = 0; i < TRIES; i++) {
      double u = random.uniform(2L * i) * total;
      int j = superBlock(u);
      // Super-block sums are floats; the quotient with the true sum goes into the acceptance.
      double sum = 0;
      for (int b = j; b < bounds.length; b += SUPERS) {
        sum += bounds[b];
      }
      u = (u - (j == 0 ? 0 : reached[j - 1])) / superSums[j] * sum;
      int b = j;
      while (b + SUPERS < bounds.length && u >= bounds[b]) {
        u -= bounds[b];
        b += SUPERS;
      }
      double v = random.uniform(2L * i + 1) * BlockIndex.LANES;
      int lane = (int) v;
      int id = BlockIndex.firstOf(b) + lane * BlockIndex.STRIDE;
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

  /** The first super-block up to which the sums exceed {@code u}, which is below their total. */
  private int superBlock(double u) {
    int low = 0;
    for (int half = SUPERS / 2; half > 0; half /= 2) {
      low += reached[low + half - 1] <= u ? half : 0;
    }
    return low;
  }

  private void bound(float[] maxima, float max, float scale, boolean attained) {
    float lowest = ExpSums.floor(max, scale);
    for (int from = 0; from < maxima.length; from += SEGMENT) {
      System.arraycopy(maxima, from, in, 0, SEGMENT);
      if (!attained) { // a block's best may be no member
        for (int i = 0; i < SEGMENT; i++) {
          in[i] = Math.min(in[i], max);
        }
      }
      FastExp.raise(in, lowest);
      FastExp.floats(in, max, scale, out);
      System.arraycopy(out, 0, bounds, from, SEGMENT);
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
   * Bounds Σ exp((x − max) · scale) over the members below {@code cap}, which no more than {@code
   * above} tokens reach, from what the blocks' maxima say; see {@link #least} and {@link #most}.
   */
  void boundTail(DenseRow row, float max, float cap, int above, float scale) {
    float[] maxima = row.index.blocks;
    float lowest = ExpSums.floor(max, scale);
    double total = 0;
    for (int from = 0; from < maxima.length; from += SEGMENT) {
      System.arraycopy(maxima, from, in, 0, SEGMENT);
      for (int i = 0; i < SEGMENT; i++) {
        in[i] = Math.min(in[i], cap);
      }
      FastExp.raise(in, lowest);
      FastExp.floats(in, max, scale, out);
      total += ExpSums.total(out, 0);
    }
    most = total * BlockIndex.LANES * INFLATE;
    // Every block below the cap has a member that attains its maximum, if all tokens are members.
    double capped = above * FastExp.exp(((double) cap - max) * scale);
    double floors = maxima.length * FLOOR;
    least = row.unrestricted() ? Math.max(0, total / INFLATE - capped - floors) : 0;
  }

  /** Lower bound of {@link #boundTail}. */
  double least() {
    return least;
  }

  /** Upper bound of {@link #boundTail}. */
  double most() {
    return most;
  }
}
