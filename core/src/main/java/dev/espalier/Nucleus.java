package dev.espalier;

import org.jspecify.annotations.Nullable;

/**
 * The nucleus: the smallest best-first prefix of a mass. The best few often have it; some hundreds
 * are told apart by quickselect; a wide one is found in a histogram.
 */
final class Nucleus {
  /** A nucleus of more tokens than this is not looked for one by one. */
  private static final int WIDE = 1024;

  /** If even so many tokens like the last of the best few fall short, there are thousands. */
  private static final int FAR = 256;

  /** Answers of {@link #among} and {@link #split} besides a number. */
  private static final int OPEN = 0;

  private static final int FARTHER = -1;

  /**
   * A glance leaves more open than this, relative; then hundreds of tokens cannot be told apart.
   */
  private static final double ROUGH = 0.01;

  private final CandidateSet c;
  private final Law law;
  private final Threshold threshold;
  private final @Nullable LogitHistogram histogram; // null where rows are short

  Nucleus(CandidateSet candidates, Threshold threshold) {
    c = candidates;
    law = candidates.law;
    this.threshold = threshold;
    histogram = candidates.hasLongRows() ? new LogitHistogram() : null;
  }

  /** Cuts; {@code mass} is below 1, and there is a candidate. */
  void keep(double mass, int minKeep) {
    law.bound();
    int looked = c.rank(Law.GLANCE);
    int kept;
    do {
      kept = among(looked, mass);
    } while (kept == OPEN && law.sharpen());
    if (kept == FARTHER && looked < Law.GLANCE) {
      kept = looked;
    }
    DenseRow r = c.prepared();
    if (kept > 0) {
      c.keepBest(Math.max(kept, minKeep));
    } else if (r == null) {
      rank(mass, minKeep);
    } else if (!select(r, mass, minKeep)) {
      wide(r, mass, minKeep);
    }
  }

  /** How many of the ranked have the mass; or that this is open, or that all together lack it. */
  private int among(int ranked, double mass) {
    double low = mass * law.least();
    double high = mass * law.most();
    double reached = 0;
    for (int i = 0; i < ranked; i++) {
      reached += mass(c.rankedRaw(i));
      if (reached >= low) {
        return reached >= high ? i + 1 : OPEN;
      }
    }
    return FARTHER;
  }

  /** The nucleus of a list, whose normaliser is exact. */
  private void rank(double mass, int minKeep) {
    for (int wanted = 4 * Law.GLANCE; ; wanted *= 4) {
      int found = c.rank(wanted);
      int kept = among(found, mass);
      if (kept > 0 || found < wanted) {
        c.keepBest(Math.max(kept > 0 ? kept : found, minKeep));
        return;
      }
    }
  }

  /**
   * The nucleus of a long row, if it is among its first thousand; it is not among the first few.
   */
  private boolean select(DenseRow r, double mass, int minKeep) {
    double head = 0;
    for (int i = 0; i < Law.GLANCE; i++) {
      head += mass(c.rankedRaw(i));
    }
    double last = mass(c.rankedRaw(Law.GLANCE - 1));
    if (head + (FAR - Law.GLANCE) * last < mass * law.least()) {
      return false;
    }
    if (law.most() > (1 + ROUGH) * law.least()) {
      law.sharpen();
    }
    // At least so many tokens like the last one are needed; they get less probable, so some more.
    double further = Math.max(0, mass * law.most() - head) / last;
    for (int wanted = (int) Math.min(WIDE, 2 * Law.GLANCE + 3 * further);
        wanted <= WIDE;
        wanted *= 4) {
      int found = r.collect(r.index.threshold(wanted));
      double sum = 0;
      for (int i = 0; i < found; i++) {
        sum += mass(Keys.logit(r.keys()[i]));
      }
      if (sum >= mass * law.most()) {
        take(r, found, mass, minKeep);
        return true;
      }
    }
    return false;
  }

  /** Keeps the best of what has been collected, which has the mass among it. */
  private void take(DenseRow r, int found, double mass, int minKeep) {
    long[] keys = r.keys();
    int kept;
    do {
      kept = split(keys, found, 0, mass * law.least(), mass * law.most());
    } while (kept == OPEN && law.sharpen());
    if (kept < minKeep) {
      c.keepBest(minKeep);
    } else if (kept <= c.listLimit) {
      c.become(keys, kept, 0);
    } else { // so many equals
      r.keepUpTo(keys[kept - 1]);
      c.changed();
    }
  }

  /**
   * Brings the best of some keys to the front, in any order but the last, with which a mass is
   * reached: quickselect, where the side to look at is told by the masses.
   *
   * @param before mass of what is better than all of them
   * @return how many, or {@link #OPEN} if the answers for masses {@code low} and {@code high}
   *     differ
   */
  private int split(long[] keys, int found, double before, double low, double high) {
    int lo = 0;
    int hi = found - 1;
    double reached = before; // with keys[0, lo)
    while (lo < hi) {
      int p = Keys.partition(keys, lo, hi);
      double left = reached;
      for (int i = lo; i <= p; i++) {
        left += mass(Keys.logit(keys[i]));
      }
      if (left >= low) {
        hi = p;
      } else {
        lo = p + 1;
        reached = left;
      }
    }
    boolean decided = reached < low && reached + mass(Keys.logit(keys[lo])) >= high;
    return decided || low == high ? lo + 1 : OPEN;
  }

  /**
   * The nucleus of a long row, by a histogram of floats, or of doubles where that leaves it open.
   */
  private void wide(DenseRow r, double mass, int minKeep) {
    long last = lastOfWide(r, mass);
    if (minKeep > 1 && c.rank(minKeep) == minKeep && last < c.rankedKey(minKeep - 1)) {
      c.keepBest(minKeep);
    } else {
      r.keepUpTo(last);
      threshold.afterCut(r, Keys.logit(last));
    }
  }

  private long lastOfWide(DenseRow r, double mass) {
    if (histogram != null && histogram.fill(r, (float) c.top(), c.scale)) {
      double target = mass * histogram.sum();
      int cell = histogram.reaching(target);
      double before = histogram.above(cell);
      double margin = LogitHistogram.ERROR * (target + before);
      if (cell < histogram.end() && before < target - margin) {
        int found = histogram.collect(r, cell);
        long[] keys = histogram.keys();
        int kept = split(keys, found, before, target - margin, target + margin);
        if (kept != OPEN) {
          return keys[kept - 1];
        }
      }
    }
    ExactLaw exact = law.exactLaw();
    exact.nucleus(r, c.top(), c.scale, mass);
    int id = exact.lastId();
    return Keys.key(r.logit(id), id);
  }

  private double mass(float logit) {
    return FastExp.exp((logit - c.top()) * c.scale);
  }
}
