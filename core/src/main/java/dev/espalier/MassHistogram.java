package dev.espalier;

import java.util.Arrays;

/**
 * The mass Σ exp of a long row's members by their distance from the largest logit, in double
 * precision: where a share of the mass is reached is then known up to a bucket, without sorting.
 * Mutable, for one thread.
 *
 * <p>With y = (x − max) · scale, bucket b holds round(−256 y) = b, and exp(y) = exp(−b / 256) ·
 * exp(r) with |r| ≤ 1/512; r is exact, being a difference of neighbours. So a token costs a
 * polynomial of degree 4, whose relative error is below r⁵/120 = 2.4e-16 and three roundings, and
 * one addition to its bucket; the other factor comes once for a bucket from a table. What lies 64
 * nats below the largest logit counts as if it lay there, which is less than 1e-22 for a million
 * tokens.
 */
final class MassHistogram {
  static final int PER_NAT = 256;

  /** The last bucket, to which everything below belongs. */
  static final int LAST = -(int) FastExp.DOUBLE_FLOOR * PER_NAT;

  private static final int SEGMENT = FastExp.SEGMENT;

  /** Adding and subtracting it rounds a double below 2⁵¹ to an integer. */
  private static final double ROUND = 0x1.8p52;

  private static final double[] EXP = new double[LAST + 1]; // exp(−b / 256)

  static {
    for (int b = 0; b <= LAST; b++) {
      EXP[b] = FastExp.exp(-b / (double) PER_NAT);
    }
  }

  private final double[] argument = new double[SEGMENT];
  private final double[] place = new double[SEGMENT];
  private final double[] factor = new double[SEGMENT];
  private final double[] mass = new double[LAST + 1]; // in units of EXP
  private int used = LAST; // buckets from here to LAST are empty
  private final double[] above = new double[LAST + 2]; // mass of the buckets before one

  /** Fills the buckets; {@code max} is the largest raw logit of a member. */
  void fill(DenseRow row, double max, double scale) {
    Arrays.fill(mass, 0, used, 0);
    mass[LAST] = 0;
    for (int s = 0; s < row.segments(); s++) {
      row.members(s, row.scratch);
      FastExp.widen(row.scratch, argument);
      FastExp.arguments(argument, max, scale);
      split(argument, place, factor);
      for (int i = 0; i < SEGMENT; i++) {
        mass[(int) place[i]] += factor[i];
      }
    }
    used = LAST;
    while (used > 0 && mass[used - 1] == 0) {
      used--;
    }
    double sum = 0;
    for (int b = 0; b < used; b++) {
      above[b] = sum;
      sum += mass[b] * EXP[b];
    }
    Arrays.fill(above, used, LAST + 1, sum);
    above[LAST + 1] = sum + mass[LAST] * EXP[LAST];
  }

  /** exp(x[i]) is exp(−place[i] / 256) · factor[i], within 8e-16. */
  static void split(double[] x, double[] place, double[] factor) {
    for (int i = 0; i < SEGMENT; i++) {
      double b = (x[i] * -PER_NAT + ROUND) - ROUND;
      double r = x[i] + b * (1.0 / PER_NAT);
      place[i] = b;
      factor[i] = 1 + r * (1 + r * (0.5 + r * (1 / 6.0 + r * (1 / 24.0))));
    }
  }

  /** The bucket of a token; {@code y} is its logit less the largest one, scaled. */
  static int bucket(double y) {
    return (int) ((Math.max(y, FastExp.DOUBLE_FLOOR) * -PER_NAT + ROUND) - ROUND);
  }

  /** Σ exp of all members. */
  double sum() {
    return above[LAST + 1];
  }

  /** Σ exp of the members in buckets from {@code first} to {@code last}; 0 if there are none. */
  double between(int first, int last) {
    return first > last ? 0 : above[last + 1] - above[first];
  }

  /** The bucket in which the mass from the top reaches a target. */
  int reaching(double target) {
    int b = 0;
    while (b < LAST && above[b + 1] < target) {
      b++;
    }
    return b;
  }
}
