package dev.espalier.grammar.automaton;

import dev.espalier.BudgetExceededException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Finds a shortest text of a language, in bytes. Where the shape of the expression tells its
 * length, the text is written down from it; complements and intersections are searched. Mutable,
 * for one thread.
 */
public final class ShortestText {
  // A* (Hart, Nilsson and Raphael, 1968) over derivatives. The bound on what is left may grow by
  // more than a step's length from one state to the next, so a state met again with less is looked
  // at again. Where the shape of a state tells, its length is exact and the search ends there.

  static final int MAX_BYTES = 1 << 24;
  private static final long UNTOLD = -1;
  private static final long FAR = 1L << 40;

  private record Met(Expr state, @Nullable Met before, ByteSet bytes, int steps, long all) {}

  private final int limit;
  private final Map<Expr, Long> lengths = new HashMap<>(); // of what had to be looked into

  private ShortestText(int limit) {
    this.limit = limit;
  }

  /**
   * A text of the language than which none has fewer bytes; null if there is none. Written down
   * where there is no complement and no intersection, in time linear in its length; searched
   * elsewhere.
   *
   * @throws BudgetExceededException if a search takes more than {@code limit} states, or the text
   *     is longer than 16 MB
   */
  public static byte @Nullable [] of(Expr e, int limit) {
    if (e == Expr.NONE) {
      return null;
    }
    ShortestText search = new ShortestText(limit);
    Met end = search.find(e);
    if (end == null) {
      return null;
    }
    byte[] way = new byte[end.steps];
    for (Met m = end; m.before != null; m = m.before) {
      way[m.steps - 1] = anyOf(m.bytes);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(way);
    search.write(end.state, out);
    return out.toByteArray();
  }

  // Letters look better.
  private static byte anyOf(ByteSet bytes) {
    int letter = bytes.next('a');
    return (byte) (letter >= 0 ? letter : bytes.next(0));
  }

  private @Nullable Met find(Expr start) {
    Map<Expr, Integer> nearest = new HashMap<>();
    PriorityQueue<Met> queue =
        new PriorityQueue<>(
            (a, b) ->
                a.all == b.all ? Integer.compare(b.steps, a.steps) : Long.compare(a.all, b.all));
    nearest.put(start, 0);
    queue.add(new Met(start, null, ByteSet.NONE, 0, left(start)));
    while (!queue.isEmpty()) {
      Met met = queue.remove();
      if (met.steps > nearest.getOrDefault(met.state, met.steps)) {
        continue;
      }
      if (met.all > MAX_BYTES) {
        throw new BudgetExceededException("bytes", MAX_BYTES, "every text is longer");
      }
      if (length(met.state) != UNTOLD) {
        return met;
      }
      Edge[] edges = met.state.edges();
      WorkBudget.check(8 + edges.length * met.state.width());
      for (Edge edge : edges) {
        Expr to = edge.target();
        int steps = met.steps + 1;
        if (to.liveness != Expr.EMPTIED && steps < nearest.getOrDefault(to, Integer.MAX_VALUE)) {
          nearest.put(to, steps);
          queue.add(new Met(to, met, edge.bytes(), steps, steps + left(to)));
        }
      }
      if (nearest.size() > limit) {
        throw new BudgetExceededException(
            "states", limit, "the shortest text was not found among them");
      }
    }
    return null;
  }

  private long left(Expr e) {
    long known = length(e);
    return known == UNTOLD ? e.fewest() : known;
  }

  // What the shape tells.
  private long length(Expr e) {
    if (e.accepts()) {
      return 0;
    } else if (e.least() == e.fewest()) { // what it has at most, and at least
      return e.least();
    }
    Long known = lengths.get(e);
    if (known == null) {
      WorkBudget.check();
      known = findLength(e);
      lengths.put(e, known);
    }
    return known;
  }

  private long findLength(Expr e) {
    return switch (e.kind()) {
      case TRIE -> lengthOf(e, shortest(e));
      case SEQ -> {
        long sum = 0;
        Expr tail = e;
        for (; tail.kind() == Expr.Kind.SEQ && sum != UNTOLD; tail = tail.args()[1]) {
          long head = length(tail.args()[0]);
          sum = head == UNTOLD ? UNTOLD : Math.min(FAR, sum + head);
        }
        long last = sum == UNTOLD ? UNTOLD : length(tail);
        yield last == UNTOLD ? UNTOLD : Math.min(FAR, sum + last);
      }
      case OR -> {
        long told = FAR;
        long least = FAR; // of those that do not tell
        for (Expr a : e.args()) {
          long n = length(a);
          told = n == UNTOLD ? told : Math.min(told, n);
          least = n == UNTOLD ? Math.min(least, a.fewest()) : least;
        }
        yield told <= least ? told : UNTOLD;
      }
      case REPEAT -> {
        long once = length(e.args()[0]);
        yield once == UNTOLD ? UNTOLD : Math.min(FAR, once * e.repeatMin());
      }
      default -> UNTOLD;
    };
  }

  private static int shortest(Expr trie) {
    int best = trie.from();
    for (int i = best + 1; i < trie.to(); i++) {
      best = lengthOf(trie, i) < lengthOf(trie, best) ? i : best;
    }
    return best;
  }

  private static int lengthOf(Expr trie, int text) {
    return Objects.requireNonNull(trie.literals()).length(text) - trie.depth();
  }

  // Of an expression whose shape tells.
  private void write(Expr whole, ByteArrayOutputStream out) {
    record Part(Expr e, int times) {}
    ArrayDeque<Part> todo = new ArrayDeque<>();
    todo.push(new Part(whole, 1));
    while (!todo.isEmpty()) {
      Part part = todo.pop();
      Expr e = part.e;
      if (e.accepts()) {
        continue;
      }
      if (part.times > 1) {
        todo.push(new Part(e, part.times - 1));
      }
      WorkBudget.check();
      switch (e.kind()) {
        case SET -> out.write(anyOf(e.set()));
        case TRIE ->
            out.writeBytes(Objects.requireNonNull(e.literals()).from(shortest(e), e.depth()));
        case SEQ -> {
          todo.push(new Part(e.args()[1], 1));
          todo.push(new Part(e.args()[0], 1));
        }
        case OR -> {
          long least = length(e);
          for (Expr a : e.args()) {
            if (length(a) == least) {
              todo.push(new Part(a, 1));
              break;
            }
          }
        }
        case REPEAT -> todo.push(new Part(e.args()[0], e.repeatMin()));
        default -> throw new IllegalStateException("the shape of " + e + " does not tell");
      }
    }
  }
}
