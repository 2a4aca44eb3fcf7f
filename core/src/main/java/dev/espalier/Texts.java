package dev.espalier;

/** Text for messages. */
final class Texts {
  private Texts() {}

  /** The text in quotes, control characters escaped, cut in the middle beyond {@code limit}. */
  static String quote(String text, int limit) {
    String shown = text;
    if (text.length() > limit) {
      shown =
          text.substring(0, limit / 2)
              + " … "
              + text.substring(text.length() - (limit - limit / 2));
    }
    StringBuilder out = new StringBuilder(shown.length() + 2).append('"');
    for (int i = 0; i < shown.length(); i++) {
      char c = shown.charAt(i);
      switch (c) {
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '"' -> out.append("\\\"");
        default -> {
          if (c < 0x20 || c == 0x7f) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.append('"').toString();
  }
}
