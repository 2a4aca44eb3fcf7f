package dev.espalier.grammar.regex;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What differs between ways to write regular expressions. */
public enum RegexDialect {
  /** ECMA-262: digits and words are ASCII, four characters end a line. */
  ECMA,

  /**
   * Rust's regex crate, as Lark grammars for llguidance are written in it, and Python but for
   * details: digits and words are Unicode's, only {@code \n} ends a line, {@code (?P<name>…)}
   * groups, {@code [:alpha:]} inside classes.
   */
  RUST;

  private static final CodePoints LINE_END =
      CodePoints.ranges('\n', '\n', '\r', '\r', 0x2028, 0x2029);
  private static final CodePoints DIGIT = CodePoints.range('0', '9');
  private static final CodePoints WORD = CodePoints.ranges('0', '9', 'A', 'Z', 'a', 'z', '_', '_');
  private static final CodePoints SPACE =
      CodePoints.ranges(
          9, 13, ' ', ' ', 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F,
          0x202F, 0x205F, 0x205F, 0x3000, 0x3000, 0xFEFF, 0xFEFF);

  // A class of its own, so that only who asks pays for looking at every code point.
  private static final class Unicode {
    static final CodePoints WORD =
        property("Alphabetic")
            .or(property("M"))
            .or(property("Nd"))
            .or(property("Pc"))
            .or(CodePoints.range(0x200C, 0x200D));
  }

  private static CodePoints property(String name) {
    return Objects.requireNonNull(UnicodeProperties.of(name));
  }

  CodePoints lineEnd() {
    return this == ECMA ? LINE_END : CodePoints.range('\n', '\n');
  }

  CodePoints digit() {
    return this == ECMA ? DIGIT : property("Nd");
  }

  CodePoints word() {
    return this == ECMA ? WORD : Unicode.WORD;
  }

  CodePoints word(boolean ignoreCase) {
    return ignoreCase ? word().ignoringCase() : word();
  }

  CodePoints space() {
    return this == ECMA ? SPACE : property("White_Space");
  }

  /** The ASCII class of a POSIX name such as {@code alpha}; null if there is none. */
  static @Nullable CodePoints posix(String name) {
    return switch (name) {
      case "alnum" -> CodePoints.ranges('0', '9', 'A', 'Z', 'a', 'z');
      case "alpha" -> CodePoints.ranges('A', 'Z', 'a', 'z');
      case "ascii" -> CodePoints.range(0, 0x7F);
      case "blank" -> CodePoints.ranges('\t', '\t', ' ', ' ');
      case "cntrl" -> CodePoints.ranges(0, 0x1F, 0x7F, 0x7F);
      case "digit" -> CodePoints.range('0', '9');
      case "graph" -> CodePoints.range('!', '~');
      case "lower" -> CodePoints.range('a', 'z');
      case "print" -> CodePoints.range(' ', '~');
      case "punct" -> CodePoints.ranges('!', '/', ':', '@', '[', '`', '{', '~');
      case "space" -> CodePoints.ranges(9, 13, ' ', ' ');
      case "upper" -> CodePoints.range('A', 'Z');
      case "word" -> CodePoints.ranges('0', '9', 'A', 'Z', '_', '_', 'a', 'z');
      case "xdigit" -> CodePoints.ranges('0', '9', 'A', 'F', 'a', 'f');
      default -> null;
    };
  }
}
