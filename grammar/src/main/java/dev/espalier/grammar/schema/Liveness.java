package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.Expr;
import java.util.ArrayList;
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
  // are first split into branches. A branch of plain literals is counted out in closed form; only
  // others need a search over the next key.

  private static final int FEW_VALUES = 16; // tried one by one
  private static final int MANY_ITEMS = 64; // that an array may have, one after another

  // Keys of maps spell out what a record would do, which is slow until it is compiled well.

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

  private final Formulas formulas;
  private final Expansion expansion;
  private final Progress progress;
  private final KeySpaces spaces;
  private final Values values;
  private final Distinct distinct;
  private final Evident evident;
  private final MemberCounts counts;
  private final int stateLimit;

  private final Fixpoint answers = new Fixpoint();
  private final Fixpoint.Table<Formula, Boolean> satisfiable = new Fixpoint.Table<>();
  private final Fixpoint.Table<Formula, Boolean> arrays = new Fixpoint.Table<>();
  private final Fixpoint.Table<Left, Boolean> objects = new Fixpoint.Table<>();
  private final Fixpoint.Table<Keep, Formula> kept = new Fixpoint.Table<>();

  Liveness(
      References references,
      Expansion expansion,
      Progress progress,
      KeySpaces spaces,
      Values values,
      int stateLimit) {
    formulas = expansion.formulas();
    this.expansion = expansion;
    this.progress = progress;
    this.spaces = spaces;
    this.values = values;
    distinct = new Distinct(references, formulas, values, this::satisfiable);
    this.stateLimit = stateLimit;
    evident = new Evident(expansion, stateLimit);
    counts = new MemberCounts(formulas, progress, values, this::satisfiable);
  }

  /** Whether some value satisfies a formula over verdicts. */
  boolean satisfiable(Formula verdicts) {
    if (verdicts.isTrue() || verdicts.isFalse()) {
      return verdicts.isTrue();
    }
    if (verdicts.atom instanceof Atom.Verdict v && evident.satisfiable(v.schema())) {
      return true;
    }
    return answers.ask(satisfiable, verdicts, () -> search(verdicts));
  }

  private boolean search(Formula verdicts) {
    boolean one = verdicts.atom instanceof Atom.Verdict;
    SchemaNode before =
        verdicts.atom instanceof Atom.Verdict v ? expansion.lookAt(v.schema()) : null;
    boolean found = false;
    for (JsonType type : JsonType.values()) {
      found = found || satisfiable(verdicts, type);
    }
    if (one) {
      expansion.lookAt(before);
    }
    return found;
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
    if (counted != null) {
      return counted;
    }
    Formula endless = atMost(branch, Integer.MAX_VALUE);
    if (endless != branch) { // many items may come, and each makes another question
      if (!array(endless)) {
        return false;
      }
      if (array(atMost(branch, MANY_ITEMS))) {
        return true;
      }
    }
    return leavesAWay(progress.item(branch), null, Gone.NONE);
  }

  // With another upper count where that of a branch is large; the branch itself where it is not.
  private Formula atMost(Formula branch, int items) {
    List<Formula> parts = new ArrayList<>();
    boolean large = false;
    for (Formula part : branch.conjuncts()) {
      Atom a = part.literal();
      int max =
          a instanceof Atom.MaxItems m && !part.isNegated()
              ? m.n()
              : a instanceof Atom.MinItems m && part.isNegated() ? m.n() - 1 : 0;
      large |= max > MANY_ITEMS;
      parts.add(max > MANY_ITEMS ? formulas.atMostItems(items) : part);
    }
    return large ? formulas.and(parts) : branch;
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
    MemberCounts.Count count = counts.of(space, literals);
    return count == null
        || ((key < 0 || counts.possible(count, key)) && counts.fits(count, gone, key));
  }

  private boolean objectBranch(KeySpace space, Formula branch, Gone gone) {
    if (progress.end(branch).isTrue()) {
      return true;
    }
    MemberCounts.Count count = counts.of(space, branch);
    if (count != null) {
      if (!counts.fits(count, gone, -1)) {
        return false;
      }
      if (count.noneOf.isEmpty() || counts.hasSpareValues(count, gone)) {
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

  private boolean keyLeadsOn(KeySpace space, Formula f, Gone gone, int key) {
    Gone after = space.gone(gone, key);
    return leavesAWay(progress.key(f, space, key, after), space, after);
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
    MemberCounts.Count count = counts.of(space, branch);
    return count == null
        ? keyLeadsOn(space, branch, gone, key)
        : counts.possible(count, key)
            && counts.fits(count, gone, key)
            && (count.noneOf.isEmpty() || keyLeadsOn(space, branch, gone, key));
  }

  /** Members after which a branch is met, as few as it needs; null if it is not this simple. */
  @Nullable List<MemberCounts.Member> members(KeySpace space, Formula branch, Gone gone) {
    return counts.members(space, branch, gone);
  }

  /** Keys that bring a branch nearer to its end, if any of them does; the likeliest first. */
  List<Integer> wantedKeys(KeySpace space, Formula branch, Gone gone) {
    List<Integer> keys = new ArrayList<>();
    MemberCounts.Count count = counts.of(space, branch);
    if (count != null) {
      for (int k = count.needed.nextSetBit(0); k >= 0; k = count.needed.nextSetBit(k + 1)) {
        if (!gone.contains(k) && counts.possible(count, k)) {
          return List.of(k);
        }
      }
      for (int k = 0; k < space.keys(); k++) {
        if (space.isLeft(gone, k) && counts.possible(count, k)) {
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

  // Whether some value satisfies what is kept. Often the container may end behind one at once, and
  // then nothing is asked about all that may come instead.
  private boolean leavesAWay(Formula f, @Nullable KeySpace space, Gone gone) {
    List<Formula> branches = formulas.fewBranches(f);
    for (Formula branch : branches == null ? List.<Formula>of() : branches) {
      boolean ends =
          branch.remaining().stream().allMatch(l -> !l.remembers && progress.end(l).isTrue());
      if (ends && satisfiable(formulas.and(branch.asked()))) {
        return true;
      }
    }
    return satisfiable(keep(f, space, gone));
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
      List<Formula> remaining = branch.remaining();
      Formula rest = formulas.and(remaining);
      if (rest.remembers) {
        kept.addAll(keepRemembering(formulas.and(branch.asked()), remaining, array, alive));
      } else if (judged.computeIfAbsent(rest, alive::test)) {
        kept.add(formulas.and(branch.asked()));
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

  /** What depends on the coming value itself, turned into values that must not come. */
  List<Formula> keepRemembering(
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
