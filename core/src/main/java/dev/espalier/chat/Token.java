package dev.espalier.chat;

/**
 * A piece of a template.
 *
 * @param kind what it is
 * @param text its text; for strings the value, for data the text to be written
 * @param at offset in the source
 */
record Token(Kind kind, String text, int at) {
  enum Kind {
    DATA,
    VARIABLE_BEGIN,
    VARIABLE_END,
    BLOCK_BEGIN,
    BLOCK_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  /** Whether it is this operator. */
  boolean is(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  /** Whether it is this name. */
  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  /** For messages. */
  String shown() {
    return switch (kind) {
      case END -> "the end of the template";
      case VARIABLE_END -> "'}}'";
      case BLOCK_END -> "'%}'";
      default -> "'" + text + "'";
    };
  }
}
