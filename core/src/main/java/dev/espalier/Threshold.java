package dev.espalier;

/** Cuts at a logit. A long row of which little survives becomes a list. */
final class Threshold {
  /** In an interval of more nats there is nearly always a token. */
  private static final double OPEN = 0.1;

  private final CandidateSet c;
  private final Law law;

  Threshold(CandidateSet candidates) {
    c = candidates;
    law = candidates.law;
  }

  /** The smallest raw logit that is at least {@code least} once scaled. */
  float smallest(double least) {
    float t = (float) Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, least / c.scale));
    while (t * c.scale < least) {
      t = Math.nextUp(t);
    }
    while (t > -Float.MAX_VALUE && Math.nextDown(t) * c.scale >= least) {
      t = Math.nextDown(t);
    }
    return t;
  }

  /** Keeps what has a logit of {@code least} or more. */
  void keepAtLeast(double least) {
    double max = c.top() * c.scale;
    if (least > Double.NEGATIVE_INFINITY && max > Double.NEGATIVE_INFINITY) {
      keep(least > max ? Float.POSITIVE_INFINITY : smallest(least));
    }
  }

  /** The same, and always the best few. */
  void keepAtLeast(double least, int minKeep) {
    if (minKeep > 1 || least > c.top() * c.scale) {
      int few = c.rank(minKeep);
      if (few == 0) {
        return;
      }
      if (c.rankedRaw(few - 1) * c.scale < least) {
        c.keepBest(few);
        return;
      }
    }
    keepAtLeast(least);
  }

  /** Keeps what has a raw logit of {@code least} or more. */
  void keep(float least) {
    DenseRow r = c.prepared();
    if (r == null) {
      c.list.keepFrom(least);
      c.changed();
    } else {
      r.keepUpTo(Keys.key(least, Integer.MAX_VALUE));
      afterCut(r, least);
    }
  }

  /** A cut row becomes a list if few survive. */
  void afterCut(DenseRow r, float least) {
    if (r.index.fewReach(least)) {
      int found = r.collect(least);
      if (found <= c.listLimit) {
        c.become(r.keys(), found, 0);
        return;
      }
    }
    c.changed();
  }

  /** See {@link Candidates#keepProbable}; there is a candidate. */
  void keepProbable(double least, int minKeep) {
    law.bound();
    do {
      double width = Math.log(law.most() / law.least());
      double low = least + c.top() * c.scale + Math.log(law.least());
      if (width < OPEN && keepDecided(low, low + width, minKeep)) {
        return;
      }
    } while (law.sharpen());
    keepAtLeast(least + law.logSumExp(true), minKeep);
  }

  /**
   * Keeps the logits above an interval if none lies inside; false, and nothing done, if one may.
   */
  private boolean keepDecided(double low, double high, int minKeep) {
    DenseRow r = c.prepared();
    if (r == null || low > c.top() * c.scale) {
      return false;
    }
    float from = smallest(low);
    int found = r.index.fewReach(from) ? r.collect(from) : Integer.MAX_VALUE;
    if (found > c.listLimit) {
      return false;
    }
    long[] keys = r.keys();
    for (int i = 0; i < found; i++) {
      if (Keys.logit(keys[i]) * c.scale < high) {
        return false;
      }
    }
    if (found < minKeep) {
      c.keepBest(minKeep);
    } else {
      c.become(keys, found, 0);
    }
    return true;
  }
}
