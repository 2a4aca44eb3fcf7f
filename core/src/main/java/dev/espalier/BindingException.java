package dev.espalier;

import org.jspecify.annotations.Nullable;

/** A generated text cannot be read as the Java type asked for; the message shows the text. */
public final class BindingException extends EspalierException {
  private static final long serialVersionUID = 1L;

  /** With the type, the reason, the finish reason and the text. */
  public BindingException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
