package dev.espalier.grammar.schema;

import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The order in which properties come under DECLARED: those of {@code properties} as written,
 * schemas beside and inside merged where they stand, then those only in {@code required}. Where
 * schemas at one place disagree about two names, as branches of {@code oneOf} may, either of the
 * two comes first.
 */
final class DeclaredOrder {
  /**
   * Names of one object.
   *
   * @param names all of them, merged
   * @param lists as single schemas write them
   */
  record Names(List<String> names, List<List<String>> lists) {}

  private final Expansion expansion;
  private final Map<SchemaNode, Names> known = new HashMap<>();

  DeclaredOrder(Expansion expansion) {
    this.expansion = expansion;
  }

  Names of(SchemaNode schema) {
    Names names = known.get(schema);
    if (names == null) {
      Set<List<String>> lists = new LinkedHashSet<>();
      Set<String> required = new LinkedHashSet<>();
      collect(schema, lists, required, new HashSet<>());
      Set<String> declared = new LinkedHashSet<>();
      lists.forEach(declared::addAll);
      declared.addAll(required);
      names = new Names(List.copyOf(declared), List.copyOf(lists));
      known.put(schema, names);
    }
    return names;
  }

  /**
   * What the lists take back of the merged order: for the place of a name, places before it whose
   * names some list has after it. Being part of the merged order, what remains has no circles.
   */
  static Map<Integer, BitSet> late(Collection<String> merged, Collection<List<String>> lists) {
    Map<String, Integer> places = new HashMap<>();
    merged.forEach(name -> places.put(name, places.size()));
    Map<Integer, BitSet> late = new HashMap<>();
    for (List<String> list : lists) {
      BitSet sofar = new BitSet();
      for (String name : list) {
        int place = places.getOrDefault(name, 0);
        for (int i = sofar.nextSetBit(place); i >= 0; i = sofar.nextSetBit(i + 1)) {
          late.computeIfAbsent(i, k -> new BitSet()).set(place);
        }
        sofar.set(place);
      }
    }
    return Map.copyOf(late);
  }

  private void collect(
      SchemaNode schema, Set<List<String>> lists, Set<String> required, Set<SchemaNode> seen) {
    if (!schema.json().isObject() || !seen.add(schema)) {
      return;
    }
    schema.alternatives().forEach(s -> collect(s, lists, required, seen));
    Keywords k = expansion.keywords(schema);
    Formulas.spendOn(Formulas.MANY + schema.json().size());
    for (String keyword : schema.json().propertyNames()) {
      JsonNode value = k.get(keyword);
      if (value == null) {
        continue;
      }
      switch (keyword) {
        case "properties" -> lists.add(List.copyOf(k.schemaMap(keyword).keySet()));
        case "required" -> required.addAll(k.strings(keyword));
        case "$ref", "$dynamicRef", "$recursiveRef" ->
            k.targets().forEach(s -> collect(s, lists, required, seen));
        case "allOf", "anyOf", "oneOf" ->
            k.schemas(keyword).forEach(s -> collect(s, lists, required, seen));
        case "if", "then", "else" ->
            collect(java.util.Objects.requireNonNull(k.schema(keyword)), lists, required, seen);
        case "dependentSchemas", "dependencies" ->
            Dependencies.schemas(k).values().forEach(s -> collect(s, lists, required, seen));
        case "const" -> addKeys(value, lists);
        case "enum" -> value.forEach(v -> addKeys(v, lists));
        default -> {}
      }
    }
  }

  private static void addKeys(JsonNode value, Set<List<String>> lists) {
    if (value.isObject()) {
      lists.add(List.copyOf(value.propertyNames()));
    }
  }
}
