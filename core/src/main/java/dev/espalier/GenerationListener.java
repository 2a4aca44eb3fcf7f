package dev.espalier;

/**
 * Follows a generation while it runs, on the thread that runs it. An exception thrown here ends the
 * generation with a {@link GenerationException}.
 */
@FunctionalInterface
public interface GenerationListener {
  /**
   * The next piece of text: never empty, never half a code point, never the beginning of a stop
   * string that then comes. All pieces together are {@link Generation#text}.
   */
  void onText(String piece);

  /** A token was appended; called before the text that it brings. */
  default void onToken(TokenDetail detail) {}
}
