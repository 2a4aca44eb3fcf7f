package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import dev.espalier.grammar.regex.CodePoints;
import java.text.Normalizer;
import java.util.BitSet;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Labels of internationalised host names: code points of RFC 5892, section 2, with the contextual
 * rules of its appendix A, which are regular, and the Bidi rule of RFC 5893, section 2.
 */
final class IdnLabels {
  private static final int MOST_ASCII = 63;

  // A character beyond ASCII is five digits of Punycode at most, after "xn--" and a hyphen.
  private static final int MOST_OTHERS = 11;

  /** Characters of a name beyond ASCII; a label of one is at most ten octets with its dot. */
  static final int LONGEST = 50;

  private static final Set<Integer> ALWAYS = Set.of(0xDF, 0x3C2, 0x6FD, 0x6FE, 0xF0B, 0x3007);
  private static final Set<Integer> NEVER =
      Set.of(0x640, 0x7FA, 0x302E, 0x302F, 0x3031, 0x3032, 0x3033, 0x3034, 0x3035, 0x303B);
  private static final Set<Integer> IN_CONTEXT =
      Set.of(0xB7, 0x375, 0x5F3, 0x5F4, 0x30FB, 0x200C, 0x200D);

  private IdnLabels() {}

  private static final BitSet VALID = new BitSet();

  static {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      VALID.set(c, derivedValid(c));
    }
  }

  private static Expr chars(IntPredicate predicate) {
    return CodePoints.where(predicate).expr();
  }

  private static boolean valid(int c) {
    return VALID.get(c);
  }

  private static boolean derivedValid(int c) {
    if (ALWAYS.contains(c)) {
      return true;
    }
    if (NEVER.contains(c) || IN_CONTEXT.contains(c)) {
      return false;
    }
    if (c < 0x80) {
      return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
    }
    return switch (Character.getType(c)) {
      case Character.LOWERCASE_LETTER,
          Character.OTHER_LETTER,
          Character.MODIFIER_LETTER,
          Character.NON_SPACING_MARK,
          Character.COMBINING_SPACING_MARK,
          Character.DECIMAL_DIGIT_NUMBER ->
          stable(c) && !ignorable(c) && !oldHangul(c);
      default -> false;
    };
  }

  private static boolean stable(int c) {
    String s = Character.toString(c);
    String folded =
        Normalizer.normalize(s, Normalizer.Form.NFKC)
            .toUpperCase(java.util.Locale.ROOT)
            .toLowerCase(java.util.Locale.ROOT);
    return Normalizer.normalize(folded, Normalizer.Form.NFKC).equals(s);
  }

  // Default ignorable code points, and blocks of marks for symbols.
  private static boolean ignorable(int c) {
    return c == 0x34F
        || c == 0x3164
        || (c >= 0x115F && c <= 0x1160)
        || (c >= 0x17B4 && c <= 0x17B5)
        || (c >= 0x180B && c <= 0x180F)
        || (c >= 0x20D0 && c <= 0x20FF)
        || (c >= 0xFE00 && c <= 0xFE0F)
        || (c >= 0x1D100 && c <= 0x1D24F)
        || c >= 0xE0000;
  }

  private static boolean oldHangul(int c) {
    return (c >= 0x1100 && c <= 0x11FF)
        || (c >= 0xA960 && c <= 0xA97F)
        || (c >= 0xD7B0 && c <= 0xD7FF);
  }

  private static boolean mark(int c) {
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.ENCLOSING_MARK;
  }

  private static Expr script(Character.UnicodeScript... scripts) {
    Set<Character.UnicodeScript> wanted = Set.of(scripts);
    return chars(c -> valid(c) && wanted.contains(Character.UnicodeScript.of(c)));
  }

  private static Expr one(int c) {
    return Utf8.range(c, c);
  }

  private static Expr labels() {
    Expr any = chars(c -> valid(c) || IN_CONTEXT.contains(c));
    Expr text = Expr.star(any);
    Expr begin = chars(c -> c != '-' && (IN_CONTEXT.contains(c) || (valid(c) && !mark(c))));
    Expr end = chars(c -> c != '-' && (IN_CONTEXT.contains(c) || valid(c)));
    Expr ascii = Utf8.range('!', '~');
    Expr result =
        Expr.and(
            Expr.seq(begin, Expr.optional(Expr.seq(text, end))),
            Expr.or(Expr.repeat(ascii, 1, MOST_ASCII), Expr.repeat(Utf8.CHAR, 1, MOST_OTHERS)));
    result = result.minus(HostFormats.hyphensInThirdPlace());
    // Appendix A.3 to A.9.
    result = context(result, one('l'), 0xB7, one('l'));
    result = context(result, Expr.EMPTY, 0x375, script(Character.UnicodeScript.GREEK));
    Expr hebrew = script(Character.UnicodeScript.HEBREW);
    result = context(result, hebrew, 0x5F3, Expr.EMPTY);
    result = context(result, hebrew, 0x5F4, Expr.EMPTY);
    Expr japanese =
        script(
            Character.UnicodeScript.HIRAGANA,
            Character.UnicodeScript.KATAKANA,
            Character.UnicodeScript.HAN);
    result = result.minus(Expr.and(contains(one(0x30FB)), Expr.not(contains(japanese))));
    Expr arabic = Utf8.range(0x660, 0x669);
    Expr extended = Utf8.range(0x6F0, 0x6F9);
    result = result.minus(Expr.and(contains(arabic), contains(extended)));
    // Appendix A.1 and A.2. A joiner follows a virama; a non-joiner may also stand between Arabic
    // letters, whose joining types are taken as those of most of them.
    Expr virama = chars(c -> valid(c) && VIRAMAS.contains(c));
    Expr joining =
        chars(
            c ->
                valid(c)
                    && Character.isLetter(c)
                    && JOINING.contains(Character.UnicodeScript.of(c)));
    result = context(result, virama, 0x200D, Expr.EMPTY);
    Expr nonJoiner = one(0x200C);
    Expr fine =
        Expr.or(
            Expr.seq(virama, nonJoiner),
            Expr.seq(joining, nonJoiner, joining),
            any.minus(nonJoiner));
    return Expr.and(result, Expr.star(fine));
  }

  private static final Set<Character.UnicodeScript> JOINING =
      Set.of(
          Character.UnicodeScript.ARABIC,
          Character.UnicodeScript.SYRIAC,
          Character.UnicodeScript.MONGOLIAN,
          Character.UnicodeScript.NKO);

  /** Signs of combining class 9 in the scripts of India and its neighbours. */
  private static final Set<Integer> VIRAMAS =
      Set.of(
          0x94D, 0x9CD, 0xA4D, 0xACD, 0xB4D, 0xBCD, 0xC4D, 0xCCD, 0xD3B, 0xD3C, 0xD4D, 0xDCA, 0xE3A,
          0xEBA, 0xF84, 0x1039, 0x103A, 0x1714, 0x1734, 0x17D2, 0x1A60, 0x1B44, 0x1BAA, 0x1BAB,
          0x1BF2, 0x1BF3, 0x2D7F, 0xA806, 0xA8C4, 0xA953, 0xA9C0, 0xAAF6, 0xABED);

  /** Built when the format of host names first asks for them. */
  private static final class Labels {
    static final Expr ALL = labels(); // everything but the Bidi rule
  }

  private static Expr contains(Expr e) {
    return Expr.seq(Utf8.TEXT, e, Expr.ALL); // so that a complement is empty once e was met
  }

  // The character stands only after the one and before the other.
  private static Expr context(Expr labels, Expr before, int c, Expr after) {
    Expr it = one(c);
    Expr bad = Expr.NONE;
    if (before != Expr.EMPTY) {
      bad = Expr.or(bad, Expr.seq(Utf8.TEXT.minus(Expr.seq(Utf8.TEXT, before)), it, Expr.ALL));
    }
    if (after != Expr.EMPTY) {
      bad = Expr.or(bad, Expr.seq(Utf8.TEXT, it, Expr.not(Expr.seq(after, Expr.ALL))));
    }
    return labels.minus(bad);
  }

  // ---- RFC 5893

  private static Expr direction(byte... directions) {
    return chars(
        c -> {
          if (valid(c) || IN_CONTEXT.contains(c)) {
            byte d = Character.getDirectionality(c);
            for (byte wanted : directions) {
              if (d == wanted) {
                return true;
              }
            }
          }
          return false;
        });
  }

  /**
   * Names whose labels depend on no context: of characters that stand anywhere, or of letters that
   * are written from right to left, beside labels of ASCII.
   */
  static Expr plainNames() {
    Expr ascii = Formats.matching("[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?");
    IntPredicate plain = c -> valid(c) && !rightToLeft(c);
    Expr ltr =
        Expr.and(
                Expr.seq(
                    chars(c -> plain.test(c) && c != '-' && !mark(c)),
                    Expr.optional(
                        Expr.seq(Expr.star(chars(plain)), chars(c -> plain.test(c) && c != '-')))),
                Expr.repeat(Utf8.CHAR, 1, MOST_OTHERS))
            .minus(HostFormats.hyphensInThirdPlace());
    Expr rtl =
        Expr.repeat(
            chars(c -> valid(c) && rightToLeft(c) && Character.isLetter(c)), 1, MOST_OTHERS);
    Expr asciiBeside = Formats.matching("[A-Za-z]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?");
    return Expr.or(
        names(ascii),
        Expr.and(
            Expr.or(names(Expr.or(ascii, ltr)), names(Expr.or(asciiBeside, rtl))),
            Expr.repeat(Utf8.CHAR, 1, LONGEST)));
  }

  private static Expr names(Expr label) {
    return Expr.seq(label, Expr.star(Expr.seq(Expr.literal("."), label)));
  }

  private static boolean rightToLeft(int c) {
    byte d = Character.getDirectionality(c);
    return d == Character.DIRECTIONALITY_RIGHT_TO_LEFT
        || d == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC
        || d == Character.DIRECTIONALITY_ARABIC_NUMBER;
  }

  /** Labels without a right-to-left character. */
  static Expr withoutBidi() {
    Expr rtl =
        direction(
            Character.DIRECTIONALITY_RIGHT_TO_LEFT,
            Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC,
            Character.DIRECTIONALITY_ARABIC_NUMBER);
    return Labels.ALL.minus(contains(rtl));
  }

  /** Labels that follow the rule, whichever way they are written. */
  static Expr underBidiRule() {
    Expr letters =
        direction(
            Character.DIRECTIONALITY_RIGHT_TO_LEFT, Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC);
    Expr arabicDigit = direction(Character.DIRECTIONALITY_ARABIC_NUMBER);
    Expr digit = direction(Character.DIRECTIONALITY_EUROPEAN_NUMBER);
    Expr mark = direction(Character.DIRECTIONALITY_NONSPACING_MARK);
    Expr neutral =
        direction(
            Character.DIRECTIONALITY_EUROPEAN_NUMBER_SEPARATOR,
            Character.DIRECTIONALITY_COMMON_NUMBER_SEPARATOR,
            Character.DIRECTIONALITY_EUROPEAN_NUMBER_TERMINATOR,
            Character.DIRECTIONALITY_OTHER_NEUTRALS,
            Character.DIRECTIONALITY_BOUNDARY_NEUTRAL,
            Character.DIRECTIONALITY_NONSPACING_MARK);
    Expr left = direction(Character.DIRECTIONALITY_LEFT_TO_RIGHT);
    Expr rtl =
        Expr.and(
            Expr.seq(letters, Expr.star(Expr.or(letters, arabicDigit, digit, neutral))),
            ending(Expr.or(letters, digit, arabicDigit), mark),
            Expr.not(Expr.and(contains(digit), contains(arabicDigit))));
    Expr ltr =
        Expr.and(
            Expr.seq(left, Expr.star(Expr.or(left, digit, neutral))),
            ending(Expr.or(left, digit), mark));
    return Expr.and(Labels.ALL, Expr.or(rtl, ltr));
  }

  private static Expr ending(Expr last, Expr mark) {
    return Expr.seq(Utf8.TEXT, last, Expr.star(mark));
  }
}
