package dev.espalier;

/** How a token is taken from the candidates that the processors leave. Stateless, shared. */
@FunctionalInterface
public interface Draw {
  /**
   * A token id.
   *
   * @param random the numbers of this step
   * @throws NoAdmissibleTokenException if no candidate is left
   */
  int draw(Candidates candidates, CounterRandom random);

  /**
   * Whether a draw among all, repeated among the allowed by {@link #redraw} if it hit no allowed
   * token, has the law of a draw among the allowed. False unless proven.
   */
  default boolean conditional() {
    return false;
  }

  /**
   * A second draw of the same step, after the first hit a token that is not allowed.
   *
   * @param random the numbers that the first draw had
   */
  default int redraw(Candidates candidates, CounterRandom random) {
    return draw(candidates, random);
  }

  /**
   * A token with probability proportional to the exponential of its logit. A single candidate is
   * taken without randomness.
   */
  static Draw multinomial() {
    return Draws.MULTINOMIAL;
  }

  /** The best candidate; of equals the one with the smaller id. */
  static Draw greedy() {
    return Draws.GREEDY;
  }

  /**
   * Gumbel-max: the token whose logit plus a Gumbel number of its own is largest. The law of {@link
   * #multinomial}, but the numbers belong to the token ids: the same seed gives the same token
   * whatever else is in the batch, and mostly the same one when the logits change a little.
   */
  static Draw gumbel() {
    return Draws.GUMBEL;
  }
}
