package dev.espalier.grammar;

import java.util.HashSet;
import java.util.Set;

/** Reads a pattern of ECMA-262 with the flag u, by recursive descent over its grammar. */
final class EcmaRegex {
  private final int[] c;
  private int at;
  private final Set<String> names = new HashSet<>();
  int depth; // of nested groups, at most
  int namedGroups;
  boolean refersBack;
  boolean unusual; // what the format leaves out besides

  EcmaRegex(String pattern) {
    c = pattern.codePoints().toArray();
  }

  private static final class Wrong extends RuntimeException {
    private static final long serialVersionUID = 1;

    Wrong() {
      super(null, null, false, false);
    }
  }

  boolean valid() {
    try {
      disjunction(0);
      return at == c.length;
    } catch (Wrong e) {
      return false;
    }
  }

  private int peek() {
    return at < c.length ? c[at] : -1;
  }

  private boolean take(String s) {
    int[] want = s.codePoints().toArray();
    for (int i = 0; i < want.length; i++) {
      if (at + i >= c.length || c[at + i] != want[i]) {
        return false;
      }
    }
    at += want.length;
    return true;
  }

  private void need(boolean b) {
    if (!b) {
      throw new Wrong();
    }
  }

  private void disjunction(int deep) {
    depth = Math.max(depth, deep);
    do {
      while (at < c.length && peek() != '|' && peek() != ')') {
        term(deep);
      }
    } while (take("|"));
  }

  private void term(int deep) {
    if (take("^") || take("$") || take("\\b") || take("\\B")) {
      return;
    }
    for (String look : new String[] {"(?=", "(?!", "(?<=", "(?<!"}) {
      if (take(look)) {
        disjunction(deep + 1);
        need(take(")"));
        return; // no quantifier with the flag
      }
    }
    atom(deep);
    quantifier();
  }

  private void atom(int deep) {
    if (take("(")) {
      if (!take("?:") && take("?<")) {
        StringBuilder name = new StringBuilder();
        while (at < c.length && peek() != '>') {
          name.appendCodePoint(c[at++]);
        }
        need(take(">") && name.length() > 0 && identifier(name.toString()));
        need(names.add(name.toString()));
        namedGroups++;
      }
      disjunction(deep + 1);
      need(take(")"));
    } else if (take("[")) {
      take("^");
      characterClass();
    } else if (take("\\")) {
      escape(false);
    } else {
      need(at < c.length && "^$\\*+?()[]{}|".indexOf(c[at]) < 0);
      at++;
    }
  }

  private static boolean identifier(String s) {
    int[] c = s.codePoints().toArray();
    for (int i = 0; i < c.length; i++) {
      boolean fine =
          c[i] == '$'
              || c[i] == '_'
              || (i == 0
                  ? Character.isUnicodeIdentifierStart(c[i])
                  : Character.isUnicodeIdentifierPart(c[i]));
      if (!fine) {
        return false;
      }
    }
    return true;
  }

  private void quantifier() {
    if (take("{")) {
      String low = digits();
      need(!low.isEmpty());
      if (take(",")) {
        String high = digits();
        unusual |= high.length() > 2 || (high.length() > 0 && zero(low)) || zero(high);
        need(
            high.isEmpty()
                || new java.math.BigInteger(low).compareTo(new java.math.BigInteger(high)) <= 0);
      }
      need(take("}"));
      take("?");
    } else if (take("*") || take("+") || take("?")) {
      take("?");
    }
  }

  private static boolean zero(String number) {
    return number.length() > 1 && number.startsWith("0");
  }

  private String digits() {
    StringBuilder s = new StringBuilder();
    while (peek() >= '0' && peek() <= '9') {
      s.appendCodePoint(c[at++]);
    }
    return s.toString();
  }

  private int hex(int n) {
    int value = 0;
    for (int i = 0; i < n; i++) {
      int digit = peek() < 128 ? Character.digit(peek(), 16) : -1;
      need(digit >= 0);
      value = value * 16 + digit;
      at++;
    }
    return value;
  }

  // The character, or -1 for a set of them.
  private int escape(boolean inClass) {
    need(at < c.length);
    int x = c[at++];
    switch (x) {
      case 'd', 'D', 's', 'S', 'w', 'W' -> {
        return -1;
      }
      case 'f' -> {
        return 12;
      }
      case 'n' -> {
        return 10;
      }
      case 'r' -> {
        return 13;
      }
      case 't' -> {
        return 9;
      }
      case 'v' -> {
        return 11;
      }
      case 'b' -> {
        need(inClass);
        return 8;
      }
      case '-' -> {
        need(inClass);
        return '-';
      }
      case 'c' -> {
        need((peek() >= 'a' && peek() <= 'z') || (peek() >= 'A' && peek() <= 'Z'));
        return c[at++] % 32;
      }
      case '0' -> {
        need(peek() < '0' || peek() > '9');
        return 0;
      }
      case 'x' -> {
        return hex(2);
      }
      case 'u' -> {
        return unicode();
      }
      case 'p', 'P' -> {
        need(take("{"));
        StringBuilder name = new StringBuilder();
        while (at < c.length && peek() != '}') {
          name.appendCodePoint(c[at++]);
        }
        need(take("}") && property(name.toString()));
        return -1;
      }
      case 'k' -> {
        refersBack = true;
        throw new Wrong(); // not followed
      }
      default -> {
        if (x >= '1' && x <= '9') {
          refersBack = true;
          throw new Wrong();
        }
        need("^$\\.*+?()[]{}|/".indexOf(x) >= 0);
        return x;
      }
    }
  }

  private int unicode() {
    if (take("{")) {
      StringBuilder s = new StringBuilder();
      while (peek() < 128 && Character.digit(peek(), 16) >= 0) {
        s.appendCodePoint(c[at++]);
      }
      need(take("}") && s.length() > 0);
      java.math.BigInteger value = new java.math.BigInteger(s.toString(), 16);
      need(value.bitLength() <= 21 && value.intValue() <= 0x10FFFF);
      return value.intValue();
    }
    int value = hex(4);
    if (value >= 0xD800 && value < 0xDC00 && take("\\u")) {
      int back = at;
      if (peek() != '{') {
        try {
          int low = hex(4);
          if (low >= 0xDC00 && low < 0xE000) {
            return Character.toCodePoint((char) value, (char) low);
          }
        } catch (Wrong e) {
          // the next escape is another one, and wrong where it is read
        }
      }
      at = back - 2;
    }
    return value;
  }

  private void characterClass() {
    while (true) {
      need(at < c.length);
      if (take("]")) {
        return;
      }
      int begin = at;
      int from = classAtom();
      if (peek() == '-' && at + 1 < c.length && c[at + 1] != ']') {
        at++;
        unusual |=
            c[begin] == '\\' || c[begin] == '-' || from < ' ' || from > '~' || peek() == '\\';
        int to = classAtom();
        need(from >= 0 && to >= 0 && from <= to);
      } else {
        unusual |= from == '-' && c[begin] == '-' && !edge(begin);
      }
    }
  }

  private boolean edge(int hyphen) {
    return c[hyphen - 1] == '['
        || (c[hyphen - 1] == '^' && c[hyphen - 2] == '[')
        || c[hyphen + 1] == ']';
  }

  private int classAtom() {
    need(at < c.length);
    return take("\\") ? escape(true) : c[at++];
  }

  private static boolean property(String name) {
    return Set.of(
                "L",
                "Lu",
                "Ll",
                "Lt",
                "Lm",
                "Lo",
                "M",
                "Mn",
                "Mc",
                "Me",
                "N",
                "Nd",
                "Nl",
                "No",
                "P",
                "S",
                "Z",
                "C",
                "Letter",
                "Number",
                "Alphabetic",
                "ASCII",
                "Any")
            .contains(name)
        || name.matches("Script=(Latin|Greek|Cyrillic|Han|Hiragana|Katakana|Arabic|Hebrew)");
  }
}
