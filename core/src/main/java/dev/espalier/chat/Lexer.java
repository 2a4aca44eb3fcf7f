package dev.espalier.chat;

import dev.espalier.chat.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a template into tokens. White space is treated as in an environment with {@code trim_blocks}
 * and {@code lstrip_blocks}, which is how chat templates are written: a line end right after a
 * block or comment is dropped, and so is the indentation of one that starts a line.
 */
final class Lexer {
  private static final List<String> OPERATORS =
      List.of(
          "**", "//", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "(", ")", "[", "]", "{",
          "}", ">", "<", "=", ".", ":", "|", ",", ";");

  private final Source source;
  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private boolean lineStarts = true; // whether what comes next starts a line of the template

  private Lexer(Source source) {
    this.source = source;
    text = source.text();
  }

  /** The tokens, one of kind END last. */
  static List<Token> tokens(Source source) {
    Lexer lexer = new Lexer(source);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (at < text.length()) {
      int open = nextOpening(at);
      if (open < 0) {
        data(at, text.length());
        at = text.length();
        break;
      }
      char kind = text.charAt(open + 1);
      char sign = open + 2 < text.length() ? text.charAt(open + 2) : 0;
      data(at, endOfData(at, open, kind, sign));
      at = open + (sign == '-' || sign == '+' ? 3 : 2);
      switch (kind) {
        case '#' -> comment(open);
        case '{' -> expression(open, Kind.VARIABLE_BEGIN, Kind.VARIABLE_END, "}}");
        default -> {
          if (!raw(open)) {
            expression(open, Kind.BLOCK_BEGIN, Kind.BLOCK_END, "%}");
          }
        }
      }
    }
    tokens.add(new Token(Kind.END, "", text.length()));
  }

  private int nextOpening(int from) {
    for (int i = text.indexOf('{', from); i >= 0 && i + 1 < text.length(); ) {
      char c = text.charAt(i + 1);
      if (c == '{' || c == '%' || c == '#') {
        return i;
      }
      i = text.indexOf('{', i + 1);
    }
    return -1;
  }

  private void data(int from, int to) {
    if (to > from) {
      tokens.add(new Token(Kind.DATA, text.substring(from, to), from));
    }
  }

  /** Where the data before a tag ends, once white space is stripped as the tag asks. */
  private int endOfData(int from, int open, char kind, char sign) {
    if (sign == '-') {
      int end = open;
      while (end > from && Py.isSpace(text.charAt(end - 1))) {
        end--;
      }
      return end;
    }
    if (sign == '+' || kind == '{') {
      return open;
    }
    int lineStart = text.lastIndexOf('\n', open - 1) + 1;
    boolean startsLine = lineStart > from || lineStarts;
    int start = Math.max(lineStart, from);
    for (int i = start; i < open; i++) {
      if (!Py.isSpace(text.charAt(i))) {
        return open;
      }
    }
    return startsLine ? start : open;
  }

  private void comment(int open) {
    int end = text.indexOf("#}", at);
    if (end < 0) {
      throw source.error(open, "the comment is not closed by '#}'");
    }
    char sign = end > at ? text.charAt(end - 1) : 0;
    at = end + 2;
    afterTag(sign, true);
  }

  /** Strips what follows a tag; {@code sign} is the character before its closing. */
  private void afterTag(char sign, boolean block) {
    int end = at;
    if (sign == '-') {
      while (at < text.length() && Py.isSpace(text.charAt(at))) {
        at++;
      }
    } else if (block && sign != '+' && at < text.length() && text.charAt(at) == '\n') {
      at++;
    }
    lineStarts = at > end && text.charAt(at - 1) == '\n';
  }

  /** Takes {@code {% raw %}...{% endraw %}} whole; false if the block at hand is another one. */
  private boolean raw(int open) {
    int i = skipSpace(at);
    if (!text.startsWith("raw", i)) {
      return false;
    }
    i = skipSpace(i + 3);
    boolean strip = text.startsWith("-", i);
    if (!text.startsWith(strip ? "-%}" : "%}", i)) {
      return false;
    }
    int start = i + (strip ? 3 : 2);
    if (strip) {
      start = skipSpace(start);
    }
    for (int tag = text.indexOf("{%", start); tag >= 0; tag = text.indexOf("{%", tag + 1)) {
      char sign = tag + 2 < text.length() ? text.charAt(tag + 2) : 0;
      int j = skipSpace(tag + (sign == '-' || sign == '+' ? 3 : 2));
      if (!text.startsWith("endraw", j)) {
        continue;
      }
      j = skipSpace(j + 6);
      char closing = j < text.length() ? text.charAt(j) : 0;
      int close = closing == '-' || closing == '+' ? j + 1 : j;
      if (!text.startsWith("%}", close)) {
        continue;
      }
      lineStarts = false;
      data(start, Math.max(start, endOfData(start, tag, '%', sign)));
      at = close + 2;
      afterTag(closing, true);
      return true;
    }
    throw source.error(open, "the raw block is not closed by '{% endraw %}'");
  }

  private int skipSpace(int from) {
    int i = from;
    while (i < text.length() && Py.isSpace(text.charAt(i))) {
      i++;
    }
    return i;
  }

  private void expression(int open, Kind begin, Kind end, String closing) {
    tokens.add(new Token(begin, text.substring(open, at), open));
    int depth = 0;
    while (true) {
      at = skipSpace(at);
      if (at >= text.length()) {
        throw source.error(open, "the tag is not closed by '" + closing + "'");
      }
      char c = text.charAt(at);
      if (depth == 0) {
        boolean signed = (c == '-' || c == '+') && text.startsWith(closing, at + 1);
        if (signed || text.startsWith(closing, at)) {
          tokens.add(new Token(end, closing, at));
          at += signed ? 3 : 2;
          afterTag(signed ? c : 0, end == Kind.BLOCK_END);
          return;
        }
      }
      if (c == '"' || c == '\'') {
        string(c);
      } else if (c >= '0' && c <= '9') {
        number();
      } else if (Character.isUnicodeIdentifierStart(c) || c == '_') {
        int start = at;
        while (at < text.length()
            && (Character.isUnicodeIdentifierPart(text.charAt(at)) || text.charAt(at) == '_')) {
          at++;
        }
        tokens.add(new Token(Kind.NAME, text.substring(start, at), start));
      } else {
        depth += operator();
      }
    }
  }

  /** Takes an operator; returns how it changes the depth of brackets. */
  private int operator() {
    for (String operator : OPERATORS) {
      if (text.startsWith(operator, at)) {
        tokens.add(new Token(Kind.OPERATOR, operator, at));
        at += operator.length();
        return switch (operator) {
          case "(", "[", "{" -> 1;
          case ")", "]", "}" -> -1;
          default -> 0;
        };
      }
    }
    throw source.error(at, "unexpected character '" + text.charAt(at) + "'");
  }

  private void number() {
    int start = at;
    at = digits(at);
    boolean real = false;
    if (at + 1 < text.length() && text.charAt(at) == '.' && isDigit(at + 1)) {
      real = true;
      at = digits(at + 1);
    }
    if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
      int exponent = at + 1;
      if (exponent < text.length() && "+-".indexOf(text.charAt(exponent)) >= 0) {
        exponent++;
      }
      if (isDigit(exponent)) {
        real = true;
        at = digits(exponent);
      }
    }
    String digits = text.substring(start, at).replace("_", "");
    tokens.add(new Token(real ? Kind.FLOAT : Kind.INTEGER, digits, start));
  }

  private boolean isDigit(int i) {
    return i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9';
  }

  private int digits(int from) {
    int i = from;
    while (isDigit(i) || (i < text.length() && text.charAt(i) == '_' && isDigit(i + 1))) {
      i++;
    }
    return i;
  }

  private void string(char quote) {
    int start = at++;
    StringBuilder value = new StringBuilder();
    while (true) {
      if (at >= text.length()) {
        throw source.error(start, "the string is not closed");
      }
      char c = text.charAt(at++);
      if (c == quote) {
        tokens.add(new Token(Kind.STRING, value.toString(), start));
        return;
      }
      if (c == '\\' && at < text.length()) {
        escape(value);
      } else {
        value.append(c);
      }
    }
  }

  /** What follows a backslash, as Python reads it: unknown escapes stay as they are. */
  private void escape(StringBuilder value) {
    char c = text.charAt(at++);
    switch (c) {
      case '\n' -> {}
      case '\\', '\'', '"' -> value.append(c);
      case 'a' -> value.append('\u0007');
      case 'b' -> value.append('\b');
      case 'f' -> value.append('\f');
      case 'n' -> value.append('\n');
      case 'r' -> value.append('\r');
      case 't' -> value.append('\t');
      case 'v' -> value.append('\u000B');
      case 'x' -> hex(value, 2);
      case 'u' -> hex(value, 4);
      case 'U' -> hex(value, 8);
      case 'N' -> throw source.error(at - 2, "escapes by character name are not supported");
      case '0', '1', '2', '3', '4', '5', '6', '7' -> {
        int code = c - '0';
        for (int n = 1; n < 3 && at < text.length(); n++) {
          int digit = Character.digit(text.charAt(at), 8);
          if (digit < 0) {
            break;
          }
          code = code * 8 + digit;
          at++;
        }
        value.append((char) code);
      }
      default -> value.append('\\').append(c);
    }
  }

  private void hex(StringBuilder value, int length) {
    int code = 0;
    for (int n = 0; n < length; n++) {
      int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
      if (digit < 0 || code > 0x10FFFF) {
        throw source.error(at, "an escape of " + length + " hexadecimal digits is cut short");
      }
      code = code * 16 + digit;
      at++;
    }
    if (!Character.isValidCodePoint(code)) {
      throw source.error(at, "no such character: " + Integer.toHexString(code));
    }
    value.appendCodePoint(code);
  }
}
