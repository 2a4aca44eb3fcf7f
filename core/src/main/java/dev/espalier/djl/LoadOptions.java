package dev.espalier.djl;

/**
 * How a model is loaded. Immutable.
 *
 * @param precision how weights and caches are held
 * @param prefillChunk tokens that enter one pass at most; bounds the scratch memory of long prompts
 * @param contextLimit positions that a sequence may have at most, if the model has more
 * @param threads threads of one operation, for the whole process; 0 leaves PyTorch's choice
 * @param progress told how far loading is
 */
public record LoadOptions(
    Precision precision, int prefillChunk, int contextLimit, int threads, LoadProgress progress) {

  /** Checks the numbers. */
  public LoadOptions {
    if (prefillChunk < 1 || contextLimit < 1 || threads < 0) {
      throw new IllegalArgumentException(
          "prefillChunk "
              + prefillChunk
              + ", contextLimit "
              + contextLimit
              + ", threads "
              + threads);
    }
  }

  /** 32-bit floats, chunks of 256 tokens, the model's own context, no progress. */
  public static LoadOptions defaults() {
    return new LoadOptions(Precision.FLOAT32, 256, Integer.MAX_VALUE, 0, (done, total) -> {});
  }

  /** With another precision. */
  public LoadOptions withPrecision(Precision other) {
    return new LoadOptions(other, prefillChunk, contextLimit, threads, progress);
  }

  /** With other prefill chunks. */
  public LoadOptions withPrefillChunk(int tokens) {
    return new LoadOptions(precision, tokens, contextLimit, threads, progress);
  }

  /** With a smaller context. */
  public LoadOptions withContextLimit(int positions) {
    return new LoadOptions(precision, prefillChunk, positions, threads, progress);
  }

  /** With a number of threads, for the whole process. */
  public LoadOptions withThreads(int count) {
    return new LoadOptions(precision, prefillChunk, contextLimit, count, progress);
  }

  /** With a listener to the progress. */
  public LoadOptions withProgress(LoadProgress listener) {
    return new LoadOptions(precision, prefillChunk, contextLimit, threads, listener);
  }
}
