package dev.espalier.grammar.schema;

import dev.espalier.EspalierException;
import dev.espalier.grammar.SchemaException;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import dev.espalier.grammar.regex.RegexParser;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads the keywords of one schema object with their types checked, and knows which ones are
 * enforced. A value of the wrong type is an error with its place.
 */
final class Keywords {
  /** Assertions of some draft that are known and not enforced; refused where they would assert. */
  private static final Set<String> REFUSED =
      Set.of(
          "$anchor",
          "$dynamicAnchor",
          "$dynamicRef",
          "$recursiveAnchor",
          "$recursiveRef",
          "unevaluatedItems",
          "unevaluatedProperties",
          "uniqueItems");

  private final SchemaDocument document;

  private final SchemaNode schema;

  Keywords(SchemaDocument document, SchemaNode schema) {
    this.document = document;
    this.schema = schema;
    JsonNode id = schema.json().get("$id");
    if (id != null && !schema.pointer().isEmpty()) {
      throw refuse("$id", "an embedded $id is not supported; drop it and refer by JSON pointer");
    }
    for (String keyword : REFUSED) {
      JsonNode value = schema.json().get(keyword);
      if (value != null && asserts(keyword, value)) {
        throw refuse(keyword, "is not enforced; remove it or rephrase the schema without it");
      }
    }
  }

  private static boolean asserts(String keyword, JsonNode value) {
    return switch (keyword) {
      case "uniqueItems" -> value.booleanValue(false);
      case "unevaluatedItems", "unevaluatedProperties" ->
          !(value.isBoolean() && value.booleanValue()) && !(value.isObject() && value.isEmpty());
      default -> true;
    };
  }

  SchemaException refuse(String keyword, String problem) {
    return new SchemaException(schema.pointer(), keyword, problem);
  }

  boolean has(String keyword) {
    return schema.json().has(keyword);
  }

  @Nullable JsonNode get(String keyword) {
    return schema.json().get(keyword);
  }

  private String pointer(String... steps) {
    StringBuilder s = new StringBuilder(schema.pointer());
    for (String step : steps) {
      s.append('/').append(step.replace("~", "~0").replace("/", "~1"));
    }
    return s.toString();
  }

  @Nullable SchemaNode schema(String keyword) {
    JsonNode value = get(keyword);
    return value == null ? null : document.node(value, pointer(keyword));
  }

  /** The schemas of a list; none if the keyword is absent. */
  List<SchemaNode> schemas(String keyword) {
    List<SchemaNode> out = new ArrayList<>();
    JsonNode value = get(keyword);
    if (value != null) {
      if (!value.isArray()) {
        throw refuse(keyword, "must be a list of schemas");
      }
      for (int i = 0; i < value.size(); i++) {
        out.add(document.node(value.get(i), pointer(keyword, Integer.toString(i))));
      }
    }
    return out;
  }

  /** The schemas by name, in textual order; none if the keyword is absent. */
  Map<String, SchemaNode> schemaMap(String keyword) {
    Map<String, SchemaNode> out = new LinkedHashMap<>();
    JsonNode value = get(keyword);
    if (value != null) {
      if (!value.isObject()) {
        throw refuse(keyword, "must be an object of schemas");
      }
      for (Map.Entry<String, JsonNode> e : value.properties()) {
        out.put(e.getKey(), document.node(e.getValue(), pointer(keyword, e.getKey())));
      }
    }
    return out;
  }

  List<String> strings(String keyword) {
    JsonNode value = get(keyword);
    return value == null ? List.of() : strings(keyword, value);
  }

  List<String> strings(String keyword, JsonNode value) {
    if (!value.isArray()) {
      throw refuse(keyword, "must be a list of strings");
    }
    List<String> out = new ArrayList<>();
    for (JsonNode s : value) {
      if (!s.isString()) {
        throw refuse(keyword, "must be a list of strings");
      }
      out.add(s.stringValue());
    }
    return out;
  }

  /** A count, or {@code absent}. Counts above two milliards are taken as that. */
  int count(String keyword, int absent) {
    BigDecimal n = number(keyword);
    if (n == null) {
      return absent;
    }
    if (n.signum() < 0 || n.stripTrailingZeros().scale() > 0) {
      throw refuse(keyword, "must be a non-negative integer");
    }
    return n.min(BigDecimal.valueOf(Integer.MAX_VALUE)).intValueExact();
  }

  @Nullable BigDecimal number(String keyword) {
    JsonNode value = get(keyword);
    if (value == null) {
      return null;
    }
    if (!value.isNumber()) {
      throw refuse(keyword, "must be a number");
    }
    return value.decimalValue();
  }

  /** The texts in which a pattern is found; null if the keyword is absent. */
  @Nullable Expr pattern(String keyword) {
    String pattern = text(keyword);
    return pattern == null ? null : pattern(keyword, pattern);
  }

  private Expr pattern(String keyword, String pattern) {
    try {
      return Expr.and(Utf8.TEXT, RegexParser.search(pattern));
    } catch (EspalierException e) {
      throw refuse(keyword, "the pattern cannot be enforced: " + e.getMessage());
    }
  }

  /** The rules of {@code patternProperties}. */
  List<Atom.PatternRule> patternRules() {
    List<Atom.PatternRule> out = new ArrayList<>();
    schemaMap("patternProperties")
        .forEach(
            (p, schema) -> out.add(new Atom.PatternRule(pattern("patternProperties", p), schema)));
    return out;
  }

  /** The value of {@code keyword} if it is text, else an error. */
  @Nullable String text(String keyword) {
    JsonNode value = get(keyword);
    if (value == null) {
      return null;
    }
    if (!value.isString()) {
      throw refuse(keyword, "must be a string");
    }
    return value.stringValue();
  }
}
