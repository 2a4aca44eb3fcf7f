package dev.espalier.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random schemas over few names and values, so that keywords meet, and instances to match. */
public final class RandomSchemas {
  private static final String[] NAMES = {"a", "b", "c", "é\"", "ab"};
  private static final String[] SCALARS = {
    "null",
    "true",
    "false",
    "0",
    "1",
    "2.5",
    "-3",
    "10",
    "\"\"",
    "\"a\"",
    "\"xy\"",
    "\"é\\n\"",
    "100",
    "0.3",
    "\"2024-02-29\"",
    "\"127.0.0.1\""
  };
  private static final String[] PATTERNS = {
    "^a", "b", "^.$", "^a+b?$", "[^a]", "b$", "^(a|ab)$", ""
  };

  private final Random r;

  public RandomSchemas(Random r) {
    this.r = r;
  }

  private static String quote(String name) {
    return '"' + name.replace("\"", "\\\"") + '"';
  }

  private String name() {
    return quote(NAMES[r.nextInt(NAMES.length)]);
  }

  /** A property name as it is. */
  String plainName() {
    return NAMES[r.nextInt(NAMES.length)];
  }

  private String scalar() {
    return SCALARS[r.nextInt(SCALARS.length)];
  }

  private List<String> distinctNames(int n) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      String name = name();
      if (!out.contains(name)) {
        out.add(name);
      }
    }
    return out;
  }

  /** A schema of bounded depth, with references between its parts and to itself. */
  public String next(int depth) {
    return next(depth, "");
  }

  /** The same, with the URI of its draft, whatever that draft makes of the keywords. */
  String next(int depth, String draft) {
    String body = schema(depth);
    if (draft.isEmpty() && !body.contains("#/$defs")) {
      return body;
    }
    return (draft.isEmpty() ? "{" : "{\"$schema\":" + quote(draft) + ",")
        + "\"$defs\":{\"x\":"
        + object(1)
        + ",\"y\":"
        + array(1)
        + ",\"z\":"
        + typed(0)
        + "},\"allOf\":["
        + body
        + "]}";
  }

  // A schema for a part of a value, which may lead back to what holds it.
  private String part(int depth) {
    return r.nextInt(7) == 0
        ? "{\"$ref\":\"#/$defs/" + (r.nextBoolean() ? "x" : "y") + "\"}"
        : schema(depth);
  }

  private String pattern() {
    return quote(PATTERNS[r.nextInt(PATTERNS.length)]);
  }

  private String schema(int depth) {
    if (r.nextInt(20) == 0) {
      return "{\"$ref\":\"#/$defs/z\"" + (r.nextBoolean() ? ",\"minLength\":2}" : "}");
    }
    if (depth == 0) {
      return switch (r.nextInt(8)) {
        case 0 -> "true";
        case 1 -> "{\"const\":" + instance(1) + "}";
        case 2 -> "{\"enum\":[" + scalar() + "," + scalar() + "," + instance(1) + "]}";
        default -> typed(0);
      };
    }
    return switch (r.nextInt(16)) {
      case 5 -> unevaluated(depth);
      case 0 -> "{\"anyOf\":[" + schema(depth - 1) + "," + schema(depth - 1) + third(depth) + "]}";
      case 1 -> "{\"oneOf\":[" + schema(depth - 1) + "," + schema(depth - 1) + third(depth) + "]}";
      case 2 -> "{\"allOf\":[" + schema(depth - 1) + "," + schema(depth - 1) + "]}";
      case 3 -> "{\"not\":" + schema(depth - 1) + "}";
      case 4 ->
          "{\"if\":"
              + schema(depth - 1)
              + ",\"then\":"
              + schema(depth - 1)
              + ",\"else\":"
              + schema(depth - 1)
              + "}";
      default -> typed(depth);
    };
  }

  private String third(int depth) {
    return r.nextInt(3) == 0 ? "," + schema(depth - 1) : "";
  }

  /** Branches that speak of some members, and a rule for all others. */
  private String unevaluated(int depth) {
    String[] keyword = {"allOf", "anyOf", "oneOf"};
    String rest = r.nextBoolean() ? "false" : schema(0);
    return "{\""
        + keyword[r.nextInt(3)]
        + "\":["
        + typed(depth - 1)
        + ","
        + typed(depth - 1)
        + "],\""
        + (r.nextInt(3) == 0 ? "unevaluatedItems" : "unevaluatedProperties")
        + "\":"
        + rest
        + "}";
  }

  private String typed(int depth) {
    return switch (r.nextInt(depth == 0 ? 4 : 10)) {
      case 0 -> number();
      case 1 -> "{\"type\":\"string\"" + lengths() + "}";
      case 2 -> "{\"type\":[\"boolean\",\"null\"]}";
      case 3 -> "{" + lengths().replaceFirst(",", "") + "}";
      case 4, 5, 6 -> array(depth);
      default -> object(depth);
    };
  }

  private String lengths() {
    int min = r.nextInt(3);
    return switch (r.nextInt(8)) {
      case 6 -> ",\"format\":\"" + (r.nextBoolean() ? "date" : "ipv4") + '"';
      case 7 -> ",\"pattern\":" + pattern();
      case 4 -> ",\"pattern\":\"^[a-x]*$\"";
      case 5 -> ",\"pattern\":\"x|\\\\n\"";
      case 0 -> ",\"minLength\":" + min;
      case 1 -> ",\"maxLength\":" + (min + r.nextInt(3));
      case 2 -> ",\"minLength\":" + min + ",\"maxLength\":" + (min + r.nextInt(3));
      default -> "";
    };
  }

  private String number() {
    StringBuilder s = new StringBuilder("{\"type\":\"" + (r.nextBoolean() ? "integer" : "number"));
    s.append('"');
    if (r.nextInt(3) == 0) {
      s.append(",\"minimum\":").append(r.nextInt(12) - 4);
    }
    if (r.nextInt(3) == 0) {
      s.append(",\"exclusiveMaximum\":").append(r.nextInt(20)).append(".5");
    }
    if (r.nextInt(3) == 0) {
      s.append(",\"multipleOf\":").append(new String[] {"2", "0.5", "3", "0.1"}[r.nextInt(4)]);
    }
    return s.append('}').toString();
  }

  private String array(int depth) {
    StringBuilder s = new StringBuilder("{\"type\":\"array\"");
    if (r.nextBoolean()) {
      s.append(",\"items\":").append(part(depth - 1));
    }
    if (r.nextInt(3) == 0) {
      s.append(",\"prefixItems\":[")
          .append(part(depth - 1))
          .append(',')
          .append(schema(0))
          .append(']');
    }
    if (r.nextInt(4) == 0) {
      s.append(",\"contains\":").append(schema(depth - 1));
      if (r.nextInt(2) == 0) {
        s.append(",\"minContains\":").append(r.nextInt(3));
      }
      if (r.nextInt(2) == 0) {
        s.append(",\"maxContains\":").append(1 + r.nextInt(2));
      }
    }
    if (r.nextInt(3) == 0) {
      s.append(",\"uniqueItems\":true");
    }
    if (r.nextInt(5) == 0) {
      s.append(",\"unevaluatedItems\":").append(r.nextBoolean() ? "false" : schema(0));
    }
    int min = r.nextInt(3);
    if (r.nextInt(3) == 0) {
      s.append(",\"minItems\":").append(min);
    }
    if (r.nextInt(3) == 0) {
      s.append(",\"maxItems\":").append(min + r.nextInt(3));
    }
    return s.append('}').toString();
  }

  private String object(int depth) {
    StringBuilder s = new StringBuilder("{\"type\":\"object\",\"properties\":{");
    List<String> names = distinctNames(3);
    for (int i = 0; i < names.size(); i++) {
      s.append(i == 0 ? "" : ",").append(names.get(i)).append(':').append(part(depth - 1));
    }
    s.append('}');
    if (r.nextInt(2) == 0) {
      s.append(",\"required\":").append(distinctNames(2));
    }
    if (r.nextInt(2) == 0) {
      s.append(",\"additionalProperties\":").append(r.nextBoolean() ? "false" : part(0));
    }
    if (r.nextInt(4) == 0) {
      String pattern = pattern();
      s.append(",\"patternProperties\":{").append(pattern).append(':').append(part(depth - 1));
      String other = pattern();
      if (!other.equals(pattern)) {
        s.append(',').append(other).append(':').append(schema(0));
      }
      s.append('}');
    }
    if (r.nextInt(4) == 0) {
      s.append(",\"maxProperties\":").append(1 + r.nextInt(3));
    }
    if (r.nextInt(4) == 0) {
      s.append(",\"minProperties\":").append(r.nextInt(3));
    }
    if (r.nextInt(5) == 0) {
      String[] rules = {
        "{\"maxLength\":1}",
        "{\"maxLength\":2}",
        "{\"pattern\":" + pattern() + "}",
        "{\"not\":{\"const\":" + name() + "}}",
        "{\"enum\":" + distinctNames(3) + "}",
        "{\"not\":{\"pattern\":" + pattern() + "}}"
      };
      s.append(",\"propertyNames\":").append(rules[r.nextInt(rules.length)]);
    }
    if (r.nextInt(4) == 0) {
      s.append(",\"dependentRequired\":{")
          .append(name())
          .append(":")
          .append(distinctNames(1))
          .append('}');
    }
    if (r.nextInt(6) == 0) {
      s.append(",\"dependentSchemas\":{")
          .append(name())
          .append(":")
          .append(schema(depth - 1))
          .append('}');
    }
    return s.append('}').toString();
  }

  /** An instance of bounded depth over the same names and values. */
  String instance(int depth) {
    int kind = depth == 0 ? 0 : r.nextInt(5);
    if (kind < 2) {
      return scalar();
    }
    StringBuilder s = new StringBuilder();
    int n = r.nextInt(4);
    if (kind == 2) {
      for (int i = 0; i < n; i++) {
        s.append(i == 0 ? "" : ",").append(instance(depth - 1));
      }
      return "[" + s + "]";
    }
    List<String> names = distinctNames(n);
    for (int i = 0; i < names.size(); i++) {
      s.append(i == 0 ? "" : ",").append(names.get(i)).append(':').append(instance(depth - 1));
    }
    return "{" + s + "}";
  }
}
