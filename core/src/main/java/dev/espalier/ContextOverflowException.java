package dev.espalier;

/** A prompt does not fit the model's context. */
public final class ContextOverflowException extends EspalierException {
  private static final long serialVersionUID = 1L;

  private final int promptTokens;
  private final int contextLength;

  /**
   * @param promptTokens length of the prompt in tokens
   * @param contextLength positions that the model has
   */
  public ContextOverflowException(int promptTokens, int contextLength) {
    super(
        "the prompt has "
            + promptTokens
            + " tokens and the model's context holds "
            + contextLength
            + " with at least one to generate; shorten the prompt or choose a window policy"
            + " (ContextOverflow.slide)");
    this.promptTokens = promptTokens;
    this.contextLength = contextLength;
  }

  /** Length of the refused prompt in tokens. */
  public int promptTokens() {
    return promptTokens;
  }

  /** Positions that the model has. */
  public int contextLength() {
    return contextLength;
  }
}
