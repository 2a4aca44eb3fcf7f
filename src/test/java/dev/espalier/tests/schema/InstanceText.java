package dev.espalier.tests.schema;

import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Writes an instance as text, numbers with the digits they were given with. */
final class InstanceText {
  private final String comma;
  private final String colon;
  private final boolean asciiOnly;

  private InstanceText(String comma, String colon, boolean asciiOnly) {
    this.comma = comma;
    this.colon = colon;
    this.asciiOnly = asciiOnly;
  }

  /** Without white space, characters as they are. */
  static String compact(JsonNode value) {
    return new InstanceText(",", ":", false).write(value, new StringBuilder()).toString();
  }

  /** As Python's {@code json.dumps} writes: a space after commas and colons, ASCII only. */
  static String dumps(JsonNode value) {
    return new InstanceText(", ", ": ", true).write(value, new StringBuilder()).toString();
  }

  private StringBuilder write(JsonNode value, StringBuilder out) {
    if (value.isString()) {
      return quote(value.stringValue(), out);
    } else if (value.isArray()) {
      out.append('[');
      for (int i = 0; i < value.size(); i++) {
        write(value.get(i), out.append(i == 0 ? "" : comma));
      }
      return out.append(']');
    } else if (value.isObject()) {
      out.append('{');
      String separator = "";
      for (Map.Entry<String, JsonNode> e : value.properties()) {
        quote(e.getKey(), out.append(separator)).append(colon);
        write(e.getValue(), out);
        separator = comma;
      }
      return out.append('}');
    }
    return out.append(value.isNumber() ? value.decimalValue().toString() : value.toString());
  }

  private StringBuilder quote(String s, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      int shorthand = "\"\\\b\f\n\r\t".indexOf(c);
      if (shorthand >= 0) {
        out.append('\\').append("\"\\bfnrt".charAt(shorthand));
      } else if (c < 0x20 || (asciiOnly && c > 0x7E)) {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"');
  }
}
