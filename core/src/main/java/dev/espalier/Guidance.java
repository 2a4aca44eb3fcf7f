package dev.espalier;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Several models or prompts feeding one draw: contrastive decoding, classifier-free guidance,
 * ensembles. Each companion continues its own prompt with the tokens that are drawn, and the rows
 * are combined before masks and processors. An immutable description.
 */
public interface Guidance {
  /** The further sequences; their models must have the same vocabulary as the sampler's model. */
  List<Companion> companions();

  /** The state for a new sequence. */
  State open();

  /**
   * A model beside the sampler's own.
   *
   * @param model the model; may be the sampler's own, with another prompt
   * @param prompt makes this companion's prompt from the caller's
   */
  record Companion(CausalLm model, UnaryOperator<Prompt> prompt) {}

  /** Per-sequence state; not thread-safe. */
  interface State {
    /**
     * The row to draw from.
     *
     * @param own the row of the sampler's model
     * @param others the rows of the companions, in order
     */
    LogitsRow combine(LogitsRow own, List<LogitsRow> others);

    /** Learns which token followed. */
    default void accept(int token) {}

    /** An independent copy; stateless ones return themselves. */
    State fork();
  }
}
