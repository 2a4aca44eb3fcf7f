package dev.espalier.sampling;

import dev.espalier.Candidates;

/** Keeps the smallest best-first prefix of probability {@code p} (Holtzman et al. 2019). */
record TopP(double p, int minKeep) implements Stage {
  static final Range RANGE = Range.closed(0, 1);

  TopP {
    RANGE.check("top_p", "p", p);
    Range.atLeast("top_p", "min_keep", 1, minKeep);
  }

  @Override
  public void process(Candidates candidates) {
    if (p < 1) {
      candidates.keepMass(p, minKeep);
    }
  }
}
