package dev.espalier.sampling;

import dev.espalier.Candidates;

/** Keeps the k best tokens (Fan, Lewis, Dauphin 2018). */
record TopK(int k, int minKeep, boolean ties) implements Stage {
  TopK {
    Range.atLeast("top_k", "k", 1, k);
    Range.atLeast("top_k", "min_keep", 1, minKeep);
  }

  @Override
  public void process(Candidates candidates) {
    int wanted = Math.max(k, minKeep);
    if (ties) {
      int kept = candidates.rank(wanted);
      if (kept == wanted) {
        candidates.keepAtLeast(candidates.logit(candidates.ranked(kept - 1)));
      }
    } else {
      candidates.keepBest(wanted);
    }
  }
}
