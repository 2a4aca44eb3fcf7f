package dev.espalier.grammar.token;

import dev.espalier.grammar.automaton.ByteSet;
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
public abstract class Segment {
  /** No text goes on like this. */
  public static final int DEAD = -1;

  // rows[q][b] is the step's result plus one, so that a new row means "not computed yet". Rows and
  // cells only ever go from unknown to their one value, so readers need no lock: whoever sees an
  // old array or an empty cell takes the slow path, which is locked.
  private volatile int[][] rows = new int[8][];
  private volatile View[] views = new View[8];

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

  /** A set that holds every byte which is not refused in a state; null if nothing is known. */
  protected @Nullable ByteSet live(int state) {
    return null;
  }

  /** What the segment loops on in a state, if anything worth knowing; under this segment's lock. */
  protected @Nullable Loop loop(int state) {
    return null;
  }

  /** The step itself; called once per state and byte, under this segment's lock. */
  protected abstract int compute(int state, int b);

  /** A state, {@link #DEAD}, or an exit. Constant time once computed. */
  public final int next(int state, int b) {
    int[][] r = rows;
    if (state < r.length) {
      int[] row = r[state];
      if (row != null) {
        int known = row[b];
        if (known != 0) {
          return known > 0 ? known - 1 : known;
        }
      }
    }
    return slowNext(state, b);
  }

  private synchronized int slowNext(int state, int b) {
    int[][] r = rows;
    if (state >= r.length) {
      r = Arrays.copyOf(r, Math.max(state + 1, 2 * r.length));
      rows = r;
    }
    if (r[state] == null) {
      r[state] = new int[256];
    }
    int result = compute(state, b);
    r[state][b] = result >= 0 ? result + 1 : result;
    return result;
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
    return new SlicedWalk(this, tables).view(state, suffixes);
  }
}
