package dev.espalier.grammar.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * {@code dependentRequired}, {@code dependentSchemas} and {@code dependencies}, which later drafts
 * split into these two and still allow.
 */
final class Dependencies {
  static final List<String> KEYWORDS =
      List.of("dependentRequired", "dependentSchemas", "dependencies");

  private Dependencies() {}

  static void expand(Keywords k, Expansion expansion, List<Formula> out) {
    Formulas formulas = expansion.formulas();
    for (String keyword : KEYWORDS) {
      for (Map.Entry<String, JsonNode> e : k.members(keyword)) {
        Formula then;
        if (namesOnly(k, keyword, e.getValue())) {
          List<Formula> required = new ArrayList<>();
          for (String name : names(k, keyword, e.getValue())) {
            required.add(formulas.atom(new Atom.HasKey(name)));
          }
          then = formulas.and(required);
        } else {
          then = expansion.of(k.schema(keyword, e.getKey(), e.getValue()), JsonType.OBJECT);
        }
        Formula has = formulas.atom(new Atom.HasKey(e.getKey()));
        out.add(formulas.or(formulas.not(has), then));
      }
    }
  }

  private static boolean namesOnly(Keywords k, String keyword, JsonNode value) {
    return keyword.equals("dependentRequired")
        || (keyword.equals("dependencies")
            && (value.isArray() || (value.isString() && k.draft() == Draft.DRAFT_4)));
  }

  private static List<String> names(Keywords k, String keyword, JsonNode value) {
    return value.isString() && keyword.equals("dependencies")
        ? List.of(k.wellFormed(keyword, value.stringValue()))
        : k.strings(keyword, value);
  }

  /** Reads all names, so that broken ones throw. */
  static void check(Keywords k, String keyword) {
    for (Map.Entry<String, JsonNode> e : k.members(keyword)) {
      if (namesOnly(k, keyword, e.getValue())) {
        names(k, keyword, e.getValue());
      }
    }
  }

  /** The schemas that hold if a property is there, by that property. */
  static Map<String, SchemaNode> schemas(Keywords k) {
    Map<String, SchemaNode> out = new java.util.LinkedHashMap<>();
    for (String keyword : List.of("dependentSchemas", "dependencies")) {
      for (Map.Entry<String, JsonNode> e : k.members(keyword)) {
        if (!namesOnly(k, keyword, e.getValue())) {
          out.put(e.getKey(), k.schema(keyword, e.getKey(), e.getValue()));
        }
      }
    }
    return out;
  }
}
