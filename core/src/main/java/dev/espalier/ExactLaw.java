package dev.espalier;

import java.util.Arrays;

/**
 * The double-precision path over a long row: the normaliser, the entropy, and the smallest set of a
 * given mass around a centre. Two to four times the cost of {@link ExpSums}, and taken only where
 * its error bound would leave a decision open. Mutable, for one thread.
 */
final class ExactLaw {
  private static final int SEGMENT = FastExp.SEGMENT;
  private static final double PER_NAT = MassHistogram.PER_NAT;

  private final double[] argument = new double[SEGMENT];
  private final double[] exponential = new double[SEGMENT];
  private final MassHistogram mass = new MassHistogram();

  private final Band band = new Band();

  private double sum;
  private double moment;

  // The share is reached at the edge: in buckets [first, end], but not in [sureFirst, sureEnd].
  private int first;
  private int end;
  private int sureFirst;
  private int sureEnd;

  // Its tokens: distance and id, sorted.
  private double[] distances = new double[256];
  private int[] ids = new int[256];
  private int edge;
  private int last;

  /** Sums over the members; {@code max} is their largest raw logit. */
  void sums(DenseRow row, double max, double scale) {
    sum = 0;
    moment = 0;
    for (int s = 0; s < row.segments(); s++) {
      row.members(s, row.scratch);
      FastExp.widen(row.scratch, argument);
      FastExp.arguments(argument, max, scale);
      FastExp.doubles(argument, exponential);
      double a = 0;
      double b = 0;
      double c = 0;
      double d = 0;
      double am = 0;
      double bm = 0;
      for (int i = 0; i < SEGMENT; i += 4) {
        double w = exponential[i];
        double x = exponential[i + 1];
        double y = exponential[i + 2];
        double z = exponential[i + 3];
        a += w;
        b += x;
        c += y;
        d += z;
        am += w * argument[i] + x * argument[i + 1];
        bm += y * argument[i + 2] + z * argument[i + 3];
      }
      sum += (a + b) + (c + d);
      moment += am + bm;
    }
  }

  /** Σ exp((x − max) · scale). */
  double sum() {
    return sum;
  }

  double entropy() {
    return Math.log(sum) - moment / sum;
  }

  /**
   * Finds the smallest best-first set of members whose share of the mass reaches {@code share}: the
   * nucleus. Leaves {@link #sum} valid, not {@link #entropy}.
   */
  void nucleus(DenseRow row, double max, double scale, double share) {
    mass.fill(row, max, scale);
    sum = mass.sum();
    double target = share * sum;
    int at = mass.reaching(target);
    first = at;
    end = at;
    sureFirst = at;
    sureEnd = at - 1;
    gather(row, max, scale, 0, -at / PER_NAT, 0, 0.5 / PER_NAT);
    walk(row, max, scale, mass.between(0, at - 1), target);
  }

  /**
   * Finds the smallest set of members, nearest to {@code centre} first and of equals the smaller
   * id, whose share of the mass reaches {@code share}. With minus the entropy as centre, relative
   * to the largest logit, that is the typical set. Leaves {@link #sum} valid, not {@link #entropy}.
   */
  void nearest(DenseRow row, double max, double scale, double centre, double share) {
    mass.fill(row, max, scale);
    sum = mass.sum();
    double target = share * sum;
    double middle = -centre * PER_NAT;
    // The buckets wholly within a radius of k buckets fall short of the target for k − 1. So the
    // answer's radius is at least k − 2, since no token that near lies outside the buckets of
    // k − 1; and at most k, so that all its tokens lie in the buckets of k + 1.
    int k = 1;
    while (mass.between(low(middle, k), high(middle, k)) < target
        && (low(middle, k) > 0 || high(middle, k) < MassHistogram.LAST)) {
      k++;
    }
    first = low(middle, k + 1);
    end = high(middle, k + 1);
    sureFirst = low(middle, k - 2);
    sureEnd = high(middle, k - 2);
    double inner = Math.max(k - 3, 0);
    double radius = (k + 1 + inner) / 2 / PER_NAT;
    gather(
        row,
        max,
        scale,
        centre,
        centre,
        inner == 0 ? 0 : radius,
        (k + 1) / PER_NAT - (inner == 0 ? 0 : radius));
    walk(row, max, scale, mass.between(sureFirst, sureEnd), target);
  }

  /** The first bucket wholly within {@code radius} buckets of a middle. */
  private static int low(double middle, int radius) {
    return (int) Math.max(0, Math.ceil(middle - radius + 0.5));
  }

  /** The last bucket wholly within {@code radius} buckets of a middle. */
  private static int high(double middle, int radius) {
    return (int) Math.min(MassHistogram.LAST, Math.floor(middle + radius - 0.5));
  }

  /** Finds how far in the sorted edge the target is reached. */
  private void walk(DenseRow row, double max, double scale, double from, double target) {
    Keys.sort(distances, ids, 0, edge);
    double reached = from;
    last = 0;
    while (last < edge - 1) {
      reached += FastExp.exp((row.logit(ids[last]) - max) * scale);
      if (reached >= target) {
        break;
      }
      last++;
    }
  }

  /**
   * Collects the members of the edge. They lie in a {@link Band}, in nats and relative to the
   * largest logit.
   */
  private void gather(
      DenseRow row,
      double max,
      double scale,
      double centre,
      double middle,
      double radius,
      double width) {
    edge = 0;
    double rounding = 4e-7 * (Math.abs(max) + (radius + width - middle) / scale) + 1e-6 / scale;
    band.set(max + middle / scale, radius / scale, width / scale + rounding);
    for (int s = 0; s < row.segments(); s++) {
      row.members(s, row.scratch);
      int near = band.find(row.scratch);
      for (int i = 0; i < near; i++) {
        int at = band.places()[i];
        double y = (row.scratch[at] - max) * scale;
        int bucket = MassHistogram.bucket(y);
        if (bucket >= first
            && bucket <= end
            && (bucket < sureFirst || bucket > sureEnd)
            && y > Double.NEGATIVE_INFINITY) {
          add(s * SEGMENT + at, Math.abs(y - centre));
        }
      }
    }
  }

  private void add(int id, double distance) {
    if (edge == ids.length) {
      ids = Arrays.copyOf(ids, 2 * edge);
      distances = Arrays.copyOf(distances, 2 * edge);
    }
    ids[edge] = id;
    distances[edge++] = distance;
  }

  /** The token, by ascending id, at which Σ exp((x − max) · scale) exceeds a target. */
  int walk(DenseRow row, double target, double max, double scale) {
    double reached = 0;
    int drawn = -1;
    for (int s = 0; s < row.segments(); s++) {
      row.members(s, row.scratch);
      for (int i = 0; i < SEGMENT; i++) {
        float x = row.scratch[i];
        double p = x == Float.NEGATIVE_INFINITY ? 0 : FastExp.exp((x - max) * scale);
        if (p > 0) {
          reached += p;
          drawn = s * SEGMENT + i;
          if (reached > target) {
            return drawn;
          }
        }
      }
    }
    return drawn;
  }

  /** Of the last one taken by {@link #nucleus} or {@link #nearest}. */
  int lastId() {
    return ids[last];
  }

  /** Of the last one taken by {@link #nucleus} or {@link #nearest}. */
  double lastDistance() {
    return distances[last];
  }
}
