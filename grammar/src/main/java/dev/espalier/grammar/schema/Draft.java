package dev.espalier.grammar.schema;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The drafts of JSON Schema whose rules are known, oldest first. */
enum Draft {
  DRAFT_4("json-schema.org/draft-04/schema"),
  DRAFT_6("json-schema.org/draft-06/schema"),
  DRAFT_7("json-schema.org/draft-07/schema"),
  DRAFT_2019_09("json-schema.org/draft/2019-09/schema"),
  DRAFT_2020_12("json-schema.org/draft/2020-12/schema");

  /** Keywords that not every draft knows: the first draft that does. */
  private static final Map<String, Draft> SINCE =
      Map.ofEntries(
          Map.entry("$id", DRAFT_6),
          Map.entry("const", DRAFT_6),
          Map.entry("contains", DRAFT_6),
          Map.entry("propertyNames", DRAFT_6),
          Map.entry("if", DRAFT_7),
          Map.entry("then", DRAFT_7),
          Map.entry("else", DRAFT_7),
          Map.entry("$anchor", DRAFT_2019_09),
          Map.entry("$recursiveAnchor", DRAFT_2019_09),
          Map.entry("$recursiveRef", DRAFT_2019_09),
          Map.entry("$vocabulary", DRAFT_2019_09),
          Map.entry("dependentRequired", DRAFT_2019_09),
          Map.entry("dependentSchemas", DRAFT_2019_09),
          Map.entry("maxContains", DRAFT_2019_09),
          Map.entry("minContains", DRAFT_2019_09),
          Map.entry("unevaluatedItems", DRAFT_2019_09),
          Map.entry("unevaluatedProperties", DRAFT_2019_09),
          Map.entry("$dynamicAnchor", DRAFT_2020_12),
          Map.entry("$dynamicRef", DRAFT_2020_12),
          Map.entry("prefixItems", DRAFT_2020_12));

  /** And the last one, where later drafts dropped it. */
  private static final Map<String, Draft> UNTIL =
      Map.of(
          "id", DRAFT_4,
          "additionalItems", DRAFT_2019_09,
          "$recursiveAnchor", DRAFT_2019_09,
          "$recursiveRef", DRAFT_2019_09);

  /** What means nothing in each draft, not yet or no longer. */
  private static final Map<Draft, Set<String>> MEANINGLESS = meaningless();

  private static final String HYPER = "/hyper-schema";

  private final String uri; // without scheme and fragment

  Draft(String uri) {
    this.uri = uri;
  }

  private static Map<Draft, Set<String>> meaningless() {
    Map<Draft, Set<String>> all = new EnumMap<>(Draft.class);
    for (Draft draft : values()) {
      Set<String> keywords = new HashSet<>();
      for (Map.Entry<String, Draft> since : SINCE.entrySet()) {
        if (draft.before(since.getValue())) {
          keywords.add(since.getKey());
        }
      }
      for (Map.Entry<String, Draft> until : UNTIL.entrySet()) {
        if (until.getValue().before(draft)) {
          keywords.add(until.getKey());
        }
      }
      all.put(draft, keywords);
    }
    return all;
  }

  /** The draft of a metaschema's URI, null if it is none of theirs. */
  static @Nullable Draft of(String schemaUri) {
    int begin = schemaUri.startsWith("http://") ? 7 : schemaUri.startsWith("https://") ? 8 : 0;
    int end = schemaUri.length() - (schemaUri.endsWith("#") ? 1 : 0);
    String named = schemaUri.substring(begin, Math.max(begin, end));
    String plain =
        named.endsWith(HYPER) // adds links only
            ? named.substring(0, named.length() - HYPER.length()) + "/schema"
            : named;
    for (Draft d : values()) {
      if (plain.equals(d.uri)) {
        return d;
      }
    }
    return switch (plain) {
      case "json-schema.org/schema" -> DRAFT_2020_12;
      case "json-schema.org/draft-05/schema" -> DRAFT_4; // its text said better, and no more
      default -> null;
    };
  }

  boolean before(Draft other) {
    return compareTo(other) < 0;
  }

  /**
   * Whether the keyword means something in this draft; those that no draft knows count as known.
   */
  boolean knows(String keyword) {
    return !Objects.requireNonNull(MEANINGLESS.get(this)).contains(keyword);
  }

  /** The keyword that names a resource. */
  String idKeyword() {
    return this == DRAFT_4 ? "id" : "$id";
  }

  /** Up to draft 7 a {@code $ref} stands for its whole schema object. */
  boolean refReplacesSiblings() {
    return before(DRAFT_2019_09);
  }
}
