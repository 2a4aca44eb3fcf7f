package dev.espalier;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One sequence's next draw, as a {@link TokenSelector} sees it. Valid during the call. */
public interface DrawStep {
  /** The model's own logits, for log-probabilities. */
  LogitsRow raw();

  /** The logits to draw from: {@link #raw}, or what guidance made of several. */
  LogitsRow row();

  /**
   * The allowed tokens, or null if all are but {@link #blocked}. Made now if it was not made beside
   * the model.
   */
  @Nullable TokenMask mask();

  /**
   * Whether one token is allowed, end tokens included; makes no mask. What a sampler by rejection
   * asks.
   */
  boolean allows(int token);

  /** Whether the draw may come before the mask without a change of law. */
  boolean drawsFirst();

  /** Tokens that are never drawn when there is no mask, ascending; do not write. */
  int[] blocked();

  /** The processors' states, in the order in which they apply. */
  List<LogitsProcessor.State> processors();

  /** How to draw. */
  Draw draw();

  /** The random numbers of this step. */
  CounterRandom random();

  /** Whether the model's own log-probability is wanted. */
  boolean scored();

  /** How many of the model's best tokens to list. */
  int alternatives();

  /** Takes the result; the selector has told the processors. */
  void choose(TokenDetail chosen);
}
