package dev.espalier.sampling;

import dev.espalier.Candidates;

/**
 * As {@link Epsilon}, with a threshold that falls with the entropy: min(ε, √ε · e^(−H)) (Hewitt et
 * al. 2022).
 */
record Eta(double epsilon, int minKeep) implements Stage {
  Eta {
    Range.open(0, 1).check("eta", "epsilon", epsilon);
    Range.atLeast("eta", "min_keep", 1, minKeep);
  }

  @Override
  public void process(Candidates candidates) {
    double fixed = Math.log(epsilon);
    double falling = fixed / 2 - candidates.entropy();
    if (falling < fixed + candidates.entropyError()) {
      falling = fixed / 2 - candidates.exactEntropy();
    }
    candidates.keepProbable(Math.min(fixed, falling), minKeep);
  }
}
