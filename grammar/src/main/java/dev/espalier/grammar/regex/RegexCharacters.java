package dev.espalier.grammar.regex;

import dev.espalier.grammar.GrammarSyntaxException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads what stands for characters in a regular expression: escapes, properties, and classes in
 * brackets. For one thread.
 */
final class RegexCharacters {
  private static final CodePoints BLANK =
      CodePoints.ranges(
          '\t', '\t', ' ', ' ', 0xA0, 0xA0, 0x1680, 0x1680, 0x180E, 0x180E, 0x2000, 0x200A, 0x202F,
          0x202F, 0x205F, 0x205F, 0x3000, 0x3000);

  private final Cursor in;
  private final RegexDialect dialect;
  private final boolean web; // takes what annex B takes

  RegexCharacters(Cursor in, RegexDialect dialect, boolean web) {
    this.in = in;
    this.dialect = dialect;
    this.web = web;
  }

  private GrammarSyntaxException error(int place, String detail) {
    return in.error(place, detail);
  }

  /** Under the flag x: reads white space, or a comment to the line's end. */
  boolean skipBlank() {
    char c = in.peek();
    if (c == '#') {
      int end = in.text().indexOf('\n', in.at());
      in.to(end < 0 ? in.text().length() : end);
      return true;
    }
    boolean white = c == ' ' || (c >= '\t' && c <= '\r');
    in.to(in.at() + (white ? 1 : 0));
    return white;
  }

  /**
   * The set that an escape stands for, to which what differs only by case is still to be added;
   * null, and nothing read, if it is one character.
   */
  @Nullable CodePoints escapedSet(int start, boolean ignoreCase) {
    char c = in.peek();
    CodePoints set =
        switch (c) {
          case 'd', 'D' -> dialect.digit();
          case 's', 'S' -> dialect.space();
          case 'w', 'W' -> dialect.word(ignoreCase);
          case 'h', 'H' -> BLANK;
          case 'p', 'P' -> {
            in.next();
            yield property(start);
          }
          default -> null;
        };
    if (set == null) {
      return null;
    }
    if (c != 'p' && c != 'P') {
      in.next();
    }
    if (!Character.isUpperCase(c)) {
      return set;
    }
    // Rust leaves out what a member differs from by case alone; to ECMA-262 all that is no member
    // stands for its cases too.
    boolean folded = ignoreCase && dialect == RegexDialect.RUST;
    return (folded ? set.ignoringCase() : set).complement();
  }

  private CodePoints property(int start) {
    String name;
    if (in.skip("{")) {
      int end = in.text().indexOf('}', in.at());
      if (end < 0) {
        throw error(start, "a property without '}'");
      }
      name = in.text().substring(in.at(), end);
      in.to(end + 1);
    } else if (in.more()) {
      name = String.valueOf(in.next());
    } else {
      throw error(start, "expected a property like \\p{L} or \\p{Script=Greek}");
    }
    boolean negated = name.startsWith("^");
    String wanted = negated ? name.substring(1) : name;
    CodePoints set = UnicodeProperties.of(wanted);
    if (set == null && dialect == RegexDialect.RUST) {
      set = UnicodeProperties.of("Script=" + wanted);
    }
    if (set == null) {
      throw error(
          start,
          "unknown property '"
              + name
              + "'; known are general categories, scripts (Script=Greek) and binary properties"
              + " such as Alphabetic");
    }
    return negated ? set.complement() : set;
  }

  /** The character that an escape stands for. */
  int escaped(int start) {
    int c = in.codePoint();
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'f' -> '\f';
      case 'v' -> 0x0B;
      case 'a' -> 7;
      case 'e' -> 0x1B;
      case '0' -> {
        if (!web && in.more() && in.peek() >= '0' && in.peek() <= '9') {
          throw error(start, "'\\0' before a digit; write \\x00 for the character");
        }
        yield web ? octal(0) : 0;
      }
      case 'c' -> {
        if (!in.more() || !Character.isLetter(in.peek())) {
          throw error(start, "expected a letter after '\\c'");
        }
        yield in.next() & 0x1F;
      }
      case 'x' -> in.looking("{") ? bracedHex(start) : in.hex(2, start);
      case 'U' -> {
        if (dialect != RegexDialect.RUST) {
          throw error(start, "unknown escape '\\U'");
        }
        int point = in.looking("{") ? bracedHex(start) : in.hex(8, start);
        if (point < 0 || point > Character.MAX_CODE_POINT) {
          throw error(start, "expected a code point in hexadecimal, at most 10FFFF");
        }
        yield point;
      }
      case 'u' -> {
        int unit = in.looking("{") ? bracedHex(start) : in.hex(4, start);
        if (Character.isBmpCodePoint(unit)
            && Character.isHighSurrogate((char) unit)
            && in.looking("\\u")) {
          int back = in.at();
          in.skip("\\u");
          int low = in.hex(4, start);
          if (Character.isLowSurrogate((char) low)) {
            yield Character.toCodePoint((char) unit, (char) low);
          }
          in.to(back);
        }
        yield unit;
      }
      default -> {
        boolean itself = web && (c >= 0x80 || MEANINGLESS.indexOf(c) >= 0);
        if (Character.isLetterOrDigit(c) && !itself) {
          throw error(start, "unknown escape '\\" + Character.toString(c) + "'");
        }
        yield c;
      }
    };
  }

  /** Letters that mean themselves behind a backslash wherever that is allowed. */
  private static final String MEANINGLESS = "FIJMOTijmoq";

  // Up to three digits, as long as they give a character of one byte.
  private int octal(int before) {
    int v = before;
    for (int i = 0; i < 3 && in.more(); i++) {
      int d = Character.digit(in.peek(), 8);
      if (d < 0 || v * 8 + d > 0xFF) {
        break;
      }
      v = v * 8 + d;
      in.next();
    }
    return v;
  }

  private int bracedHex(int start) {
    in.next();
    int v = 0;
    int digits = 0;
    for (; in.more() && !in.looking("}"); in.next(), digits++) {
      int d = Character.digit(in.peek(), 16);
      if (d < 0 || v > Character.MAX_CODE_POINT) {
        throw error(start, "expected a code point in hexadecimal");
      }
      v = v * 16 + d;
    }
    if (!in.skip("}") || digits == 0 || v > Character.MAX_CODE_POINT) {
      throw error(start, "expected a code point in hexadecimal, at most 10FFFF");
    }
    return v;
  }

  // ---- character classes

  /**
   * The set between brackets, of which the first was read.
   *
   * @param extended whether blanks are left out
   */
  CodePoints bracketed(int start, boolean ignoreCase, boolean extended) {
    boolean negated = in.skip("^");
    int literal =
        web && in.looking("]") && closesAgain() ? in.at() : -1; // a bracket that stands for itself
    CodePoints set = CodePoints.NONE;
    int[] bounds = new int[16];
    int n = 0;
    while (true) {
      if (!in.more()) {
        throw error(start, "a '[' without ']'; write '\\[' for the character");
      }
      if (in.at() != literal && in.skip("]")) {
        break;
      }
      if (!web && in.looking("&&")) {
        throw error(
            in.at(),
            "'&&' means different things in different dialects; write '&' once, or \\p{…}");
      }
      if (extended && in.peek() != '#' && skipBlank()) {
        continue;
      }
      if (dialect == RegexDialect.RUST && in.looking("[")) {
        set = set.or(posixClass());
        continue;
      }
      int itemStart = in.at();
      int from = classItem(ignoreCase);
      if (from < 0) {
        set = set.or(lastClass);
        if (in.looking("-") && !in.looking("-]") && !web) {
          throw error(itemStart, "a class cannot begin a range; write '\\-' for the character");
        }
        continue;
      }
      int to = from;
      if (in.looking("-") && !in.looking("-]")) {
        int hyphen = in.at();
        in.next();
        to = in.more() ? classItem(ignoreCase) : from;
        if (to < 0 && !web) {
          throw error(itemStart, "a class cannot end a range; write '\\-' for the character");
        }
        if (to < 0) { // then the hyphen stands for itself
          in.to(hyphen);
          to = from;
        } else if (to < from) {
          throw error(itemStart, "a range in the wrong order");
        }
      }
      if (n + 2 > bounds.length) {
        bounds = Arrays.copyOf(bounds, 2 * n);
      }
      bounds[n++] = from;
      bounds[n++] = to;
    }
    set = set.or(CodePoints.ranges(Arrays.copyOf(bounds, n)));
    set = ignoreCase ? set.ignoringCase() : set;
    return negated ? set.complement() : set;
  }

  // []a] and [^]]: were the first bracket the end, the next one would stand alone, which is wrong
  // under the flag u; so whoever takes the pattern reads the first one as a character.
  private boolean closesAgain() {
    for (int i = in.at() + 1; i < in.text().length() && in.text().charAt(i) != '['; i++) {
      if (in.text().charAt(i) == ']') {
        return true;
      }
      i += in.text().charAt(i) == '\\' ? 1 : 0;
    }
    return false;
  }

  private CodePoints posixClass() {
    int start = in.at();
    int end = in.text().indexOf(":]", in.at());
    CodePoints set = null;
    boolean not = false;
    if (in.looking("[:") && end > 0) {
      String name = in.text().substring(in.at() + 2, end);
      not = name.startsWith("^");
      set = RegexDialect.posix(not ? name.substring(1) : name);
    }
    if (set == null) {
      throw error(
          start,
          "classes inside classes are not read; write '\\[' for the character, or [:alpha:]");
    }
    in.to(end + 2);
    return not ? set.complement() : set;
  }

  private CodePoints lastClass = CodePoints.NONE;

  // One character, or -1 after putting a set into lastClass.
  private int classItem(boolean ignoreCase) {
    int start = in.at();
    int c = in.codePoint();
    if (c != '\\') {
      return c;
    }
    if (!in.more()) {
      throw error(start, "a '\\' at the end; write '\\\\' for the character");
    }
    if (in.skip("b")) {
      return '\b';
    }
    char kind = in.peek();
    if (web && kind >= '1' && kind <= '7') {
      return octal(0);
    }
    if (kind >= '1' && kind <= '9') {
      throw error(start, "a class holds no back-reference; write \\x01 and so on for a character");
    }
    CodePoints set = escapedSet(start, ignoreCase);
    if (set != null) {
      lastClass = set;
      return -1;
    }
    return escaped(start);
  }
}
