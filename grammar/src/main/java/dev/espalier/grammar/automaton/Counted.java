package dev.espalier.grammar.automaton;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An expression as a counted repetition of one unit and what holds beside it.
 *
 * @param rest repetitions of the unit too; {@link Expr#ALL} if there is nothing else
 */
public record Counted(Expr rest, int min, int max) {
  private static final int LONGEST_CHARACTER = 4; // bytes
  private static final int CHARACTER_STATES = 100_000; // more than any set of characters has
  private static final Expr[] NONE = {};

  /** The conjuncts that repeat {@code unit} so and so often, and all others; null if none does. */
  public static @Nullable Counted of(Expr e, Expr unit) {
    List<Expr> conjuncts = e.conjuncts();
    List<Expr> others = new ArrayList<>();
    int least = 0;
    int most = Expr.UNBOUNDED;
    for (Expr c : conjuncts) {
      int bound = c.repeatMin(unit);
      if (bound < 0) {
        others.add(c);
      } else {
        least = Math.max(least, bound);
        most = Math.min(most, c.repeatMax());
      }
    }
    if (others.size() == conjuncts.size()) {
      return null;
    }
    Expr rest = Expr.and(others.toArray(NONE));
    // The count alone may have kept a complement to text.
    boolean kept = rest == Expr.ALL || (unit == Utf8.CHAR && WellFormed.is(rest, 0));
    Expr repeated = Expr.repeat(unit, 0, Expr.UNBOUNDED);
    return new Counted(kept ? rest : Expr.and(rest, repeated), least, most);
  }

  /**
   * The same language, where a character class repeated so many times, such as {@code [a-z]{1,64}},
   * is any number of such characters, and beside it a limit of characters.
   */
  public static Expr apart(Expr e) {
    if (e.kind() == Expr.Kind.AND) {
      List<Expr> parts = new ArrayList<>();
      for (Expr c : e.conjuncts()) {
        parts.add(c.kind() == Expr.Kind.REPEAT ? apart(c) : c);
      }
      return Expr.and(parts.toArray(NONE));
    }
    if (e.kind() != Expr.Kind.REPEAT) {
      return e;
    }
    Expr unit = e.args()[0];
    int min = e.repeatMin();
    int max = e.repeatMost();
    boolean counts = min > 1 || (max > 1 && max < Expr.UNBOUNDED);
    return counts && unit != Utf8.CHAR && !unit.searched() && isOneCharacter(unit)
        ? Expr.and(Expr.star(unit), Expr.repeat(Utf8.CHAR, min, max))
        : e;
  }

  private static boolean isOneCharacter(Expr e) {
    return e.reach() <= LONGEST_CHARACTER && e.within(Utf8.CHAR, CHARACTER_STATES);
  }
}
