package dev.espalier.grammar.token;

import dev.espalier.BudgetExceededException;
import dev.espalier.grammar.automaton.ByteClasses;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.WorkBudget;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A regular language over one vocabulary, as a lazily built automaton whose states know their token
 * masks. Shared by all constraints over the vocabulary in which the same language occurs. Safe for
 * threads.
 */
public final class Lexeme {
  /** States per language; each takes some 100 bytes and its share of the expression. */
  static final int MAX_STATES = 250_000;

  private static final int MAX_CELLS = 1 << 24; // of the table, 64 MB

  // Nested counters make states that are unions of very many alternatives. Work is counted in
  // alternatives; a language that is written with many parts may have more.
  private static final int MAX_ALTERNATIVES = 120_000;
  private static final int ALTERNATIVES_PER_PART = 20;
  private static final int LIVENESS_SEARCH = 50_000;

  /** A table entry: not computed yet. */
  static final int UNKNOWN = 0;

  /** A table entry: no text goes on like this. */
  static final int DEAD = 1;

  private static final long LOOPS_UNKNOWN = -1;

  private record Key(Expr language, boolean lazy) {}

  final TokenTables tables;
  final ByteClasses classes;
  final int width; // byte classes
  private final int shift; // a row has 2^shift cells, so that finding one's state needs no division
  final boolean lazy; // whether it ends as soon as it accepts
  private final AtomicInteger alternatives = new AtomicInteger();
  private final Expr language;
  private long maxAlternatives = MAX_ALTERNATIVES; // guarded by this; raised once it is reached
  private final LexemeState start;
  private final int number;

  // Row r of the table starts at r << shift and belongs to states[r]; an entry is UNKNOWN, DEAD, or
  // that of the next state: twice its row's start plus 2, plus 1 if it accepts. Cells go from
  // UNKNOWN to their one value, under the lock; a reader who sees an old array or an old cell takes
  // the slow path, which is locked.
  private volatile int[] table = new int[0];
  private volatile LexemeState[] states = new LexemeState[0];
  private volatile long[] loops = new long[0]; // by row; see loops(int)
  private final Map<Expr, LexemeState> known = new HashMap<>(); // guarded by this

  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private Lexeme(Expr language, boolean lazy, TokenTables tables) {
    this.tables = tables;
    this.lazy = lazy;
    classes = ByteClasses.of(language);
    width = classes.size();
    shift = 32 - Integer.numberOfLeadingZeros(width - 1);
    number = NUMBERS.getAndIncrement();
    this.language = language;
    start = state(language);
  }

  /** The one shared lexeme of a language. */
  public static Lexeme of(Expr language, TokenTables tables) {
    return of(language, false, tables);
  }

  /** The one shared lexeme of a language that, if lazy, ends as soon as it accepts. */
  public static Lexeme of(Expr language, boolean lazy, TokenTables tables) {
    return tables.cached(new Key(language, lazy), t -> new Lexeme(language, lazy, t));
  }

  /** The state before any byte; {@link LexemeState#isDead dead} if the language is empty. */
  public LexemeState start() {
    return start;
  }

  /** Different for different lexemes, equal for the same one. */
  public int number() {
    return number;
  }

  /** The table as it is now; see there. */
  int[] table() {
    return table;
  }

  /** The state after a byte of a class, from the state whose row starts at {@code row}. */
  LexemeState step(int row, int c) {
    int[] t = table;
    int entry = row + c < t.length ? t[row + c] : UNKNOWN;
    if (entry == UNKNOWN) {
      entry = compute(row, c);
    }
    if (entry == DEAD) {
      return LexemeState.DEAD;
    }
    return state(entry);
  }

  /** The {@link ByteGroups} that lead the state of a table's entry back to itself. */
  long loops(int entry) {
    int at = (entry - 2) >> (shift + 1);
    long[] known = loops;
    long groups = at < known.length ? known[at] : LOOPS_UNKNOWN;
    if (groups == LOOPS_UNKNOWN) {
      groups = ByteGroups.loops(state(entry));
      loops[at] = groups; // if the array was replaced meanwhile, somebody computes it again
    }
    return groups;
  }

  /** The state of a table's entry that is neither unknown nor dead. */
  LexemeState state(int entry) {
    int at = (entry - 2) >> (shift + 1);
    LexemeState[] all = states;
    LexemeState next = at < all.length ? all[at] : null;
    return next != null ? next : locked(at);
  }

  private synchronized LexemeState locked(int at) {
    return states[at];
  }

  /** The table's entry, computed if need be. */
  synchronized int compute(int row, int c) {
    int entry = table[row + c];
    if (entry == UNKNOWN) {
      LexemeState from = states[row >> shift];
      boolean over = lazy && from.accepts();
      LexemeState next = over ? LexemeState.DEAD : WorkBudget.step(() -> after(from, c));
      entry = next.isDead() ? DEAD : next.entry();
      table[row + c] = entry;
    }
    return entry;
  }

  private LexemeState after(LexemeState from, int c) {
    return state(from.expr().step(classes.sample(c)));
  }

  /** The state that an expression is, dead if no text is left in it. */
  synchronized LexemeState state(Expr e) {
    LexemeState same = known.get(e);
    if (same != null) {
      return same;
    }
    WorkBudget.check(8);
    if (e.isEmpty(LIVENESS_SEARCH)) {
      return LexemeState.DEAD;
    }
    int row = known.size();
    if (row >= MAX_STATES || (row + 1L) << shift > MAX_CELLS) {
      throw new BudgetExceededException(
          "states", row, "the automaton of one regular language; use smaller counts");
    }
    int spent = e.width() > 1 ? alternatives.addAndGet(e.width()) : 0;
    if (spent > maxAlternatives) {
      maxAlternatives = MAX_ALTERNATIVES + (long) ALTERNATIVES_PER_PART * language.size();
      if (spent > maxAlternatives) {
        throw new BudgetExceededException(
            "alternatives",
            maxAlternatives,
            "nested counted repetitions multiply; use smaller counts or '*'");
      }
    }
    if (row == states.length) {
      int rows = Math.max(4, 2 * row);
      table = Arrays.copyOf(table, (int) Math.min(MAX_CELLS, (long) rows << shift));
      long[] more = Arrays.copyOf(loops, rows);
      Arrays.fill(more, loops.length, rows, LOOPS_UNKNOWN);
      loops = more;
      states = Arrays.copyOf(states, rows); // last: who sees a state sees its place in the others
    }
    LexemeState mine = new LexemeState(this, e, row << shift);
    states[row] = mine;
    known.put(e, mine);
    return mine;
  }
}
