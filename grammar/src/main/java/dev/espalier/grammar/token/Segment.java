package dev.espalier.grammar.token;

import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.WorkBudget;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One stretch of text as a lazily built byte automaton with labelled exits: a string body, a
 * number, "what may follow a value". A machine strings segments together; the token trie knows
 * nothing else of it. States are numbered from 0 in order of discovery. Safe for threads.
 *
 * <p>Every state but {@link #DEAD} can reach an exit or an accepted end of text; subclasses see to
 * that in {@link #compute}.
 */
public abstract class Segment implements Weighted {
  /** No text goes on like this. */
  public static final int DEAD = -1;

  // A row holds a state's steps. Most states are asked about a few bytes, so a row is a list of
  // pairs first, (byte + 1, step) with zeros behind the last, and a table of 256 steps once it is
  // long. A step is kept plus one unless it is negative, so zero means "not computed yet". Rows and
  // cells only ever go from unknown to their one value, so readers need no lock: whoever sees an
  // old array or an empty cell takes the slow path, which is locked.
  private static final int TABLE = 256;
  private static final int STATE_BYTES = 200; // what a subclass knows of a state, about
  private static final int LONGEST_LIST = 32; // cells, two for each byte

  private static final Loop NO_LOOP = new Loop(0, 0, n -> n);

  private volatile int[][] rows = {};
  private volatile View[] views = {};
  private @Nullable Loop[] loops = {}; // by state, under this segment's lock
  private volatile long bytes = 200;

  /** The step's result for leaving the segment. */
  public static int exit(int label, boolean consumes) {
    return -2 - ((label << 1) | (consumes ? 1 : 0));
  }

  /** Whether a step's result leaves the segment. */
  public static boolean isExit(int step) {
    return step <= -2;
  }

  /** Why the segment was left, from 0 on; the machine knows what it means. */
  public static int label(int exit) {
    return (-2 - exit) >> 1;
  }

  /** Whether the byte belongs to this segment; if not, the next one reads it. */
  public static boolean consumes(int exit) {
    return ((-2 - exit) & 1) != 0;
  }

  @Override
  public final long bytes() {
    return bytes;
  }

  /** The first state. */
  public abstract int start();

  /** The label with which the text may end here, or -1. */
  public int endLabel(int state) {
    return -1;
  }

  /** What is expected here, for people; may be empty. */
  public String explain(int state) {
    return "";
  }

  /**
   * Bytes that lead out of the segment, not many; null if nothing better than a search is known.
   */
  public byte @Nullable [] wayOut(int state) {
    return null;
  }

  /** So many of a letter in a row lead from one state to another. */
  public record Skip(byte letter, int count, int state) {}

  /** A long way that need not be read letter by letter; null if none is known. */
  public @Nullable Skip skip(int state) {
    return null;
  }

  /** A set that holds every byte which is not refused in a state; null if nothing is known. */
  protected @Nullable ByteSet live(int state) {
    return null;
  }

  /**
   * Whether a state is followed by any digits, however many, though states after them may differ;
   * under this segment's lock.
   */
  protected boolean keepsDigits(int state) {
    return false;
  }

  /** What the segment loops on in a state, if anything worth knowing; under this segment's lock. */
  protected @Nullable Loop loop(int state) {
    return null;
  }

  /**
   * The loop of a state, found out once.
   *
   * @param worth whether it is worth finding out
   */
  final @Nullable Loop loop(int state, boolean worth) {
    if (state >= loops.length) {
      loops = Arrays.copyOf(loops, Math.max(state + 1, 2 * loops.length));
    }
    Loop known = loops[state];
    if (known == null && worth) {
      Loop found = loop(state);
      known = found == null ? NO_LOOP : found;
      loops[state] = known;
    }
    return known == null || known.groups() == 0 ? null : known;
  }

  /** The step itself; called once per state and byte, under this segment's lock. */
  protected abstract int compute(int state, int b);

  /** A state, {@link #DEAD}, or an exit. Constant time once computed. */
  public final int next(int state, int b) {
    return next(state, b, WorkBudget.TIME_OF_A_STEP);
  }

  /**
   * The same.
   *
   * @param time for computing it, unless a budget is in force
   */
  public final int next(int state, int b, Duration time) {
    int[][] r = rows;
    if (state < r.length) {
      int[] row = r[state];
      if (row != null) {
        int known = look(row, b);
        if (known != 0) {
          return known > 0 ? known - 1 : known;
        }
      }
    }
    return slowNext(state, b, time);
  }

  private static int look(int[] row, int b) {
    if (row.length == TABLE) {
      return row[b];
    }
    for (int i = 0; i < row.length; i += 2) {
      int key = row[i];
      if (key == b + 1) {
        return row[i + 1];
      } else if (key == 0) {
        break;
      }
    }
    return 0;
  }

  private synchronized int slowNext(int state, int b, Duration time) {
    int[][] r = rows;
    if (state >= r.length) {
      r = Arrays.copyOf(r, Math.max(state + 1, 2 * r.length));
      rows = r;
    }
    int known = r[state] == null ? 0 : look(r[state], b);
    if (known != 0) {
      return known > 0 ? known - 1 : known;
    }
    int result = computeInBudget(state, b, time);
    int[] before = rows[state];
    rows[state] = with(before, b, result >= 0 ? result + 1 : result);
    if (rows[state] != before) {
      long more = before == null ? STATE_BYTES : -4L * before.length;
      bytes = bytes + more + 4L * rows[state].length;
    }
    return result;
  }

  private int computeInBudget(int state, int b, Duration time) {
    boolean begun = WorkBudget.begin("a step", time);
    try {
      return compute(state, b);
    } finally {
      if (begun) {
        WorkBudget.end();
      }
    }
  }

  private static int[] with(int @Nullable [] row, int b, int step) {
    if (row == null) {
      return new int[] {b + 1, step, 0, 0};
    }
    if (row.length == TABLE) {
      row[b] = step;
      return row;
    }
    int n = row.length;
    while (n > 0 && row[n - 2] == 0) {
      n -= 2;
    }
    if (n < row.length) {
      row[n + 1] = step;
      row[n] = b + 1; // a reader that sees the byte before the step takes it for not computed
      return row;
    }
    if (n < LONGEST_LIST) {
      int[] longer = Arrays.copyOf(row, 2 * n);
      longer[n] = b + 1;
      longer[n + 1] = step;
      return longer;
    }
    int[] table = new int[TABLE];
    for (int i = 0; i < n; i += 2) {
      table[row[i] - 1] = row[i + 1];
    }
    table[b] = step;
    return table;
  }

  /** The vocabulary as seen from a state; built on first use. */
  public final View view(int state, TokenTables tables) {
    View[] v = views;
    View known = state < v.length ? v[state] : null;
    return known != null ? known : slowView(state, tables);
  }

  private synchronized View slowView(int state, TokenTables tables) {
    if (state >= views.length) {
      views = Arrays.copyOf(views, Math.max(state + 1, 2 * views.length));
    }
    View v = views[state];
    if (v == null) {
      v = build(state, tables.root(), tables);
      views[state] = v;
    }
    return v;
  }

  /** The rest of some tokens as seen from the first state. */
  public final View startView(Suffixes suffixes, TokenTables tables) {
    return suffixes.view(
        this,
        () -> {
          synchronized (this) {
            return build(start(), suffixes, tables);
          }
        });
  }

  /**
   * Walks the trie, under this segment's lock; a subclass that knows a shortcut to the same result
   * takes it.
   */
  protected View build(int state, Suffixes suffixes, TokenTables tables) {
    return new SlicedWalk(this, tables).view(state, suffixes, Integer.MAX_VALUE);
  }

  /** Walks the trie where only so many more characters may come. */
  protected final View build(
      int state, Suffixes suffixes, Limit limit, int characters, TokenTables tables) {
    return new SlicedWalk(this, tables, limit).view(state, suffixes, characters);
  }

  /**
   * Whether several texts lead on from a state; no where that is not known. Costs more than a step.
   */
  protected boolean hasSeveral(int state) {
    return false;
  }

  /**
   * Divides tokens of which some rests are read from the first state: those that stay where {@link
   * #hasSeveral several} texts lead on, and others that are not refused. Reads them one by one.
   */
  public final synchronized void divide(Suffixes rests, IntList several, IntList others) {
    for (int node : rests.nodes) {
      if (rests.consumed) {
        rests.trie.tokensAt(node, hasSeveral(start()) ? several : others);
        divide(rests.trie, node, start(), several, others);
      } else {
        divideAt(rests.trie, node, start(), several, others);
      }
    }
  }

  private void divide(TokenTrie trie, int node, int state, IntList several, IntList others) {
    for (int c = node + 1; c < trie.end(node); c = trie.end(c)) {
      divideAt(trie, c, state, several, others);
    }
  }

  private void divideAt(TokenTrie trie, int node, int state, IntList several, IntList others) {
    int next = next(state, trie.byteAt(node));
    if (next >= 0) {
      if (trie.hasTokens(node)) {
        trie.tokensAt(node, hasSeveral(next) ? several : others);
      }
      divide(trie, node, next, several, others);
    } else if (next != DEAD) {
      trie.tokensBelow(node, others);
    }
  }

  /** Counts in what a subclass keeps. */
  protected final synchronized void weigh(long more) {
    bytes = bytes + more;
  }
}
