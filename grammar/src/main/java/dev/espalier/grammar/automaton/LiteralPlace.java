package dev.espalier.grammar.automaton;

import dev.espalier.grammar.automaton.Expr.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A place inside one of many texts, with what follows them: what a state is as long as it has read
 * nothing but the beginning of such texts. Lets a walk go on without making the states. Immutable.
 */
public final class LiteralPlace {
  private final Literals literals;
  private final Expr[] tails; // what follows, the nearest first
  private final int from;
  private final int to;
  private final int depth;

  private LiteralPlace(Expr trie, Expr[] tails) {
    literals = Objects.requireNonNull(trie.literals());
    from = trie.from();
    to = trie.to();
    depth = trie.depth();
    this.tails = tails;
  }

  /** The place that a state is, null if it is none; its own being complete does not count. */
  static @Nullable LiteralPlace of(Expr state) {
    Expr first = state;
    while (first.kind() == Kind.SEQ || first.kind() == Kind.REPEAT) {
      first = first.args()[0];
    }
    if (first.kind() != Kind.TRIE || first.accepts()) {
      return null;
    }
    List<Expr> tails = new ArrayList<>();
    Expr e = state;
    while (e.kind() == Kind.SEQ || e.kind() == Kind.REPEAT) {
      if (e != state && e.accepts()) {
        return null;
      }
      tails.add(e.kind() == Kind.SEQ ? e.args()[1] : e.afterOneRound());
      e = e.args()[0];
    }
    Collections.reverse(tails);
    return new LiteralPlace(e, tails.toArray(new Expr[0]));
  }

  /** The first text that goes on here. */
  public int from() {
    return from;
  }

  /** The first one behind the last that goes on here. */
  public int to() {
    return to;
  }

  /** Number of bytes of each text that were read already. */
  public int depth() {
    return depth;
  }

  /** The length of a text in bytes. */
  public int length(int text) {
    return literals.length(text);
  }

  /** A byte of a text, 0 to 255. */
  public int byteAt(int text, int at) {
    return literals.byteAt(text, at);
  }

  /**
   * The first of the texts in {@code [low, high)} whose byte at a depth is at least {@code least},
   * {@code high} if there is none; all of them must be longer. Quick where it is near.
   */
  public int firstWith(int least, int low, int high, int at) {
    int step = 1;
    int below = low - 1; // its byte is smaller, or it is outside
    int probe = low;
    while (probe < high && byteAt(probe, at) < least) {
      below = probe;
      probe += step;
      step *= 2;
    }
    int above = Math.min(probe, high);
    while (below + 1 < above) {
      int middle = (below + above) >>> 1;
      if (byteAt(middle, at) < least) {
        below = middle;
      } else {
        above = middle;
      }
    }
    return above;
  }

  /** The state inside some of the texts, of which the first may end here. */
  public Expr state(int first, int end, int read) {
    Expr e = Expr.trie(literals, first, end, read);
    for (Expr tail : tails) {
      e = Expr.append(e, tail);
    }
    return e;
  }

  Expr step(int b) {
    int low = firstWith(b, from, to, depth);
    int high = low == to ? to : firstWith(b + 1, low, to, depth);
    return low == high ? Expr.NONE : state(low, high, depth + 1);
  }

  ByteSet first() {
    ByteSet set = ByteSet.NONE;
    for (int i = from; i < to; ) {
      int b = byteAt(i, depth);
      set = set.or(ByteSet.of(b));
      i = firstWith(b + 1, i, to, depth);
    }
    return set;
  }

  @Override
  public String toString() {
    return (to - from) + " texts after " + depth + " bytes, then " + Arrays.toString(tails);
  }
}
