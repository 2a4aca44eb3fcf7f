package dev.espalier.grammar.regex;

import dev.espalier.grammar.GrammarSyntaxException;

/** A place in a text that is read from left to right. Mutable, for one thread. */
public final class Cursor {
  private static final int MAX_COUNT = 1_000_000;

  private final String text;
  private int at;

  /** At the text's beginning. */
  public Cursor(String text) {
    this.text = text;
  }

  /** All of the text. */
  public String text() {
    return text;
  }

  /** The place, in chars. */
  public int at() {
    return at;
  }

  /** Goes to a place. */
  public void to(int place) {
    at = place;
  }

  /** Whether anything is left. */
  public boolean more() {
    return at < text.length();
  }

  /** The next char; something has to be left. */
  public char peek() {
    return text.charAt(at);
  }

  /** Reads a char. */
  public char next() {
    return text.charAt(at++);
  }

  /** Reads a code point. */
  public int codePoint() {
    int c = text.codePointAt(at);
    at += Character.charCount(c);
    return c;
  }

  /** What was read since a place. */
  public String since(int place) {
    return text.substring(place, at);
  }

  /** Whether this is what comes next. */
  public boolean looking(String s) {
    return text.startsWith(s, at);
  }

  /** Reads this if it comes next. */
  public boolean skip(String s) {
    boolean there = looking(s);
    at += there ? s.length() : 0;
    return there;
  }

  /**
   * Reads so many hexadecimal digits; eight of them may be a negative number.
   *
   * @param start of what they belong to
   */
  public int hex(int digits, int start) {
    int v = 0;
    for (int i = 0; i < digits; i++) {
      int d = more() ? Character.digit(peek(), 16) : -1;
      if (d < 0) {
        throw error(start, "expected " + digits + " hexadecimal digits");
      }
      v = v * 16 + d;
      at++;
    }
    return v;
  }

  /**
   * Reads a number of times, up to a million; -1 if there is no number.
   *
   * @throws GrammarSyntaxException if it is larger
   */
  public int count() {
    if (!more() || !isDigit(peek())) {
      return -1;
    }
    int start = at;
    int n = 0;
    while (more() && isDigit(peek())) {
      n = Math.min(MAX_COUNT + 1, n * 10 + next() - '0');
    }
    if (n > MAX_COUNT) {
      throw error(start, "a count above " + MAX_COUNT + "; use '*' or a smaller one");
    }
    return n;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** What is wrong at a place. */
  public GrammarSyntaxException error(int place, String detail) {
    return new GrammarSyntaxException(text, place, detail);
  }
}
