package dev.espalier.examples.embedded;

/**
 * The size of a Llama decoder with tied embeddings and as many key-value heads as query heads.
 *
 * @param width of the residual stream
 * @param hidden width of the gated feed-forward layers
 * @param context longest sequence, in tokens
 */
record ModelShape(int vocabulary, int width, int layers, int heads, int hidden, int context) {
  static final double ROPE_THETA = 10_000;
  static final double NORM_EPSILON = 1e-5;

  /** The committed model: 1.36 million parameters. */
  static final ModelShape EMBEDDED = new ModelShape(768, 160, 4, 5, 416, 256);

  int headWidth() {
    return width / heads;
  }
}
