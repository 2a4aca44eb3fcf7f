package dev.espalier;

import org.jspecify.annotations.Nullable;

/** Root of everything Espalier throws on purpose; the message says where, what and what to do. */
public class EspalierException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message for the person who reads the log. */
  public EspalierException(String message) {
    super(message);
  }

  /** With a message and the failure behind it. */
  public EspalierException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
