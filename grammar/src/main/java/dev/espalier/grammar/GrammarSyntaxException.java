package dev.espalier.grammar;

import dev.espalier.EspalierException;

/** A regular expression or a grammar that cannot be read or cannot be enforced, with the place. */
public final class GrammarSyntaxException extends EspalierException {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;
  private final int offset;
  private final String detail;

  /**
   * @param source the text that was read
   * @param offset in {@code source}, in chars
   * @param detail what was expected there and what to do
   */
  public GrammarSyntaxException(String source, int offset, String detail) {
    super(
        "line "
            + lineOf(source, offset)
            + ", column "
            + columnOf(source, offset)
            + " ("
            + near(source, offset)
            + "): "
            + detail);
    line = lineOf(source, offset);
    column = columnOf(source, offset);
    this.offset = offset;
    this.detail = detail;
  }

  /** The line of the place, from 1. */
  public int line() {
    return line;
  }

  /** The column of the place in chars, from 1. */
  public int column() {
    return column;
  }

  /** The place in chars, from 0. */
  public int offset() {
    return offset;
  }

  /** What was expected there, without the place. */
  public String detail() {
    return detail;
  }

  private static int lineOf(String source, int offset) {
    return 1 + (int) source.substring(0, offset).chars().filter(c -> c == '\n').count();
  }

  private static int columnOf(String source, int offset) {
    return offset - source.lastIndexOf('\n', offset - 1);
  }

  private static String near(String source, int offset) {
    if (offset >= source.length()) {
      return "at the end";
    }
    int end = offset;
    while (end < source.length() && end < offset + 20 && source.charAt(end) != '\n') {
      end++;
    }
    return end == offset ? "at the end of the line" : "at '" + source.substring(offset, end) + "'";
  }
}
