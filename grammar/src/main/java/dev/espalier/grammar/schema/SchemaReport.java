package dev.espalier.grammar.schema;

import dev.espalier.grammar.CompileReport;
import dev.espalier.grammar.CompileReport.Entry;
import dev.espalier.grammar.CompileReport.Status;
import dev.espalier.grammar.CompileReport.Warning;
import dev.espalier.grammar.SchemaException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Writes the report on a schema; looks at every schema that can be reached. */
final class SchemaReport {
  private static final Set<String> IDENTIFIERS =
      Set.of(
          "$schema",
          "$vocabulary",
          "id",
          "$id",
          "$anchor",
          "$dynamicAnchor",
          "$recursiveAnchor",
          "$defs",
          "definitions");

  private static final Set<String> ANNOTATIONS =
      Set.of(
          "title",
          "description",
          "default",
          "examples",
          "deprecated",
          "readOnly",
          "writeOnly",
          "$comment",
          "contentEncoding",
          "contentMediaType",
          "contentSchema",
          OptionsKeyword.NAME);

  private static final Set<String> OTHER_ASSERTIONS =
      Set.of("$ref", "$dynamicRef", "$recursiveRef", "format");

  /** Keywords that speak of values of one type only. */
  private static final Map<String, String> TYPED =
      Map.ofEntries(
          Map.entry("dependentRequired", "object"),
          Map.entry("dependentSchemas", "object"),
          Map.entry("maxProperties", "object"),
          Map.entry("minProperties", "object"),
          Map.entry("propertyNames", "object"),
          Map.entry("unevaluatedProperties", "object"),
          Map.entry("properties", "object"),
          Map.entry("required", "object"),
          Map.entry("patternProperties", "object"),
          Map.entry("additionalProperties", "object"),
          Map.entry("contains", "array"),
          Map.entry("unevaluatedItems", "array"),
          Map.entry("uniqueItems", "array"),
          Map.entry("items", "array"),
          Map.entry("prefixItems", "array"),
          Map.entry("minItems", "array"),
          Map.entry("maxItems", "array"),
          Map.entry("minLength", "string"),
          Map.entry("maxLength", "string"),
          Map.entry("pattern", "string"),
          Map.entry("format", "string"),
          Map.entry("exclusiveMaximum", "number"),
          Map.entry("exclusiveMinimum", "number"),
          Map.entry("minimum", "number"),
          Map.entry("maximum", "number"),
          Map.entry("multipleOf", "number"));

  private final Options options;
  private final int stateLimit;
  private final List<Entry> entries = new ArrayList<>();
  private final List<Warning> warnings = new ArrayList<>();

  private SchemaReport(Options options) {
    this.options = options;
    stateLimit = options.states();
  }

  static CompileReport of(JsonNode schema, Options given) {
    Options options = given.with(o -> o.lenient = true); // so that one refusal hides no other
    SchemaReport report = new SchemaReport(options);
    References references = new References(schema, options);
    Refusals refusals = new Refusals(true);
    Expansion expansion =
        new Expansion(
            references, new Patterns(null), new Formulas(options.states()), options, refusals);
    List<Keywords> all = new ArrayList<>();
    new SchemaCheck(references, expansion).run(all::add);
    Map<String, SchemaException> refused = new LinkedHashMap<>();
    refusals.noted().forEach(r -> refused.put(r.pointer() + "/" + r.keyword(), r));
    references
        .unknownDialects()
        .forEach(
            (pointer, uri) ->
                report.warn(
                    pointer, "the dialect " + uri + " is not known; read as draft 2020-12"));
    references
        .strayed()
        .forEach(
            (pointer, reference) ->
                report.warn(
                    pointer,
                    "'"
                        + reference
                        + "' leads nowhere as this draft reads identifiers; it is read as its"
                        + " author will have meant it"));
    for (Keywords k : all) {
      report.add(k, refused);
      report.warnings(k);
    }
    return new CompileReport(report.entries, report.warnings);
  }

  private void warn(String pointer, String message) {
    warnings.add(new Warning(pointer, message));
  }

  private void add(Keywords k, Map<String, SchemaException> refused) {
    String pointer = k.schema().pointer();
    for (String keyword : k.schema().json().propertyNames()) {
      SchemaException refusal = refused.get(pointer + "/" + keyword);
      Status status = Status.ANNOTATION;
      String reason = "";
      if (refusal != null) {
        status = Status.REFUSED;
        reason = String.valueOf(refusal.getMessage());
      } else if (IDENTIFIERS.contains(keyword)) {
        reason = "identifies or holds schemas";
      } else if (keyword.equals(ContentKeywords.ENCODING)
          && options.assertFormats()
          && ContentKeywords.isEnforced(k)) {
        status = Status.ENFORCED;
      } else if (ANNOTATIONS.contains(keyword)) {
        if (keyword.equals(OptionsKeyword.NAME) && !pointer.isEmpty()) {
          warn(pointer, "options count at the root of the schema only");
        }
      } else if (!known(keyword)) {
        reason = "not a keyword";
        suggest(pointer, keyword);
      } else if (k.get(keyword) == null) {
        reason =
            k.draft().refReplacesSiblings() && References.isReference(k.schema().json())
                ? "hidden by $ref"
                : "not a keyword of this dialect";
        warn(pointer, "'" + keyword + "' means nothing here: it is " + reason);
      } else if (keyword.equals("format")) {
        String format = String.valueOf(k.text("format"));
        boolean asserted = options.assertFormats() && Formats.language(format, k.draft()) != null;
        status = asserted ? Status.ENFORCED : Status.ANNOTATION;
        reason =
            asserted
                ? Formats.NARROWED.getOrDefault(format, "")
                : options.assertFormats() ? "unknown format" : "formats are annotations";
      } else {
        status = Status.ENFORCED;
      }
      entries.add(new Entry(pointer, keyword, status, reason));
    }
  }

  private static boolean known(String keyword) {
    return OTHER_ASSERTIONS.contains(keyword)
        || Dialect.VALIDATION.contains(keyword)
        || Subschemas.POSITIONS.containsKey(keyword);
  }

  private void suggest(String pointer, String keyword) {
    String best = null;
    int least = 3;
    for (Set<String> names :
        List.of(OTHER_ASSERTIONS, Dialect.VALIDATION, Subschemas.POSITIONS.keySet())) {
      for (String name : names) {
        int distance = distance(name.toLowerCase(Locale.ROOT), keyword.toLowerCase(Locale.ROOT));
        if (distance < least && distance * 3 < name.length()) {
          best = name;
          least = distance;
        }
      }
    }
    if (best != null) {
      warn(pointer, "'" + keyword + "' is no keyword; did you mean '" + best + "'?");
    }
  }

  // Levenshtein, 1966.
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }

  private void warnings(Keywords k) {
    String pointer = k.schema().pointer();
    String pattern = k.text("pattern");
    if (pattern != null && k.pattern("pattern", pattern).isEmpty(stateLimit)) {
      warn(pointer, "the pattern " + pattern + " matches nothing");
    }
    List<Atom.PatternRule> patterns = MembersKeywords.patternRules(k);
    for (Atom.PatternRule p : patterns) {
      if (p.names().isEmpty(stateLimit)) {
        warn(pointer, "a pattern of patternProperties matches no name");
      }
    }
    JsonNode others = k.get("additionalProperties");
    if (others != null && others.isBoolean() && !others.booleanValue()) {
      Set<String> named = k.schemaMap("properties").keySet();
      for (String name : k.strings("required")) {
        byte[] utf8 = name.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        if (!named.contains(name) && patterns.stream().noneMatch(p -> p.names().matches(utf8))) {
          warn(pointer, "'" + name + "' is required, and no property of that name is allowed");
        }
      }
    }
    uniqueItems(k, pointer);
    if (k.schema().json().isEmpty() && pointer.isEmpty()) {
      warn(pointer, "every JSON value satisfies this schema");
    }
    if (!k.has("type") && !k.has("enum") && !k.has("const") && k.targets().isEmpty()) {
      TYPED.entrySet().stream()
          .filter(e -> k.has(e.getKey()) && !inPlace(pointer))
          .map(Map.Entry::getValue)
          .distinct()
          .sorted()
          .findFirst()
          .ifPresent(
              type ->
                  warn(
                      pointer,
                      "speaks of the type '"
                          + type
                          + "' and has no 'type', so that values of all other types satisfy it"));
    }
  }

  private static final int MANY_VALUES = 1_000;

  private void uniqueItems(Keywords k, String pointer) {
    JsonNode unique = k.get("uniqueItems");
    if (unique == null || !unique.booleanValue(false)) {
      return;
    }
    JsonNode items = k.get("items");
    if (items != null && items.path("enum").size() > MANY_VALUES) {
      warn(
          pointer,
          "each of %d values may come once: with most of them used, a step or completion() may take too long"
              .formatted(items.get("enum").size()));
    }
    if (k.has("contains")) {
      warn(
          pointer,
          "whether enough different values remain is not always decided where 'uniqueItems' stands"
              + " beside 'contains'; a text may turn out to have no end");
    }
  }

  // Beside a schema that may name the type.
  private static boolean inPlace(String pointer) {
    return pointer.matches(
        ".*/(allOf|anyOf|oneOf|if|then|else|not|dependentSchemas|propertyNames)(/[^/]*)?");
  }
}
