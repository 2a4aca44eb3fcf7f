package dev.espalier.grammar.automaton;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an expression is written with. Nothing here looks at the texts of the language. */
public final class Shape {
  private Shape() {}

  /** Number of different parts and texts. */
  public static int size(Expr whole) {
    Set<Expr> seen = new HashSet<>();
    ArrayDeque<Expr> todo = new ArrayDeque<>();
    todo.add(whole);
    int size = 0;
    while (!todo.isEmpty()) {
      Expr e = todo.removeLast();
      if (seen.add(e)) {
        Literals literals = e.literals();
        size += literals == null ? 1 : literals.size();
        addParts(e, todo);
      }
    }
    return size;
  }

  private static void addParts(Expr e, ArrayDeque<Expr> out) {
    if (e.kind() == Expr.Kind.LOOP) {
      out.add(e.definition());
    }
    out.addAll(Arrays.asList(e.args()));
  }

  /** Adds the byte sets that occur anywhere inside. */
  static void collectSets(Expr whole, Set<ByteSet> sets, Set<Expr> seen) {
    ArrayDeque<Expr> todo = new ArrayDeque<>();
    todo.add(whole);
    while (!todo.isEmpty()) {
      Expr e = todo.removeLast();
      if (!seen.add(e)) { // quicker to ask than the sets
        continue;
      }
      Literals literals = e.literals();
      if (e.kind() == Expr.Kind.SET) {
        sets.add(e.set());
      } else if (literals != null) {
        ByteSet bytes = literals.bytes();
        for (int b = bytes.next(0); b >= 0; b = bytes.next(b + 1)) {
          sets.add(ByteSet.of(b));
        }
      } else {
        addParts(e, todo);
      }
    }
  }

  /**
   * What follows if a language holds {@code star} and then something: {@link Expr#EMPTY} if it
   * holds {@code star} itself, null if it shows neither.
   *
   * @param star a repetition without limit
   */
  public static @Nullable Expr after(Expr whole, Expr star) {
    List<Expr> ways = whole.kind() == Expr.Kind.OR ? Arrays.asList(whole.args()) : List.of(whole);
    for (Expr e : ways) {
      if (e == star) {
        return Expr.EMPTY;
      }
      if (e.kind() == Expr.Kind.SEQ && e.args()[0] == star) {
        return e.args()[1];
      }
    }
    return null;
  }

  /** Whether a sequence shows this end. */
  public static boolean endsWith(Expr whole, Expr end) {
    Expr e = whole;
    while (e.kind() == Expr.Kind.SEQ) {
      e = e.args()[1];
    }
    return e == end;
  }
}
