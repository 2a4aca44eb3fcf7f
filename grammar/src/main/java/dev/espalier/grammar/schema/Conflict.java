package dev.espalier.grammar.schema;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Explains why no value satisfies a schema: which of its parts cannot hold, or not together. */
final class Conflict {
  private static final int MOST_PARTS = 48;
  private static final int DEPTH = 4;

  /** Keywords that mean something only beside each other. */
  private static final List<List<String>> FAMILIES =
      List.of(
          List.of("properties", "patternProperties", "additionalProperties"),
          List.of("if", "then", "else"),
          List.of("contains", "minContains", "maxContains"),
          List.of("prefixItems", "items", "additionalItems"),
          List.of("minimum", "exclusiveMinimum"),
          List.of("maximum", "exclusiveMaximum"));

  private final References references;
  private final Expansion expansion;
  private final Liveness liveness;
  private final List<SchemaNode> parts = new ArrayList<>();

  Conflict(References references, Expansion expansion, Liveness liveness) {
    this.references = references;
    this.expansion = expansion;
    this.liveness = liveness;
  }

  /** The explanation; null if it is not one part or two. */
  @Nullable String explain(SchemaNode schema) {
    collect(schema, DEPTH);
    List<SchemaNode> types = parts.stream().filter(Conflict::isType).toList();
    String amongTypes = explain(types, List.of());
    return amongTypes != null ? amongTypes : explain(parts, types);
  }

  // Which parts conflict, given others: two rules about numbers conflict where a number is asked
  // for.
  private @Nullable String explain(List<SchemaNode> among, List<SchemaNode> given) {
    for (SchemaNode part : among) {
      if (!satisfiable(given, part, part)) {
        return part + " alone leaves none";
      }
    }
    for (int i = 0; i < among.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (!satisfiable(given, among.get(j), among.get(i))) {
          return among.get(j) + " and " + among.get(i) + " cannot both hold";
        }
      }
    }
    return null;
  }

  private boolean satisfiable(List<SchemaNode> given, SchemaNode a, SchemaNode b) {
    Formulas formulas = expansion.formulas();
    List<Formula> all = new ArrayList<>(List.of(formulas.verdict(a), formulas.verdict(b)));
    given.forEach(s -> all.add(formulas.verdict(s)));
    return liveness.satisfiable(formulas.and(all));
  }

  private static boolean isType(SchemaNode part) {
    return part.json().has("type");
  }

  private void collect(SchemaNode schema, int depth) {
    if (!schema.json().isObject() || depth == 0 || parts.size() >= MOST_PARTS) {
      return;
    }
    Keywords k = expansion.keywords(schema);
    for (SchemaNode s : k.targets()) {
      collect(s, depth - 1);
    }
    for (SchemaNode s : k.schemas("allOf")) {
      collect(s, depth - 1);
    }
    Set<String> done = new HashSet<>(Set.of("$ref", "$dynamicRef", "$recursiveRef", "allOf"));
    for (String keyword : schema.json().propertyNames()) {
      if (k.get(keyword) == null || done.contains(keyword) || keyword.startsWith("$")) {
        continue;
      }
      List<String> family =
          FAMILIES.stream().filter(f -> f.contains(keyword)).findFirst().orElse(List.of(keyword));
      done.addAll(family);
      ObjectNode alone = JsonNodeFactory.instance.objectNode();
      for (String member : family) {
        JsonNode value = k.get(member);
        if (value != null) {
          alone.set(member, value);
        }
      }
      parts.add(references.child(schema, keyword, null, alone));
    }
  }
}
