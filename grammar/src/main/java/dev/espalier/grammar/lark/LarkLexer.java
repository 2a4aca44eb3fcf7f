package dev.espalier.grammar.lark;

import dev.espalier.grammar.GrammarSyntaxException;
import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.lark.LarkToken.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a grammar's text into words. Lines that go on, because a parenthesis is open or the next one
 * begins with a bar, are one. For one thread.
 */
final class LarkLexer {
  private final String source;
  private final List<LarkToken> tokens = new ArrayList<>();
  private int at;
  private int open; // parentheses and brackets

  private LarkLexer(String source) {
    this.source = source;
  }

  /** The words, an end included. */
  static List<LarkToken> read(String source) {
    return new LarkLexer(source).all();
  }

  private List<LarkToken> all() {
    while (at < source.length()) {
      WorkBudget.check(source, at);
      char c = source.charAt(at);
      int start = at;
      if (c == '\n') {
        at++;
        if (open == 0 && !last(Kind.NEWLINE)) {
          add(Kind.NEWLINE, start);
        }
      } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\uFEFF') {
        at++;
      } else if (c == '#' || source.startsWith("//", at)) {
        int end = source.indexOf('\n', at);
        at = end < 0 ? source.length() : end;
      } else {
        word(c);
      }
    }
    add(Kind.NEWLINE, at);
    add(Kind.END, at);
    return tokens;
  }

  private void word(char c) {
    int start = at;
    if (isLetter(c) || c == '_') {
      name(start);
    } else if ((c == '?' || c == '!') && last(Kind.NEWLINE) && at + 1 < source.length()) {
      // Before the name of a definition these shape Lark's tree, which nobody builds here.
      at++;
    } else if (c == '"') {
      string(start);
    } else if (c == '/') {
      regex(start);
    } else if (isDigit(c) || ((c == '-' || c == '+') && isDigit(next()))) {
      number(start);
    } else if (c == '<') {
      special(start);
    } else if (c == '@') {
      at++;
      skipName();
      add(Kind.GRAMMAR, start);
    } else if (c == '%') {
      at++;
      skipName();
      add(Kind.DIRECTIVE, start);
      String directive = source.substring(start, at);
      if (directive.equals("%json")
          || directive.equals("%regex")
          || directive.equals("%llguidance")) {
        json();
      }
    } else {
      punctuation(c, start);
    }
  }

  private void punctuation(char c, int start) {
    if (source.startsWith("->", at) || source.startsWith("..", at)) {
      at += 2;
    } else if (":|()[]{}*+?~&,.=".indexOf(c) >= 0) {
      at++;
    } else if (c == '\'') {
      throw error(start, "strings are written in double quotes");
    } else {
      throw error(start, "expected a rule, a terminal or a directive");
    }
    open += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
    open = Math.max(0, open);
    // A bar at the start of a line goes on with the line before.
    if (c == '|' && last(Kind.NEWLINE)) {
      tokens.remove(tokens.size() - 1);
    }
    add(Kind.PUNCTUATION, start);
  }

  private boolean last(Kind kind) {
    return tokens.isEmpty() ? kind == Kind.NEWLINE : tokens.get(tokens.size() - 1).kind() == kind;
  }

  private void add(Kind kind, int start) {
    tokens.add(new LarkToken(kind, source.substring(start, at), start));
  }

  private GrammarSyntaxException error(int offset, String detail) {
    return new GrammarSyntaxException(source, offset, detail);
  }

  private char next() {
    return at + 1 < source.length() ? source.charAt(at + 1) : 0;
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private void skipName() {
    while (at < source.length()) {
      char c = source.charAt(at);
      boolean hyphen = c == '-' && next() != '>';
      if (!isLetter(c) && !isDigit(c) && c != '_' && !hyphen) {
        return;
      }
      at++;
    }
  }

  private void name(int start) {
    skipName();
    String name = source.substring(start, at);
    boolean upper = false;
    boolean lower = false;
    for (int i = start; i < at; i++) {
      char c = source.charAt(i);
      upper |= c >= 'A' && c <= 'Z';
      lower |= c >= 'a' && c <= 'z';
    }
    if (upper == lower) {
      throw error(
          start,
          "expected a name in lower case for a rule or in upper case for a terminal, not '"
              + name
              + "'");
    }
    add(upper ? Kind.TERMINAL : Kind.RULE, start);
  }

  private void string(int start) {
    at++;
    while (at < source.length() && source.charAt(at) != '"' && source.charAt(at) != '\n') {
      at += source.charAt(at) == '\\' ? 2 : 1;
    }
    if (at >= source.length() || source.charAt(at) == '\n') {
      throw error(start, "a '\"' without its partner on this line; write '\\\"' for the character");
    }
    at++;
    if (at < source.length() && source.charAt(at) == 'i') {
      at++;
    }
    add(Kind.STRING, start);
  }

  private void regex(int start) {
    at++;
    while (at < source.length() && source.charAt(at) != '/') {
      at += source.charAt(at) == '\\' ? 2 : 1;
    }
    if (at >= source.length()) {
      throw error(start, "a '/' without its partner; write '\\/' for the character");
    }
    at++;
    while (at < source.length() && "imslux".indexOf(source.charAt(at)) >= 0) {
      at++;
    }
    add(Kind.REGEX, start);
  }

  private void number(int start) {
    at++;
    while (at < source.length()) {
      char c = source.charAt(at);
      boolean point = c == '.' && next() != '.';
      if (!isDigit(c) && !point) {
        break;
      }
      at++;
    }
    add(Kind.NUMBER, start);
  }

  private void special(int start) {
    while (at < source.length() && source.charAt(at) != '>') {
      char c = source.charAt(at);
      if (at > start && (c == '<' || Character.isWhitespace(c))) {
        break;
      }
      at++;
    }
    if (at >= source.length() || source.charAt(at) != '>' || at == start + 1) {
      throw error(start, "expected a token like <|name|>, <[7]> or <[7-9]>");
    }
    at++;
    add(Kind.SPECIAL, start);
  }

  // One JSON value, as far as its brackets say; its reader judges the rest.
  private void json() {
    while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
      at++;
    }
    int start = at;
    int depth = 0;
    do {
      if (at >= source.length()) {
        throw error(start, "expected a JSON value here that ends");
      }
      char c = source.charAt(at);
      if (c == '"') {
        at++;
        while (at < source.length() && source.charAt(at) != '"') {
          at += source.charAt(at) == '\\' ? 2 : 1;
        }
      } else if (c == '{' || c == '[') {
        depth++;
      } else if (c == '}' || c == ']') {
        depth--;
      } else if (depth == 0) {
        while (at + 1 < source.length() && isLetter(source.charAt(at + 1))) {
          at++; // true, false
        }
      }
      at++;
    } while (depth > 0);
    at = Math.min(at, source.length());
    add(Kind.JSON, start);
  }
}
