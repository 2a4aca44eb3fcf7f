package dev.espalier.grammar.schema;

import dev.espalier.BudgetExceededException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The kinds of values that many schemas tell apart, numbered, where one bit for each verdict would
 * not fit: thirty-six schemas that exclude each other know thirty-seven kinds, which are six bits.
 * Immutable.
 */
final class Kinds {
  private static final int MOST = 1024;

  private record Pair(Formula one, Formula other) {}

  /** Values that satisfy {@code yes} of the schemas and no others, as {@code formula} says. */
  private record Kind(Formula formula, List<Formula> known, BitSet yes) {}

  private final List<Formula> verdicts;
  private final Map<Formula, Integer> places = new HashMap<>(); // among the verdicts
  private final List<Kind> kinds;
  private final List<Formula> bits = new ArrayList<>();

  /**
   * @param verdicts on one value
   * @param apart whether no value has two of them
   * @param satisfiable whether some value has these verdicts
   * @throws BudgetExceededException if there are too many kinds
   */
  Kinds(List<Formula> verdicts, boolean apart, Formulas formulas, Predicate<Formula> satisfiable) {
    this.verdicts = verdicts;
    for (int i = 0; i < verdicts.size(); i++) {
      places.put(verdicts.get(i), i);
    }
    kinds = apart ? oneByOne(formulas) : split(formulas, satisfiable);
    for (int bit = 0; bit == 0 || 1 << bit < kinds.size(); bit++) {
      List<Formula> any = new ArrayList<>();
      for (int i = 0; i < kinds.size(); i++) {
        if ((i >> bit & 1) != 0) {
          any.add(kinds.get(i).formula);
        }
      }
      bits.add(formulas.or(any));
    }
  }

  // The first kind has none of the verdicts, and no bit.
  private List<Kind> oneByOne(Formulas formulas) {
    List<Kind> all = new ArrayList<>(List.of(new Kind(formulas.yes, List.of(), new BitSet())));
    for (int i = 0; i < verdicts.size(); i++) {
      BitSet held = new BitSet();
      held.set(i);
      all.add(new Kind(verdicts.get(i), List.of(), held));
    }
    return all;
  }

  private List<Kind> split(Formulas formulas, Predicate<Formula> satisfiable) {
    Map<Pair, Boolean> together = new HashMap<>();
    List<Kind> all = List.of(new Kind(formulas.yes, List.of(), new BitSet()));
    for (int i = 0; i < verdicts.size(); i++) {
      List<Kind> next = new ArrayList<>();
      for (Kind k : all) {
        split(k, i, formulas, satisfiable, together, next);
      }
      if (next.size() > MOST) {
        throw new BudgetExceededException(
            "kinds", MOST, "too many schemas wait for the verdict on one value");
      }
      all = next;
    }
    return all;
  }

  private void split(
      Kind k,
      int verdict,
      Formulas formulas,
      Predicate<Formula> satisfiable,
      Map<Pair, Boolean> together,
      List<Kind> out) {
    Formula yes = verdicts.get(verdict);
    boolean[] possible = new boolean[2];
    for (int v = 0; v < 2; v++) {
      Formula literal = v == 1 ? yes : formulas.not(yes);
      possible[v] =
          k.known.stream()
              .allMatch(
                  known ->
                      together.computeIfAbsent(
                          new Pair(known, literal),
                          p -> satisfiable.test(formulas.and(p.one, p.other))));
    }
    boolean open = possible[0] && possible[1]; // else the other one follows from what is known
    for (int v = 0; v < 2; v++) {
      Formula literal = v == 1 ? yes : formulas.not(yes);
      Formula formula = open ? formulas.and(k.formula, literal) : k.formula;
      if (possible[v] && (!open || satisfiable.test(formula))) {
        List<Formula> known = new ArrayList<>(k.known);
        known.add(literal);
        BitSet held = (BitSet) k.yes.clone();
        held.set(verdict, v == 1);
        out.add(new Kind(formula, known, held));
      }
    }
  }

  /** Formulas over the verdicts that give a kind's number, the lowest bit first. */
  List<Formula> bits() {
    return bits;
  }

  /** Whether values of a kind have a verdict. */
  boolean holds(int kind, Formula verdict) {
    Integer place = places.get(verdict);
    return place != null && kind < kinds.size() && kinds.get(kind).yes.get(place);
  }

  boolean knows(Formula verdict) {
    return places.containsKey(verdict);
  }
}
