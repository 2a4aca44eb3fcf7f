package dev.espalier.grammar.schema;

import dev.espalier.Texts;
import dev.espalier.grammar.SchemaException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/**
 * Looks at every sub-schema that can be reached, before any text is made: a keyword that is broken
 * or not enforced is found even where generation would rarely lead.
 */
final class SchemaCheck {
  private final References references;
  private final Expansion expansion;

  SchemaCheck(References references, Expansion expansion) {
    this.references = references;
    this.expansion = expansion;
  }

  /** Reads every schema that applies to a value or its parts, and calls back with each. */
  void run(Consumer<Keywords> visitor) {
    Set<SchemaNode> seen = new HashSet<>();
    List<SchemaNode> referring = new ArrayList<>();
    ArrayDeque<SchemaNode> queue = new ArrayDeque<>();
    queue.add(references.root());
    while (!queue.isEmpty()) {
      SchemaNode schema = queue.remove();
      if (seen.add(schema) && schema.json().isObject()) {
        Formulas.spendOn(Formulas.MANY);
        expansion.lookAt(schema);
        Keywords k = expansion.keywords(schema);
        queue.addAll(read(k));
        if (!k.targets().isEmpty()) {
          referring.add(schema);
        }
        visitor.accept(k);
      }
    }
    new EndlessReferences(expansion).check(referring);
  }

  // Every value is read as its keyword reads it, so that a broken one throws.
  private List<SchemaNode> read(Keywords k) {
    List<SchemaNode> out = new ArrayList<>(k.targets());
    for (Map.Entry<String, JsonNode> e : k.schema().json().properties()) {
      String keyword = e.getKey();
      if (k.shows(keyword)) {
        Subschemas.Position position = Subschemas.POSITIONS.get(keyword);
        if (position == null) {
          readAssertion(k, keyword);
        } else {
          readSchemas(k, keyword, position, e.getValue(), out);
        }
      }
    }
    return out;
  }

  private void readAssertion(Keywords k, String keyword) {
    Formulas formulas = expansion.formulas();
    switch (keyword) {
      case "type" -> TypeKeyword.of(k, JsonType.NULL, formulas);
      case "pattern" -> k.pattern(keyword, Objects.requireNonNull(k.text(keyword)));
      case "format" -> k.text(keyword);
      case "enum" -> {
        JsonNode values = Objects.requireNonNull(k.get(keyword));
        if (!values.isArray()) {
          throw k.broken(keyword, "must be a list");
        }
        Constants.check(k, keyword, values);
      }
      case "const" -> Constants.check(k, keyword, Objects.requireNonNull(k.get(keyword)));
      case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf" ->
          NumberKeywords.expand(k, formulas, new ArrayList<>());
      case "minLength",
          "maxLength",
          "minItems",
          "maxItems",
          "minProperties",
          "maxProperties",
          "minContains",
          "maxContains" ->
          k.count(keyword, 0);
      case "uniqueItems" -> k.flag(keyword);
      case "required" -> k.strings(keyword);
      case "dependentRequired" -> Dependencies.check(k, keyword);
      default -> {}
    }
  }

  private void readSchemas(
      Keywords k,
      String keyword,
      Subschemas.Position position,
      JsonNode value,
      List<SchemaNode> out) {
    switch (position) {
      case SCHEMA -> add(k, keyword, out);
      case LIST -> out.addAll(k.schemas(keyword));
      case SCHEMA_OR_LIST -> {
        if (value.isArray()) {
          out.addAll(expansion.items().rules(k).prefix());
        } else {
          add(k, keyword, out);
        }
      }
      case MAP -> {
        out.addAll(k.schemaMap(keyword).values());
        if (keyword.equals("patternProperties")) {
          MembersKeywords.patternRules(k);
        }
      }
      case MAP_OR_NAMES -> {
        Dependencies.check(k, keyword);
        out.addAll(Dependencies.schemas(k).values());
      }
      case DEFINITIONS -> {}
    }
  }

  private static void add(Keywords k, String keyword, List<SchemaNode> out) {
    SchemaNode schema = k.schema(keyword);
    if (schema != null && !keyword.equals("contentSchema")) {
      out.add(schema);
    }
  }

  /** Declared properties that never come because no value satisfies their schemas, and why. */
  Map<SchemaNode, SchemaException> impossible(Liveness liveness) {
    Map<SchemaNode, SchemaException> out = new LinkedHashMap<>();
    run(
        k ->
            k.schemaMap("properties")
                .values()
                .forEach(
                    s -> {
                      if (!saysSo(s) && !liveness.satisfiable(expansion.formulas().verdict(s))) {
                        out.put(s, unsatisfiable(s, liveness));
                      }
                    }));
    return out;
  }

  private static boolean saysSo(SchemaNode schema) {
    JsonNode not = schema.json().get("not");
    return schema.json().isBoolean() || (not != null && not.isEmpty() && schema.json().size() == 1);
  }

  /** Names the innermost sub-schema whose failure makes a schema impossible. */
  SchemaException unsatisfiable(SchemaNode schema, Liveness liveness) {
    Formulas formulas = expansion.formulas();
    SchemaNode at = schema;
    Set<SchemaNode> passed = new HashSet<>();
    search:
    while (passed.add(at) && at.json().isObject()) {
      for (SchemaNode s : mandatory(expansion.keywords(at))) {
        if (!liveness.satisfiable(formulas.verdict(s))) {
          at = s;
          continue search;
        }
      }
      break;
    }
    String why = new Conflict(references, expansion, liveness).explain(at);
    return new SchemaException(
        SchemaException.Kind.UNSATISFIABLE,
        at.pointer(),
        "",
        "no value satisfies this schema: "
            + (why == null ? "" : why + ", in ")
            + Texts.shortened(at.json().toString(), 200));
  }

  // Schemas without which this one fails for every value: references, required properties.
  private static List<SchemaNode> mandatory(Keywords k) {
    List<SchemaNode> out = new ArrayList<>(k.schemas("allOf"));
    out.addAll(k.targets());
    Map<String, SchemaNode> properties = k.schemaMap("properties");
    for (String name : k.strings("required")) {
      SchemaNode s = properties.get(name);
      if (s != null) {
        out.add(s);
      }
    }
    int needed = k.count("minItems", 0);
    List<SchemaNode> prefix = k.schemas("prefixItems");
    out.addAll(prefix.subList(0, Math.min(needed, prefix.size())));
    JsonNode rest = k.get("items");
    if (needed > prefix.size() && rest != null && !rest.isArray()) {
      out.add(java.util.Objects.requireNonNull(k.schema("items")));
    }
    return out;
  }
}
