package dev.espalier.grammar.schema;

import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Where a schema object holds other schemas. */
final class Subschemas {
  /** The form of a keyword's value. */
  enum Position {
    SCHEMA,
    LIST,
    /** One schema, or a list of them up to draft 2019-09. */
    SCHEMA_OR_LIST,
    MAP,
    /** By name, a schema or a list of names. */
    MAP_OR_NAMES,
    /** By name; applies to nothing until it is referred to. */
    DEFINITIONS
  }

  static final Map<String, Position> POSITIONS =
      Map.ofEntries(
          Map.entry("additionalItems", Position.SCHEMA),
          Map.entry("additionalProperties", Position.SCHEMA),
          Map.entry("contains", Position.SCHEMA),
          Map.entry("contentSchema", Position.SCHEMA),
          Map.entry("else", Position.SCHEMA),
          Map.entry("if", Position.SCHEMA),
          Map.entry("not", Position.SCHEMA),
          Map.entry("propertyNames", Position.SCHEMA),
          Map.entry("then", Position.SCHEMA),
          Map.entry("unevaluatedItems", Position.SCHEMA),
          Map.entry("unevaluatedProperties", Position.SCHEMA),
          Map.entry("allOf", Position.LIST),
          Map.entry("anyOf", Position.LIST),
          Map.entry("oneOf", Position.LIST),
          Map.entry("prefixItems", Position.LIST),
          Map.entry("items", Position.SCHEMA_OR_LIST),
          Map.entry("dependentSchemas", Position.MAP),
          Map.entry("patternProperties", Position.MAP),
          Map.entry("properties", Position.MAP),
          Map.entry("dependencies", Position.MAP_OR_NAMES),
          Map.entry("$defs", Position.DEFINITIONS),
          Map.entry("definitions", Position.DEFINITIONS));

  /** Keywords whose schemas every item or member has to satisfy that they speak of. */
  static final Set<String> OF_PARTS =
      Set.of(
          "additionalItems",
          "additionalProperties",
          "items",
          "patternProperties",
          "prefixItems",
          "properties",
          "unevaluatedItems",
          "unevaluatedProperties");

  private Subschemas() {}

  /** Calls back with every schema inside an object, and the pointer to it from there. */
  static void forEach(JsonNode schema, Dialect dialect, BiConsumer<JsonNode, String> found) {
    for (Map.Entry<String, JsonNode> e : schema.properties()) {
      Position position = POSITIONS.get(e.getKey());
      if (position != null && dialect.knows(e.getKey())) {
        JsonNode value = e.getValue();
        String at = "/" + escape(e.getKey());
        switch (position) {
          case SCHEMA -> found.accept(value, at);
          case LIST -> list(value, at, found);
          case SCHEMA_OR_LIST -> {
            if (value.isArray()) {
              list(value, at, found);
            } else {
              found.accept(value, at);
            }
          }
          case MAP, MAP_OR_NAMES, DEFINITIONS -> {
            if (value.isObject()) {
              for (Map.Entry<String, JsonNode> inner : value.properties()) {
                found.accept(inner.getValue(), at + "/" + escape(inner.getKey()));
              }
            }
          }
        }
      }
    }
  }

  private static void list(JsonNode value, String at, BiConsumer<JsonNode, String> found) {
    for (int i = 0; i < value.size(); i++) {
      found.accept(value.get(i), at + "/" + i);
    }
  }

  /**
   * The pointer to a schema under a keyword.
   *
   * @param name in the keyword's value, or where in its list; null if that is the schema
   */
  static String pointer(String outer, String keyword, @Nullable String name) {
    return outer + "/" + escape(keyword) + (name == null ? "" : "/" + escape(name));
  }

  /** A name as one step of a JSON pointer. */
  static String escape(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }
}
