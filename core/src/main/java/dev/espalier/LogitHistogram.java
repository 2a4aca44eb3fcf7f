package dev.espalier;

import java.util.Arrays;

/**
 * The mass Σ exp of a long row's members by cells of the logit axis, by floats and yet within a
 * relative 1.2e-9. Mutable, for one thread.
 *
 * <p>A cell's width w is a power of two, so that its middle c and x − c are floats without
 * rounding, and w · scale lies in (1/256, 1/128]. exp((x − c) · scale) is one and a rest of at most
 * 1/256, and only the rest, not the one, is rounded as a float: that is where the precision comes
 * from. Sums are in double, and exp(c · scale) comes once for a cell.
 */
final class LogitHistogram {
  /**
   * Bound of the relative error of the mass of any cells. With z = (x − c) · scale, |z| ≤ 1/256,
   * the rest is off by two roundings that z has, one of the bracket and one of the product, 4 ·
   * 2⁻²⁴ / 256 = 9.4e-10, and by less than 1.1e-11 for the polynomial and the bracket's inside;
   * beyond that there are sums of doubles and the members below all cells, e⁻⁴⁰ each.
   * LogitHistogramTest tries every float as z.
   */
  static final double ERROR = 1.2e-9;

  /** Members this far below the largest logit, in nats, are not counted. */
  private static final int DEPTH = 40;

  private static final int MOST_CELLS = DEPTH * 256;

  /** Logits further than this from 0, in nats, have no cells of their own. */
  private static final double LIMIT = 0x1p13;

  private static final int SEGMENT = FastExp.SEGMENT;

  /** Adding and subtracting it rounds a float below 2²² to an integer. */
  private static final float ROUND = 0x1.8p23f;

  private final float[] place = new float[SEGMENT];
  private final float[] rest = new float[SEGMENT];
  private final double[] mass = new double[MOST_CELLS + 2]; // of each cell, in units of exp(c)
  private final double[] above = new double[MOST_CELLS + 2]; // of all cells before one
  private int end; // cells [0, end) count; this one takes what lies below

  private float width;
  private float topPlace;

  // exp(−b · w · scale) is the product of two of these.
  private static final int FINE = 64;
  private double step; // w · scale, for which they have been made
  private final double[] fine = new double[FINE];
  private final double[] coarse = new double[MOST_CELLS / FINE + 2];

  private final Band band = new Band();
  private long[] keys = new long[256];

  /**
   * Counts the members.
   *
   * @param max their largest raw logit
   * @return false, and nothing done, if logits are too large or too small for cells
   */
  boolean fill(DenseRow row, float max, double scale) {
    if (!ExpSums.holds(max, scale) || !(Math.abs(max) * scale < LIMIT)) {
      return false;
    }
    width = Math.scalb(1f, Math.getExponent(1 / (128 * scale)));
    units(width * scale);
    topPlace = (max * (1 / width) + ROUND) - ROUND;
    end = (int) (DEPTH / step);
    boolean raise = !row.gapless();
    float lowest = ExpSums.floor(max, scale);
    for (int s = 0; s < row.segments(); s++) {
      float[] x = row.scratch;
      row.members(s, x);
      if (raise) {
        FastExp.raise(x, lowest); // casting −∞ takes long
      }
      place(x, 1 / width, topPlace, place);
      rest(x, 1 / width, width, (float) scale, rest);
      for (int i = 0; i < SEGMENT; i++) {
        mass[Math.min((int) place[i], end)] += 1 + (double) rest[i];
      }
    }
    double unit = FastExp.exp((topPlace * width - max) * scale);
    double sum = 0;
    for (int b = 0; b < end; b++) {
      above[b] = sum;
      sum += mass[b] * (coarse[b / FINE] * fine[b % FINE]) * unit;
    }
    above[end] = sum;
    Arrays.fill(mass, 0, end + 1, 0);
    return true;
  }

  private void units(double newStep) {
    if (step != newStep) {
      step = newStep;
      for (int i = 0; i < FINE; i++) {
        fine[i] = FastExp.exp(-i * step);
      }
      for (int i = 0; i < coarse.length; i++) {
        coarse[i] = FastExp.exp(-i * FINE * step);
      }
    }
  }

  /** The cells of logits, 0 that of the largest one; large for −∞. */
  static void place(float[] x, float perWidth, float top, float[] out) {
    for (int i = 0; i < SEGMENT; i++) {
      out[i] = top - ((x[i] * perWidth + ROUND) - ROUND);
    }
  }

  /** exp(x − c) − 1, scaled, for the middles c of cells; anything for what lies below all cells. */
  static void rest(float[] x, float perWidth, float width, float scale, float[] out) {
    for (int i = 0; i < SEGMENT; i++) {
      float cell = (x[i] * perWidth + ROUND) - ROUND;
      out[i] = expLessOne(Math.fma(cell, -width, x[i]) * scale);
    }
  }

  /** exp(z) − 1 for |z| ≤ 1/256. */
  static float expLessOne(float z) {
    return z * Math.fma(z, Math.fma(z, 1 / 6f, 0.5f), 1f);
  }

  /** Σ exp((x − max) · scale) over all members. */
  double sum() {
    return above[end];
  }

  /** The same over the members in cells before one. */
  double above(int cell) {
    return above[cell];
  }

  /** The cell in which the mass from the top reaches a target; {@link #end} if none does. */
  int reaching(double target) {
    int b = 0;
    while (b < end && above[b + 1] < target) {
      b++;
    }
    return b;
  }

  /** One past the last cell. */
  int end() {
    return end;
  }

  /** Gathers the keys of the members in a cell; see {@link #keys}. */
  int collect(DenseRow row, int cell) {
    int found = 0;
    float middle = (topPlace - cell) * width;
    band.set(middle, 0, width / 2);
    for (int s = 0; s < row.segments(); s++) {
      float[] x = row.scratch;
      row.members(s, x);
      int near = band.find(x);
      if (keys.length < found + near) {
        keys = Arrays.copyOf(keys, Math.max(2 * keys.length, found + near));
      }
      for (int i = 0; i < near; i++) {
        int at = band.places()[i];
        if (topPlace - ((x[at] * (1 / width) + ROUND) - ROUND) == cell) {
          keys[found++] = Keys.key(x[at], s * SEGMENT + at);
        }
      }
    }
    return found;
  }

  long[] keys() {
    return keys;
  }
}
