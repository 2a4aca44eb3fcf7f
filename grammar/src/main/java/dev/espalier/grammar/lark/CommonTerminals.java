package dev.espalier.grammar.lark;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The terminals of Lark's library {@code common}, as llguidance has them. */
final class CommonTerminals {
  private static final String DECIMAL = "([0-9]+\\.[0-9]*|\\.[0-9]+)";
  private static final String EXPONENT = "[eE][+-]?[0-9]+";
  private static final String FLOAT = "(" + DECIMAL + "(" + EXPONENT + ")?|[0-9]+" + EXPONENT + ")";
  private static final String NUMBER = "(" + FLOAT + "|[0-9]+)";
  private static final Map<String, String> REGEXES = new LinkedHashMap<>();

  static {
    REGEXES.put("DIGIT", "[0-9]");
    REGEXES.put("HEXDIGIT", "[a-fA-F0-9]");
    REGEXES.put("INT", "[0-9]+");
    REGEXES.put("SIGNED_INT", "[+-]?[0-9]+");
    REGEXES.put("DECIMAL", DECIMAL);
    REGEXES.put("_EXP", EXPONENT);
    REGEXES.put("FLOAT", FLOAT);
    REGEXES.put("SIGNED_FLOAT", "[+-]?" + FLOAT);
    REGEXES.put("NUMBER", NUMBER);
    REGEXES.put("SIGNED_NUMBER", "[+-]?" + NUMBER);
    REGEXES.put("ESCAPED_STRING", "\"([^\"\\\\]|\\\\.)*\"");
    REGEXES.put("LCASE_LETTER", "[a-z]");
    REGEXES.put("UCASE_LETTER", "[A-Z]");
    REGEXES.put("LETTER", "[A-Za-z]");
    REGEXES.put("WORD", "[A-Za-z]+");
    REGEXES.put("CNAME", "[_A-Za-z][_A-Za-z0-9]*");
    REGEXES.put("WS_INLINE", "[ \\t]+");
    REGEXES.put("WS", "[ \\t\\f\\r\\n]+");
    REGEXES.put("CR", "\\r");
    REGEXES.put("LF", "\\n");
    REGEXES.put("NEWLINE", "(\\r?\\n)+");
    REGEXES.put("SH_COMMENT", "#[^\\n]*");
    REGEXES.put("CPP_COMMENT", "//[^\\n]*");
    REGEXES.put("C_COMMENT", "/\\*([^*]|\\*+[^*/])*\\*+/");
    REGEXES.put("SQL_COMMENT", "--[^\\n]*");
  }

  private CommonTerminals() {}

  static @Nullable String regex(String name) {
    return REGEXES.get(name);
  }

  static String names() {
    return String.join(", ", REGEXES.keySet());
  }
}
