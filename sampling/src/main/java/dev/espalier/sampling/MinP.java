package dev.espalier.sampling;

import dev.espalier.Candidates;

/** Keeps tokens at least {@code p} times as probable as the best one (Nguyen et al. 2024). */
record MinP(double p, int minKeep) implements Stage {
  static final Range RANGE = Range.closed(0, 1);

  MinP {
    RANGE.check("min_p", "p", p);
    Range.atLeast("min_p", "min_keep", 1, minKeep);
  }

  @Override
  public void process(Candidates candidates) {
    if (p > 0) {
      // No normaliser: the ratio to the best probability is a difference of logits.
      candidates.keepAtLeast(candidates.max() + Math.log(p), minKeep);
    }
  }
}
