package dev.espalier;

import java.nio.FloatBuffer;

/**
 * What a forward pass computed. Rows and vectors are valid until {@link #close}; for one thread.
 *
 * <p>Rows are numbered per feed: with {@link Feed.Rows#LAST} the only one is row 0, with {@link
 * Feed.Rows#ALL} row {@code i} follows fed token {@code i}.
 */
public interface ForwardOutput extends AutoCloseable {
  /** Logits after a fed token. */
  LogitsRow logits(int feed, int row);

  /** The only or last logits row of a feed. */
  LogitsRow logits(int feed);

  /**
   * The last hidden state of a row, if the feed asked for it.
   *
   * @throws IllegalStateException if it did not
   */
  default FloatBuffer hiddenState(int feed, int row) {
    throw new IllegalStateException("hidden states were not asked for (Feed.withHiddenStates)");
  }

  /**
   * A layer's output for a row, if the feed asked for that layer.
   *
   * @throws IllegalStateException if it did not
   */
  default FloatBuffer layerOutput(int feed, int layer, int row) {
    throw new IllegalStateException("layer outputs were not asked for (Feed.withLayers)");
  }

  /** Frees the rows; closing twice does nothing. */
  @Override
  void close();
}
