package dev.espalier.grammar.automaton;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Parts that differ in nothing but how often something may be repeated. */
final class Bounds {
  // A word limit such as (\w{1,20}\s?){1,40} reads a word of twenty letters as one word or as
  // twenty, and after some letters there is an alternative for every number of words:
  // \w{0,a}\s?(…){0,m} for many a and m. Where both are smaller than another's, nothing is added to
  // that one, and what remains are two or three instead of hundreds.
  private static final int FEW = 12;

  private Bounds() {}

  /** Leaves out what another alternative of the list holds. */
  static void dropCovered(List<Expr> alternatives) {
    int bounded = 0;
    for (Expr e : alternatives) {
      bounded += e.bounded ? 1 : 0;
    }
    if (bounded < 2) {
      return;
    }
    if (alternatives.size() <= FEW) {
      alternatives.removeIf(e -> isCovered(e, alternatives));
      return;
    }
    Map<Integer, List<Expr>> alike = new HashMap<>();
    for (Expr e : alternatives) {
      if (e.bounded) {
        alike.computeIfAbsent(e.shape, s -> new ArrayList<>()).add(e);
      }
    }
    alternatives.removeIf(e -> e.bounded && isCovered(e, alike.getOrDefault(e.shape, List.of())));
  }

  /** Makes one of all lengths in characters that a list asks for at once. */
  static void mergeLengths(List<Expr> conjuncts) {
    int lengths = 0;
    int min = 0;
    int max = Expr.UNBOUNDED;
    for (Expr e : conjuncts) {
      if (isLength(e)) {
        lengths++;
        min = Math.max(min, e.repeatMin());
        max = Math.min(max, e.repeatMost());
      }
    }
    if (lengths > 1) { // a text has one length only, so its limits meet
      conjuncts.removeIf(Bounds::isLength);
      conjuncts.add(min > max ? Expr.NONE : Expr.repeat(Utf8.CHAR, min, max));
    }
  }

  private static boolean isLength(Expr e) {
    return e.kind() == Expr.Kind.REPEAT && e.args()[0] == Utf8.CHAR;
  }

  private static boolean isCovered(Expr e, List<Expr> others) {
    if (!e.bounded) {
      return false;
    }
    for (Expr o : others) {
      if (o.shape == e.shape && o != e && within(e, o)) {
        return true;
      }
    }
    return false;
  }

  private static boolean within(Expr x, Expr y) {
    Expr mine = x;
    Expr other = y;
    while (mine != other && mine.kind() == Expr.Kind.SEQ && other.kind() == Expr.Kind.SEQ) {
      if (!countsWithin(mine.args()[0], other.args()[0])) {
        return false;
      }
      mine = mine.args()[1];
      other = other.args()[1];
    }
    return countsWithin(mine, other);
  }

  private static boolean countsWithin(Expr x, Expr y) {
    return x == y
        || (x.kind() == Expr.Kind.REPEAT
            && y.kind() == Expr.Kind.REPEAT
            && x.args()[0] == y.args()[0]
            && y.repeatMin() <= x.repeatMin()
            && x.repeatMost() <= y.repeatMost());
  }
}
