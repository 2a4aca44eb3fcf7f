package dev.espalier.weights;

import dev.espalier.Texts;

/** Text of an untrusted file inside a message. */
final class Quoted {
  private Quoted() {}

  /** The text in quotes, at most {@code limit} characters of it, control characters replaced. */
  static String of(String text, int limit) {
    return '"' + Texts.shortened(text, limit).replaceAll("\\p{Cntrl}", "\uFFFD") + '"';
  }
}
