package dev.espalier.examples.cli;

import dev.espalier.EspalierException;
import org.jspecify.annotations.Nullable;

/** The command cannot be carried out as given: one line that says why, one that says what to do. */
final class CliException extends EspalierException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;
  private final String hint;

  CliException(int exitCode, String message, String hint) {
    this(exitCode, message, hint, null);
  }

  CliException(int exitCode, String message, String hint, @Nullable Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
    this.hint = hint;
  }

  static CliException usage(String message, String hint) {
    return new CliException(ExitCode.USAGE, message, hint);
  }

  int exitCode() {
    return exitCode;
  }

  /** What to do; may be empty. */
  String hint() {
    return hint;
  }
}
