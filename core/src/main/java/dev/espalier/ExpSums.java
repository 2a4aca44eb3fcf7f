package dev.espalier;

import java.util.Arrays;

/**
 * Σ exp and Σ y·exp over a long row by floats, within a proven bound. Mutable, for one thread.
 *
 * <p>Every place of a segment has its own float sum over all segments; every {@link #FLUSH}
 * segments these are added up in double. For {@link #boundTail} one vector loop does everything
 * ({@link TailExp}), and a plain array is read in place, as {@link BlockIndex} reads it: copying
 * its segments would take half as long as the sums themselves.
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
  private final TailExp tailExp = new TailExp();

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
    addAll(row, max, scale, gaps || !row.gapless());
    if (Double.isNaN(sum)) {
      gaps = true;
      addAll(row, max, scale, true);
    }
  }

  private void addAll(DenseRow row, float max, double scale, boolean raised) {
    float lowest = floor(max, scale);
    sum = 0;
    moment = 0;
    float[] x = row.scratch;
    for (int s = 0; s < row.segments(); s++) {
      row.members(s, x);
      if (raised || s == row.segments() - 1) { // the last may end early
        FastExp.raise(x, lowest);
      }
      FastExp.floats(x, max, (float) scale, exponential);
      FastExp.add(exponential, sums);
      FastExp.addMoments(x, max, (float) scale, exponential, moments);
      if (s % FLUSH == FLUSH - 1 || s == row.segments() - 1) {
        sum += flush(sums);
        moment += flush(moments);
      }
    }
  }

  /**
   * Bounds Σ exp((x − cap) · scale) over the members behind the best few, of which {@code cap} is
   * the last: {@link #tailLeast} and {@link #tailMost}. Only the tail is in doubt then, and the
   * best are {@code few} times its largest term or more, beside which the slack of {@link TailExp}
   * is nothing.
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
    if (!holds(max, scale) || !TailExp.holds(cap, scale) || (max - (double) cap) * scale > 32) {
      return false;
    }
    tailExp.set(cap, scale);
    addTail(row, cap, scale);
    double tail = sum;
    for (int i = 0; i < few; i++) {
      tail -= tailExp.term(Keys.logit(best[i]));
    }
    double rounding = 1.3e-6 * sum;
    double slack = row.size * TailExp.SLACK;
    double factor = tailExp.factor();
    tailLeast = Math.max(0, factor * (tail - rounding) * (1 - TailExp.ERROR) - slack);
    tailMost = factor * (tail + rounding) * (1 + 1.01 * TailExp.ERROR) + 1.01 * slack;
    return true;
  }

  private void addTail(DenseRow row, float cap, double scale) {
    float[] array = row.plain();
    if (!gaps && array != null) {
      addInPlace(array, row.size);
    } else {
      addSegments(row, cap, scale, gaps || !row.gapless());
    }
    if (Double.isNaN(sum)) {
      gaps = true;
      addSegments(row, cap, scale, true);
    }
  }

  private void addInPlace(float[] x, int size) {
    sum = 0;
    for (int from = 0; from < size; from += SEGMENT) {
      if (BlockIndex.isFirstPlane(from)) {
        Arrays.fill(planes, from, from + SEGMENT, 0);
        tailExp.add(x, size, from, from + SEGMENT, planes);
        sum += total(planes, from);
      }
    }
  }

  private void addSegments(DenseRow row, float cap, double scale, boolean raised) {
    float lowest = floor(cap, scale);
    sum = 0;
    float[] x = row.scratch;
    for (int s = 0; s < row.segments(); s++) {
      row.members(s, x);
      if (raised || s == row.segments() - 1) {
        FastExp.raise(x, lowest);
      }
      tailExp.add(x, sums);
      if (s % FLUSH == FLUSH - 1 || s == row.segments() - 1) {
        sum += flush(sums);
      }
    }
  }

  /** A finite logit whose exponential is at the floor, as those of all smaller ones. */
  static float floor(float max, double scale) {
    return (float) Math.max(-Float.MAX_VALUE, Math.min(max - 64 / scale, Math.nextDown(max)));
  }

  private static double flush(float[] sums) {
    double total = total(sums, 0);
    Arrays.fill(sums, 0);
    return total;
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
