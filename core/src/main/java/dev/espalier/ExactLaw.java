package dev.espalier;

import java.util.Arrays;

/**
 * The double-precision path over a long row: the normaliser, the entropy, and the smallest set of a
 * given mass around a centre. About five times the cost of {@link ExpSums}, and taken only where
 * its error bound leaves a decision open. Mutable, for one thread.
 */
final class ExactLaw {
  private static final int SEGMENT = FastExp.SEGMENT;
  private static final int BUCKETS = 4096;

  private final double[] argument = new double[SEGMENT];
  private final double[] exponential = new double[SEGMENT];
  private final double[] mass = new double[BUCKETS];
  private final double[] place = new double[SEGMENT];

  private double sum;
  private double moment;

  // The boundary bucket: distance and id, sorted.
  private double[] distances = new double[256];
  private int[] ids = new int[256];
  private int boundary;
  private int last;

  private void exponentials(DenseRow row, int s, double max, double scale) {
    row.members(s, row.scratch);
    FastExp.widen(row.scratch, argument);
    FastExp.arguments(argument, max, scale);
    FastExp.doubles(argument, exponential);
  }

  /** Sums over the members; {@code max} is their largest raw logit. */
  void sums(DenseRow row, double max, double scale) {
    sum = 0;
    moment = 0;
    for (int s = 0; s < row.segments(); s++) {
      exponentials(row, s, max, scale);
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
   * Finds the smallest set of members, nearest to {@code centre} first and of equals the smaller
   * id, whose share of the mass reaches {@code share}. With centre 0 that is the nucleus, with
   * minus the entropy the typical set (both relative to the largest logit). Leaves {@link #sum}
   * valid.
   *
   * <p>One pass sums the mass in 4,096 buckets of distance; only the bucket in which the share is
   * reached is sorted. The range is such that all buckets but the last matter: what lies below
   * ln((1 − share) · sum / size) has less than the missing mass together.
   *
   * @param roughSum {@link #sum}, to a percent
   */
  void nearest(
      DenseRow row, double max, double scale, double centre, double share, double roughSum) {
    double low = Math.log(Math.max((1 - share) * roughSum / row.size, 1e-27)) - 0.1;
    double range = Math.max(centre - low, -centre);
    double perNat = (BUCKETS - 1.5) / range;
    // What is farther goes into the last bucket, which nothing nearer reaches.
    double lowest = centre - (BUCKETS - 0.5) / perNat;
    Arrays.fill(mass, 0);
    for (int s = 0; s < row.segments(); s++) {
      exponentials(row, s, max, scale);
      // Vector code up to here; then one dependent addition for each token.
      places(argument, centre, lowest, perNat, place);
      for (int i = 0; i < SEGMENT; i++) {
        mass[(int) place[i]] += exponential[i];
      }
    }
    sum = 0;
    for (int i = BUCKETS - 1; i >= 0; i--) {
      sum += mass[i];
    }
    double target = share * sum;
    double reached = 0;
    int at = 0;
    while (at < BUCKETS - 1 && (mass[at] == 0 || reached + mass[at] < target)) {
      reached += mass[at++];
    }
    gather(row, max, scale, centre, lowest, perNat, at);
    Keys.sort(distances, ids, 0, boundary);
    last = 0;
    for (; last < boundary; last++) {
      reached += FastExp.exp((row.logit(ids[last]) - max) * scale);
      if (reached >= target) {
        break;
      }
    }
    last = Math.max(Math.min(last, boundary - 1), 0);
  }

  /** Bucket numbers, still as doubles. */
  private static void places(
      double[] arguments, double centre, double lowest, double perNat, double[] out) {
    for (int i = 0; i < SEGMENT; i++) {
      out[i] = Math.abs(Math.max(arguments[i], lowest) - centre) * perNat;
    }
  }

  /**
   * The members of a bucket, found by comparing logits with the bucket's two edges on each side.
   */
  private void gather(
      DenseRow row,
      double max,
      double scale,
      double centre,
      double lowest,
      double perNat,
      int wanted) {
    boundary = 0;
    // One comparison that rarely holds finds both sides; half a bucket of slack and the rounding of
    // floats are in its width, and the exact test follows.
    float middle = (float) (max + centre / scale);
    float radius = (float) ((wanted + 0.5) / (perNat * scale));
    float width = (float) (1 / (perNat * scale) + 4e-7 * (Math.abs(middle) + radius));
    for (int s = 0; s < row.segments(); s++) {
      row.members(s, row.scratch);
      float[] scratch = row.scratch;
      for (int i = 0; i < SEGMENT; i++) {
        float x = scratch[i];
        if (Math.abs(Math.abs(x - middle) - radius) <= width) {
          double y = (x - max) * scale;
          double place = Math.abs(Math.max(Math.max(y, FastExp.DOUBLE_FLOOR), lowest) - centre);
          if ((int) (place * perNat) == wanted) {
            add(s * SEGMENT + i, Math.abs(y - centre));
          }
        }
      }
    }
  }

  private void add(int id, double distance) {
    if (boundary == ids.length) {
      ids = Arrays.copyOf(ids, 2 * boundary);
      distances = Arrays.copyOf(distances, 2 * boundary);
    }
    ids[boundary] = id;
    distances[boundary++] = distance;
  }

  /** Of the last one taken by {@link #nearest}. */
  int lastId() {
    return ids[last];
  }

  /** Of the last one taken by {@link #nearest}. */
  double lastDistance() {
    return distances[last];
  }
}
