package dev.espalier.grammar.schema;

import dev.espalier.BudgetExceededException;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.schema.Formula.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The store of one constraint's formulas. Keeps them in negation normal form with units,
 * duplicates, contradictions and absorbed parts removed, so an obligation that no longer matters
 * disappears by itself. Mutable; used under the machine's lock.
 */
final class Formulas {
  /** Cases of one formula beyond which exactness would cost too much. */
  static final int MAX_BRANCHES = 4096;

  private static final int FEW_BRANCHES = 128; // beyond them, cases are looked at one by one

  private static final int UNITS = 4; // of work, that a new formula takes at least
  static final int MANY = 16; // parts, that are looked at in a microsecond or so
  private static final int ABSORPTION_LIMIT = 64; // parts; above it the quadratic check is left out

  final Formula no = new Formula(Kind.FALSE, null, List.of(), 0);
  final Formula yes = new Formula(Kind.TRUE, null, List.of(), 1);

  private final Unique<Formula> store = new Unique<>(f -> f.hash, Formula::same);
  private final Map<Formula, List<Formula>> branches = new HashMap<>();
  private final Set<Formula> manyBranched = new HashSet<>();
  private final Map<Formula, List<Formula>> alternatives = new HashMap<>();
  private final int limit;
  private int created = 2;

  /** At most {@code limit} formulas. */
  Formulas(int limit) {
    this.limit = limit;
  }

  /** Counts work on so many parts, unless they are few. */
  static void spendOn(int parts) {
    if (parts >= MANY) {
      WorkBudget.check(parts);
    }
  }

  private Formula make(Kind kind, @Nullable Atom atom, List<Formula> parts) {
    Formula made = new Formula(kind, atom, parts, created);
    Formula known = store.find(made);
    if (known == null) {
      WorkBudget.check(UNITS);
      if (created >= limit) {
        throw new BudgetExceededException(
            "states",
            limit,
            "the schema's obligations do not settle; simplify its anyOf, oneOf and not");
      }
      known = made;
      created++;
      store.add(made);
    }
    return known;
  }

  Formula constant(boolean value) {
    return value ? yes : no;
  }

  Formula atom(Atom atom) {
    return make(Kind.ATOM, atom, List.of());
  }

  /** The verdict of a schema, where it is not settled by the schema being a boolean. */
  Formula verdict(SchemaNode schema) {
    if (schema.json().isBoolean()) {
      return constant(schema.json().booleanValue());
    }
    return isTrivial(schema) ? yes : atom(new Atom.Verdict(schema));
  }

  // Whether it stands there that every value satisfies a schema.
  private static boolean isTrivial(SchemaNode schema) {
    JsonNode json = schema.json();
    return json.isBoolean() ? json.booleanValue() : json.isObject() && json.isEmpty();
  }

  private static boolean areTrivial(Iterable<SchemaNode> schemas) {
    for (SchemaNode schema : schemas) {
      if (!isTrivial(schema)) {
        return false;
      }
    }
    return true;
  }

  // ---- assertions that may be settled from the start

  /** The text is in a language. */
  Formula text(Expr language) {
    if (language == Expr.NONE) {
      return no;
    }
    return language == Utf8.TEXT ? yes : atom(new Atom.Text(language));
  }

  Formula atLeastItems(int n) {
    return n == 0 ? yes : atom(new Atom.MinItems(n));
  }

  Formula atMostItems(int n) {
    return n == Integer.MAX_VALUE ? yes : atom(new Atom.MaxItems(n));
  }

  Formula items(Atom.ItemRules rules) {
    return isTrivial(rules.at(rules.prefixLength())) && areTrivial(rules.prefix())
        ? yes
        : atom(new Atom.Items(rules, 0));
  }

  Formula members(Atom.MemberRules rules) {
    boolean trivial = isTrivial(rules.others()) && areTrivial(rules.named().values());
    for (Atom.PatternRule p : rules.patterns()) {
      trivial = trivial && isTrivial(p.schema());
    }
    return trivial ? yes : atom(new Atom.Members(rules));
  }

  // ---- combination

  Formula not(Formula f) {
    Formula known = f.negation;
    if (known == null) {
      known = negate(f);
      f.negation = known;
    }
    return known;
  }

  private Formula negate(Formula f) {
    return switch (f.kind) {
      case FALSE -> yes;
      case TRUE -> no;
      case NOT -> f.parts.get(0);
      case AND -> or(mapAll(f.parts, this::not));
      case OR -> and(mapAll(f.parts, this::not));
      case ATOM, ONE -> make(Kind.NOT, null, List.of(f));
    };
  }

  Formula and(Formula... parts) {
    return and(List.of(parts));
  }

  Formula and(Collection<Formula> parts) {
    return combine(Kind.AND, parts, no, yes);
  }

  Formula or(Formula... parts) {
    return or(List.of(parts));
  }

  Formula or(Collection<Formula> parts) {
    return combine(Kind.OR, parts, yes, no);
  }

  private Formula combine(Kind kind, Collection<Formula> given, Formula zero, Formula unit) {
    spendOn(given.size());
    Formula last = unit;
    int different = 0;
    for (Formula p : given) {
      if (p == zero) {
        return zero;
      } else if (p != unit && p != last) {
        last = p;
        different++;
      }
    }
    if (different <= 1) {
      return last; // nearly always
    }
    Set<Formula> flat = new LinkedHashSet<>();
    for (Formula p : given) {
      if (p.kind == kind) {
        flat.addAll(p.parts);
      } else if (p != unit) {
        flat.add(p);
      }
    }
    spendOn(flat.size());
    for (Formula p : flat) {
      if (p.kind == Kind.NOT && flat.contains(p.parts.get(0))) {
        return zero;
      }
    }
    if (flat.size() <= ABSORPTION_LIMIT) {
      Kind dual = kind == Kind.AND ? Kind.OR : Kind.AND;
      for (Formula p : flat) {
        if (p.kind == dual) {
          Formula smaller = absorb(p, flat, unit);
          if (smaller != p) {
            flat.remove(p);
            flat.add(smaller);
            return combine(kind, flat, zero, unit);
          }
        }
      }
    }
    if (flat.isEmpty()) {
      return unit;
    }
    if (flat.size() == 1) {
      return flat.iterator().next();
    }
    List<Formula> sorted = new ArrayList<>(flat);
    sorted.sort(Comparator.comparingInt(f -> f.id));
    return make(kind, null, List.copyOf(sorted));
  }

  // x & (x | y) = x, and x & (!x | y) = x & y; likewise with the signs exchanged.
  private Formula absorb(Formula p, Set<Formula> beside, Formula unit) {
    List<Formula> kept = new ArrayList<>();
    for (Formula part : p.parts) {
      if (beside.contains(part)) {
        return unit;
      }
      if (!beside.contains(not(part))) {
        kept.add(part);
      }
    }
    if (kept.size() == p.parts.size()) {
      return p;
    }
    return p.kind == Kind.OR ? or(kept) : and(kept);
  }

  /** Exactly one of the parts. */
  Formula one(List<Formula> parts) {
    Map<Formula, Integer> count = new LinkedHashMap<>();
    int settled = 0;
    for (Formula p : parts) {
      if (p.isTrue()) {
        settled++;
      } else if (!p.isFalse()) {
        count.merge(p, 1, Integer::sum);
      }
    }
    if (settled > 1) {
      return no;
    }
    List<Formula> never = new ArrayList<>();
    List<Formula> single = new ArrayList<>();
    count.forEach((p, n) -> (n > 1 ? never : single).add(p));
    Formula none = and(mapAll(never, this::not));
    if (settled == 1) {
      return and(none, and(mapAll(single, this::not)));
    }
    if (single.isEmpty()) {
      return no;
    }
    single.sort(Comparator.comparingInt(f -> f.id));
    Formula one = single.size() == 1 ? single.get(0) : make(Kind.ONE, null, List.copyOf(single));
    return and(none, one);
  }

  private static List<Formula> mapAll(List<Formula> parts, Function<Formula, Formula> f) {
    List<Formula> r = new ArrayList<>(parts.size());
    for (Formula p : parts) {
      r.add(f.apply(p));
    }
    return r;
  }

  /** The formula with every atom replaced. */
  Formula map(Formula f, Function<Atom, Formula> of) {
    return map(f, of, new HashMap<>());
  }

  private Formula map(Formula f, Function<Atom, Formula> of, Map<Formula, Formula> done) {
    if (f.atom != null) {
      return of.apply(f.atom);
    }
    if (f.parts.isEmpty()) {
      return f;
    }
    Formula known = done.get(f);
    if (known == null) {
      List<Formula> parts = mapAll(f.parts, p -> map(p, of, done));
      known =
          switch (f.kind) {
            case NOT -> not(parts.get(0));
            case AND -> and(parts);
            case OR -> or(parts);
            default -> one(parts);
          };
      done.put(f, known);
    }
    return known;
  }

  /**
   * Disjunctive normal form: conjunctions of literals, of which at least one holds. Exact.
   *
   * @throws BudgetExceededException above {@link #MAX_BRANCHES}
   */
  List<Formula> branches(Formula f) {
    List<Formula> few = fewBranches(f);
    if (few != null) {
      return few;
    }
    Set<Formula> all = new LinkedHashSet<>();
    anyBranch(
        f,
        literals -> true,
        branch -> {
          all.add(branch);
          return false;
        });
    return List.copyOf(all);
  }

  /** The same if they are few, else null. */
  @Nullable List<Formula> fewBranches(Formula f) {
    List<Formula> known = branches.get(f);
    if (known == null && !manyBranched.contains(f)) {
      Set<Formula> expanded = expand(f);
      if (expanded == null) {
        manyBranched.add(f);
        return null;
      }
      known = List.copyOf(expanded);
      branches.put(f, known);
    }
    return known;
  }

  private @Nullable Set<Formula> expand(Formula f) {
    Set<Formula> out = new LinkedHashSet<>();
    if (f.kind != Kind.AND) {
      if (f.isFalse()) {
        return out;
      }
      List<Formula> ways = alternatives(f);
      if (ways == null) {
        out.add(f);
        return out;
      }
      for (Formula way : ways) {
        List<Formula> some = fewBranches(way);
        if (some == null || out.size() + some.size() > FEW_BRANCHES) {
          return null;
        }
        out.addAll(some);
      }
      return out;
    }
    List<Formula> literals = new ArrayList<>(); // are one case together, however many they are
    List<Formula> others = new ArrayList<>();
    for (Formula p : f.parts) {
      (alternatives(p) == null ? literals : others).add(p);
    }
    if (others.isEmpty()) {
      out.add(f);
      return out;
    }
    out.add(and(literals));
    for (Formula p : others) {
      List<Formula> ways = fewBranches(p);
      if (ways == null) {
        return null;
      }
      Set<Formula> product = new LinkedHashSet<>();
      for (Formula a : out) {
        for (Formula b : ways) {
          WorkBudget.check(MANY);
          Formula both = and(a, b);
          if (!both.isFalse()) {
            product.add(both);
          }
          if (product.size() > FEW_BRANCHES) {
            return null;
          }
        }
      }
      out = product;
    }
    return out;
  }

  // What of which one holds if the formula does; null for a literal and the constants.
  private @Nullable List<Formula> alternatives(Formula f) {
    return switch (f.kind) {
      case FALSE, TRUE, ATOM, AND -> null;
      case OR -> f.parts;
      case ONE -> alternatives.computeIfAbsent(f, one -> exactlyOne(one.parts));
      case NOT ->
          f.parts.get(0).kind == Kind.ATOM
              ? null
              : alternatives.computeIfAbsent(f, not -> notOne(not.parts.get(0).parts));
    };
  }

  private List<Formula> exactlyOne(List<Formula> parts) {
    List<Formula> ways = new ArrayList<>();
    for (Formula p : parts) {
      ways.add(and(mapAll(parts, q -> q == p ? p : not(q))));
    }
    return ways;
  }

  // None, or two at once.
  private List<Formula> notOne(List<Formula> parts) {
    List<Formula> ways = new ArrayList<>();
    ways.add(and(mapAll(parts, this::not)));
    for (int i = 0; i < parts.size(); i++) {
      for (int j = 0; j < i; j++) {
        ways.add(and(parts.get(i), parts.get(j)));
      }
    }
    return ways;
  }

  /**
   * Whether some branch passes a test, where a branch that one part of rules out is not looked at.
   *
   * @param mayHold of the literals chosen so far; no means that nothing with them passes the test
   * @throws BudgetExceededException after {@link #MAX_BRANCHES} cases
   */
  boolean anyBranch(Formula f, Predicate<Formula> mayHold, Predicate<Formula> test) {
    List<Formula> few = fewBranches(f);
    if (few == null) {
      return anyBranch(f, mayHold, test, new HashSet<>());
    }
    for (Formula branch : few) {
      if (test.test(branch)) {
        return true;
      }
    }
    return false;
  }

  private boolean anyBranch(
      Formula f, Predicate<Formula> mayHold, Predicate<Formula> test, Set<Formula> seen) {
    if (f.isFalse() || !seen.add(f)) {
      return false;
    }
    WorkBudget.check(MANY);
    if (seen.size() > MAX_BRANCHES) {
      throw new BudgetExceededException(
          "branches",
          MAX_BRANCHES,
          "anyOf, oneOf and not combine to too many cases; split the schema or name a discriminator");
    }
    List<Formula> literals = new ArrayList<>();
    List<Formula> ways = null; // of the part with the fewest
    Formula split = no;
    for (Formula p : f.conjuncts()) {
      List<Formula> some = alternatives(p);
      if (some == null) {
        literals.add(p);
      } else if (ways == null || some.size() < ways.size()) {
        ways = some;
        split = p;
      }
    }
    if (ways == null) {
      return test.test(f);
    }
    if (!mayHold.test(and(literals))) {
      return false;
    }
    Formula chosen = split;
    Formula rest = and(f.conjuncts().stream().filter(p -> p != chosen).toList());
    for (Formula way : easiestFirst(ways)) {
      if (anyBranch(and(rest, way), mayHold, test, seen)) {
        return true;
      }
    }
    return false;
  }

  // That a name does not come is soon met; a rule that is to be broken asks for a member that does.
  private static List<Formula> easiestFirst(List<Formula> ways) {
    int most = 0;
    for (Formula way : ways) {
      most = Math.max(most, toBreak(way));
    }
    if (most == 0) {
      return ways;
    }
    List<Formula> sorted = new ArrayList<>(ways);
    sorted.sort(Comparator.comparingInt(Formulas::toBreak));
    return sorted;
  }

  // How many rules about all members or items do not hold.
  private static int toBreak(Formula f) {
    int n = 0;
    for (Formula part : f.conjuncts()) {
      boolean rule =
          part.literal() instanceof Atom.Members
              || part.literal() instanceof Atom.KeyNames
              || part.literal() instanceof Atom.Items;
      n += rule && part.isNegated() ? 1 : 0;
    }
    return n;
  }
}
