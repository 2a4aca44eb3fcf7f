package dev.espalier;

import java.util.List;

/**
 * One generated token. Log-probabilities are in nats.
 *
 * @param token its id
 * @param logProb under the model itself: raw logits, temperature 1, nothing masked; NaN if
 *     log-probabilities were switched off
 * @param drawLogProb under the law it was drawn from; 0 for a forced token; NaN where it was
 *     accepted without a mask, see {@link Masking#OPPORTUNISTIC}
 * @param forced whether the constraint left no other token
 * @param alternatives the model's best tokens at this place, best first, if asked for
 */
public record TokenDetail(
    int token, double logProb, double drawLogProb, boolean forced, List<Alternative> alternatives) {

  /** Copies the list. */
  public TokenDetail {
    alternatives = List.copyOf(alternatives);
  }

  /**
   * A token that the model might have chosen.
   *
   * @param token its id
   * @param logProb under the model itself, in nats
   */
  public record Alternative(int token, double logProb) {}
}
