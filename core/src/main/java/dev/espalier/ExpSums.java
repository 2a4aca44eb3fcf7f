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

  private final float[] sums = new float[SEGMENT];
  private final float[] exponential = new float[SEGMENT];
  private final float[] moments = new float[SEGMENT];

  /** Whether rows have been seen to hold −∞: a model that pads its rows so always does. */
  private boolean gaps;

  private double sum; // Σ exp((x − max) · scale)
  private double moment; // Σ exp((x − max) · scale) · (x − max) · scale

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
    if (row.gapless() && !gaps) {
      add(row, max, scale, withMoment, false);
      if (!Double.isNaN(sum)) {
        return;
      }
      gaps = true;
    }
    add(row, max, scale, withMoment, true);
  }

  private void add(DenseRow row, float max, double scale, boolean withMoment, boolean raised) {
    sum = 0;
    moment = 0;
    float[] x = row.scratch;
    float lowest = floor(max, scale);
    for (int s = 0; s < row.segments(); s++) {
      if (s % FLUSH == 0) {
        flush();
      }
      row.members(s, x);
      if (raised || s == row.segments() - 1) { // the last may end early
        FastExp.raise(x, lowest);
      }
      if (withMoment) {
        FastExp.floats(x, max, (float) scale, exponential);
        FastExp.add(exponential, sums);
        FastExp.addMoments(x, max, (float) scale, exponential, moments);
      } else {
        FastExp.addFloats(x, max, (float) scale, sums);
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

  /** Entropy of the law, in nats. */
  double entropy() {
    return Math.log(sum) - moment / sum;
  }
}
