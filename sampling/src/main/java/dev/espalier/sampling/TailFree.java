package dev.espalier.sampling;

import dev.espalier.Candidates;

/**
 * Cuts where the curvature of the sorted probabilities has used up a share z of its sum (Bricken
 * 2019), in llama.cpp's form; {@code centered} keeps one token more, as KoboldAI does. Sorts all
 * candidates: put a top-k before it.
 */
record TailFree(double z, int minKeep, boolean centered) implements Stage {
  private static final double FLAT = 1e-6;

  TailFree {
    Range.above(0, 1).check("tail_free", "z", z);
    Range.atLeast("tail_free", "min_keep", 1, minKeep);
  }

  @Override
  public void process(Candidates candidates) {
    int n = candidates.count();
    if (z == 1 || n < 3) {
      return;
    }
    candidates.rank(n);
    double total = 0;
    for (int i = 0; i < n - 2; i++) {
      total += curvature(candidates, i);
    }
    double sum = 0;
    for (int i = 0; i < n - 2; i++) {
      sum += total > FLAT ? curvature(candidates, i) / total : 1.0 / (n - 2);
      if (sum > z && i >= minKeep) {
        candidates.keepBest(centered ? i + 1 : i);
        return;
      }
    }
  }

  private static double curvature(Candidates c, int i) {
    double p = Math.exp(c.rankedLogProb(i));
    double q = Math.exp(c.rankedLogProb(i + 1));
    double r = Math.exp(c.rankedLogProb(i + 2));
    return Math.abs((p - q) - (q - r));
  }
}
