package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.Expr;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Decides exactly whether obligations can still be met, so that no mask leads into a dead end.
 * Mutable caches, used under the machine's lock.
 */
final class Liveness {
  // A value is finite, so "some value satisfies this" is a least fixpoint. An object's obligations
  // are first split into branches. A branch of plain literals is counted
  // out in closed form; only negated rules need a search over the next key.

  private static final int FEW_VALUES = 16; // tried one by one

  // Keys of maps spell out what a record would do, which is slow until it is compiled well.

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

  private record Left(KeySpace space, Formula formula, Gone gone) {
    @Override
    public int hashCode() {
      return 31 * (31 * space.hashCode() + formula.hashCode()) + gone.hashCode();
    }

    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof Left k
          && k.space.equals(space)
          && k.formula == formula
          && k.gone.equals(gone);
    }
  }

  private record Keep(Formula formula, @Nullable KeySpace space, Gone gone) {
    @Override
    public int hashCode() {
      return 31 * (31 * formula.hashCode() + Objects.hashCode(space)) + gone.hashCode();
    }

    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof Keep k
          && k.formula == formula
          && Objects.equals(k.space, space)
          && k.gone.equals(gone);
    }
  }

  /** A conjunction of countable assertions about an object's further members. */
  private static final class Count {
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
  private final Expansion expansion;
  private final Progress progress;
  private final KeySpaces spaces;
  private final Values values;
  private final Distinct distinct;
  private final Evident evident;
  private final int stateLimit;

  private final Fixpoint answers;
  private final Fixpoint.Table<Formula, Boolean> satisfiable = new Fixpoint.Table<>();
  private final Fixpoint.Table<Formula, Boolean> arrays = new Fixpoint.Table<>();
  private final Fixpoint.Table<Left, Boolean> objects = new Fixpoint.Table<>();
  private final Fixpoint.Table<Keep, Formula> kept = new Fixpoint.Table<>();
  private final Map<Named, @Nullable Count> counts = new HashMap<>();
  private final Map<Named, @Nullable Formula[]> valuesByRules = new HashMap<>();

  Liveness(
      References references,
      Expansion expansion,
      Progress progress,
      KeySpaces spaces,
      Values values,
      int stateLimit,
      Duration budget) {
    formulas = expansion.formulas();
    this.expansion = expansion;
    this.progress = progress;
    this.spaces = spaces;
    this.values = values;
    distinct = new Distinct(references, formulas, values, this::satisfiable);
    this.stateLimit = stateLimit;
    evident = new Evident(expansion, stateLimit);
    answers = new Fixpoint(budget);
    formulas.clock(answers::checkClock);
  }

  /** Starts the clock anew: the budget is for one question from outside. */
  void restartClock() {
    answers.restartClock();
  }

  /** Whether some value satisfies a formula over verdicts. */
  boolean satisfiable(Formula verdicts) {
    if (verdicts.isTrue() || verdicts.isFalse()) {
      return verdicts.isTrue();
    }
    if (verdicts.atom instanceof Atom.Verdict v && evident.satisfiable(v.schema())) {
      return true;
    }
    return answers.ask(
        satisfiable,
        verdicts,
        () -> {
          for (JsonType type : JsonType.values()) {
            if (satisfiable(verdicts, type)) {
              return true;
            }
          }
          return false;
        });
  }

  /** Whether some value of a type satisfies a formula over verdicts. */
  boolean satisfiable(Formula verdicts, JsonType type) {
    Boolean known =
        verdicts.atom instanceof Atom.Verdict v ? evident.satisfiable(v.schema(), type) : null;
    if (known != null) {
      return known;
    }
    Formula f = expansion.of(verdicts, type);
    if (f.isTrue() || f.isFalse()) {
      return f.isTrue();
    }
    return switch (type) {
      case NULL, TRUE, FALSE -> throw new AssertionError(f);
      case STRING -> !Expansion.language(f).isEmpty(stateLimit);
      case NUMBER -> NumberSegment.satisfiable(formulas, f);
      case ARRAY -> array(f);
      case OBJECT -> {
        KeySpace space = spaces.of(f, verdicts, List.of());
        yield object(space, f, Gone.NONE);
      }
    };
  }

  // ---- arrays

  /** Whether an array with these obligations can be completed. */
  boolean array(Formula f) {
    if (progress.end(f).isTrue()) {
      return true;
    }
    return !f.isFalse()
        && answers.ask(arrays, f, () -> formulas.anyBranch(f, l -> true, this::arrayBranch));
  }

  private boolean arrayBranch(Formula branch) {
    if (progress.end(branch).isTrue()) {
      return true;
    }
    Boolean counted = distinct.live(branch);
    return counted != null ? counted : satisfiable(keep(progress.item(branch), null, Gone.NONE));
  }

  /** Whether an array goes on alike whatever new value its item has. */
  boolean indifferent(Formula owed) {
    return distinct.indifferent(owed);
  }

  // ---- objects

  /** Whether an object with these obligations can be completed. */
  boolean object(KeySpace space, Formula f, Gone gone) {
    if (progress.end(f).isTrue()) {
      return true;
    }
    if (f.isFalse()) {
      return false;
    }
    Left key = new Left(space, f, gone);
    return answers.ask(
        objects,
        key,
        () ->
            formulas.anyBranch(
                f,
                literals -> mayFit(space, literals, gone),
                branch -> objectBranch(space, branch, gone)));
  }

  /** Whether a part of a branch, alone, leaves a way. */
  boolean mayFit(KeySpace space, Formula literals, Gone gone) {
    return mayFit(space, literals, gone, -1);
  }

  private boolean mayFit(KeySpace space, Formula literals, Gone gone, int key) {
    Count count = count(space, literals);
    return count == null || ((key < 0 || possible(count, key)) && fits(count, gone, key));
  }

  private boolean objectBranch(KeySpace space, Formula branch, Gone gone) {
    if (progress.end(branch).isTrue()) {
      return true;
    }
    Count count = count(space, branch);
    if (count != null) {
      if (!fits(count, gone, -1)) {
        return false;
      }
      if (count.noneOf.isEmpty() || hasSpareValues(count, gone)) {
        return true;
      }
    }
    for (int key = 0; key < space.keys(); key++) {
      if (space.isLeft(gone, key) && keyLeadsOn(space, branch, gone, key)) {
        return true;
      }
    }
    return false;
  }

  // Enough to be none of a few values: a member that may come has more values than they are.
  private boolean hasSpareValues(Count count, Gone gone) {
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

  private boolean keyLeadsOn(KeySpace space, Formula f, Gone gone, int key) {
    Gone after = space.gone(gone, key);
    return satisfiable(keep(progress.key(f, space, key, after), space, after));
  }

  /** Which keys may come next; those of a frame of its own. */
  NextKeys nextKeys(KeySpace space, Formula f, Gone gone) {
    return new NextKeys(space, key -> mayCome(space, f, gone, key));
  }

  // A listed key that is not gone, or a class of others, with which the object can be completed.
  private boolean mayCome(KeySpace space, Formula f, Gone gone, int key) {
    return space.isLeft(gone, key)
        && formulas.anyBranch(
            f,
            literals -> mayFit(space, literals, gone, key),
            branch -> leadsOn(space, branch, gone, key));
  }

  private boolean leadsOn(KeySpace space, Formula branch, Gone gone, int key) {
    Count count = count(space, branch);
    return count == null
        ? keyLeadsOn(space, branch, gone, key)
        : possible(count, key)
            && fits(count, gone, key)
            && (count.noneOf.isEmpty() || keyLeadsOn(space, branch, gone, key));
  }

  /** A member to come: its key, and what its value is to satisfy. */
  record Member(int key, Formula value) {}

  /** Members after which a branch is met, as few as it needs; null if it is not this simple. */
  @Nullable List<Member> members(KeySpace space, Formula branch, Gone gone) {
    Count count = count(space, branch);
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

  /** Keys that bring a branch nearer to its end, if any of them does; the likeliest first. */
  List<Integer> wantedKeys(KeySpace space, Formula branch, Gone gone) {
    List<Integer> keys = new ArrayList<>();
    Count count = count(space, branch);
    if (count != null) {
      for (int k = count.needed.nextSetBit(0); k >= 0; k = count.needed.nextSetBit(k + 1)) {
        if (!gone.contains(k) && possible(count, k)) {
          return List.of(k);
        }
      }
      for (int k = 0; k < space.keys(); k++) {
        if (space.isLeft(gone, k) && possible(count, k)) {
          keys.add(k);
        }
      }
      return keys;
    }
    for (int k = 0; k < space.keys(); k++) {
      if (space.isLeft(gone, k) && keyLeadsOn(space, branch, gone, k)) {
        keys.add(k);
      }
    }
    return keys;
  }

  private @Nullable Count count(KeySpace space, Formula branch) {
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

  // Whether some value of a key satisfies the rules, whatever else is asked.
  private boolean possible(Count count, int key) {
    return !count.banned.get(key) && satisfiable(value(count, key));
  }

  // The same for each needed key. A no may lean on questions that are open, so only a yes is kept.
  private boolean neededPossible(Count c) {
    c.neededPossible = c.neededPossible || c.needed.stream().allMatch(i -> possible(c, i));
    return c.neededPossible;
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

  // Whether counts and needed names work out, after `key` if that is not -1.
  private boolean fits(Count c, Gone gone, int key) {
    return fits(c, gone, key, c.broken.isEmpty() ? null : new ArrayList<>());
  }

  // The same; adds the members that must come if somebody asks.
  private boolean fits(Count c, Gone gone, int key, @Nullable List<Member> members) {
    KeySpace space = c.space;
    int taken = key < 0 ? 0 : 1;
    Gone after = key < 0 ? gone : space.gone(gone, key);
    int missing = 0;
    for (int i = c.needed.nextSetBit(0); i >= 0; i = c.needed.nextSetBit(i + 1)) {
      if (i != key) {
        if (after.contains(i)) {
          return false;
        }
        missing++;
      }
    }
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
    answers.checkClock();
    KeySpace space = c.space;
    Formula broken = c.broken.get(rule);
    for (int i = 0; i < members.size(); i++) {
      Member b = members.get(i);
      Formula value = breaking(b.value, value(space, broken, b.key));
      if (satisfiable(value)) {
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
        if (satisfiable(all)) {
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
    return satisfiable(formulas.and(met, broken)) ? formulas.and(met, formulas.not(broken)) : met;
  }

  // ---- a value that is about to come

  /**
   * Which verdicts of the coming value leave its container able to be completed, as a formula over
   * verdicts: what remains in each branch is judged now, what is asked of the value is kept.
   *
   * @param space of the container if it is an object, null for an array
   */
  Formula keep(Formula f, @Nullable KeySpace space, Gone gone) {
    if (f.isTrue() || f.isFalse()) {
      return f;
    }
    Keep key = new Keep(f, space, gone);
    Predicate<Formula> alive = r -> space == null ? array(r) : object(space, r, gone);
    return answers.find(kept, key, () -> keep(f, space == null, alive));
  }

  private Formula keep(Formula f, boolean array, Predicate<Formula> alive) {
    List<Formula> branches = formulas.fewBranches(f);
    List<Formula> ways = branches == null ? alternatives(f) : null;
    if (ways != null) {
      return formulas.or(ways.stream().map(way -> keep(way, array, alive)).toList());
    }
    if (branches == null && !f.remembers) {
      return new Cells(formulas, this::satisfiable, alive).of(f);
    }
    Set<Formula> kept = new LinkedHashSet<>();
    Map<Formula, Boolean> judged = new HashMap<>();
    for (Formula branch : branches == null ? formulas.branches(f) : branches) {
      List<Formula> asked = new ArrayList<>();
      List<Formula> remaining = new ArrayList<>();
      for (Formula literal : branch.conjuncts()) {
        (literal.hasVerdicts ? asked : remaining).add(literal);
      }
      Formula rest = formulas.and(remaining);
      if (rest.remembers) {
        kept.addAll(keepRemembering(formulas.and(asked), remaining, array, alive));
      } else if (judged.computeIfAbsent(rest, alive::test)) {
        kept.add(formulas.and(asked));
      }
    }
    return formulas.or(kept);
  }

  // However many alternatives there are, each can be looked at alone, as long as they are of one
  // part only. Null if they are not.
  private @Nullable List<Formula> alternatives(Formula f) {
    List<Formula> literals = new ArrayList<>();
    Formula either = null;
    for (Formula part : f.conjuncts()) {
      if (part.literal() != null) {
        literals.add(part);
      } else if (either != null || part.kind != Formula.Kind.OR) {
        return null;
      } else {
        either = part;
      }
    }
    if (either == null) {
      return null;
    }
    Formula beside = formulas.and(literals);
    return either.parts.stream().map(way -> formulas.and(beside, way)).toList();
  }

  // What depends on the coming value itself is turned into values that must not come.
  private List<Formula> keepRemembering(
      Formula asked, List<Formula> remaining, boolean array, Predicate<Formula> alive) {
    List<Formula> plain = new ArrayList<>();
    Set<SchemaNode> banned = new LinkedHashSet<>();
    for (Formula literal : remaining) {
      if (!(literal.literal() instanceof Atom.NoneOfAfter)) {
        plain.add(literal);
      }
    }
    Formula rest = formulas.and(plain);
    for (Formula literal : remaining) {
      if (literal.literal() instanceof Atom.NoneOfAfter none) {
        for (JsonNode json : none.rests().keySet()) {
          SchemaNode value = values.exactly(json);
          if (!alive.test(remember(remaining, value))) {
            banned.add(value);
          }
        }
      }
    }
    Formula allowed = formulas.and(asked, distinct.noneOf(banned));
    List<Formula> ways = array && rest.remembers ? distinct.next(allowed, rest) : null;
    if (ways != null) {
      return ways;
    }
    for (Formula literal : plain) {
      if (literal.atom instanceof Atom.Unique unique) {
        allowed = formulas.and(allowed, distinct.noneOf(unique.seen()));
      }
    }
    Set<SchemaNode> few = rest.remembers ? values.few(allowed, FEW_VALUES) : null;
    if (few == null) { // many values: one that is like no other
      return alive.test(rest) ? List.of(allowed) : List.of();
    }
    Set<SchemaNode> dead = new LinkedHashSet<>();
    for (SchemaNode value : few) {
      if (!alive.test(remember(remaining, value))) {
        dead.add(value);
      }
    }
    return dead.size() == few.size()
        ? List.of()
        : List.of(formulas.and(allowed, distinct.noneOf(dead)));
  }

  private Formula remember(List<Formula> remaining, SchemaNode value) {
    return formulas.map(formulas.and(remaining), a -> progress.remember(a, value));
  }

  /** The languages that property names are compared with. */
  static Set<Expr> keyLanguages(Iterable<Atom> atoms) {
    Set<Expr> out = new LinkedHashSet<>();
    for (Atom a : atoms) {
      if (a instanceof Atom.KeyNames names) {
        out.add(names.names());
      } else if (a instanceof Atom.Members m) {
        m.rules().patterns().forEach(p -> out.add(p.names()));
      }
    }
    return out;
  }
}
