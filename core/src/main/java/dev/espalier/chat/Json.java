package dev.espalier.chat;

import dev.espalier.chat.Values.Failure;
import dev.espalier.chat.Values.Tuple;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON text to template values, and back as Python's {@code json.dumps} writes it. */
final class Json {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int MAX_DEPTH = 200;

  private final boolean ascii;
  private final String indent; // empty: all in one line
  private final String itemSeparator;
  private final String keySeparator;
  private final boolean sortKeys;
  private final StringBuilder out = new StringBuilder();

  private Json(
      boolean ascii, String indent, String itemSeparator, String keySeparator, boolean sortKeys) {
    this.ascii = ascii;
    this.indent = indent;
    this.itemSeparator = itemSeparator;
    this.keySeparator = keySeparator;
    this.sortKeys = sortKeys;
  }

  /**
   * Values of a JSON text, keys in order.
   *
   * @throws IllegalArgumentException if it is malformed
   */
  static Object parse(String json) {
    try {
      return value(MAPPER.readTree(json));
    } catch (JacksonException e) {
      throw new IllegalArgumentException(e.getOriginalMessage(), e);
    }
  }

  private static Object value(JsonNode node) {
    if (node.isObject()) {
      Map<Object, Object> map = new LinkedHashMap<>();
      node.properties().forEach(e -> map.put(e.getKey(), value(e.getValue())));
      return map;
    }
    if (node.isArray()) {
      List<Object> list = new ArrayList<>();
      node.forEach(item -> list.add(value(item)));
      return list;
    }
    if (node.isString()) {
      return node.stringValue();
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    if (node.isIntegralNumber()) {
      return Py.integer(node.bigIntegerValue());
    }
    if (node.isNumber()) {
      return node.doubleValue();
    }
    if (node.isNull()) {
      return Values.NONE;
    }
    throw new IllegalArgumentException("empty");
  }

  /** The {@code tojson} filter of chat templates: not escaped for HTML, unlike Jinja's own. */
  static String write(Object value, Values.Args args) {
    args.atMost(4, "ensure_ascii", "indent", "separators", "sort_keys");
    Object indent = args.optional(1, "indent");
    String step = "";
    boolean indented = false;
    if (indent != null && indent != Values.NONE) {
      indented = true;
      step =
          indent instanceof String s ? s : " ".repeat(Math.min(64, Math.max(0, Py.index(indent))));
    }
    String items = indented ? "," : ", ";
    String keys = ": ";
    Object separators = args.optional(2, "separators");
    if (separators != null && separators != Values.NONE) {
      List<Object> pair = Py.items(separators);
      if (pair.size() != 2) {
        throw new Failure("tojson: separators should be a pair");
      }
      items = Py.str(pair.get(0));
      keys = Py.str(pair.get(1));
    }
    Json json =
        new Json(
            args.flag(0, "ensure_ascii", false),
            indented ? "\n" + step : "",
            items,
            keys,
            args.flag(3, "sort_keys", false));
    json.write(value, 0);
    return json.out.toString();
  }

  private void write(Object v, int depth) {
    if (depth > MAX_DEPTH || out.length() > Budget.MAX_TEXT) {
      throw new Failure("tojson: the value is too deep or too long to be written");
    }
    if (v == Values.NONE) {
      out.append("null");
    } else if (v instanceof Boolean || v instanceof Long || v instanceof BigInteger) {
      out.append(v);
    } else if (v instanceof Double d) {
      out.append(real(d));
    } else if (v instanceof String s) {
      string(s);
    } else if (v instanceof List<?> list) {
      array(list, depth);
    } else if (v instanceof Tuple tuple) {
      array(tuple.items(), depth);
    } else if (v instanceof Map<?, ?> map) {
      object(map, depth);
    } else {
      throw new Failure("tojson: a value of type " + Py.type(v) + " cannot be written as JSON");
    }
  }

  private static String real(double d) {
    if (Double.isNaN(d)) {
      return "NaN";
    }
    return Double.isInfinite(d) ? (d > 0 ? "Infinity" : "-Infinity") : Py.real(d);
  }

  private void array(List<?> items, int depth) {
    if (items.isEmpty()) {
      out.append("[]");
      return;
    }
    out.append('[');
    for (int i = 0; i < items.size(); i++) {
      out.append(i == 0 ? "" : itemSeparator);
      newLine(depth + 1);
      write(items.get(i), depth + 1);
    }
    newLine(depth);
    out.append(']');
  }

  private void object(Map<?, ?> map, int depth) {
    if (map.isEmpty()) {
      out.append("{}");
      return;
    }
    List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
    if (sortKeys) {
      entries.sort(Comparator.comparing(e -> e.getKey(), (a, b) -> Py.compare(a, b, "<")));
    }
    out.append('{');
    String separator = "";
    for (Map.Entry<?, ?> entry : entries) {
      out.append(separator);
      separator = itemSeparator;
      newLine(depth + 1);
      string(key(entry.getKey()));
      out.append(keySeparator);
      write(entry.getValue(), depth + 1);
    }
    newLine(depth);
    out.append('}');
  }

  private static String key(Object key) {
    if (key instanceof String s) {
      return s;
    }
    if (key == Values.NONE) {
      return "null";
    }
    if (key instanceof Double d) {
      return real(d);
    }
    if (key instanceof Tuple) {
      throw new Failure("tojson: a tuple cannot be the key of a JSON object");
    }
    return key.toString();
  }

  private void newLine(int depth) {
    if (!indent.isEmpty()) {
      out.append('\n');
      for (int i = 0; i < depth; i++) {
        out.append(indent, 1, indent.length());
      }
    }
  }

  private void string(String s) {
    out.append('"');
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < 0x20 || (ascii && c > 0x7E)) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
