package dev.espalier.sampling;

import dev.espalier.Candidates;

/** Keeps tokens of at least a probability; the best in any case (Hewitt et al. 2022). */
record Epsilon(double epsilon, int minKeep) implements Stage {
  Epsilon {
    Range.open(0, 1).check("epsilon", "epsilon", epsilon);
    Range.atLeast("epsilon", "min_keep", 1, minKeep);
  }

  @Override
  public void process(Candidates candidates) {
    candidates.keepProbable(Math.log(epsilon), minKeep);
  }
}
