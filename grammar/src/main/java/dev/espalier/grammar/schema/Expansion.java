package dev.espalier.grammar.schema;

import dev.espalier.BudgetExceededException;
import dev.espalier.grammar.SchemaException;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a schema asserts about a value of one type, as a formula over residual atoms. Expanding type
 * by type settles {@code type}, constants and most of {@code if}, {@code not} and discriminators
 * before any state exists. Each keyword, or family of keywords, is a class of its own. Mutable,
 * used under the machine's lock.
 */
final class Expansion {
  private static final int FEW_SETS = 64; // of constants, left as they are
  private static final int MAX_EXCLUSIVE = 256; // parts of a oneOf, each less all the others

  private record Place(SchemaNode schema, JsonType type) {}

  private final References references;
  private final Patterns patterns;
  private final Refusals refusals;
  private final boolean assertFormats;
  private final Formulas formulas;
  private final Constants constants;
  private final ItemsKeywords items;
  private final MembersKeywords members;
  private final Unevaluated unevaluated;
  private final DeclaredOrder order;
  private final Exclusive exclusive;
  private final Map<JsonType, Map<SchemaNode, Formula>> expanded = new EnumMap<>(JsonType.class);
  private final Map<JsonType, Map<Formula, Formula>> formulasExpanded =
      new EnumMap<>(JsonType.class);
  private final Set<Place> open = new HashSet<>(); // being expanded: a cycle through them is a loop
  private final Map<SchemaNode, Keywords> keywords = new HashMap<>();
  private @Nullable SchemaNode at; // that is being looked at

  Expansion(
      References references,
      Patterns patterns,
      Formulas formulas,
      Options options,
      Refusals refusals) {
    this.references = references;
    this.patterns = patterns;
    this.refusals = refusals;
    this.formulas = formulas;
    assertFormats = options.assertFormats();
    constants = new Constants(references, formulas);
    items = new ItemsKeywords(references, formulas);
    members = new MembersKeywords(references, formulas);
    unevaluated = new Unevaluated(references, this);
    order = new DeclaredOrder(this);
    exclusive = new Exclusive(this);
  }

  Formulas formulas() {
    return formulas;
  }

  /**
   * Notes which schema is being looked at from now on. Whoever succeeds puts back what was noted
   * before; a failure leaves it, for the message.
   */
  @Nullable SchemaNode lookAt(@Nullable SchemaNode schema) {
    SchemaNode before = at;
    at = schema;
    return before;
  }

  /** The schema that was looked at last, for messages; empty if none was. */
  String place() {
    return at == null ? "" : at.toString();
  }

  Exclusive exclusive() {
    return exclusive;
  }

  ItemsKeywords items() {
    return items;
  }

  MembersKeywords members() {
    return members;
  }

  /** The property names of a schema in the order of declaration. */
  DeclaredOrder.Names declared(SchemaNode schema) {
    return order.of(schema);
  }

  Keywords keywords(SchemaNode schema) {
    return keywords.computeIfAbsent(schema, s -> new Keywords(references, patterns, refusals, s));
  }

  /** The assertions of a formula over verdicts, for a value of this type. */
  Formula of(Formula verdicts, JsonType type) {
    if (verdicts.isTrue() || verdicts.isFalse()) {
      return verdicts;
    }
    Map<Formula, Formula> found = formulasExpanded.computeIfAbsent(type, t -> new HashMap<>());
    Formula known = found.get(verdicts);
    if (known == null) {
      known = formulas.map(verdicts, a -> of(((Atom.Verdict) a).schema(), type));
      found.put(verdicts, known);
    }
    return known;
  }

  /** The assertions of a schema, for a value of this type. */
  Formula of(SchemaNode schema, JsonType type) {
    if (schema.json().isBoolean()) {
      return formulas.constant(schema.json().booleanValue());
    }
    Map<SchemaNode, Formula> found = expanded.computeIfAbsent(type, t -> new HashMap<>());
    Formula known = found.get(schema);
    if (known != null) {
      return known;
    }
    SchemaNode before = lookAt(schema);
    Place place = new Place(schema, type);
    if (!open.add(place)) {
      throw SchemaException.broken(
          schema.pointer(), "$ref", "the schema refers to itself without end for the same value");
    }
    try {
      known =
          !schema.alternatives().isEmpty()
              ? anyOf(schema, type)
              : !schema.excluded().isEmpty()
                  ? constants.noneOf(schema.excluded(), type)
                  : expand(schema, type);
    } finally {
      open.remove(place);
    }
    found.put(schema, known);
    lookAt(before);
    return known;
  }

  private Formula anyOf(SchemaNode union, JsonType type) {
    List<Formula> any = new ArrayList<>();
    union.alternatives().forEach(s -> any.add(of(s, type)));
    return formulas.or(any);
  }

  private Formula expand(SchemaNode schema, JsonType type) {
    Formulas.spendOn(Formulas.MANY);
    Keywords k = keywords(schema);
    List<Formula> all = new ArrayList<>();
    for (SchemaNode target : k.targets()) {
      all.add(of(target, type));
    }
    all.add(TypeKeyword.of(k, type, formulas));
    all.add(constants.of(k, type));
    if (formulas.and(all).isFalse()) {
      return formulas.no; // whatever else it says; other types are looked at on their own
    }
    Combinators.expand(k, type, this, all);
    switch (type) {
      case NULL, TRUE, FALSE -> {}
      case STRING -> {
        StringKeywords.expand(k, assertFormats, formulas, all);
        ContentKeywords.expand(k, assertFormats, formulas, all);
      }
      case NUMBER -> NumberKeywords.expand(k, formulas, all);
      case ARRAY -> {
        items.expand(k, all);
        Contains.expand(k, formulas, all);
        if (k.flag("uniqueItems")) {
          all.add(formulas.atom(new Atom.Unique(Set.of())));
        }
        unevaluated.expand(k, type, all);
      }
      case OBJECT -> {
        members.expand(k, this, all);
        Dependencies.expand(k, this, all);
        unevaluated.expand(k, type, all);
      }
    }
    return formulas.and(all);
  }

  // Constants among many alternatives are one set of texts.
  private static Expr anyOf(List<Formula> parts) {
    Formulas.spendOn(parts.size());
    List<Expr> languages = new ArrayList<>();
    List<byte[]> texts = new ArrayList<>();
    for (Formula part : parts) {
      Expr language = language(part);
      List<byte[]> listed = parts.size() > FEW_SETS ? language.listed() : null;
      if (listed == null) {
        languages.add(language);
      } else {
        texts.addAll(listed);
      }
    }
    if (!texts.isEmpty()) {
      languages.add(Expr.oneOf(texts));
    }
    return Expr.or(languages);
  }

  // What is not this long is shorter or longer: a count is known without a search, a complement is
  // searched character by character.
  private static Expr textsOutside(Expr language) {
    int min = language.repeatMin(Utf8.CHAR);
    if (min < 0) {
      return Expr.and(Utf8.TEXT, Expr.not(language));
    }
    int max = language.repeatMax();
    return Expr.or(
        min == 0 ? Expr.NONE : Expr.repeat(Utf8.CHAR, 0, min - 1),
        max == Expr.UNBOUNDED ? Expr.NONE : Expr.repeat(Utf8.CHAR, max + 1, Expr.UNBOUNDED));
  }

  /** The texts that satisfy a formula over string assertions. */
  static Expr language(Formula f) {
    return switch (f.kind) {
      case TRUE -> Utf8.TEXT;
      case FALSE -> Expr.NONE;
      case ATOM -> ((Atom.Text) Objects.requireNonNull(f.atom)).language();
      case NOT -> textsOutside(language(f.parts.get(0)));
      case AND -> Expr.and(f.parts.stream().map(Expansion::language).toArray(Expr[]::new));
      case OR -> anyOf(f.parts);
      case ONE -> {
        if (f.parts.size() > MAX_EXCLUSIVE) {
          throw new BudgetExceededException(
              "branches",
              MAX_EXCLUSIVE,
              "too many texts of a oneOf may be the same; use anyOf, or an enum");
        }
        List<Expr> ways = new ArrayList<>();
        for (Formula p : f.parts) {
          Expr way = language(p);
          for (Formula q : f.parts) {
            way = q == p ? way : Expr.and(way, textsOutside(language(q)));
          }
          ways.add(way);
        }
        yield Expr.or(ways);
      }
    };
  }
}
