package dev.espalier.chat;

import dev.espalier.EspalierException;

/**
 * A chat template is malformed, asks for something that is not supported, fails, or refuses the
 * chat; the message and the accessors name the place.
 */
public final class ChatTemplateException extends EspalierException {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;

  ChatTemplateException(String template, int line, int column, String reason) {
    super(template + ": line " + line + ", column " + column + ": " + reason);
    this.line = line;
    this.column = column;
  }

  /** Line in the template's source, from 1. */
  public int line() {
    return line;
  }

  /** Column in that line, from 1. */
  public int column() {
    return column;
  }
}
