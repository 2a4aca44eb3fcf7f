package dev.espalier.grammar.lark;

/**
 * A word of a grammar's text.
 *
 * @param text as it stands in the source
 * @param offset in the source, in chars
 */
record LarkToken(Kind kind, String text, int offset) {
  enum Kind {
    RULE("a rule's name"),
    TERMINAL("a terminal's name"),
    STRING("a string"),
    REGEX("a regular expression"),
    NUMBER("a number"),
    SPECIAL("a token like <|name|> or <[7]>"),
    GRAMMAR("the name of another grammar"),
    DIRECTIVE("a directive like %ignore"),
    JSON("a JSON value"),
    PUNCTUATION("punctuation"),
    NEWLINE("the end of the line"),
    END("the end of the grammar");

    final String description;

    Kind(String description) {
      this.description = description;
    }
  }

  boolean is(String punctuation) {
    return kind == Kind.PUNCTUATION && text.equals(punctuation);
  }
}
