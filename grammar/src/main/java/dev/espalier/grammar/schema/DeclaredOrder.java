package dev.espalier.grammar.schema;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The order in which properties come under DECLARED: those of {@code properties} as written,
 * schemas beside and inside merged where they stand, then those only in {@code required}.
 */
final class DeclaredOrder {
  private final Expansion expansion;
  private final Map<SchemaNode, List<String>> known = new HashMap<>();

  DeclaredOrder(Expansion expansion) {
    this.expansion = expansion;
  }

  List<String> of(SchemaNode schema) {
    List<String> names = known.get(schema);
    if (names == null) {
      Set<String> declared = new LinkedHashSet<>();
      Set<String> required = new LinkedHashSet<>();
      collect(schema, declared, required, new HashSet<>());
      declared.addAll(required);
      names = List.copyOf(declared);
      known.put(schema, names);
    }
    return names;
  }

  private void collect(
      SchemaNode schema, Set<String> names, Set<String> required, Set<SchemaNode> seen) {
    if (!schema.json().isObject() || !seen.add(schema)) {
      return;
    }
    schema.alternatives().forEach(s -> collect(s, names, required, seen));
    Keywords k = expansion.keywords(schema);
    for (String keyword : schema.json().propertyNames()) {
      JsonNode value = k.get(keyword);
      if (value == null) {
        continue;
      }
      switch (keyword) {
        case "properties" -> names.addAll(k.schemaMap(keyword).keySet());
        case "required" -> required.addAll(k.strings(keyword));
        case "$ref", "$dynamicRef", "$recursiveRef" ->
            k.targets().forEach(s -> collect(s, names, required, seen));
        case "allOf", "anyOf", "oneOf" ->
            k.schemas(keyword).forEach(s -> collect(s, names, required, seen));
        case "if", "then", "else" ->
            collect(java.util.Objects.requireNonNull(k.schema(keyword)), names, required, seen);
        case "dependentSchemas", "dependencies" ->
            Dependencies.schemas(k).values().forEach(s -> collect(s, names, required, seen));
        case "const" -> addKeys(value, names);
        case "enum" -> value.forEach(v -> addKeys(v, names));
        default -> {}
      }
    }
  }

  private static void addKeys(JsonNode value, Set<String> names) {
    if (value.isObject()) {
      names.addAll(value.propertyNames());
    }
  }
}
