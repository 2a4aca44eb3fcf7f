package dev.espalier;

import org.jspecify.annotations.Nullable;

/** A model, weight file, tokenizer or template cannot be loaded; the message names the file. */
public final class ModelLoadException extends EspalierException {
  private static final long serialVersionUID = 1L;

  /** With the file and the reason. */
  public ModelLoadException(String message) {
    super(message);
  }

  /** With the file, the reason and the failure behind it. */
  public ModelLoadException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
