package dev.espalier;

/**
 * The locally typical set: the candidates whose surprise is nearest to the entropy, up to a mass. A
 * narrow one is found by collecting an interval around the entropy, a wide one in the exact law's
 * histogram. Mutable, for one thread.
 */
final class TypicalSet {
  private final CandidateSet c;
  private final Law law;
  private final Threshold threshold;
  private long[] chosen = new long[0];
  private double[] distances = new double[0];
  private int[] perm = new int[0];

  TypicalSet(CandidateSet candidates, Threshold threshold) {
    c = candidates;
    law = candidates.law;
    this.threshold = threshold;
  }

  /** Cuts; there is a candidate. See {@link Candidates#keepTypical}. */
  void keep(double mass, int minKeep, boolean strict) {
    DenseRow r = c.prepared();
    if (r == null) {
      take(c.list.keys(), c.list.size(), mass, minKeep, strict, 0);
      return;
    }
    if (!strict && minKeep == 1) {
      dense(r, mass);
    } else {
      // Forms that are not one interval: list everything, whatever the length.
      int all = r.collect(Float.NEGATIVE_INFINITY);
      law.entropy(true);
      take(r.keys(), all, mass, minKeep, strict, 0);
    }
  }

  private void dense(DenseRow r, double mass) {
    law.entropy(false);
    double centre = Math.log(law.sum(false)) - law.entropy(false);
    double share = mass * law.sum(false);
    for (double width = 4; ; width *= 2) {
      double low = centre - width;
      float least = threshold.smallest(low + c.top() * c.scale);
      if (!r.index.fewReach(least)) {
        break;
      }
      int found = r.collect(least);
      if (found > c.listLimit) {
        break;
      }
      double inside = 0;
      for (int i = 0; i < found; i++) {
        double y = (Keys.logit(r.keys()[i]) - c.top()) * c.scale;
        if (Math.abs(y - centre) < width * (1 - 1e-9)) {
          inside += FastExp.exp(y);
        }
      }
      if (inside > share * (1 + 1e-4)) {
        double slack = law.isEntropyExact() ? 0 : 2 * (law.entropyError() + ExpSums.ERROR);
        if (take(r.keys(), found, mass, 1, false, slack)) {
          return;
        }
        law.entropy(true);
        take(r.keys(), found, mass, 1, false, 0);
        return;
      }
    }
    law.entropy(true);
    ExactLaw exact = law.exactLaw();
    centre = Math.log(law.sum(false)) - law.entropy(false);
    exact.nearest(r, c.top(), c.scale, centre, mass);
    double reach = exact.lastDistance();
    double max = c.top();
    float high = (float) Math.min(max, max + (centre + reach) / c.scale);
    while (high < max && Math.abs((Math.nextUp(high) - max) * c.scale - centre) <= reach) {
      high = Math.nextUp(high);
    }
    while (Math.abs((high - max) * c.scale - centre) > reach && (high - max) * c.scale > centre) {
      high = Math.nextDown(high);
    }
    float low = (float) (max + (centre - reach) / c.scale);
    while (Math.abs((Math.nextDown(low) - max) * c.scale - centre) <= reach) {
      low = Math.nextDown(low);
    }
    while (Math.abs((low - max) * c.scale - centre) > reach && (low - max) * c.scale < centre) {
      low = Math.nextUp(low);
    }
    if (high < max) {
      r.keepFrom(Keys.key(high, 0));
    }
    r.keepUpTo(Keys.key(low, Integer.MAX_VALUE));
    threshold.afterCut(r, low);
  }

  /**
   * Turns into the typical ones of some keys; false, and nothing done, if an error of {@code slack}
   * nats of entropy might change them.
   */
  private boolean take(
      long[] keys, int length, double mass, int minKeep, boolean strict, double slack) {
    law.entropy(slack == 0);
    double known = law.sum(slack == 0);
    double max = c.top();
    double centre = Math.log(known) - law.entropy(false);
    if (distances.length < length) {
      distances = new double[Math.max(length, 2 * distances.length)];
      perm = new int[distances.length];
    }
    // Slots go into the sort as "ids": keys must be in id order for ties.
    sortById(keys, length);
    for (int i = 0; i < length; i++) {
      distances[i] = Math.abs((Keys.logit(keys[i]) - max) * c.scale - centre);
      perm[i] = i;
    }
    Keys.sort(distances, perm, 0, length);
    double target = mass * known;
    double reached = 0;
    int kept = 0;
    while (kept < length) {
      double before = reached;
      reached += FastExp.exp((Keys.logit(keys[perm[kept]]) - max) * c.scale);
      kept++;
      if (strict ? reached > target : reached >= target - slack * known) {
        double margin = slack * known;
        if (slack > 0 && (reached < target + margin || before >= target - margin)) {
          return false;
        }
        break;
      }
    }
    double last = distances[kept - 1];
    if (slack > 0) {
      for (int i = 0; i < length; i++) {
        if (distances[i] != last && Math.abs(distances[i] - last) <= 2 * slack) {
          return false;
        }
      }
    }
    kept = Math.min(length, Math.max(kept, minKeep));
    last = distances[kept - 1];
    while (!strict && kept < length && distances[kept] == last) {
      kept++;
    }
    if (chosen.length < kept) {
      chosen = new long[Math.max(kept, Math.min(c.size, 2 * chosen.length))];
    }
    for (int i = 0; i < kept; i++) {
      chosen[i] = keys[perm[i]];
    }
    c.become(chosen, kept, 0);
    return true;
  }

  /** Sorts keys by id, by way of a rotation that puts the id into the upper half. */
  private static void sortById(long[] keys, int length) {
    for (int i = 0; i < length; i++) {
      keys[i] = Long.rotateLeft(keys[i], 32);
    }
    Keys.sort(keys, 0, length);
    for (int i = 0; i < length; i++) {
      keys[i] = Long.rotateLeft(keys[i], 32);
    }
  }
}
