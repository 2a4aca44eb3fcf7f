package dev.espalier.grammar.schema;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Whether what an object owes can be counted out: names that are needed or banned, a number of
 * members, and rules for their values, all at once. Mutable caches, used under the machine's lock.
 */
final class MemberCounts {
  // Spelled out because what a record has of its own is slow until it is compiled well.
  private record Named(KeySpace space, Formula formula) {
    @Override
    public int hashCode() {
      return 31 * space.hashCode() + formula.hashCode();
    }

    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof Named k && k.space.equals(space) && k.formula == formula;
    }
  }

  /** A conjunction of countable assertions about an object's further members. */
  static final class Count {
    final KeySpace space;
    final BitSet needed = new BitSet();
    final BitSet banned = new BitSet();
    int min;
    int max = Integer.MAX_VALUE;
    final List<Formula> rules = new ArrayList<>(); // Members and KeyNames
    final List<Formula> broken = new ArrayList<>(); // likewise, each broken by some member to come
    final List<Atom.NoneOf> noneOf = new ArrayList<>();
    @Nullable Formula[] values = {}; // what the rules ask of the value of each key, if known
    boolean neededPossible; // each needed member is known to have a value

    Count(KeySpace space) {
      this.space = space;
    }
  }

  private final Formulas formulas;
  private final Progress progress;
  private final Values values;
  private final Predicate<Formula> satisfiable;
  private final Map<Named, @Nullable Count> counts = new HashMap<>();
  private final Map<Named, @Nullable Formula[]> valuesByRules = new HashMap<>();

  /**
   * @param satisfiable whether some value satisfies a formula over verdicts
   */
  MemberCounts(
      Formulas formulas, Progress progress, Values values, Predicate<Formula> satisfiable) {
    this.formulas = formulas;
    this.progress = progress;
    this.values = values;
    this.satisfiable = satisfiable;
  }

  /** The branch as counts; null if it holds anything else. */
  @Nullable Count of(KeySpace space, Formula branch) {
    Named key = new Named(space, branch);
    Count known = counts.get(key);
    if (known == null && !counts.containsKey(key)) {
      known = countMembers(space, branch);
      counts.put(key, known);
    }
    return known;
  }

  private @Nullable Count countMembers(KeySpace space, Formula branch) {
    Count c = new Count(space);
    for (Formula literal : branch.conjuncts()) {
      Atom a = Objects.requireNonNull(literal.literal());
      boolean not = literal.isNegated();
      if (a instanceof Atom.HasKey has) {
        (not ? c.banned : c.needed).set(space.indexOf(has.name()));
      } else if (a instanceof Atom.MinProperties m) {
        if (not) {
          c.max = Math.min(c.max, m.n() - 1);
        } else {
          c.min = Math.max(c.min, m.n());
        }
      } else if (a instanceof Atom.MaxProperties m) {
        if (not) {
          c.min = Math.max(c.min, m.n() + 1);
        } else {
          c.max = Math.min(c.max, m.n());
        }
      } else if (a instanceof Atom.NoneOf none && !not) {
        c.noneOf.add(none);
      } else if (a instanceof Atom.Members || a instanceof Atom.KeyNames) {
        (not ? c.broken : c.rules).add(formulas.atom(a));
      } else {
        return null;
      }
    }
    c.values =
        valuesByRules.computeIfAbsent(
            new Named(space, formulas.and(c.rules)), k -> new Formula[space.keys()]);
    return c;
  }

  /** Whether some value of a key satisfies the rules, whatever else is asked. */
  boolean possible(Count count, int key) {
    return !count.banned.get(key) && satisfiable.test(value(count, key));
  }

  // The same for each needed key. A no may lean on questions that are open, so only a yes is kept.
  private boolean neededPossible(Count c) {
    for (int i = c.neededPossible ? -1 : c.needed.nextSetBit(0);
        i >= 0;
        i = c.needed.nextSetBit(i + 1)) {
      if (!possible(c, i)) {
        return false;
      }
    }
    c.neededPossible = true;
    return true;
  }

  // What the rules ask of the value of a key.
  private Formula value(Count count, int key) {
    Formula known = count.values[key];
    if (known == null) {
      List<Formula> all = new ArrayList<>(count.rules.size());
      for (Formula rule : count.rules) {
        all.add(value(count.space, rule, key));
      }
      known = formulas.and(all);
      count.values[key] = known;
    }
    return known;
  }

  private Formula value(KeySpace space, Formula rule, int key) {
    if (rule.atom instanceof Atom.Members m) {
      return progress.value(m.rules(), space, key);
    }
    Atom.KeyNames names = (Atom.KeyNames) Objects.requireNonNull(rule.atom);
    return formulas.constant(space.inLanguage(key, names.names()));
  }

  /** Whether counts and needed names work out, after {@code key} if that is not -1. */
  boolean fits(Count c, Gone gone, int key) {
    return fits(c, gone, key, c.broken.isEmpty() ? null : new ArrayList<>());
  }

  // The same; adds the members that must come if somebody asks.
  private boolean fits(Count c, Gone gone, int key, @Nullable List<Member> members) {
    KeySpace space = c.space;
    int taken = key < 0 ? 0 : 1;
    Gone after = key < 0 ? gone : space.gone(gone, key);
    if (after.holdsSome(c.needed, key)) {
      return false;
    }
    int missing = c.needed.cardinality() - (key >= 0 && c.needed.get(key) ? 1 : 0);
    Formulas.spendOn(space.keys() / Long.SIZE);
    if (missing > 0 && !neededPossible(c)) {
      return false;
    }
    int min = Math.max(0, c.min - taken);
    int max = c.max == Integer.MAX_VALUE ? c.max : c.max - taken;
    if (missing > max || min > max) {
      return false;
    }
    if (members != null && !breaks(c, after, key, max - missing, members)) {
      return false;
    }
    if (min <= missing) {
      return true;
    }
    for (int i = space.size(); i < space.keys(); i++) {
      if (possible(c, i)) {
        return true; // other names are unlimited
      }
    }
    int available = 0;
    Formulas.spendOn(min);
    for (int i = 0; i < space.size() && available < min; i++) {
      available += !after.contains(i) && possible(c, i) ? 1 : 0;
    }
    return available >= min;
  }

  // Whether every rule that is to be broken finds a member to break it: `key`, a needed one, or one
  // of at most `more` others. Adds those members.
  private boolean breaks(Count c, Gone gone, int key, int more, List<Member> members) {
    if (key >= 0) {
      members.add(new Member(key, value(c, key)));
    }
    for (int i = c.needed.nextSetBit(0); i >= 0; i = c.needed.nextSetBit(i + 1)) {
      if (i != key) {
        members.add(new Member(i, value(c, i)));
      }
    }
    return breaks(c, gone, 0, members, more);
  }

  // One rule after another, each by a member that has something to break already or by a new one.
  private boolean breaks(Count c, Gone gone, int rule, List<Member> members, int more) {
    if (rule == c.broken.size()) {
      return true;
    }
    Formulas.spendOn(Formulas.MANY + members.size());
    KeySpace space = c.space;
    Formula broken = c.broken.get(rule);
    for (int i = 0; i < members.size(); i++) {
      Member b = members.get(i);
      Formula value = breaking(b.value, value(space, broken, b.key));
      if (satisfiable.test(value)) {
        members.set(i, new Member(b.key, value));
        if (breaks(c, gone, rule + 1, members, more)) {
          return true;
        }
        members.set(i, b);
      }
    }
    for (int k = 0; k < (more == 0 ? 0 : space.keys()); k++) {
      int other = k;
      boolean free =
          !space.isListed(k)
              || (!gone.contains(k) && members.stream().noneMatch(b -> b.key == other));
      Formula rules = value(space, broken, k);
      if (free && !c.banned.get(k) && !rules.isTrue()) {
        Formula all = breaking(value(c, k), rules);
        if (satisfiable.test(all)) {
          members.add(new Member(k, all));
          if (breaks(c, gone, rule + 1, members, more - 1)) {
            return true;
          }
          members.remove(members.size() - 1);
        }
      }
    }
    return false;
  }

  // What meets one formula and breaks another. Values that a discriminator tells apart break all
  // others as they are; spelling that out again and again would make every question a new one.
  private Formula breaking(Formula met, Formula broken) {
    return satisfiable.test(formulas.and(met, broken))
        ? formulas.and(met, formulas.not(broken))
        : met;
  }

  /** Enough to be none of a few values: a member that may come has more values than they are. */
  boolean hasSpareValues(Count count, Gone gone) {
    KeySpace space = count.space;
    int excluded = 0;
    for (Atom.NoneOf none : count.noneOf) {
      excluded += none.values().size();
    }
    for (int key = 0; key < space.keys(); key++) {
      if (space.isLeft(gone, key)
          && possible(count, key)
          && fits(count, gone, key)
          && (!space.isListed(key) || values.few(value(count, key), excluded) == null)) {
        return true;
      }
    }
    return false;
  }

  /** A member to come: its key, and what its value is to satisfy. */
  record Member(int key, Formula value) {}

  /** Members after which a branch is met, as few as it needs; null if it is not this simple. */
  @Nullable List<Member> members(KeySpace space, Formula branch, Gone gone) {
    Count count = of(space, branch);
    if (count == null || !count.noneOf.isEmpty()) {
      return null;
    }
    List<Member> members = new ArrayList<>();
    if (!fits(count, gone, -1, members)) {
      return null;
    }
    for (int key = 0; key < space.keys() && members.size() < count.min; key++) {
      int candidate = key;
      if (!space.isListed(key)) {
        while (members.size() < count.min && possible(count, key)) {
          members.add(new Member(key, value(count, key))); // there are as many names as it takes
        }
      } else if (!gone.contains(key)
          && members.stream().noneMatch(m -> m.key == candidate)
          && possible(count, key)) {
        members.add(new Member(key, value(count, key)));
      }
    }
    members.sort(Comparator.comparingInt(Member::key)); // the order of ranked names
    return members;
  }
}
