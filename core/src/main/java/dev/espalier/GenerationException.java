package dev.espalier;

import org.jspecify.annotations.Nullable;

/** A generation failed part way; {@link #partial} carries everything produced until then. */
public final class GenerationException extends EspalierException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable Generation partial;

  GenerationException(String message, Generation partial, @Nullable Throwable cause) {
    super(
        message
            + " (after "
            + partial.tokens().length
            + " tokens; text so far: "
            + Texts.quote(partial.text(), 200)
            + ")",
        cause);
    this.partial = partial;
  }

  /** Text, tokens and timings up to the failure; null only after deserialisation. */
  public @Nullable Generation partial() {
    return partial;
  }
}
