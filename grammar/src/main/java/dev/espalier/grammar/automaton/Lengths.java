package dev.espalier.grammar.automaton;

/**
 * Lengths of an expression's texts as far as its shape tells, from what the arguments have noted:
 * no shape is looked at twice. {@link Expr#UNBOUNDED} where it does not tell.
 */
final class Lengths {
  private Lengths() {}

  /** See {@link Expr#reach}. */
  static int reach(Expr e) {
    return saturated(reachBytes(e));
  }

  /** Bytes of the shortest text. */
  static int least(Expr e) {
    return saturated(leastBytes(e));
  }

  /** Bytes that every text has at least. */
  static int fewest(Expr e) {
    return saturated(fewestBytes(e));
  }

  private static int saturated(long bytes) {
    return (int) Math.min(bytes, Expr.UNBOUNDED);
  }

  private static long reachBytes(Expr e) {
    Expr[] args = e.args();
    return switch (e.kind()) {
      case NONE, EMPTY -> 0;
      case SET -> 1;
      case SEQ -> Math.max((long) args[0].reach() + args[1].least(), args[1].reach());
      case REPEAT -> args[0].reach() + Math.max(0L, e.repeatMin() - 1L) * args[0].least();
      case OR -> {
        long most = 0;
        for (Expr a : args) {
          most = Math.max(most, a.reach());
        }
        yield most;
      }
      default -> Expr.UNBOUNDED;
    };
  }

  private static long leastBytes(Expr e) {
    Expr[] args = e.args();
    return switch (e.kind()) {
      case NONE, EMPTY -> 0;
      case SET -> 1;
      case SEQ -> (long) args[0].least() + args[1].least();
      case REPEAT -> (long) e.repeatMin() * args[0].least();
      case OR -> {
        long fewest = Expr.UNBOUNDED;
        for (Expr a : args) {
          fewest = Math.min(fewest, a.least());
        }
        yield fewest;
      }
      default -> Expr.UNBOUNDED;
    };
  }

  private static long fewestBytes(Expr e) {
    Expr[] args = e.args();
    return switch (e.kind()) {
      case NONE, EMPTY -> 0;
      case SET -> 1;
      case SEQ -> (long) args[0].fewest() + args[1].fewest();
      case REPEAT -> (long) e.repeatMin() * args[0].fewest();
      case OR -> {
        long least = Expr.UNBOUNDED;
        for (Expr a : args) {
          least = Math.min(least, a.fewest());
        }
        yield least;
      }
      case AND -> {
        long most = 0;
        for (Expr a : args) {
          most = Math.max(most, a.fewest());
        }
        yield most;
      }
      default -> e.accepts() ? 0 : 1;
    };
  }
}
