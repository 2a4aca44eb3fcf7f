package dev.espalier.grammar.schema;

import java.util.HashSet;
import java.util.Set;

/**
 * A draft, less the vocabularies that a metaschema leaves out.
 *
 * @param draft whose rules hold
 * @param absent the last part of the vocabularies' names, such as {@code validation}
 */
record Dialect(Draft draft, Set<String> absent) {
  private static final Set<String> OPTIONAL = Set.of("applicator", "unevaluated", "validation");

  /** The assertions of the validation vocabulary. */
  static final Set<String> VALIDATION =
      Set.of(
          "type",
          "enum",
          "const",
          "multipleOf",
          "maximum",
          "exclusiveMaximum",
          "minimum",
          "exclusiveMinimum",
          "maxLength",
          "minLength",
          "pattern",
          "maxItems",
          "minItems",
          "uniqueItems",
          "maxContains",
          "minContains",
          "maxProperties",
          "minProperties",
          "required",
          "dependentRequired");

  static Dialect of(Draft draft) {
    return new Dialect(draft, Set.of());
  }

  /** The dialect of a metaschema that lists its vocabularies by URI. */
  static Dialect of(Draft draft, Iterable<String> vocabularies) {
    Set<String> absent = new HashSet<>(OPTIONAL);
    for (String uri : vocabularies) {
      absent.remove(uri.substring(uri.lastIndexOf('/') + 1));
    }
    if (draft.before(Draft.DRAFT_2020_12) && !absent.contains("applicator")) {
      absent.remove("unevaluated"); // had no vocabulary of its own yet
    }
    return new Dialect(draft, Set.copyOf(absent));
  }

  private static String vocabulary(String keyword) {
    if (keyword.startsWith("$")) {
      return "core";
    }
    if (VALIDATION.contains(keyword)) {
      return "validation";
    }
    if (keyword.startsWith("unevaluated")) {
      return "unevaluated";
    }
    return Subschemas.POSITIONS.containsKey(keyword) ? "applicator" : "";
  }

  /** Whether the keyword means something in this dialect. */
  boolean knows(String keyword) {
    return draft.knows(keyword) && (absent.isEmpty() || !absent.contains(vocabulary(keyword)));
  }
}
