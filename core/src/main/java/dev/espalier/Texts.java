package dev.espalier;

/** Texts that are read, and texts for messages. */
public final class Texts {
  private Texts() {}

  /**
   * The text in quotes, with escapes for quotes, backslashes and control characters, cut in the
   * middle beyond {@code limit} chars.
   */
  public static String quote(String text, int limit) {
    String shown = text;
    if (text.length() > limit) {
      String end = text.substring(between(text, text.length() - (limit - limit / 2)));
      shown = text.substring(0, between(text, limit / 2)) + " … " + end;
    }
    StringBuilder out = new StringBuilder(shown.length() + 2).append('"');
    for (int i = 0; i < shown.length(); i++) {
      char c = shown.charAt(i);
      switch (c) {
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
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

  /**
   * The text as it is, or, beyond {@code limit} chars, its first ones and an ellipsis: that many,
   * one fewer where that would halve a character.
   */
  public static String shortened(String text, int limit) {
    return text.length() <= limit ? text : text.substring(0, between(text, limit)) + "…";
  }

  /** The text without the byte order mark, U+FEFF, that editors put in front of files. */
  public static String withoutByteOrderMark(String text) {
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  /** Where half of a surrogate pair stands alone, which is no character; -1 if none does. */
  public static int loneSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (Character.isBmpCodePoint(text.codePointAt(i))) {
          return i;
        }
        i++;
      }
    }
    return -1;
  }

  // A place between two characters, at or before this one.
  private static int between(String text, int at) {
    boolean inside =
        at > 0
            && at < text.length()
            && Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at));
    return inside ? at - 1 : at;
  }
}
