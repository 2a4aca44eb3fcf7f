package dev.espalier.sampling;

import dev.espalier.Candidates;

/**
 * Keeps tokens whose surprise is nearest to the entropy, up to a mass (Meister et al. 2022). May
 * remove the best token. {@code strict} is llama.cpp's form: the mass must be exceeded and ties at
 * the end are dropped; else Hugging Face's.
 */
record Typical(double mass, int minKeep, boolean strict) implements Stage {
  Typical {
    Range.above(0, 1).check("typical", "mass", mass);
    Range.atLeast("typical", "min_keep", 1, minKeep);
  }

  @Override
  public void process(Candidates candidates) {
    if (mass < 1) {
      candidates.keepTypical(mass, minKeep, strict);
    }
  }
}
