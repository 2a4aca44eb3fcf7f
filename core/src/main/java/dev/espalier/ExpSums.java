package dev.espalier;

import java.util.Arrays;

/**
 * Σ exp and Σ y·exp over a long row by floats, within a proven bound. Mutable, for one thread.
 *
 * <p>Every place of a segment has its own float sum over all segments, so that one vector loop does
 * everything ({@link FastExp#addFloats}); every {@link #FLUSH} segments these are added up in
 * double. A plain array is read in place, as {@link BlockIndex} reads it: copying its segments
 * would take half as long as the sums themselves.
 */
final class ExpSums {
  private static final int SEGMENT = FastExp.SEGMENT;
  private static final int FLUSH = 16;

  /**
   * Bound of the relative error of {@link #sum}: of an exponential {@link FastExp#FLOAT_ERROR}; of
   * its argument, at most 32 in size, by the rounded difference, the rounded scale, their product
   * and one, rounded at 1 or less, 2.5 · 32 · 2⁻²⁴ = 4.8e-6; of 16 float additions and 4 more
   * 1.2e-6; and the floor, 2²⁰ · e⁻³² = 1.4e-8.
   */
  static final double ERROR = FastExp.FLOAT_ERROR + 6.1e-6;

  /**
   * What the rounded factors y may add to the entropy's error, in nats: those of the argument
   * without that of the scale, and the rounded 32 / ONE, 2.5 · 32 · 2⁻²⁴.
   */
  static final double MOMENT_ERROR = 4.8e-6;

  private final float[] sums = new float[SEGMENT];
  private final float[] exponential = new float[SEGMENT];
  private final float[] moments = new float[SEGMENT];
  private final float[] planes; // as BlockIndex has them

  /** Whether rows have been seen to hold −∞: a model that pads its rows so always does. */
  private boolean gaps;

  private double sum; // Σ exp((x − shift) · scale)
  private double moment; // Σ exp((x − shift) · scale) · (x − shift) · scale

  private double tailLeast;
  private double tailMost;

  ExpSums(int size) {
    planes = new float[BlockIndex.planeRoom(size)];
  }

  /** Whether arguments of floats neither overflow nor vanish; else the double path must do. */
  static boolean holds(float max, double scale) {
    return Math.abs(max) <= 0x1p50f && scale >= 1e-15 && scale <= 1e15;
  }

  /**
   * Adds up the members, for {@link #sum} and {@link #entropy}.
   *
   * @param max their largest raw logit, which {@link #holds}
   */
  void add(DenseRow row, float max, double scale) {
    add(row, max, scale, true);
  }

  /**
   * Bounds Σ exp((x − cap) · scale) over the members behind the best few, of which {@code cap} is
   * the last: {@link #tailLeast} and {@link #tailMost}. Only the tail is in doubt then, and what
   * lies 32 nats below the cap is less than what lies so far below the largest.
   *
   * <p>The pass takes all members, and what the best made of it is subtracted. That loses the
   * roundings of the sums' 20 additions.
   *
   * @param best keys of the best, in order
   * @return false, and nothing done, where these are too far apart
   */
  boolean boundTail(DenseRow row, long[] best, int few, double scale) {
    float max = Keys.logit(best[0]);
    float cap = Keys.logit(best[few - 1]);
    if (!holds(max, scale) || (max - (double) cap) * scale > 32) {
      return false;
    }
    add(row, cap, scale, false);
    double tail = sum;
    for (int i = 0; i < few; i++) {
      tail -= FastExp.floats(Keys.logit(best[i]), cap, (float) scale);
    }
    double rounding = 1.3e-6 * sum;
    tailLeast = Math.max(0, (tail - rounding) * (1 - ERROR) - row.size * 1.3e-14);
    tailMost = (tail + rounding) * (1 + 1.01 * ERROR);
    return true;
  }

  private void add(DenseRow row, float shift, double scale, boolean withMoment) {
    float[] array = withMoment ? null : row.plain();
    if (!gaps && array != null) {
      addInPlace(array, row.size, shift, (float) scale);
    } else {
      addSegments(row, shift, scale, withMoment, gaps || !row.gapless());
    }
    if (Double.isNaN(sum)) {
      gaps = true;
      addSegments(row, shift, scale, withMoment, true);
    }
  }

  private void addInPlace(float[] x, int size, float shift, float scale) {
    sum = 0;
    for (int from = 0; from < size; from += SEGMENT) {
      if (BlockIndex.isFirstPlane(from)) {
        Arrays.fill(planes, from, from + SEGMENT, 0);
        FastExp.addFloats(x, size, from, from + SEGMENT, shift, scale, planes);
        sum += total(planes, from);
      }
    }
  }

  private void addSegments(
      DenseRow row, float shift, double scale, boolean withMoment, boolean raised) {
    float lowest = floor(shift, scale);
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
      if (withMoment) {
        FastExp.floats(x, shift, (float) scale, exponential);
        FastExp.add(exponential, sums);
        FastExp.addMoments(x, shift, (float) scale, exponential, moments);
      } else {
        FastExp.addFloats(x, shift, (float) scale, sums);
      }
    }
    flush();
  }

  /** A finite logit whose exponential is at the floor, as those of all smaller ones. */
  static float floor(float max, double scale) {
    return (float) Math.max(-Float.MAX_VALUE, Math.min(max - 64 / scale, Math.nextDown(max)));
  }

  private void flush() {
    sum += total(sums, 0);
    moment += total(moments, 0);
    Arrays.fill(sums, 0);
    Arrays.fill(moments, 0);
  }

  /**
   * The sum of a segment that begins at a place, each element by way of four additions of floats;
   * overwrites it.
   */
  static double total(float[] x, int from) {
    for (int i = from; i < from + SEGMENT / 4; i++) {
      x[i] = (x[i] + x[i + SEGMENT / 4]) + (x[i + SEGMENT / 2] + x[i + 3 * (SEGMENT / 4)]);
    }
    for (int i = from; i < from + SEGMENT / 16; i++) {
      x[i] = (x[i] + x[i + SEGMENT / 16]) + (x[i + SEGMENT / 8] + x[i + 3 * (SEGMENT / 16)]);
    }
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    for (int i = from; i < from + SEGMENT / 16; i += 4) {
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
