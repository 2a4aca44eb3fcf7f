package dev.espalier.grammar.schema;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Explains why no value satisfies a schema: which of its parts cannot hold together. */
final class Conflict {
  private static final int MOST_PARTS = 48;
  private static final int MOST_NAMES = 6;
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
  private final List<Part> parts = new ArrayList<>();

  /** A keyword, or a family of them, as a schema of its own. */
  private record Part(String pointer, SchemaNode schema) {
    boolean isType() {
      return schema.json().has("type");
    }
  }

  Conflict(References references, Expansion expansion, Liveness liveness) {
    this.references = references;
    this.expansion = expansion;
    this.liveness = liveness;
  }

  /** The explanation; null if the parts that were looked at do not conflict. */
  @Nullable String explain(SchemaNode schema) {
    collect(schema, DEPTH);
    if (satisfiable(parts)) {
      return null;
    }
    List<Part> needed = needed();
    List<Part> told = needed.stream().filter(p -> !p.isType()).toList();
    if (told.size() < 2) {
      told = needed; // else everybody knows of what type a rule speaks
    }
    String names =
        told.stream().limit(MOST_NAMES).map(Part::pointer).collect(Collectors.joining(", "));
    return switch (told.size()) {
      case 1 -> names + " alone leaves none";
      case 2 -> names.replace(", ", " and ") + " cannot both hold";
      default -> names + (told.size() > MOST_NAMES ? ", …" : "") + " cannot all hold";
    };
  }

  // A smallest conflict: each of the others can be left out, those that name types first.
  private List<Part> needed() {
    List<Part> left = new ArrayList<>(parts);
    for (boolean types : new boolean[] {true, false}) {
      for (Part part : parts) {
        if (part.isType() == types) {
          List<Part> without = new ArrayList<>(left);
          without.remove(part);
          if (!satisfiable(without)) {
            left = without;
          }
        }
      }
    }
    return left;
  }

  private boolean satisfiable(List<Part> some) {
    Formulas formulas = expansion.formulas();
    return liveness.satisfiable(
        formulas.and(some.stream().map(p -> formulas.verdict(p.schema)).toList()));
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
      parts.add(
          new Part(
              schema + "/" + Subschemas.escape(keyword),
              references.child(schema, keyword, null, alone)));
    }
  }
}
