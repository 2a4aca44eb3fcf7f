package dev.espalier;

/** Cuts at a logit. A long row of which little survives becomes a list. */
final class Threshold {
  private final Candidates c;

  Threshold(Candidates candidates) {
    c = candidates;
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

  /** Keeps what has a raw logit of {@code least} or more. */
  void keep(float least) {
    DenseRow r = c.prepared();
    if (r == null) {
      c.list.keepFrom(least);
      c.dropLazies();
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
    c.dropLazies();
  }

  /** See {@link Candidates#keepProbable}; there is a candidate. */
  void keepProbable(double least, int minKeep) {
    double threshold = least + c.logSumExp();
    double error = c.logSumExpError();
    if (error > 0 && keepDecided(threshold - error, threshold + error, minKeep)) {
      return;
    }
    c.keepAtLeast(error > 0 ? least + c.exactLogSumExp() : threshold, minKeep);
  }

  /**
   * Keeps the logits above an interval if none lies inside; false, and nothing done, if one may.
   */
  private boolean keepDecided(double low, double high, int minKeep) {
    DenseRow r = c.prepared();
    if (r == null || low > c.max()) {
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
