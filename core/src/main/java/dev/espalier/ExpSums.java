package dev.espalier;

import java.util.Arrays;

/**
 * Σ exp and Σ y·exp over a long row by floats, within a proven bound. Mutable, for one thread.
 *
 * <p>Every place of a segment has its own float sum over all segments, so that one vector loop does
 * everything ({@link FastExp#addFloats}); every {@link #FLUSH} segments these are added up in
 * double.
 */
final class ExpSums {
  private static final int SEGMENT = FastExp.SEGMENT;
  private static final int FLUSH = 16;

  /**
   * Bound of the relative error of {@link #sum}: of an exponential {@link FastExp#FLOAT_ERROR}; of
   * its argument, at most 32 in size, by the rounded difference, the rounded scale, their product
   * by 1/32 and one, rounded at 1 or less, 2.5 · 32 · 2⁻²⁴ = 4.8e-6; of 16 float additions and 4
   * more 1.2e-6; and the floor, 2²⁰ · e⁻³² = 1.4e-8.
   */
  static final double ERROR = FastExp.FLOAT_ERROR + 6.1e-6;

  /** What the rounded factors y may add to the entropy's error: 1.5 · 32 · 2⁻²⁴, in nats. */
  static final double MOMENT_ERROR = 3e-6;

  /** The coarse arguments lose too much of logits further than this from 0, in nats. */
  private static final double COARSE_LIMIT = 1000;

  /** What a pass does with a segment; {@link #shift} and {@link #part} mean what it says. */
  private enum Kernel {
    SUM,
    MOMENT,
    COARSE
  }

  private Kernel kernel = Kernel.SUM;
  private float shift;
  private float part;

  private final float[] sums = new float[SEGMENT];
  private final float[] exponential = new float[SEGMENT];
  private final float[] moments = new float[SEGMENT];

  /** Whether rows have been seen to hold −∞: a model that pads its rows so always does. */
  private boolean gaps;

  private double sum; // Σ exp((x − max) · scale)
  private double moment; // Σ exp((x − max) · scale) · (x − max) · scale

  private double tailLeast;
  private double tailMost;

  /** Whether arguments of floats neither overflow nor vanish; else the double path must do. */
  static boolean holds(float max, double scale) {
    return Math.abs(max) <= 0x1p50f && scale >= 1e-15 && scale <= 1e15;
  }

  /**
   * Adds up the members.
   *
   * @param max their largest raw logit, which {@link #holds}
   */
  void add(DenseRow row, float max, double scale, boolean withMoment) {
    kernel = withMoment ? Kernel.MOMENT : Kernel.SUM;
    shift = max;
    part = (float) scale;
    add(row, floor(max, scale));
  }

  /**
   * Bounds Σ exp((x − cap) · scale) over the members behind the best few, of which {@code cap} is
   * the last: {@link #tailLeast} and {@link #tailMost}. The coarse exponential does, since it is
   * only the tail that it is wrong about.
   *
   * <p>The pass takes all members, and what the best made of it is subtracted. Σ is off by 20
   * roundings of floats; an exponential by a relative {@link FastExp#COARSE_ERROR} and by 32 / ONE
   * times what its argument is off, the rounded part by 2⁻²⁴ · ONE / 2, the rounded start by 2⁻²⁴
   * of itself, at most ONE / 2 · (1 + |cap · scale| / 16), and their sum by 2⁻²⁴ · ONE / 2: in all
   * 2⁻²⁴ · (48 + |cap · scale|). What lies 16 below the cap counts as e⁻¹⁶ = 1.13e-7.
   *
   * @param best keys of the best, in order
   * @return false, and nothing done, where these are too far apart or the logits too large
   */
  boolean boundTail(DenseRow row, long[] best, int few, double scale) {
    float max = Keys.logit(best[0]);
    float cap = Keys.logit(best[few - 1]);
    if (!holds(max, scale)
        || (max - (double) cap) * scale > FastExp.COARSE_FLOOR
        || Math.abs(cap) * scale > COARSE_LIMIT) {
      return false;
    }
    kernel = Kernel.COARSE;
    part = (float) (scale * FastExp.COARSE_ONE / (2 * FastExp.COARSE_FLOOR));
    shift = (float) (FastExp.COARSE_ONE / 2.0 - (double) cap * part);
    add(row, floor(max, scale));
    double tail = sum;
    for (int i = 0; i < few; i++) {
      tail -= FastExp.coarse(Keys.logit(best[i]), part, shift);
    }
    double rounding = 1.3e-6 * sum;
    double error = FastExp.COARSE_ERROR + 0x1p-24 * (50 + Math.abs(cap) * scale);
    double floors = row.size * 1.2e-7;
    tailLeast = Math.max(0, (tail - rounding) * (1 - error) - floors);
    tailMost = (tail + rounding) * (1 + 1.01 * error);
    return true;
  }

  private void add(DenseRow row, float lowest) {
    if (row.gapless() && !gaps) {
      add(row, lowest, false);
      if (!Double.isNaN(sum)) {
        return;
      }
      gaps = true;
    }
    add(row, lowest, true);
  }

  private void add(DenseRow row, float lowest, boolean raised) {
    sum = 0;
    moment = 0;
    float[] x = row.scratch;
    for (int s = 0; s < row.segments(); s++) {
      if (s % FLUSH == 0) {
        flush();
      }
      row.members(s, x);
      if (raised || s == row.segments() - 1) { // the last may end early
        FastExp.raise(x, lowest);
      }
      switch (kernel) {
        case SUM -> FastExp.addFloats(x, shift, part, sums);
        case COARSE -> FastExp.addCoarse(x, part, shift, sums);
        case MOMENT -> {
          FastExp.floats(x, shift, part, exponential);
          FastExp.add(exponential, sums);
          FastExp.addMoments(x, shift, part, exponential, moments);
        }
      }
    }
    flush();
  }

  /** A finite logit whose exponential is at the floor, as those of all smaller ones. */
  static float floor(float max, double scale) {
    return (float) Math.max(-Float.MAX_VALUE, Math.min(max - 64 / scale, Math.nextDown(max)));
  }

  private void flush() {
    sum += total(sums);
    moment += total(moments);
    Arrays.fill(sums, 0);
    Arrays.fill(moments, 0);
  }

  /** The sum of a segment, each element by way of four additions of floats; overwrites it. */
  static double total(float[] x) {
    for (int i = 0; i < SEGMENT / 4; i++) {
      x[i] = (x[i] + x[i + SEGMENT / 4]) + (x[i + SEGMENT / 2] + x[i + 3 * (SEGMENT / 4)]);
    }
    for (int i = 0; i < SEGMENT / 16; i++) {
      x[i] = (x[i] + x[i + SEGMENT / 16]) + (x[i + SEGMENT / 8] + x[i + 3 * (SEGMENT / 16)]);
    }
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    for (int i = 0; i < SEGMENT / 16; i += 4) {
      a += x[i];
      b += x[i + 1];
      c += x[i + 2];
      d += x[i + 3];
    }
    return (a + b) + (c + d);
  }

  /** Σ exp((x − max) · scale). */
  double sum() {
    return sum;
  }

  /** Lower bound by {@link #boundTail}. */
  double tailLeast() {
    return tailLeast;
  }

  /** Upper bound by {@link #boundTail}. */
  double tailMost() {
    return tailMost;
  }

  /** Entropy of the law, in nats. */
  double entropy() {
    return Math.log(sum) - moment / sum;
  }
}
