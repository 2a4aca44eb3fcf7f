package dev.espalier.chat;

/**
 * The text of a template, and where things stand in it.
 *
 * @param name for messages
 * @param text with line ends as {@code \n}
 */
record Source(String name, String text) {
  /** Unifies line ends and drops one at the end, as Jinja does. */
  static Source of(String name, String text) {
    String unified = text.replace("\r\n", "\n").replace('\r', '\n');
    if (unified.endsWith("\n")) {
      unified = unified.substring(0, unified.length() - 1);
    }
    return new Source(name, unified);
  }

  /** The failure at an offset. */
  ChatTemplateException error(int at, String reason) {
    int end = Math.min(at, text.length());
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < end; i++) {
      if (text.charAt(i) == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    return new ChatTemplateException(name, line, end - lineStart + 1, reason);
  }
}
