package dev.espalier.weights;

/** Text of an untrusted file inside a message. */
final class Quoted {
  private Quoted() {}

  /** The text in quotes, at most {@code limit} characters of it, control characters replaced. */
  static String of(String text, int limit) {
    String shown = text.length() <= limit ? text : text.substring(0, limit) + "…";
    return '"' + shown.replaceAll("\\p{Cntrl}", "\uFFFD") + '"';
  }
}
