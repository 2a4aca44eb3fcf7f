package dev.espalier.grammar.automaton;

import dev.espalier.BudgetExceededException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Searches the automaton of an expression for its texts. What is found is noted on every state that
 * was met, so that a search never runs twice.
 */
public final class TextSearch {
  // Budgets count work rather than time, so that what is decided does not depend on the machine. A
  // unit is a part of a state that a step is made of, some hundred nanoseconds.

  /** Of what has not been looked for. */
  static final int UNKNOWN = -2;

  private static final int LONG_TEXT = 4096; // bytes

  private static final int WORK = 4_000_000;
  private static final int NEW_STATE = 12; // what making a state costs, in such units
  private static final int FAR_COUNT = 50_000;

  // Of states equally far from the start, the one that seems nearest to an end is looked at first;
  // a step back costs as much as GREED steps on. An answer of no looks at all states in any order.
  private static final int GREED = 8;
  private static final int FAR = 1 << 20;

  private static final ByteSet CONTINUATION = ByteSet.range(0x80, 0xBF);

  /** A state that was met and how it was: after a byte of a set that leads there. */
  private record Met(Expr state, @Nullable Met before, ByteSet bytes, int steps, long rank) {
    boolean begins() { // a character
      return !bytes.intersects(CONTINUATION);
    }
  }

  private final int limit;
  private long work;
  private final int newState;

  // A count of a million is not reached in any number of states that can be paid for.
  private TextSearch(Expr e, int limit) {
    this.limit = limit;
    newState = e.largestCount() > FAR_COUNT ? 8 * NEW_STATE : NEW_STATE;
  }

  private void spend(Expr state, int states) {
    long more = (long) state.edges().length * state.width() + newState;
    work += more;
    WorkBudget.check((int) Math.min(more, WORK));
    if (states > limit || work > WORK) {
      throw new BudgetExceededException(
          states > limit ? "states" : "work",
          states > limit ? limit : WORK,
          "it is undecided whether any text matches; simplify the expression or raise the budget");
    }
  }

  /** See {@link Expr#isEmpty}. */
  static boolean isEmpty(Expr e, int limit) {
    return new TextSearch(e, limit)
            .find(e, x -> x.accepts() || x.liveness == Expr.LIVE || !x.searched())
        == null;
  }

  /**
   * The number of characters of a text that is short, though perhaps not the shortest, for a
   * language of well-formed UTF-8; -1 if there is none. Takes far fewer states than {@link
   * #shortest} where several languages meet.
   *
   * @throws BudgetExceededException if {@code limit} states do not suffice
   */
  public static int shortText(Expr e, int limit) {
    if (e.shortest != UNKNOWN) {
      return e.shortest;
    }
    if (e.nearby >= 0 || e.liveness == Expr.EMPTIED) {
      return e.nearby;
    }
    Met found = new TextSearch(e, limit).find(e, x -> x.accepts() || x.nearby >= 0);
    if (found == null) {
      return -1;
    }
    int n = Math.max(0, found.state.nearby);
    for (Met m = found; m != null; m = m.before) {
      m.state.nearby = n;
      n += m.before != null && m.begins() ? 1 : 0;
    }
    return e.nearby;
  }

  /** A short text of the language, see {@link #shortText}; null if there is none. */
  public static byte @Nullable [] someText(Expr e, int limit) {
    Met found = new TextSearch(e, limit).find(e, Expr::accepts);
    if (found == null) {
      return null;
    }
    byte[] text = new byte[found.steps];
    for (Met m = found; m.before != null; m = m.before) {
      int letter = m.bytes.next('a');
      text[m.steps - 1] = (byte) (letter >= 0 ? letter : m.bytes.next(0));
    }
    return text;
  }

  // A way to a state that is looked for; null if there is none, and so no text either.
  private @Nullable Met find(Expr start, Predicate<Expr> goal) {
    Map<Expr, Boolean> seen = new HashMap<>();
    PriorityQueue<Met> queue = new PriorityQueue<>((a, b) -> Long.compare(a.rank, b.rank));
    seen.put(start, true);
    queue.add(new Met(start, null, ByteSet.NONE, 0, 0));
    while (!queue.isEmpty()) {
      Met met = queue.remove();
      if (goal.test(met.state)) {
        for (Met m = met; m != null; m = m.before) {
          m.state.liveness = Expr.LIVE;
        }
        return met;
      }
      for (Edge edge : met.state.edges()) {
        Expr to = edge.target();
        if (to.liveness != Expr.EMPTIED && seen.putIfAbsent(to, true) == null) {
          int steps = met.steps + 1;
          long rank = steps + (long) GREED * to.distance(true);
          queue.add(new Met(to, met, edge.bytes(), steps, rank * FAR + seen.size()));
        }
      }
      spend(met.state, seen.size());
    }
    seen.keySet().forEach(e -> e.liveness = Expr.EMPTIED);
    return null;
  }

  /**
   * A guess at the bytes to the nearest text in the language, or outside it, from what the parts
   * have noted. What must hold at once is added up, so that a step which serves one of many is seen
   * to help.
   */
  static int distance(Expr e, boolean in) {
    return switch (e.kind()) {
      case NONE -> in ? FAR : 0;
      case EMPTY -> in ? 0 : 1;
      case SET -> in ? 1 : 0;
      case NOT -> e.args()[0].distance(!in);
      case AND, OR -> {
        boolean all = in == (e.kind() == Expr.Kind.AND);
        long d = all ? 0 : FAR;
        for (Expr a : e.args()) {
          d = all ? d + a.distance(in) : Math.min(d, a.distance(in));
        }
        yield (int) Math.min(FAR, d);
      }
      case REPEAT ->
          in
              ? (int) Math.min(FAR, (long) e.repeatMin() * e.args()[0].distance(true))
              : e.accepts() ? 1 : 0;
      case SEQ -> {
        int sum = e.args()[0].distance(true) + e.args()[1].distance(true);
        yield in ? Math.min(FAR, sum) : e.accepts() ? 1 : 0;
      }
      case TRIE, LOOP -> e.accepts() == in ? 0 : 1;
    };
  }

  /**
   * The number of characters of the shortest text, for a language of well-formed UTF-8; -1 if there
   * is none. A breadth-first search, remembered along the way it finds.
   *
   * @throws BudgetExceededException if {@code limit} states do not suffice
   */
  public static int shortest(Expr e, int limit) {
    return e.shortest == UNKNOWN ? new TextSearch(e, limit).fewestCharacters(e) : e.shortest;
  }

  /**
   * Whether some text has at most so many characters, for a language of well-formed UTF-8.
   *
   * @throws BudgetExceededException if {@code limit} states do not suffice
   */
  public static boolean hasTextOf(Expr e, int characters, int limit) {
    int n = shortText(e, limit);
    return n >= 0 && (n <= characters || shortest(e, limit) <= characters);
  }

  /**
   * Whether more than one text is in the language; no as well if all of them begin alike for very
   * long.
   */
  public static boolean hasSeveral(Expr e, int limit) {
    Expr at = e;
    for (int i = 0; i < LONG_TEXT; i++) {
      int ways = at.accepts() ? 1 : 0;
      Expr next = Expr.NONE;
      for (Edge edge : at.edges()) {
        if (!edge.target().isEmpty(limit)) {
          ways += Math.min(2, edge.bytes().size());
          next = edge.target();
        }
        if (ways > 1) {
          return true;
        }
      }
      at = next;
    }
    return false;
  }

  // Level by level, of states that are so many characters away. One that was first met by the
  // beginning of another character may turn out to be nearer, inside of one.
  private int fewestCharacters(Expr start) {
    Map<Expr, Expr> cameFrom = new LinkedHashMap<>();
    Map<Expr, Integer> away = new HashMap<>(); // in characters, from the start
    ArrayDeque<Expr> now = new ArrayDeque<>(List.of(start));
    ArrayDeque<Expr> later = new ArrayDeque<>();
    cameFrom.put(start, start);
    away.put(start, 0);
    for (int level = 0; !now.isEmpty() || !later.isEmpty(); ) {
      if (now.isEmpty()) {
        ArrayDeque<Expr> empty = now;
        now = later;
        later = empty;
        level++;
      }
      Expr e = now.removeFirst();
      if (away.getOrDefault(e, level) < level) {
        continue; // looked at already
      }
      if (e.accepts()) {
        for (Expr x = e; ; x = cameFrom.getOrDefault(x, start)) {
          x.shortest = level - away.getOrDefault(x, 0);
          if (x == start) {
            return level;
          }
        }
      }
      for (Edge edge : e.edges()) {
        Expr to = edge.target();
        boolean begins = !edge.bytes().intersects(CONTINUATION); // a character
        int distance = begins ? level + 1 : level;
        if (to.shortest != -1 && away.getOrDefault(to, Integer.MAX_VALUE) > distance) {
          cameFrom.put(to, e);
          away.put(to, distance);
          if (begins) {
            later.addLast(to);
          } else {
            now.addFirst(to);
          }
        }
      }
      spend(e, cameFrom.size());
    }
    cameFrom.keySet().forEach(e -> e.shortest = -1);
    return -1;
  }

  /** Whether the language has a text of more than {@code length} bytes, perhaps without limit. */
  public static boolean isEndless(Expr e, int length, int stateLimit) {
    return isEndless(e, length, stateLimit, new HashSet<>(), new HashSet<>());
  }

  // Depth first, since most languages that loop do so near every one of their texts.
  private static boolean isEndless(
      Expr at, int length, int stateLimit, Set<Expr> path, Set<Expr> done) {
    if (path.size() > length || !path.add(at)) {
      return true;
    }
    List<Expr> next = new ArrayList<>();
    for (Edge edge : at.edges()) {
      Expr target = edge.target();
      if (path.contains(target) && !target.isEmpty(stateLimit)) {
        return true;
      }
      next.add(target);
    }
    for (Expr target : next) {
      if (!done.contains(target)
          && !target.isEmpty(stateLimit)
          && isEndless(target, length, stateLimit, path, done)) {
        return true;
      }
    }
    path.remove(at);
    done.add(at);
    return false;
  }

  /**
   * Whether a loop that leads to a text begins within so many steps: then there are texts without
   * end.
   */
  static boolean loops(Expr start, int steps) {
    Set<Expr> path = new LinkedHashSet<>();
    for (Expr at = start; path.size() < steps && path.add(at); ) {
      Expr next = null;
      for (Edge edge : at.edges()) {
        Expr to = edge.target();
        boolean live = !to.searched() || to.liveness == Expr.LIVE;
        if (live && path.contains(to)) {
          return true;
        }
        next = live && next == null ? to : next;
      }
      if (next == null) {
        return false;
      }
      at = next;
    }
    return false;
  }

  /**
   * All texts of the language if there are at most {@code limit}, else null; shortest first.
   * Bounded by the work on {@code limit} live states, never by the length of the language's texts.
   */
  public static @Nullable List<byte[]> enumerate(Expr e, int limit, int stateLimit) {
    if (e.isEmpty(stateLimit)) {
      return List.of();
    }
    if (loops(e, limit)) {
      return null;
    }
    List<byte[]> found = new ArrayList<>();
    ArrayDeque<Expr> states = new ArrayDeque<>(List.of(e));
    ArrayDeque<byte[]> texts = new ArrayDeque<>();
    texts.add(new byte[0]);
    int budget = 64 * (limit + 1);
    for (int work = 0; !states.isEmpty(); work++) {
      Expr at = states.remove();
      byte[] text = texts.remove();
      if (work > budget || states.size() > budget) {
        return null;
      }
      if (at.accepts()) {
        found.add(text);
        if (found.size() > limit) {
          return null;
        }
      }
      for (Edge edge : at.edges()) {
        if (edge.target().isEmpty(stateLimit)) {
          continue;
        }
        for (int b = edge.bytes().next(0); b >= 0; b = edge.bytes().next(b + 1)) {
          byte[] longer = Arrays.copyOf(text, text.length + 1);
          longer[text.length] = (byte) b;
          states.add(edge.target());
          texts.add(longer);
        }
      }
    }
    return found;
  }
}
