package dev.espalier.tests.maskbench;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Writes JSON as Python's {@code json.dumps(value, ensure_ascii=False)} does. */
final class PythonJson {
  private PythonJson() {}

  static String dumps(JsonNode node) {
    StringBuilder out = new StringBuilder();
    write(node, out);
    return out.toString();
  }

  private static void write(JsonNode node, StringBuilder out) {
    if (node.isObject()) {
      String between = "{";
      for (Map.Entry<String, JsonNode> e : node.properties()) {
        out.append(between);
        string(e.getKey(), out);
        out.append(": ");
        write(e.getValue(), out);
        between = ", ";
      }
      out.append(between.equals("{") ? "{}" : "}");
    } else if (node.isArray()) {
      String between = "[";
      for (JsonNode item : node) {
        out.append(between);
        write(item, out);
        between = ", ";
      }
      out.append(between.equals("[") ? "[]" : "]");
    } else if (node.isString()) {
      string(node.stringValue(), out);
    } else if (node.isIntegralNumber()) {
      out.append(node.bigIntegerValue());
    } else if (node.isNumber()) {
      out.append(number(node.decimalValue().doubleValue()));
    } else {
      out.append(node); // true, false, null
    }
  }

  private static void string(String s, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\f' -> out.append("\\f");
        case '\b' -> out.append("\\b");
        default -> {
          if (c < 0x20) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  /** The shortest digits that read back as the same double, laid out as {@code repr} does. */
  static String number(double value) {
    if (Double.isInfinite(value)) {
      return value > 0 ? "Infinity" : "-Infinity";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal exact = new BigDecimal(Math.abs(value));
    BigDecimal shortest = exact;
    for (int precision = 1; precision <= 17; precision++) {
      shortest = exact.round(new MathContext(precision));
      if (shortest.doubleValue() == Math.abs(value)) {
        break;
      }
    }
    String digits = shortest.stripTrailingZeros().unscaledValue().toString();
    int exponent = shortest.precision() - shortest.scale() - 1; // of the first digit
    StringBuilder out = new StringBuilder(value < 0 ? "-" : "");
    if (exponent < -4 || exponent >= 16) {
      out.append(digits.charAt(0));
      if (digits.length() > 1) {
        out.append('.').append(digits, 1, digits.length());
      }
      out.append('e').append(exponent < 0 ? '-' : '+');
      return out.append(String.format("%02d", Math.abs(exponent))).toString();
    }
    if (exponent < 0) {
      return out.append("0.").append("0".repeat(-exponent - 1)).append(digits).toString();
    }
    if (digits.length() <= exponent + 1) {
      return out.append(digits)
          .append("0".repeat(exponent + 1 - digits.length()))
          .append(".0")
          .toString();
    }
    return out.append(digits, 0, exponent + 1)
        .append('.')
        .append(digits, exponent + 1, digits.length())
        .toString();
  }
}
