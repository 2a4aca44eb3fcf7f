package dev.espalier;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A causal language model. Thread-safe: sequences are independent, and concurrent forward passes
 * queue up or run side by side as the engine can.
 *
 * <p>Users may implement it for another engine. {@code dev.espalier.djl.CausalLms} loads models on
 * DJL's PyTorch engine.
 */
public interface CausalLm extends AutoCloseable {
  /** A name for messages, such as the folder it was loaded from. */
  String name();

  /** The tokens. */
  Vocabulary vocabulary();

  /** Text to tokens and back. */
  Tokenizer tokenizer();

  /** How chats are written, or null if the model has no template. */
  @Nullable ChatTemplate chatTemplate();

  /** Number of positions that a sequence can have. */
  int contextLength();

  /** Entries of a logits row; at least the vocabulary's size. */
  int rowSize();

  /** A new, empty sequence; the caller closes it. */
  LmSequence open();

  /**
   * Appends tokens to one or more sequences of this model in one pass. The batch may be ragged. The
   * caller closes the output before the next pass over the same sequences.
   *
   * @param feeds at least one; each sequence at most once
   * @throws ContextOverflowException if a sequence would outgrow {@link #contextLength}
   * @throws IllegalArgumentException if a token is no row index, or a sequence is not this model's
   * @throws IllegalStateException if the model or a sequence is closed
   */
  ForwardOutput forward(List<Feed> feeds);

  /** Frees the model and all its sequences; closing twice does nothing. */
  @Override
  void close();
}
