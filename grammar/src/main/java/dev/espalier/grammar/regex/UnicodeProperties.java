package dev.espalier.grammar.regex;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** What may stand in {@code \p{…}}: general categories, scripts, binary and POSIX classes. */
final class UnicodeProperties {
  private static final Map<String, CodePoints> CACHE = new ConcurrentHashMap<>();

  // Short and long name of each general category, and the types that Character.getType gives.
  private static final String[][] CATEGORIES = {
    {"Lu", "Uppercase_Letter"},
    {"Ll", "Lowercase_Letter"},
    {"Lt", "Titlecase_Letter"},
    {"Lm", "Modifier_Letter"},
    {"Lo", "Other_Letter"},
    {"Mn", "Nonspacing_Mark"},
    {"Me", "Enclosing_Mark"},
    {"Mc", "Spacing_Mark"},
    {"Nd", "Decimal_Number"},
    {"Nl", "Letter_Number"},
    {"No", "Other_Number"},
    {"Zs", "Space_Separator"},
    {"Zl", "Line_Separator"},
    {"Zp", "Paragraph_Separator"},
    {"Cc", "Control"},
    {"Cf", "Format"},
    {"Co", "Private_Use"},
    {"Cs", "Surrogate"},
    {"Pd", "Dash_Punctuation"},
    {"Ps", "Open_Punctuation"},
    {"Pe", "Close_Punctuation"},
    {"Pc", "Connector_Punctuation"},
    {"Po", "Other_Punctuation"},
    {"Sm", "Math_Symbol"},
    {"Sc", "Currency_Symbol"},
    {"Sk", "Modifier_Symbol"},
    {"So", "Other_Symbol"},
    {"Pi", "Initial_Punctuation"},
    {"Pf", "Final_Punctuation"},
    {"Cn", "Unassigned"},
  };
  private static final byte[] TYPES = {
    Character.UPPERCASE_LETTER,
    Character.LOWERCASE_LETTER,
    Character.TITLECASE_LETTER,
    Character.MODIFIER_LETTER,
    Character.OTHER_LETTER,
    Character.NON_SPACING_MARK,
    Character.ENCLOSING_MARK,
    Character.COMBINING_SPACING_MARK,
    Character.DECIMAL_DIGIT_NUMBER,
    Character.LETTER_NUMBER,
    Character.OTHER_NUMBER,
    Character.SPACE_SEPARATOR,
    Character.LINE_SEPARATOR,
    Character.PARAGRAPH_SEPARATOR,
    Character.CONTROL,
    Character.FORMAT,
    Character.PRIVATE_USE,
    Character.SURROGATE,
    Character.DASH_PUNCTUATION,
    Character.START_PUNCTUATION,
    Character.END_PUNCTUATION,
    Character.CONNECTOR_PUNCTUATION,
    Character.OTHER_PUNCTUATION,
    Character.MATH_SYMBOL,
    Character.CURRENCY_SYMBOL,
    Character.MODIFIER_SYMBOL,
    Character.OTHER_SYMBOL,
    Character.INITIAL_QUOTE_PUNCTUATION,
    Character.FINAL_QUOTE_PUNCTUATION,
    Character.UNASSIGNED,
  };
  private static final Map<String, Integer> MASKS = new HashMap<>();
  private static final Map<String, IntPredicate> OTHERS = new HashMap<>();

  static {
    String[][] groups = {
      {"L", "Letter"},
      {"M", "Mark"},
      {"N", "Number"},
      {"Z", "Separator"},
      {"C", "Other"},
      {"P", "Punctuation"},
      {"S", "Symbol"},
    };
    for (int i = 0; i < TYPES.length; i++) {
      int bit = 1 << TYPES[i];
      MASKS.put(CATEGORIES[i][0], bit);
      MASKS.put(CATEGORIES[i][1], bit);
      for (String[] g : groups) {
        if (CATEGORIES[i][0].startsWith(g[0])) {
          MASKS.merge(g[0], bit, (x, y) -> x | y);
          MASKS.merge(g[1], bit, (x, y) -> x | y);
        }
      }
    }
    int cased =
        (1 << Character.UPPERCASE_LETTER)
            | (1 << Character.LOWERCASE_LETTER)
            | (1 << Character.TITLECASE_LETTER);
    MASKS.put("LC", cased);
    MASKS.put("Cased_Letter", cased);

    OTHERS.put("Any", c -> true);
    OTHERS.put("ASCII", c -> c < 128);
    OTHERS.put("Assigned", Character::isDefined);
    OTHERS.put("Alphabetic", Character::isAlphabetic);
    OTHERS.put("Ideographic", Character::isIdeographic);
    OTHERS.put("Uppercase", Character::isUpperCase);
    OTHERS.put("Lowercase", Character::isLowerCase);
    OTHERS.put("White_Space", UnicodeProperties::isWhiteSpace);
    OTHERS.put("ID_Start", Character::isUnicodeIdentifierStart);
    OTHERS.put(
        "ID_Continue",
        c -> Character.isUnicodeIdentifierPart(c) && !Character.isIdentifierIgnorable(c));
    OTHERS.put("Lower", c -> c >= 'a' && c <= 'z');
    OTHERS.put("Upper", c -> c >= 'A' && c <= 'Z');
    OTHERS.put("Alpha", UnicodeProperties::isAsciiLetter);
    OTHERS.put("Digit", c -> c >= '0' && c <= '9');
    OTHERS.put("digit", Character::isDigit); // as JSON Schema's official suite writes Nd
    OTHERS.put("Alnum", c -> isAsciiLetter(c) || (c >= '0' && c <= '9'));
    OTHERS.put("Punct", c -> isGraph(c) && !isAsciiLetter(c) && (c < '0' || c > '9'));
    OTHERS.put("Graph", UnicodeProperties::isGraph);
    OTHERS.put("Print", c -> c == ' ' || isGraph(c));
    OTHERS.put("Blank", c -> c == ' ' || c == '\t');
    OTHERS.put("Cntrl", c -> c < 0x20 || c == 0x7F);
    OTHERS.put("XDigit", c -> c < 128 && Character.digit(c, 16) >= 0);
    OTHERS.put("Space", c -> c == ' ' || (c >= 9 && c <= 13));
  }

  private UnicodeProperties() {}

  private static boolean isAsciiLetter(int c) {
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
  }

  private static boolean isGraph(int c) {
    return c > 0x20 && c < 0x7F;
  }

  private static boolean isWhiteSpace(int c) {
    return Character.isSpaceChar(c) || (c >= 9 && c <= 13) || c == 0x85;
  }

  /** The set that a property stands for, null if there is no such property. */
  static @Nullable CodePoints of(String property) {
    CodePoints known = CACHE.get(property);
    if (known != null) {
      return known;
    }
    IntPredicate predicate = predicate(property);
    if (predicate == null) {
      return null;
    }
    CodePoints set = CodePoints.where(predicate);
    CACHE.put(property, set);
    return set;
  }

  private static @Nullable IntPredicate predicate(String property) {
    int equals = property.indexOf('=');
    if (equals >= 0) {
      String value = property.substring(equals + 1);
      return switch (property.substring(0, equals).toLowerCase(Locale.ROOT)) {
        case "general_category", "gc" -> category(value);
        case "script", "sc" -> script(value);
        default -> null;
      };
    }
    IntPredicate found = category(property);
    if (found == null) {
      found = OTHERS.get(property);
    }
    if (found == null && property.startsWith("Is")) {
      String name = property.substring(2);
      found = category(name);
      found = found != null ? found : OTHERS.get(name);
      found = found != null ? found : script(name);
    }
    return found;
  }

  private static @Nullable IntPredicate category(String name) {
    Integer mask = MASKS.get(name);
    return mask == null ? null : c -> ((mask >>> Character.getType(c)) & 1) != 0;
  }

  private static @Nullable IntPredicate script(String name) {
    try {
      Character.UnicodeScript script = Character.UnicodeScript.forName(name);
      return c -> Character.UnicodeScript.of(c) == script;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
