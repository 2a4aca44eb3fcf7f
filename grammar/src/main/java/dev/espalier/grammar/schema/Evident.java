package dev.espalier.grammar.schema;

import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a schema's keywords alone show about the values that satisfy it. Most schemas need no search
 * for a value: an object without required members may be empty, a string without a pattern is any.
 * Mutable cache, used under the machine's lock.
 */
final class Evident {
  // Answers are yes, no and "look closer", and the last is never wrong: whatever is less simple is
  // left to Liveness.

  private static final int PLAIN_DIGITS = 15;
  private static final int SHORT = 1000; // characters of a text, items of an array

  /** Keywords that speak of values of every type, beside {@code type}. */
  private static final Set<String> OF_ALL_TYPES =
      Set.of(
          "$ref",
          "$dynamicRef",
          "$recursiveRef",
          "allOf",
          "anyOf",
          "oneOf",
          "not",
          "if",
          "enum",
          "const");

  /** Types of which some value satisfies a schema for certain, and of which none does. */
  private record Answer(Set<JsonType> some, Set<JsonType> none) {
    static final Answer UNKNOWN = new Answer(Set.of(), Set.of());
    static final Answer ALL = new Answer(EnumSet.allOf(JsonType.class), Set.of());
    static final Answer NONE = new Answer(Set.of(), EnumSet.allOf(JsonType.class));
  }

  private final Expansion expansion;
  private final int stateLimit;
  private final Map<SchemaNode, Answer> answers = new HashMap<>();

  Evident(Expansion expansion, int stateLimit) {
    this.expansion = expansion;
    this.stateLimit = stateLimit;
  }

  /** Whether some value for certain satisfies a schema. */
  boolean satisfiable(SchemaNode schema) {
    return !answer(schema).some.isEmpty();
  }

  /** Whether some value of a type satisfies a schema; null if that takes a closer look. */
  @Nullable Boolean satisfiable(SchemaNode schema, JsonType type) {
    Answer answer = answer(schema);
    return answer.some.contains(type)
        ? Boolean.TRUE
        : answer.none.contains(type) ? Boolean.FALSE : null;
  }

  private Answer answer(SchemaNode schema) {
    Answer known = answers.get(schema);
    if (known == null) {
      answers.put(schema, Answer.UNKNOWN); // that it is inside of itself proves nothing
      known = find(schema);
      answers.put(schema, known);
    }
    return known;
  }

  private Answer find(SchemaNode schema) {
    if (schema.json().isBoolean()) {
      return schema.json().booleanValue() ? Answer.ALL : Answer.NONE;
    }
    if (!schema.alternatives().isEmpty() || !schema.excluded().isEmpty()) {
      return Answer.UNKNOWN;
    }
    Keywords k = expansion.keywords(schema);
    for (String keyword : schema.json().propertyNames()) {
      if (OF_ALL_TYPES.contains(keyword) && k.has(keyword)) {
        return alone(k, keyword) && !schema.closed() ? byOneKeyword(k, keyword) : Answer.UNKNOWN;
      }
    }
    EnumSet<JsonType> none = otherTypes(k);
    EnumSet<JsonType> some = EnumSet.noneOf(JsonType.class);
    for (JsonType type : EnumSet.complementOf(none)) {
      if (holdsSome(k, type)) {
        some.add(type);
      }
    }
    return new Answer(some, none);
  }

  // ---- keywords that speak of all types

  private static boolean alone(Keywords k, String keyword) {
    for (Map.Entry<String, JsonNode> e : k.schema().json().properties()) {
      String other = e.getKey();
      if (!other.equals(keyword) && asserts(other) && k.has(other)) {
        return false;
      }
    }
    return true;
  }

  private static boolean asserts(String keyword) {
    Subschemas.Position position = Subschemas.POSITIONS.get(keyword);
    return (position != null && position != Subschemas.Position.DEFINITIONS)
        || keyword.equals("format")
        || keyword.equals(ContentKeywords.ENCODING)
        || OF_ALL_TYPES.contains(keyword)
        || Dialect.VALIDATION.contains(keyword);
  }

  private Answer byOneKeyword(Keywords k, String keyword) {
    return switch (keyword) {
      case "$ref" -> k.targets().size() == 1 ? answer(k.targets().get(0)) : Answer.UNKNOWN;
      case "allOf", "oneOf" -> {
        List<SchemaNode> all = k.schemas(keyword);
        yield all.size() == 1 ? answer(all.get(0)) : Answer.UNKNOWN;
      }
      case "anyOf" -> {
        Set<JsonType> some = EnumSet.noneOf(JsonType.class);
        Set<JsonType> none = EnumSet.allOf(JsonType.class);
        for (SchemaNode way : k.schemas(keyword)) {
          Answer answer = answer(way);
          some.addAll(answer.some);
          none.retainAll(answer.none);
        }
        yield new Answer(some, none);
      }
      case "const" -> byValues(List.of(Objects.requireNonNull(k.get(keyword))));
      case "enum" -> byValues(Objects.requireNonNull(k.get(keyword)));
      default -> Answer.UNKNOWN;
    };
  }

  private static Answer byValues(Iterable<JsonNode> values) {
    Set<JsonType> some = EnumSet.noneOf(JsonType.class);
    Set<JsonType> none = EnumSet.allOf(JsonType.class);
    for (JsonNode value : values) {
      JsonType type = JsonType.of(value);
      none.remove(type);
      boolean plain =
          switch (type) {
            case NULL, TRUE, FALSE -> true;
            case STRING -> isWellFormed(value.stringValue());
            case NUMBER -> isPlain(value.decimalValue());
            case ARRAY, OBJECT -> false;
          };
      if (plain) {
        some.add(type);
      }
    }
    return new Answer(some, none);
  }

  private static boolean isWellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isPlain(BigDecimal n) {
    return n.precision() <= PLAIN_DIGITS && Math.abs(n.scale()) <= PLAIN_DIGITS;
  }

  // ---- keywords that speak of one type

  private static EnumSet<JsonType> otherTypes(Keywords k) {
    EnumSet<JsonType> others = EnumSet.noneOf(JsonType.class);
    JsonNode types = k.get("type");
    if (types != null) {
      others = EnumSet.allOf(JsonType.class);
      if (types.isString()) {
        others.removeAll(named(types.stringValue()));
      } else {
        for (String name : k.strings("type")) {
          others.removeAll(named(name));
        }
      }
    }
    return others;
  }

  private static Set<JsonType> named(String name) {
    return switch (name) {
      case "null" -> EnumSet.of(JsonType.NULL);
      case "boolean" -> EnumSet.of(JsonType.TRUE, JsonType.FALSE);
      case "string" -> EnumSet.of(JsonType.STRING);
      case "number", "integer" -> EnumSet.of(JsonType.NUMBER);
      case "array" -> EnumSet.of(JsonType.ARRAY);
      default -> EnumSet.of(JsonType.OBJECT);
    };
  }

  private boolean holdsSome(Keywords k, JsonType type) {
    return switch (type) {
      case NULL, TRUE, FALSE -> true;
      case STRING -> holdsText(k);
      case NUMBER -> holdsNumber(k);
      case ARRAY -> holdsArray(k);
      case OBJECT -> holdsObject(k);
    };
  }

  private boolean holdsText(Keywords k) {
    boolean limited = k.has("minLength") || k.has("maxLength") || k.has(ContentKeywords.ENCODING);
    String pattern = k.text("pattern");
    if (k.has("format")) {
      return pattern == null && !limited; // each has texts, though perhaps not of any length
    }
    if (pattern != null) {
      return !limited && !k.pattern("pattern", pattern).isEmpty(stateLimit);
    }
    int min = k.count("minLength", 0);
    return min <= SHORT && min <= k.count("maxLength", Integer.MAX_VALUE);
  }

  // A whole number between the limits; any will do, since one limit is missing or is one itself.
  private static boolean holdsNumber(Keywords k) {
    if (k.has("multipleOf") || k.has("exclusiveMinimum") || k.has("exclusiveMaximum")) {
      return false;
    }
    BigDecimal min = k.number("minimum");
    BigDecimal max = k.number("maximum");
    if (min == null || max == null) {
      return (min == null || isPlain(min)) && (max == null || isPlain(max));
    }
    return isPlain(min) && min.stripTrailingZeros().scale() <= 0 && min.compareTo(max) <= 0;
  }

  private boolean holdsArray(Keywords k) {
    if (k.has("contains")) {
      return false;
    }
    int min = k.count("minItems", 0);
    if (min == 0) {
      return true; // the empty one
    }
    JsonNode items = k.get("items");
    return min <= Math.min(SHORT, k.count("maxItems", Integer.MAX_VALUE))
        && !k.has("uniqueItems")
        && !k.has("prefixItems")
        && !k.has("unevaluatedItems")
        && (items == null
            || (!items.isArray() && satisfiable(Objects.requireNonNull(k.schema("items")))));
  }

  // The one of the required members alone.
  private boolean holdsObject(Keywords k) {
    Set<String> required = new HashSet<>(k.strings("required"));
    if (required.size() < k.count("minProperties", 0)) {
      return false;
    }
    if (required.isEmpty()) {
      return true;
    }
    if (k.count("maxProperties", Integer.MAX_VALUE) < required.size()
        || k.has("propertyNames")
        || k.has("patternProperties")
        || k.has("dependencies")
        || k.has("dependentRequired")
        || k.has("dependentSchemas")
        || k.has("unevaluatedProperties")) {
      return false;
    }
    JsonNode properties = k.get("properties");
    SchemaNode others = k.schema("additionalProperties");
    for (String name : required) {
      JsonNode own = properties == null ? null : properties.get(name);
      SchemaNode schema = own == null ? others : k.schema("properties", name, own);
      boolean open = schema == null ? !k.schema().closed() : satisfiable(schema);
      if (!open || !isWellFormed(name)) {
        return false;
      }
    }
    return true;
  }
}
