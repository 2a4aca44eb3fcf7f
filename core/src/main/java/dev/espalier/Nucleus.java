package dev.espalier;

/**
 * The nucleus: the smallest best-first prefix of a mass. A glance at the best few often decides; a
 * prefix of some hundreds is found by sorting; a wide one in the exact law's histogram.
 */
final class Nucleus {
  /** A nucleus of more tokens than this is not looked for by sorting. */
  private static final int WIDE = 1024;

  /** Where a glance says that it has more tokens than this, the histogram is cheaper. */
  private static final int FAR = 256;

  private final Candidates c;
  private final Law law;
  private final Threshold threshold;

  Nucleus(Candidates candidates, Law law, Threshold threshold) {
    c = candidates;
    this.law = law;
    this.threshold = threshold;
  }

  /** Cuts; {@code mass} is below 1, and there is a candidate. */
  void keep(double mass, int minKeep) {
    if (glance(mass, minKeep)) {
      return;
    }
    if (!law.glanced() || !farFrom(mass)) {
      law.sum(false);
      if ((c.dense && law.sum(false) > 0) ? select(mass, minKeep) : prefix(mass, minKeep)) {
        return;
      }
    }
    DenseRow r = c.prepared();
    if (r == null) {
      throw new AssertionError("a list always ends");
    }
    ExactLaw exact = law.exactLaw();
    exact.nucleus(r, c.top(), c.scale, mass);
    int id = exact.lastId();
    float lowest = r.logit(id);
    if (minKeep > 1
        && c.rank(minKeep) == minKeep
        && Keys.key(lowest, id) < c.rankedKey(minKeep - 1)) {
      c.keepBest(minKeep);
    } else {
      r.keepUpTo(Keys.key(lowest, id));
      threshold.afterCut(r, lowest);
    }
  }

  /** Whether even some hundreds of the best, all as probable as the 64th, fall short of a mass. */
  private boolean farFrom(double mass) {
    double last = FastExp.exp((c.rankedRaw(Law.GLANCE - 1) - c.top()) * c.scale);
    return law.best() + (FAR - Law.GLANCE) * last < mass * law.least();
  }

  /** The nucleus among the first thousand of a long row, if it is there. */
  private boolean select(double mass, int minKeep) {
    DenseRow r = c.prepared();
    if (r == null) {
      return prefix(mass, minKeep);
    }
    int few = c.rank(Law.GLANCE);
    if (few < Law.GLANCE) {
      return prefix(mass, minKeep);
    }
    double head = 0;
    for (int i = 0; i < few; i++) {
      head += exp(c.rankedKey(i));
    }
    // At least so many tokens like the last one are needed; they get less probable, so some more.
    double further = Math.max(0, mass * law.sum(false) - head) / exp(c.rankedKey(few - 1));
    for (int wanted = (int) Math.min(WIDE, 2 * Law.GLANCE + 3 * further);
        wanted <= WIDE;
        wanted *= 4) {
      int found = r.collect(r.index.threshold(wanted));
      double sum = 0;
      for (int i = 0; i < found; i++) {
        sum += exp(r.keys()[i]);
      }
      if (sum >= mass * law.sum(false) * (1 + law.sumError())) {
        take(r, found, mass, minKeep);
        return true;
      }
    }
    return false;
  }

  /**
   * Keeps the best of what has been collected, which has the mass among it, by quickselect on their
   * masses.
   */
  private void take(DenseRow r, int found, double mass, int minKeep) {
    long[] keys = r.keys();
    while (true) {
      double target = mass * law.sum(false);
      double margin = law.sumError() * target;
      int lo = 0;
      int hi = found - 1;
      double before = 0; // the mass of keys[0, lo)
      while (lo < hi) {
        int p = Keys.partition(keys, lo, hi);
        double left = before;
        for (int i = lo; i <= p; i++) {
          left += exp(keys[i]);
        }
        if (left >= target) {
          hi = p;
        } else {
          lo = p + 1;
          before = left;
        }
      }
      if (margin == 0 || (before < target - margin && before + exp(keys[lo]) >= target + margin)) {
        int kept = lo + 1;
        if (kept < minKeep) {
          c.keepBest(minKeep);
        } else if (kept <= c.listLimit) {
          c.become(keys, kept, 0);
        } else { // so many equals
          r.keepUpTo(keys[lo]);
          c.dropLazies();
        }
        return;
      }
      law.sum(true); // the float normaliser leaves the last token open
    }
  }

  private double exp(long key) {
    return FastExp.exp((Keys.logit(key) - c.top()) * c.scale);
  }

  /** The nucleus of a list, which is sorted as far as it reaches. */
  private boolean prefix(double mass, int minKeep) {
    if (law.sum(false) == 0) {
      return true;
    }
    double cumulated = 0;
    int done = 0;
    for (int wanted = 64; ; wanted *= 4) {
      int found = c.rank(wanted);
      for (; done < found; done++) {
        double before = cumulated;
        cumulated += FastExp.exp((c.rankedRaw(done) - c.top()) * c.scale);
        double target = mass * law.sum(false);
        if (cumulated >= target - law.sumError() * target) {
          double margin = law.sumError() * target;
          if (margin > 0 && (cumulated < target + margin || before >= target - margin)) {
            law.sum(true);
            return prefix(mass, minKeep);
          }
          c.keepBest(Math.max(done + 1, minKeep));
          return true;
        }
      }
      if (found < wanted) {
        c.keepBest(Math.max(1, found));
        return true;
      }
    }
  }

  /** The nucleus without a normaliser, if what {@link Law#glance} sees of it decides. */
  private boolean glance(double mass, int minKeep) {
    if (!c.dense || law.isSummed() || !law.glance()) {
      return false;
    }
    double low = mass * law.least() * (1 - 1e-12);
    double high = mass * law.most() * (1 + 1e-12);
    double reached = 0;
    for (int i = 0; i < Law.GLANCE; i++) {
      reached += FastExp.exp((c.rankedRaw(i) - c.top()) * c.scale);
      if (reached >= low) {
        if (reached < high) {
          return false;
        }
        c.keepBest(Math.max(i + 1, minKeep));
        return true;
      }
    }
    return false;
  }
}
