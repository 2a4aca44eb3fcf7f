package dev.espalier.grammar.schema;

import dev.espalier.BudgetExceededException;
import dev.espalier.EspalierException;
import dev.espalier.grammar.SchemaException;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import dev.espalier.grammar.automaton.WorkBudget;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads the keywords of one schema object with their types checked. Only those show that mean
 * something in its dialect; up to draft 7, a {@code $ref} hides all others. A value of the wrong
 * type is an error with its place.
 */
final class Keywords {
  private static final int UNITS = 16; // of work, that finding a schema takes at least
  private static final int MOST_DIGITS = 5_000; // of a number, written out

  private final References references;
  private final Patterns patterns;
  private final Refusals refusals;
  private final SchemaNode schema;
  private final boolean onlyReference;
  private @Nullable List<SchemaNode> targets; // found on first use
  private final Map<String, Map<String, SchemaNode>> maps = new HashMap<>(2); // likewise

  Keywords(References references, Patterns patterns, Refusals refusals, SchemaNode schema) {
    this.references = references;
    this.patterns = patterns;
    this.refusals = refusals;
    this.schema = schema;
    onlyReference =
        schema.dialect().draft().refReplacesSiblings() && References.isReference(schema.json());
  }

  SchemaNode schema() {
    return schema;
  }

  Draft draft() {
    return schema.dialect().draft();
  }

  /** The error for a keyword whose value is none. */
  SchemaException broken(String keyword, String problem) {
    return SchemaException.broken(schema.pointer(), keyword, problem);
  }

  /** Gives up on a keyword: an error, or a note where the options are lenient. */
  void unenforced(String keyword, String problem) {
    refusals.add(SchemaException.unenforced(schema.pointer(), keyword, problem));
  }

  boolean has(String keyword) {
    return get(keyword) != null;
  }

  @Nullable JsonNode get(String keyword) {
    JsonNode value = schema.json().get(keyword);
    return value == null || !shows(keyword) ? null : value;
  }

  /** Whether a keyword means something here, if it is there. */
  boolean shows(String keyword) {
    return onlyReference ? keyword.equals("$ref") : schema.dialect().knows(keyword);
  }

  /** The schemas that references lead to; a value satisfies them as it satisfies this one. */
  List<SchemaNode> targets() {
    List<SchemaNode> known = targets;
    if (known == null) {
      known = findTargets();
      targets = known;
    }
    return known;
  }

  private List<SchemaNode> findTargets() {
    try {
      return List.copyOf(references.targets(schema, this));
    } catch (SchemaException e) {
      if (e.kind() != SchemaException.Kind.NOT_ENFORCED) {
        throw e;
      }
      refusals.add(e);
      return List.of();
    }
  }

  @Nullable SchemaNode schema(String keyword) {
    JsonNode value = get(keyword);
    return value == null ? null : inside(keyword, null, value);
  }

  /** The schema that a keyword's value holds under a name. */
  SchemaNode schema(String keyword, String name, JsonNode value) {
    return inside(keyword, name, value);
  }

  private SchemaNode inside(String keyword, @Nullable String name, JsonNode value) {
    SchemaNode known = schema.inside(value);
    if (known != null) {
      return known;
    }
    WorkBudget.check(UNITS);
    return Subschemas.OF_PARTS.contains(keyword)
        ? references.part(schema, keyword, name, value)
        : references.child(schema, keyword, name, value);
  }

  /** The schemas of a list; none if the keyword is absent. */
  List<SchemaNode> schemas(String keyword) {
    JsonNode value = get(keyword);
    if (value == null) {
      return List.of();
    }
    if (!value.isArray()) {
      throw broken(keyword, "must be a list of schemas");
    }
    List<SchemaNode> out = new ArrayList<>(value.size());
    for (int i = 0; i < value.size(); i++) {
      out.add(schema(keyword, Integer.toString(i), value.get(i)));
    }
    return out;
  }

  /** The schemas by name, in textual order; none if the keyword is absent. */
  Map<String, SchemaNode> schemaMap(String keyword) {
    if (!has(keyword)) {
      return Map.of();
    }
    Map<String, SchemaNode> known = maps.get(keyword);
    if (known == null) {
      Map<String, SchemaNode> found = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> e : members(keyword)) {
        found.put(e.getKey(), schema(keyword, e.getKey(), e.getValue()));
      }
      known = Collections.unmodifiableMap(found);
      maps.put(keyword, known);
    }
    return known;
  }

  /** The members of an object; none if the keyword is absent. */
  Iterable<Map.Entry<String, JsonNode>> members(String keyword) {
    JsonNode value = get(keyword);
    if (value != null && !value.isObject()) {
      throw broken(keyword, "must be an object");
    }
    if (value == null) {
      return List.of();
    }
    value.propertyNames().forEach(name -> wellFormed(keyword, name));
    return value.properties();
  }

  /** A text that values may have to hold, which half of a character is not part of. */
  String wellFormed(String keyword, String text) {
    try {
      return Utf8.wellFormed(text);
    } catch (IllegalArgumentException e) {
      throw broken(keyword, String.valueOf(e.getMessage()));
    }
  }

  List<String> strings(String keyword) {
    JsonNode value = get(keyword);
    return value == null ? List.of() : strings(keyword, value);
  }

  List<String> strings(String keyword, JsonNode value) {
    if (!value.isArray()) {
      throw broken(keyword, "must be a list of strings");
    }
    List<String> out = new ArrayList<>();
    for (JsonNode s : value) {
      if (!s.isString()) {
        throw broken(keyword, "must be a list of strings");
      }
      out.add(wellFormed(keyword, s.stringValue()));
    }
    return out;
  }

  boolean flag(String keyword) {
    JsonNode value = get(keyword);
    if (value != null && !value.isBoolean()) {
      throw broken(keyword, "must be true or false");
    }
    return value != null && value.booleanValue();
  }

  /** A count, or {@code absent}. Counts above two milliards are taken as that. */
  int count(String keyword, int absent) {
    BigDecimal n = number(keyword);
    if (n == null) {
      return absent;
    }
    if (n.signum() < 0 || n.stripTrailingZeros().scale() > 0) {
      throw broken(keyword, "must be a non-negative integer");
    }
    return n.min(BigDecimal.valueOf(Integer.MAX_VALUE)).intValueExact();
  }

  @Nullable BigDecimal number(String keyword) {
    JsonNode value = get(keyword);
    if (value == null) {
      return null;
    }
    if (!value.isNumber()) {
      throw broken(keyword, "must be a number");
    }
    return checked(value.decimalValue());
  }

  /** A number of the schema with which one can calculate. */
  static BigDecimal checked(BigDecimal n) {
    if (Math.abs((long) n.scale()) > MOST_DIGITS || n.precision() > MOST_DIGITS) {
      throw new BudgetExceededException(
          "digits", MOST_DIGITS, "a number of the schema is too large or too small");
    }
    return n;
  }

  /** The value of {@code keyword} if it is text, else an error. */
  @Nullable String text(String keyword) {
    JsonNode value = get(keyword);
    if (value == null) {
      return null;
    }
    if (!value.isString()) {
      throw broken(keyword, "must be a string");
    }
    return value.stringValue();
  }

  /** The texts in which a pattern is found; every text if it cannot be enforced. */
  Expr pattern(String keyword, String pattern) {
    try {
      return patterns.language(pattern);
    } catch (EspalierException e) {
      if (e instanceof BudgetExceededException b && b.budget().equals("time")) {
        throw b; // which is not the pattern's fault alone
      }
      unenforced(keyword, "the pattern cannot be enforced: " + e.getMessage());
      return Utf8.TEXT;
    }
  }
}
