package dev.espalier.grammar.schema;

import dev.espalier.BudgetExceededException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which verdicts on a coming value leave a formula able to be met, for formulas of too many
 * branches: verdict after verdict is taken for yes and for no, as far as some value is of that
 * kind. Thirty schemas of which a value satisfies one at most divide values into thirty-one cells,
 * where their branches are 2^30.
 */
final class Cells {
  private record Pair(Formula one, Formula other) {}

  private final Formulas formulas;
  private final Predicate<Formula> satisfiable;
  private final Predicate<Formula> alive;
  private final Map<Pair, Boolean> together = new HashMap<>();
  private final Map<Formula, Boolean> judged = new HashMap<>();
  private int visited;

  /**
   * @param satisfiable whether some value has these verdicts
   * @param alive whether what remains, which speaks of no verdict, can be met
   */
  Cells(Formulas formulas, Predicate<Formula> satisfiable, Predicate<Formula> alive) {
    this.formulas = formulas;
    this.satisfiable = satisfiable;
    this.alive = alive;
  }

  Formula of(Formula f) {
    return of(f, List.of());
  }

  // Given the verdicts so far. What is asked of the value alone needs no cases.
  private Formula of(Formula f, List<Formula> verdicts) {
    List<Formula> asked = new ArrayList<>();
    List<Formula> mixed = new ArrayList<>();
    for (Formula part : f.conjuncts()) {
      (part.hasResiduals ? mixed : asked).add(part);
    }
    Formula rest = formulas.and(mixed);
    return formulas.and(
        formulas.and(asked),
        rest.hasVerdicts
            ? split(rest, verdicts)
            : formulas.constant(judged.computeIfAbsent(rest, alive::test)));
  }

  private Formula split(Formula f, List<Formula> verdicts) {
    if (++visited > Formulas.MAX_BRANCHES) {
      throw new BudgetExceededException(
          "branches",
          Formulas.MAX_BRANCHES,
          "anyOf, oneOf and not combine to too many cases; split the schema or name a discriminator");
    }
    Atom verdict = Objects.requireNonNull(firstVerdict(f));
    Formula yes = formulas.atom(verdict);
    Formula ifYes = possible(f, verdict, yes, verdicts);
    Formula ifNo = possible(f, verdict, formulas.not(yes), verdicts);
    if (ifYes == null || ifNo == null || ifYes == ifNo) {
      return ifYes == null ? Objects.requireNonNullElse(ifNo, formulas.no) : ifYes;
    }
    return formulas.or(formulas.and(yes, ifYes), formulas.and(formulas.not(yes), ifNo));
  }

  // Null if no value has this verdict beside the others.
  private @Nullable Formula possible(
      Formula f, Atom verdict, Formula literal, List<Formula> verdicts) {
    for (Formula v : verdicts) {
      if (!together.computeIfAbsent(
          new Pair(v, literal), p -> satisfiable.test(formulas.and(p.one, p.other)))) {
        return null;
      }
    }
    List<Formula> more = new ArrayList<>(verdicts);
    more.add(literal);
    Formula value = formulas.constant(!literal.isNegated());
    return of(formulas.map(f, a -> a.equals(verdict) ? value : formulas.atom(a)), more);
  }

  private static @Nullable Atom firstVerdict(Formula f) {
    if (f.atom instanceof Atom.Verdict) {
      return f.atom;
    }
    for (Formula part : f.parts) {
      Atom found = part.hasVerdicts ? firstVerdict(part) : null;
      if (found != null) {
        return found;
      }
    }
    return null;
  }
}
