package dev.espalier.grammar.schema;

import dev.espalier.BudgetExceededException;
import dev.espalier.grammar.automaton.Expr;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** {@code unevaluatedProperties} and {@code unevaluatedItems}. */
final class Unevaluated {
  // A member is evaluated if a schema that applies to the same object, and accepts it, speaks of
  // its name. Which branches of anyOf, oneOf, if and dependentSchemas accept the object is known
  // only at its end, so the keyword becomes a disjunction over the ways in which they may turn out:
  // "these accept it, and every member that they do not speak of satisfies the schema". A way may
  // leave out that the others fail: with fewer members evaluated it only asks for more.
  //
  // allOf and references add no ways, oneOf adds one a branch, anyOf doubles for each branch that
  // speaks of members at all.

  private static final int MAX_WAYS = 1024;

  /** What is spoken of: some names, the first places of an array, or everything. */
  private record Spoken(
      boolean everything,
      Set<String> names,
      Set<Expr> patterns,
      int places,
      Set<SchemaNode> contained) {
    static final Spoken NOTHING = new Spoken(false, Set.of(), Set.of(), 0, Set.of());
    static final Spoken EVERYTHING = new Spoken(true, Set.of(), Set.of(), 0, Set.of());

    Spoken with(Spoken o) {
      return everything || o.everything
          ? EVERYTHING
          : new Spoken(
              false,
              union(names, o.names),
              union(patterns, o.patterns),
              Math.max(places, o.places),
              union(contained, o.contained));
    }

    private static <T> Set<T> union(Set<T> a, Set<T> b) {
      if (a.isEmpty() || b.isEmpty()) {
        return a.isEmpty() ? b : a;
      }
      Set<T> both = new LinkedHashSet<>(a);
      both.addAll(b);
      return Collections.unmodifiableSet(both);
    }
  }

  private record Way(Formula condition, Spoken spoken) {}

  private record Rest(Spoken spoken, SchemaNode schema) {}

  private final References references;
  private final Expansion expansion;
  private final Formulas formulas;
  private final Map<Rest, Atom.MemberRules> memberRules = new HashMap<>();
  private final Map<Rest, Atom.ItemRules> itemRules = new HashMap<>();

  Unevaluated(References references, Expansion expansion) {
    this.references = references;
    this.expansion = expansion;
    formulas = expansion.formulas();
  }

  void expand(Keywords k, JsonType type, List<Formula> out) {
    boolean object = type == JsonType.OBJECT;
    SchemaNode rest = k.schema(object ? "unevaluatedProperties" : "unevaluatedItems");
    if (rest != null && !formulas.verdict(rest).isTrue()) {
      out.add(everyOther(ways(k, type, true), type, rest));
    } else if (object && rest == null && k.schema().closed()) {
      List<Way> ways = ways(k, type, true);
      if (ways.stream().anyMatch(w -> !w.spoken.equals(Spoken.NOTHING))) {
        out.add(everyOther(ways, type, references.always(false)));
      }
    }
  }

  // What is not evaluated satisfies a schema.
  private Formula everyOther(List<Way> ways, JsonType type, SchemaNode rest) {
    List<Formula> any = new ArrayList<>();
    for (Way way : ways) {
      Formula rule =
          type == JsonType.OBJECT
              ? formulas.members(
                  memberRules.computeIfAbsent(new Rest(way.spoken, rest), this::otherMembers))
              : formulas.items(
                  itemRules.computeIfAbsent(new Rest(way.spoken, rest), this::otherItems));
      any.add(formulas.and(way.condition, rule));
    }
    return formulas.or(any);
  }

  private Atom.MemberRules otherMembers(Rest rest) {
    SchemaNode any = references.always(true);
    if (rest.spoken.everything) {
      return new Atom.MemberRules(Map.of(), List.of(), any);
    }
    Map<String, SchemaNode> named = new java.util.LinkedHashMap<>();
    rest.spoken.names.forEach(name -> named.put(name, any));
    List<Atom.PatternRule> patterns = new ArrayList<>();
    rest.spoken.patterns.forEach(p -> patterns.add(new Atom.PatternRule(p, any)));
    return new Atom.MemberRules(named, patterns, rest.schema);
  }

  private Atom.ItemRules otherItems(Rest rest) {
    SchemaNode any = references.always(true);
    if (rest.spoken.everything) {
      return new Atom.ItemRules(List.of(), any);
    }
    List<SchemaNode> choices = new ArrayList<>(rest.spoken.contained);
    choices.add(rest.schema);
    return new Atom.ItemRules(
        Collections.nCopies(rest.spoken.places, any),
        choices.size() == 1 ? rest.schema : references.anyOf(choices));
  }

  private List<Way> ways(SchemaNode schema, JsonType type) {
    if (!schema.json().isObject() || expansion.of(schema, type).isFalse()) {
      return List.of(new Way(formulas.yes, Spoken.NOTHING));
    }
    return ways(expansion.keywords(schema), type, false);
  }

  private List<Way> ways(Keywords k, JsonType type, boolean outermost) {
    List<Way> ways =
        List.of(
            new Way(
                formulas.yes,
                type == JsonType.OBJECT ? names(k, outermost) : places(k, outermost)));
    for (SchemaNode s : k.targets()) {
      ways = product(ways, ways(s, type));
    }
    for (SchemaNode s : k.schemas("allOf")) {
      ways = product(ways, ways(s, type));
    }
    for (SchemaNode s : k.schemas("anyOf")) {
      ways = product(ways, perhaps(expansion.of(s, type), ways(s, type)));
    }
    List<Way> one = new ArrayList<>(List.of(new Way(formulas.yes, Spoken.NOTHING)));
    for (SchemaNode s : k.schemas("oneOf")) {
      one.addAll(accepted(expansion.of(s, type), ways(s, type)));
    }
    ways = product(ways, one);
    SchemaNode condition = k.schema("if");
    if (condition != null) {
      Formula holds = expansion.of(condition, type);
      List<Way> both = new ArrayList<>();
      both.addAll(
          product(
              List.of(new Way(holds, Spoken.NOTHING)),
              product(ways(condition, type), optional(k.schema("then"), type))));
      both.addAll(
          product(
              List.of(new Way(formulas.not(holds), Spoken.NOTHING)),
              optional(k.schema("else"), type)));
      ways = product(ways, both);
    }
    if (type == JsonType.OBJECT) {
      for (Map.Entry<String, SchemaNode> e : Dependencies.schemas(k).entrySet()) {
        Formula has = formulas.atom(new Atom.HasKey(e.getKey()));
        ways = product(ways, perhaps(has, ways(e.getValue(), type)));
      }
    }
    return ways;
  }

  private List<Way> optional(@Nullable SchemaNode schema, JsonType type) {
    return schema == null ? List.of(new Way(formulas.yes, Spoken.NOTHING)) : ways(schema, type);
  }

  private List<Way> perhaps(Formula accepts, List<Way> ways) {
    List<Way> out = new ArrayList<>(List.of(new Way(formulas.yes, Spoken.NOTHING)));
    out.addAll(accepted(accepts, ways));
    return out;
  }

  // Ways that speak of nothing need no condition: they are the way of the others.
  private List<Way> accepted(Formula accepts, List<Way> ways) {
    List<Way> out = new ArrayList<>();
    for (Way w : ways) {
      Formula condition = formulas.and(accepts, w.condition);
      if (!w.spoken.equals(Spoken.NOTHING) && !condition.isFalse()) {
        out.add(new Way(condition, w.spoken));
      }
    }
    return out;
  }

  private List<Way> product(List<Way> a, List<Way> b) {
    Set<Way> out = new LinkedHashSet<>();
    for (Way x : a) {
      for (Way y : b) {
        Formula condition = formulas.and(x.condition, y.condition);
        Formulas.spendOn(x.spoken.names.size() + y.spoken.names.size());
        if (!condition.isFalse()) {
          out.add(new Way(condition, x.spoken.with(y.spoken)));
        }
      }
      if (out.size() > MAX_WAYS) {
        throw new BudgetExceededException(
            "branches",
            MAX_WAYS,
            "too many combinations of anyOf decide what is unevaluated; use oneOf, or list the"
                + " properties beside unevaluatedProperties");
      }
    }
    return List.copyOf(out);
  }

  private Spoken names(Keywords k, boolean outermost) {
    if (k.has("additionalProperties") || (!outermost && k.has("unevaluatedProperties"))) {
      return Spoken.EVERYTHING;
    }
    Atom.MemberRules rules = expansion.members().rules(k);
    Set<Expr> patterns = new LinkedHashSet<>();
    rules.patterns().forEach(p -> patterns.add(p.names()));
    return new Spoken(false, rules.named().keySet(), patterns, 0, Set.of());
  }

  private Spoken places(Keywords k, boolean outermost) {
    JsonNode items = k.get("items");
    boolean list = items != null && items.isArray();
    if ((items != null && !list)
        || (list && k.has("additionalItems"))
        || (!outermost && k.has("unevaluatedItems"))) {
      return Spoken.EVERYTHING;
    }
    SchemaNode contained = k.draft() == Draft.DRAFT_2020_12 ? k.schema("contains") : null;
    return new Spoken(
        false,
        Set.of(),
        Set.of(),
        expansion.items().rules(k).prefixLength(),
        contained == null ? Set.of() : Set.of(contained));
  }
}
