package dev.espalier.grammar;

import java.text.Normalizer;
import java.util.Locale;

/** A label of an international host name against RFC 5891 and 5892, character by character. */
final class IdnLabel {
  private final int[] c;

  IdnLabel(String label) {
    c = label.codePoints().toArray();
  }

  boolean valid() {
    if (c.length == 0 || c[0] == '-' || c[c.length - 1] == '-') {
      return false;
    }
    if (c.length > 3 && c[2] == '-' && c[3] == '-') {
      return false;
    }
    int type = Character.getType(c[0]);
    if (type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.ENCLOSING_MARK) {
      return false;
    }
    for (int i = 0; i < c.length; i++) {
      if (!allowed(i)) {
        return false;
      }
    }
    return true;
  }

  // Section 3 of RFC 5892 in its order, then appendix A.
  private boolean allowed(int i) {
    int x = c[i];
    return switch (x) {
      case 0xDF, 0x3C2, 0x6FD, 0x6FE, 0xF0B, 0x3007 -> true;
      case 0x640, 0x7FA, 0x302E, 0x302F, 0x3031, 0x3032, 0x3033, 0x3034, 0x3035, 0x303B -> false;
      case 0xB7 -> at(i - 1) == 'l' && at(i + 1) == 'l';
      case 0x375 -> script(i + 1, Character.UnicodeScript.GREEK);
      case 0x5F3, 0x5F4 -> script(i - 1, Character.UnicodeScript.HEBREW);
      case 0x30FB -> japanese();
      case 0x200D -> virama(at(i - 1));
      case 0x200C -> virama(at(i - 1)) || joined(i);
      default ->
          derived(x)
              && !(x >= 0x660 && x <= 0x669 && any(0x6F0, 0x6F9))
              && !(x >= 0x6F0 && x <= 0x6F9 && any(0x660, 0x669));
    };
  }

  private int at(int i) {
    return i < 0 || i >= c.length ? -1 : c[i];
  }

  private boolean script(int i, Character.UnicodeScript script) {
    return at(i) >= 0 && Character.UnicodeScript.of(at(i)) == script;
  }

  private boolean any(int from, int to) {
    for (int x : c) {
      if (x >= from && x <= to) {
        return true;
      }
    }
    return false;
  }

  private boolean japanese() {
    for (int i = 0; i < c.length; i++) {
      if (script(i, Character.UnicodeScript.HIRAGANA)
          || script(i, Character.UnicodeScript.HAN)
          || (script(i, Character.UnicodeScript.KATAKANA) && at(i) != 0x30FB)) {
        return true;
      }
    }
    return false;
  }

  private static boolean virama(int x) {
    return x >= 0 && Character.getName(x) != null && Character.getName(x).endsWith("SIGN VIRAMA");
  }

  private boolean joined(int i) {
    return script(i - 1, Character.UnicodeScript.ARABIC)
        && script(i + 1, Character.UnicodeScript.ARABIC);
  }

  private static boolean derived(int x) {
    if (x < 128) {
      return x == '-' || (x >= '0' && x <= '9') || (x >= 'a' && x <= 'z');
    }
    int type = Character.getType(x);
    boolean letterOrDigit =
        type == Character.LOWERCASE_LETTER
            || type == Character.OTHER_LETTER
            || type == Character.MODIFIER_LETTER
            || type == Character.NON_SPACING_MARK
            || type == Character.COMBINING_SPACING_MARK
            || type == Character.DECIMAL_DIGIT_NUMBER;
    String s = Character.toString(x);
    String folded =
        Normalizer.normalize(s, Normalizer.Form.NFKC)
            .toUpperCase(Locale.ROOT)
            .toLowerCase(Locale.ROOT);
    boolean jamo =
        (x >= 0x1100 && x <= 0x11FF)
            || (x >= 0xA960 && x <= 0xA97F)
            || (x >= 0xD7B0 && x <= 0xD7FF);
    boolean ignorable =
        x == 0x34F || (x >= 0x180B && x <= 0x180F) || (x >= 0xFE00 && x <= 0xFE0F) || x >= 0xE0000;
    return letterOrDigit
        && !jamo
        && !ignorable
        && Normalizer.normalize(folded, Normalizer.Form.NFKC).equals(s);
  }
}
