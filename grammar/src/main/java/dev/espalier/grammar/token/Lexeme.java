package dev.espalier.grammar.token;

import dev.espalier.BudgetExceededException;
import dev.espalier.grammar.automaton.ByteClasses;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Shape;
import dev.espalier.grammar.automaton.WorkBudget;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A regular language over one vocabulary, as a lazily built automaton whose states know their token
 * masks. Shared by all constraints over the vocabulary in which the same language occurs. Safe for
 * threads.
 */
public final class Lexeme {
  /** States of one automaton; each takes some 100 bytes and its share of the expression. */
  static final int MAX_STATES = 250_000;

  private static final int MAX_CELLS = 1 << 24; // of the table, 64 MB

  // Nested counters make states that are unions of very many alternatives, which count as well; a
  // language that is written with many parts may have more.
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
  private final Expr language;

  // An automaton that is full stays as it is, for those who hold its states: what leads out of it
  // leads to states of a successor, which begins empty. So no text is refused because others were
  // read before it, and no more than what is in use is kept. Only what one mask reads has to fit.
  private @Nullable Lexeme successor; // guarded by this, as the next two are
  private long alternatives;
  private long maxAlternatives = MAX_ALTERNATIVES; // raised once it is reached

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
      return computed(row, c);
    }
    if (entry == DEAD) {
      return LexemeState.DEAD;
    }
    return state(entry);
  }

  private synchronized LexemeState computed(int row, int c) {
    int entry = table[row + c];
    if (entry != UNKNOWN) {
      return entry == DEAD ? LexemeState.DEAD : state(entry);
    }
    LexemeState from = states[row >> shift];
    boolean over = lazy && from.accepts();
    LexemeState next = over ? LexemeState.DEAD : WorkBudget.step(() -> after(from, c));
    if (next.isDead()) {
      table[row + c] = DEAD;
    } else if (next.lexeme() == this) {
      table[row + c] = next.entry();
    }
    return next;
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

  /**
   * The table's entry, computed if need be.
   *
   * @throws BudgetExceededException if the table is full
   */
  synchronized int compute(int row, int c) {
    if (table[row + c] == UNKNOWN && !computed(row, c).isDead() && table[row + c] == UNKNOWN) {
      throw full();
    }
    return table[row + c];
  }

  private BudgetExceededException full() {
    return alternatives > maxAlternatives
        ? new BudgetExceededException(
            "alternatives",
            maxAlternatives,
            "nested counted repetitions multiply; use smaller counts or '*'")
        : new BudgetExceededException(
            "states", known.size(), "the automaton of one regular language; use smaller counts");
  }

  private LexemeState after(LexemeState from, int c) {
    return state(from.expr().step(classes.sample(c)));
  }

  /**
   * The state that an expression is, dead if no text is left in it; where full, the successor's.
   */
  synchronized LexemeState state(Expr e) {
    LexemeState same = known.get(e);
    if (same != null) {
      return same;
    }
    WorkBudget.check(8);
    if (e.isEmpty(LIVENESS_SEARCH)) {
      return LexemeState.DEAD;
    }
    alternatives += e.width() > 1 ? e.width() : 0;
    if (isFull(1)) {
      if (known.size() <= 1) { // nor would the successor have room for it
        throw full();
      }
      return withRoom(1).state(e);
    }
    int row = known.size();
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

  // Whether less than one of so many parts of the room is left.
  private synchronized boolean isFull(int share) {
    if (alternatives > maxAlternatives / share && maxAlternatives == MAX_ALTERNATIVES) {
      maxAlternatives += (long) ALTERNATIVES_PER_PART * Shape.size(language);
    }
    int row = known.size();
    return row >= MAX_STATES / share
        || (row + 1L) << shift > MAX_CELLS / share
        || alternatives > maxAlternatives / share;
  }

  // The first successor that is not full.
  private synchronized Lexeme withRoom(int share) {
    Lexeme last = successor == null ? new Lexeme(language, lazy, tables) : successor;
    while (last.isFull(share)) {
      last = last.successor();
    }
    successor = last;
    return last;
  }

  private synchronized Lexeme successor() {
    Lexeme known = successor == null ? new Lexeme(language, lazy, tables) : successor;
    successor = known;
    return known;
  }

  /** The same place in an automaton that has room for what a vocabulary's tokens lead to. */
  LexemeState roomy(LexemeState state) {
    return isFull(2) ? withRoom(2).state(state.expr()) : state;
  }
}
