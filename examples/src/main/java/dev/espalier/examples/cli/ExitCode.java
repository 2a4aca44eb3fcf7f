package dev.espalier.examples.cli;

/** What the process returns; listed in {@code espalier --help}. */
final class ExitCode {
  /** Everything worked. */
  static final int OK = 0;

  /** A model, download or generation failed. */
  static final int FAILED = 1;

  /** An argument, a schema or a model name is wrong. */
  static final int USAGE = 2;

  /** The text ended before it satisfied its constraint. */
  static final int INCOMPLETE = 3;

  /** {@code doctor} found something missing. */
  static final int UNHEALTHY = 4;

  /** {@code check} refused a text. */
  static final int INVALID = 5;

  private ExitCode() {}
}
