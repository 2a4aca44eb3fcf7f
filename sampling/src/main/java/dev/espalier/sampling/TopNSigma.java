package dev.espalier.sampling;

import dev.espalier.Candidates;

/**
 * Keeps logits within n standard deviations of the largest (Tang et al. 2024). Over the candidates
 * only; {@code sample} divides by one less than their number, as the authors' code does.
 */
record TopNSigma(double n, boolean sample) implements Stage {
  TopNSigma {
    Range.open(0, Double.POSITIVE_INFINITY).check("top_n_sigma", "n", n);
  }

  @Override
  public void process(Candidates candidates) {
    candidates.keepAtLeast(candidates.max() - n * candidates.deviation(sample), 1);
  }
}
