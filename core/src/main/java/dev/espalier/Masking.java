package dev.espalier;

/** How a constraint meets the draw. */
public enum Masking {
  /** The mask of every step is made beside the model's pass and applied before the processors. */
  FULL,

  /**
   * A token is drawn first and the constraint asked about it alone; the mask is made only where it
   * refuses. Pays where masks cost more than the model hides. Used only where the law is proven the
   * same: every processor is {@linkplain LogitsProcessor#pointwise pointwise} and the draw
   * {@linkplain Draw#conditional conditional}. Otherwise, and where the text may end, masks are
   * made in full. With {@link Draw#gumbel} and {@link Draw#greedy} even the tokens are the same. A
   * token that was accepted at once has no known {@link TokenDetail#drawLogProb} under the mask: it
   * is NaN.
   */
  OPPORTUNISTIC
}
