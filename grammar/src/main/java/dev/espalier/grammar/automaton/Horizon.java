package dev.espalier.grammar.automaton;

import java.util.ArrayList;
import java.util.List;

/** What an expression looks like to whoever sees no further than some bytes. */
public final class Horizon {
  private static final int FEW_ROUNDS = 4; // seldom beyond a horizon

  private Horizon() {}

  /**
   * An expression with the same beginnings of up to {@code length} bytes, and the same texts of up
   * to that length, whose counters count no further: what lies behind a horizon looks the same from
   * every place that is far enough away. Holds all texts of the given one. Complements, and
   * intersections of more than limits, are left as they are, since what is possible in them depends
   * on the whole text.
   */
  public static Expr of(Expr e, int length) {
    return of(e, length, false);
  }

  /**
   * An expression that looks the same up to the horizon and has no text that the given one has not:
   * the smallest upper bounds that cannot be seen from here.
   */
  public static Expr lowered(Expr e, int length) {
    return of(e, length, true);
  }

  private static Expr of(Expr e, int length, boolean low) {
    if (e.largestCount() < FEW_ROUNDS) {
      return e;
    }
    Expr[] args = e.args();
    return switch (e.kind()) {
      case SEQ -> {
        List<Expr> parts = new ArrayList<>();
        Expr rest = e;
        for (; rest.kind() == Expr.Kind.SEQ; rest = rest.args()[1]) {
          parts.add(of(rest.args()[0], length, low));
        }
        parts.add(of(rest, length, low));
        yield Expr.seq(parts.toArray(new Expr[0]));
      }
      case OR -> {
        List<Expr> parts = new ArrayList<>(args.length);
        for (Expr a : args) {
          parts.add(of(a, length, low));
        }
        yield Expr.or(parts);
      }
      case REPEAT -> {
        int min = e.repeatMin();
        int max = e.repeatMost();
        int rounds = length / Math.max(1, args[0].fewest()) + 1; // begun within the horizon
        Expr round = of(args[0], length, low);
        if (low) {
          boolean beyond = max > rounds && max < Expr.UNBOUNDED && min <= rounds;
          yield Expr.repeat(round, min, beyond ? rounds : max);
        }
        yield Expr.repeat(round, Math.min(min, rounds), max >= rounds ? Expr.UNBOUNDED : max);
      }
      case AND -> {
        // A limit of bytes says nothing where all that may have been begun fits into it.
        List<Expr> others = new ArrayList<>(args.length);
        int room = Expr.UNBOUNDED;
        for (Expr a : args) {
          if (a.repeatMin(Expr.ANY_BYTE) == 0) {
            room = Math.min(room, a.repeatMost());
          } else {
            others.add(a);
          }
        }
        Expr rest = Expr.and(others.toArray(new Expr[0]));
        boolean fits = !low && room < Expr.UNBOUNDED && (long) rest.reach() + length <= room;
        yield fits ? of(rest, length, false) : e;
      }
      default -> e;
    };
  }
}
