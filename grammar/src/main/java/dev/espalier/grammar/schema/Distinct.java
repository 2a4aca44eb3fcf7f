package dev.espalier.grammar.schema;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What {@code uniqueItems} leaves of an array's future: whether enough different values remain, and
 * which value must not come next. Used under the machine's lock.
 */
final class Distinct {
  // The items that must come are people who each need a chair of their own, the values that an item
  // may have are the chairs. An item with at least as many values as there are items always finds
  // one, so only the others are matched (Kuhn's augmenting paths, 1955).

  private static final int MOST_ITEMS = 2048; // beyond it, values are taken to suffice

  /** A conjunction of item rules, counts and uniqueness. */
  private static final class Count {
    int min;
    int max = Integer.MAX_VALUE;
    final List<Atom.Items> rules = new ArrayList<>();
    final Set<SchemaNode> seen = new LinkedHashSet<>();
    boolean unique;
    final List<Atom.Unique> repeated = new ArrayList<>(); // some item must come twice
  }

  private final References references;
  private final Formulas formulas;
  private final Values values;
  private final Predicate<Formula> satisfiable;

  Distinct(
      References references, Formulas formulas, Values values, Predicate<Formula> satisfiable) {
    this.references = references;
    this.formulas = formulas;
    this.values = values;
    this.satisfiable = satisfiable;
  }

  private static @Nullable Count count(Formula branch) {
    Count c = new Count();
    for (Formula literal : branch.conjuncts()) {
      Atom a = Objects.requireNonNull(literal.literal());
      boolean not = literal.isNegated();
      if (a instanceof Atom.MinItems m) {
        if (not) {
          c.max = Math.min(c.max, m.n() - 1);
        } else {
          c.min = Math.max(c.min, m.n());
        }
      } else if (a instanceof Atom.MaxItems m) {
        if (not) {
          c.min = Math.max(c.min, m.n() + 1);
        } else {
          c.max = Math.min(c.max, m.n());
        }
      } else if (a instanceof Atom.Unique u) {
        if (not) {
          c.repeated.add(u);
        } else {
          c.unique = true;
          c.seen.addAll(u.seen());
        }
      } else if (a instanceof Atom.Items items && !not) {
        c.rules.add(items);
      } else {
        return null;
      }
    }
    return c;
  }

  private Formula place(Count c, int i) {
    List<Formula> all = new ArrayList<>();
    for (Atom.Items r : c.rules) {
      all.add(formulas.verdict(r.rules().at(r.index() + i)));
    }
    return formulas.and(all);
  }

  // Places from here on are all alike.
  private static int alikeFrom(Count c) {
    int n = 0;
    for (Atom.Items r : c.rules) {
      n = Math.max(n, r.rules().prefixLength() - r.index());
    }
    return n;
  }

  /** Whether an array with these obligations can be completed; null if it is not this simple. */
  @Nullable Boolean live(Formula branch) {
    Count c = count(branch);
    if (c == null || (c.unique && !c.repeated.isEmpty())) {
      return null;
    }
    for (Atom.Unique u : c.repeated) {
      if (!canRepeat(c, u.seen())) {
        return false;
      }
    }
    return fits(c, c.min, Set.of());
  }

  private boolean fits(Count c, int min, Set<SchemaNode> taken) {
    Formulas.spendOn(Formulas.MANY + min);
    if (min > c.max) {
      return false;
    }
    return c.unique ? matched(c, min, taken) : places(c, min);
  }

  private boolean places(Count c, int min) {
    for (int i = 0; i < Math.min(min, alikeFrom(c) + 1); i++) {
      Formulas.spendOn(Formulas.MANY);
      if (!satisfiable.test(place(c, i))) {
        return false;
      }
    }
    return true;
  }

  // ---- matching

  private boolean matched(Count c, int min, Set<SchemaNode> taken) {
    Set<SchemaNode> gone = new HashSet<>(c.seen);
    gone.addAll(taken);
    List<Domain> all = domains(c, min);
    List<List<SchemaNode>> domains = new ArrayList<>();
    for (Domain domain : all) {
      List<SchemaNode> left = new ArrayList<>(domain.values);
      left.removeAll(gone);
      if (left.size() < domain.places) {
        return false;
      }
      if (left.size() < min && all.size() > 1) { // one alone is matched by its size
        domains.addAll(Collections.nCopies(domain.places, left));
      }
    }
    if (!places(c, min)) {
      return false;
    }
    Set<SchemaNode> chairs = new HashSet<>();
    domains.forEach(chairs::addAll);
    if (chairs.size() < domains.size()) {
      return false;
    }
    Map<SchemaNode, Integer> holder = new HashMap<>();
    for (int i = 0; i < domains.size(); i++) {
      if (!seat(i, domains, holder, new HashSet<>())) {
        return false;
      }
    }
    return true;
  }

  private static boolean seat(
      int item,
      List<List<SchemaNode>> domains,
      Map<SchemaNode, Integer> holder,
      Set<SchemaNode> asked) {
    for (SchemaNode value : domains.get(item)) {
      if (asked.add(value)) {
        Integer other = holder.get(value);
        if (other == null || seat(other, domains, holder, asked)) {
          holder.put(value, item);
          return true;
        }
      }
    }
    return false;
  }

  /** The values of a place, or of several that are alike. */
  private record Domain(Set<SchemaNode> values, int places) {}

  // Those of every place that must be filled and has few of them.
  private List<Domain> domains(Count c, int min) {
    int n = Math.min(min, MOST_ITEMS);
    int alike = alikeFrom(c);
    int enough = n + c.seen.size() + 1;
    List<Domain> out = new ArrayList<>();
    for (int i = 0; i < n && i <= alike; i++) {
      Set<SchemaNode> few = values.few(place(c, i), enough);
      if (few != null) {
        out.add(new Domain(few, i == alike ? n - alike : 1));
      }
    }
    return out;
  }

  // ---- the item that is about to come

  /**
   * What has to hold for the coming item, one formula for each way, if it is judged together with
   * obligations that speak of uniqueness; null if they are not this simple.
   *
   * @param asked of the item's value already
   * @param remaining obligations after it, in which {@link Atom.Unique} does not know it yet
   */
  @Nullable List<Formula> next(Formula asked, Formula remaining) {
    Count c = count(remaining);
    if (c == null || (c.unique && !c.repeated.isEmpty())) {
      return null;
    }
    List<Formula> ways = new ArrayList<>();
    if (!c.unique) {
      repeat(asked, c, ways);
    } else if (fits(c, c.min, Set.of())) {
      Set<SchemaNode> banned = new LinkedHashSet<>(c.seen);
      Set<Set<SchemaNode>> domains = new LinkedHashSet<>();
      domains(c, c.min).forEach(d -> domains.add(d.values));
      Map<List<Boolean>, Boolean> fitting = new HashMap<>(); // values of the same domains are alike
      for (Set<SchemaNode> domain : domains) {
        for (SchemaNode value : domain) {
          List<Boolean> in = domains.stream().map(d -> d.contains(value)).toList();
          if (!banned.contains(value)
              && !fitting.computeIfAbsent(in, k -> fits(c, c.min, Set.of(value)))) {
            banned.add(value);
          }
        }
      }
      ways.add(formulas.and(asked, noneOf(banned)));
    }
    return ways;
  }

  /** The value is none of these. */
  Formula noneOf(Set<SchemaNode> banned) {
    return banned.isEmpty() ? formulas.yes : formulas.verdict(references.noneOf(banned));
  }

  private Formula oneOf(Set<SchemaNode> some) {
    List<Formula> any = new ArrayList<>();
    some.forEach(s -> any.add(formulas.verdict(s)));
    return formulas.or(any);
  }

  // It repeats an earlier one, a later one repeats it, or two others do.
  private void repeat(Formula asked, Count c, List<Formula> ways) {
    Set<SchemaNode> seen = new LinkedHashSet<>();
    c.repeated.forEach(u -> seen.addAll(u.seen()));
    if (fits(c, c.min, Set.of())) {
      ways.add(formulas.and(asked, oneOf(seen)));
    }
    if (canRepeat(c, seen)) {
      ways.add(asked);
    }
    for (int j = 0; j <= alikeFrom(c) && j < c.max; j++) {
      if (fits(c, Math.max(c.min, j + 1), Set.of())) {
        ways.add(formulas.and(asked, place(c, j)));
      }
    }
  }

  private boolean canRepeat(Count c, Set<SchemaNode> seen) {
    for (int j = 0; j <= alikeFrom(c) + 1 && j < c.max; j++) {
      if (!fits(c, Math.max(c.min, j + 1), Set.of())) {
        return false;
      }
      if (!seen.isEmpty() && satisfiable.test(formulas.and(place(c, j), oneOf(seen)))) {
        return true;
      }
      for (int i = 0; i < j; i++) {
        if (satisfiable.test(formulas.and(place(c, i), place(c, j)))) {
          return true;
        }
      }
    }
    return false;
  }

  // ---- independence of the value

  /**
   * Whether an array goes on the same way whatever value, not seen before, an item has: every place
   * that may follow has values to spare.
   */
  boolean indifferent(Formula owed) {
    for (Formula branch : formulas.branches(owed)) {
      Count c = count(branch);
      if (c == null || !c.repeated.isEmpty()) {
        return false;
      }
      int places = Math.max(c.min, 1);
      int enough = Math.min(places, MOST_ITEMS) + c.seen.size() + 2;
      for (int i = 0; i <= Math.min(places, alikeFrom(c)); i++) {
        if (values.few(place(c, i), enough) != null) {
          return false;
        }
      }
    }
    return true;
  }
}
