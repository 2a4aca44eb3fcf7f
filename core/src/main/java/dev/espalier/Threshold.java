package dev.espalier;

/** Cuts at a logit. A long row of which little survives becomes a list. */
final class Threshold {
  /** In an interval of more nats there is nearly always a token. */
  private static final double OPEN = 0.1;

  private final Candidates c;
  private final Law law;

  Threshold(Candidates candidates, Law law) {
    c = candidates;
    this.law = law;
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
    law.bound();
    do {
      double width = Math.log(law.most() / law.least());
      double low = least + c.max() + Math.log(law.least());
      if (width < OPEN && keepDecided(low, low + width, minKeep)) {
        return;
      }
    } while (law.sharpen());
    c.keepAtLeast(least + c.exactLogSumExp(), minKeep);
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
