package dev.espalier.grammar.schema;

import dev.espalier.grammar.SchemaException;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a schema asserts about a value of one type, as a formula over residual atoms. Expanding type
 * by type settles {@code type}, constants and most of {@code if}, {@code not} and discriminators
 * before any state exists. Mutable, used under the machine's lock.
 */
final class Expansion {
  private record Place(SchemaNode schema, JsonType type) {}

  private record Verdicts(Formula formula, JsonType type) {}

  private final SchemaDocument document;
  private final Formulas formulas;
  private final Map<Place, Formula> expanded = new HashMap<>();
  private final Map<Verdicts, Formula> formulasExpanded = new HashMap<>();
  private final Set<Place> open = new HashSet<>(); // being expanded: a cycle through them is a loop
  private final Map<SchemaNode, List<String>> declared = new HashMap<>();
  private final Map<SchemaNode, Keywords> keywords = new HashMap<>();
  private final Map<SchemaNode, Atom.MemberRules> members = new HashMap<>();
  private final Map<SchemaNode, Atom.ItemRules> items = new HashMap<>();

  Expansion(SchemaDocument document, Formulas formulas) {
    this.document = document;
    this.formulas = formulas;
  }

  /** The assertions of a formula over verdicts, for a value of this type. */
  Formula of(Formula verdicts, JsonType type) {
    if (verdicts.isTrue() || verdicts.isFalse()) {
      return verdicts;
    }
    Verdicts key = new Verdicts(verdicts, type);
    Formula known = formulasExpanded.get(key);
    if (known == null) {
      known = formulas.map(verdicts, a -> of(((Atom.Verdict) a).schema(), type));
      formulasExpanded.put(key, known);
    }
    return known;
  }

  private Formula of(SchemaNode schema, JsonType type) {
    if (schema.json().isBoolean()) {
      return formulas.constant(schema.json().booleanValue());
    }
    Place place = new Place(schema, type);
    Formula known = expanded.get(place);
    if (known != null) {
      return known;
    }
    if (!open.add(place)) {
      throw new SchemaException(
          schema.pointer(), "$ref", "the schema refers to itself without end for the same value");
    }
    known = expand(schema, keywords(schema), type);
    open.remove(place);
    expanded.put(place, known);
    return known;
  }

  private Keywords keywords(SchemaNode schema) {
    return keywords.computeIfAbsent(schema, s -> new Keywords(document, s));
  }

  private @Nullable SchemaNode referenced(SchemaNode schema, Keywords k) {
    String ref = k.text("$ref");
    return ref == null ? null : document.resolve(ref, schema);
  }

  private boolean refReplacesAll(Keywords k) {
    return k.has("$ref") && document.draft().before(Draft.DRAFT_2019_09);
  }

  private Formula expand(SchemaNode schema, Keywords k, JsonType type) {
    List<Formula> all = new ArrayList<>();
    SchemaNode target = referenced(schema, k);
    if (target != null) {
      all.add(of(target, type));
      if (refReplacesAll(k)) {
        return all.get(0);
      }
    }
    all.add(ofType(k, type));
    JsonNode constant = k.get("const");
    if (constant != null) {
      all.add(constant(List.of(constant), type));
    }
    JsonNode choices = k.get("enum");
    if (choices != null) {
      if (!choices.isArray()) {
        throw k.refuse("enum", "must be a list");
      }
      List<JsonNode> values = new ArrayList<>();
      choices.forEach(values::add);
      all.add(constant(values, type));
    }
    if (formulas.and(all).isFalse()) {
      return formulas.no; // whatever else it says; other types are looked at on their own
    }
    for (SchemaNode s : k.schemas("allOf")) {
      all.add(of(s, type));
    }
    if (k.has("anyOf")) {
      all.add(formulas.or(each(k.schemas("anyOf"), type)));
    }
    if (k.has("oneOf")) {
      all.add(formulas.one(each(k.schemas("oneOf"), type)));
    }
    SchemaNode not = k.schema("not");
    if (not != null) {
      all.add(formulas.not(of(not, type)));
    }
    SchemaNode condition = k.schema("if");
    if (condition != null
        && !document.draft().before(Draft.DRAFT_7)
        && (k.has("then") || k.has("else"))) {
      Formula c = of(condition, type);
      SchemaNode then = k.schema("then");
      SchemaNode otherwise = k.schema("else");
      all.add(formulas.or(formulas.not(c), then == null ? formulas.yes : of(then, type)));
      all.add(formulas.or(c, otherwise == null ? formulas.yes : of(otherwise, type)));
    }
    switch (type) {
      case STRING -> strings(k, all);
      case NUMBER -> numbers(k, all);
      case ARRAY -> arrays(schema, k, all);
      case OBJECT -> objects(schema, k, all);
      default -> {}
    }
    return formulas.and(all);
  }

  private List<Formula> each(List<SchemaNode> schemas, JsonType type) {
    List<Formula> out = new ArrayList<>();
    for (SchemaNode s : schemas) {
      out.add(of(s, type));
    }
    return out;
  }

  private Formula ofType(Keywords k, JsonType type) {
    JsonNode value = k.get("type");
    if (value == null) {
      return formulas.yes;
    }
    List<String> names =
        value.isArray()
            ? k.strings("type")
            : List.of(java.util.Objects.requireNonNull(k.text("type")));
    List<Formula> any = new ArrayList<>();
    for (String name : names) {
      any.add(
          switch (name) {
            case "null" -> formulas.constant(type == JsonType.NULL);
            case "boolean" -> formulas.constant(type == JsonType.TRUE || type == JsonType.FALSE);
            case "string" -> formulas.constant(type == JsonType.STRING);
            case "array" -> formulas.constant(type == JsonType.ARRAY);
            case "object" -> formulas.constant(type == JsonType.OBJECT);
            case "number" -> formulas.constant(type == JsonType.NUMBER);
            case "integer" ->
                type == JsonType.NUMBER
                    ? formulas.atom(new Atom.MultipleOf(BigDecimal.ONE))
                    : formulas.no;
            default -> throw k.refuse("type", "'" + name + "' is not a type");
          });
    }
    return formulas.or(any);
  }

  // ---- enum and const

  private Formula constant(List<JsonNode> values, JsonType type) {
    List<JsonNode> ofType = values.stream().filter(v -> JsonType.of(v) == type).toList();
    if (ofType.isEmpty()) {
      return formulas.no;
    }
    return switch (type) {
      case NULL, TRUE, FALSE -> formulas.yes;
      case STRING -> {
        List<byte[]> texts = new ArrayList<>();
        ofType.forEach(v -> texts.add(v.stringValue().getBytes(StandardCharsets.UTF_8)));
        yield text(Expr.oneOf(texts));
      }
      case NUMBER -> {
        Set<BigDecimal> numbers = new LinkedHashSet<>();
        ofType.forEach(v -> numbers.add(normal(v.decimalValue())));
        yield formulas.atom(new Atom.OneOfNumbers(numbers));
      }
      case ARRAY, OBJECT -> {
        List<Formula> any = new ArrayList<>();
        for (JsonNode v : ofType) {
          any.add(type == JsonType.ARRAY ? constantArray(v) : constantObject(v));
        }
        yield formulas.or(any);
      }
    };
  }

  static BigDecimal normal(BigDecimal n) {
    return n.signum() == 0 ? BigDecimal.ZERO : n.stripTrailingZeros();
  }

  private SchemaNode isExactly(JsonNode value) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    schema.set("const", value);
    return document.node(schema, "(const)");
  }

  private SchemaNode always(boolean valid) {
    return document.node(JsonNodeFactory.instance.booleanNode(valid), "(" + valid + ")");
  }

  private Formula constantArray(JsonNode value) {
    List<SchemaNode> prefix = new ArrayList<>();
    value.forEach(v -> prefix.add(isExactly(v)));
    SchemaNode key = isExactly(value);
    Atom.ItemRules rules =
        items.computeIfAbsent(key, s -> new Atom.ItemRules(prefix, always(false)));
    return formulas.and(
        formulas.atom(new Atom.Items(rules, 0)),
        atLeastItems(prefix.size()),
        atMostItems(prefix.size()));
  }

  private Formula constantObject(JsonNode value) {
    Map<String, SchemaNode> named = new LinkedHashMap<>();
    List<Formula> all = new ArrayList<>();
    for (Map.Entry<String, JsonNode> e : value.properties()) {
      named.put(e.getKey(), isExactly(e.getValue()));
      all.add(formulas.atom(new Atom.HasKey(e.getKey())));
    }
    SchemaNode key = isExactly(value);
    Atom.MemberRules rules =
        members.computeIfAbsent(key, s -> new Atom.MemberRules(named, List.of(), always(false)));
    all.add(formulas.atom(new Atom.Members(rules)));
    return formulas.and(all);
  }

  // ---- strings and numbers

  private Formula text(Expr language) {
    if (language == Expr.NONE) {
      return formulas.no;
    }
    return language == Utf8.TEXT ? formulas.yes : formulas.atom(new Atom.Text(language));
  }

  private void strings(Keywords k, List<Formula> all) {
    int min = k.count("minLength", 0);
    int max = k.count("maxLength", Expr.UNBOUNDED);
    all.add(min > max ? formulas.no : text(Expr.repeat(Utf8.CHAR, min, max)));
    Expr pattern = k.pattern("pattern");
    if (pattern != null) {
      all.add(text(pattern));
    }
    String format = k.text("format");
    if (format != null) {
      Expr language = Formats.language(format);
      if (language != null) {
        all.add(text(language));
      } else if (Formats.UNENFORCED.contains(format)) {
        throw k.refuse("format", "'" + format + "' is not enforced; remove it");
      }
    }
  }

  private void numbers(Keywords k, List<Formula> all) {
    bound(k, "minimum", true, true, all);
    bound(k, "exclusiveMinimum", true, false, all);
    bound(k, "maximum", false, true, all);
    bound(k, "exclusiveMaximum", false, false, all);
    BigDecimal unit = k.number("multipleOf");
    if (unit != null) {
      if (unit.signum() <= 0) {
        throw k.refuse("multipleOf", "must be positive");
      }
      all.add(formulas.atom(new Atom.MultipleOf(unit)));
    }
  }

  private void bound(
      Keywords k, String keyword, boolean lower, boolean inclusive, List<Formula> all) {
    BigDecimal limit = k.number(keyword);
    if (limit != null) {
      all.add(formulas.atom(new Atom.Bound(limit, lower, inclusive)));
    }
  }

  // ---- arrays

  private Formula atLeastItems(int n) {
    return n == 0 ? formulas.yes : formulas.atom(new Atom.MinItems(n));
  }

  private Formula atMostItems(int n) {
    return n == Integer.MAX_VALUE ? formulas.yes : formulas.atom(new Atom.MaxItems(n));
  }

  private void arrays(SchemaNode schema, Keywords k, List<Formula> all) {
    Atom.ItemRules rules = items.get(schema);
    if (rules == null) {
      rules = itemRules(k);
      items.put(schema, rules);
    }
    if (rules.prefixLength() > 0 || !formulas.verdict(rules.at(0)).isTrue()) {
      all.add(formulas.atom(new Atom.Items(rules, 0)));
    }
    all.add(atLeastItems(k.count("minItems", 0)));
    all.add(atMostItems(k.count("maxItems", Integer.MAX_VALUE)));
    SchemaNode contained = k.schema("contains");
    if (contained != null) {
      boolean counted = !document.draft().before(Draft.DRAFT_2019_09);
      int min = counted ? k.count("minContains", 1) : 1;
      int max = counted ? k.count("maxContains", Integer.MAX_VALUE) : Integer.MAX_VALUE;
      if (min > 0) {
        all.add(formulas.atom(new Atom.MinContains(contained, min)));
      }
      if (max < Integer.MAX_VALUE) {
        all.add(formulas.atom(new Atom.MaxContains(contained, max)));
      }
    }
  }

  private Atom.ItemRules itemRules(Keywords k) {
    boolean prefixed = !document.draft().before(Draft.DRAFT_2020_12);
    JsonNode itemsValue = k.get("items");
    List<SchemaNode> prefix = prefixed ? k.schemas("prefixItems") : List.of();
    SchemaNode rest;
    if (itemsValue != null && itemsValue.isArray()) {
      if (prefixed) {
        throw k.refuse("items", "a list is prefixItems in draft 2020-12");
      }
      prefix = k.schemas("items");
      rest = k.schema("additionalItems");
    } else {
      rest = k.schema("items");
    }
    return new Atom.ItemRules(prefix, rest == null ? always(true) : rest);
  }

  // ---- objects

  private void objects(SchemaNode schema, Keywords k, List<Formula> all) {
    Atom.MemberRules rules = members.get(schema);
    if (rules == null) {
      SchemaNode others = k.schema("additionalProperties");
      rules =
          new Atom.MemberRules(
              k.schemaMap("properties"), k.patternRules(), others == null ? always(true) : others);
      members.put(schema, rules);
    }
    boolean trivial = formulas.verdict(rules.others()).isTrue();
    for (SchemaNode s : rules.named().values()) {
      trivial &= formulas.verdict(s).isTrue();
    }
    for (Atom.PatternRule p : rules.patterns()) {
      trivial &= formulas.verdict(p.schema()).isTrue();
    }
    if (!trivial) {
      all.add(formulas.atom(new Atom.Members(rules)));
    }
    for (String name : k.strings("required")) {
      all.add(formulas.atom(new Atom.HasKey(name)));
    }
    int min = k.count("minProperties", 0);
    if (min > 0) {
      all.add(formulas.atom(new Atom.MinProperties(min)));
    }
    int max = k.count("maxProperties", Integer.MAX_VALUE);
    if (max < Integer.MAX_VALUE) {
      all.add(formulas.atom(new Atom.MaxProperties(max)));
    }
    SchemaNode names = k.schema("propertyNames");
    if (names != null) {
      Formula text = of(names, JsonType.STRING);
      all.add(
          text.isFalse()
              ? formulas.atom(new Atom.MaxProperties(0))
              : text.isTrue() ? text : formulas.atom(new Atom.KeyNames(language(text))));
    }
    dependencies(k, all);
  }

  private void dependencies(Keywords k, List<Formula> all) {
    boolean split = !document.draft().before(Draft.DRAFT_2019_09);
    for (String keyword :
        split ? List.of("dependentRequired", "dependentSchemas") : List.of("dependencies")) {
      JsonNode map = k.get(keyword);
      if (map == null) {
        continue;
      }
      for (Map.Entry<String, JsonNode> e : map.properties()) {
        Formula then;
        if (e.getValue().isArray()) {
          List<Formula> required = new ArrayList<>();
          for (String name : k.strings(keyword, e.getValue())) {
            required.add(formulas.atom(new Atom.HasKey(name)));
          }
          then = formulas.and(required);
        } else {
          then = of(document.node(e.getValue(), keyword + "/" + e.getKey()), JsonType.OBJECT);
        }
        Formula has = formulas.atom(new Atom.HasKey(e.getKey()));
        all.add(formulas.or(formulas.not(has), then));
      }
    }
  }

  /** The texts that satisfy a formula over string assertions. */
  static Expr language(Formula f) {
    return switch (f.kind) {
      case TRUE -> Utf8.TEXT;
      case FALSE -> Expr.NONE;
      case ATOM -> ((Atom.Text) java.util.Objects.requireNonNull(f.atom)).language();
      case NOT -> Expr.and(Utf8.TEXT, Expr.not(language(f.parts.get(0))));
      case AND -> Expr.and(f.parts.stream().map(Expansion::language).toArray(Expr[]::new));
      case OR -> Expr.or(f.parts.stream().map(Expansion::language).toArray(Expr[]::new));
      case ONE -> {
        List<Expr> ways = new ArrayList<>();
        for (Formula p : f.parts) {
          Expr way = language(p);
          for (Formula q : f.parts) {
            way = q == p ? way : way.minus(language(q));
          }
          ways.add(way);
        }
        yield Expr.or(ways);
      }
    };
  }

  // ---- the document's shape

  /** Every schema that this one applies to a value or its parts; reading them checks them. */
  List<SchemaNode> subschemas(SchemaNode schema) {
    Keywords k = keywords(schema);
    List<SchemaNode> out = new ArrayList<>();
    SchemaNode target = referenced(schema, k);
    if (target != null) {
      out.add(target);
      if (refReplacesAll(k)) {
        return out;
      }
    }
    ofType(k, JsonType.NULL);
    strings(k, new ArrayList<>());
    numbers(k, new ArrayList<>());
    for (String keyword : List.of("allOf", "anyOf", "oneOf", "prefixItems")) {
      out.addAll(k.schemas(keyword));
    }
    k.patternRules();
    for (String keyword : List.of("properties", "patternProperties", "dependentSchemas")) {
      out.addAll(k.schemaMap(keyword).values());
    }
    JsonNode itemList = k.get("items");
    if (itemList != null && itemList.isArray()) {
      out.addAll(itemRules(k).prefix());
    }
    for (String keyword :
        List.of(
            "not",
            "if",
            "then",
            "else",
            "additionalProperties",
            "propertyNames",
            "additionalItems",
            "items",
            "contains")) {
      SchemaNode s =
          keyword.equals("items") && itemList != null && itemList.isArray()
              ? null
              : k.schema(keyword);
      if (s != null) {
        out.add(s);
      }
    }
    return out;
  }

  /** Schemas without which this one fails for every value: references, required properties. */
  List<SchemaNode> mandatory(SchemaNode schema) {
    Keywords k = keywords(schema);
    List<SchemaNode> out = new ArrayList<>(k.schemas("allOf"));
    SchemaNode target = referenced(schema, k);
    if (target != null) {
      out.add(target);
    }
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

  // ---- order of declaration

  /**
   * The property names of a schema in the order DECLARED asks for: those of {@code properties} as
   * written, schemas beside and inside merged where they stand, then those only in {@code
   * required}.
   */
  List<String> declared(SchemaNode schema) {
    List<String> known = declared.get(schema);
    if (known == null) {
      Set<String> names = new LinkedHashSet<>();
      Set<String> required = new LinkedHashSet<>();
      collect(schema, names, required, new HashSet<>());
      names.addAll(required);
      known = List.copyOf(names);
      declared.put(schema, known);
    }
    return known;
  }

  private void collect(
      SchemaNode schema, Set<String> names, Set<String> required, Set<SchemaNode> seen) {
    if (!schema.json().isObject() || !seen.add(schema)) {
      return;
    }
    Keywords k = keywords(schema);
    boolean onlyRef = refReplacesAll(k);
    for (String keyword : schema.json().propertyNames()) {
      if (onlyRef && !keyword.equals("$ref")) {
        continue;
      }
      switch (keyword) {
        case "properties" -> names.addAll(k.schemaMap(keyword).keySet());
        case "required" -> required.addAll(k.strings(keyword));
        case "$ref" ->
            collect(java.util.Objects.requireNonNull(referenced(schema, k)), names, required, seen);
        case "allOf", "anyOf", "oneOf" ->
            k.schemas(keyword).forEach(s -> collect(s, names, required, seen));
        case "if", "then", "else" ->
            collect(java.util.Objects.requireNonNull(k.schema(keyword)), names, required, seen);
        case "dependentSchemas" ->
            k.schemaMap(keyword).values().forEach(s -> collect(s, names, required, seen));
        case "const" -> addKeys(schema.json().get(keyword), names);
        case "enum" -> schema.json().get(keyword).forEach(v -> addKeys(v, names));
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
