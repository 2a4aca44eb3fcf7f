package dev.espalier.sampling;

import dev.espalier.Generation;
import dev.espalier.TokenDetail;

/**
 * How sure the model was of a whole generation, by its own law. In nats.
 *
 * @param tokens how many were scored; forced ones count, since the model has an opinion on them
 * @param logProb Σ ln p
 */
public record SequenceScore(int tokens, double logProb) {
  /** The score of a generation whose log-probabilities were not switched off. */
  public static SequenceScore of(Generation generation) {
    double sum = 0;
    for (TokenDetail token : generation.details()) {
      sum += token.logProb();
    }
    return new SequenceScore(generation.details().size(), sum);
  }

  /** Mean ln p of a token; 0 for an empty generation. */
  public double meanLogProb() {
    return tokens == 0 ? 0 : logProb / tokens;
  }

  /** exp(−mean ln p), 1 or more. */
  public double perplexity() {
    return Math.exp(-meanLogProb());
  }

  /**
   * G-NLL: −Σ ln p, an estimate of the model's uncertainty if the generation was greedy (Aichberger
   * et al. 2024).
   */
  public double gnll() {
    return -logProb;
  }
}
