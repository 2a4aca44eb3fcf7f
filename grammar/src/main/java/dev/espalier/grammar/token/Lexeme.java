package dev.espalier.grammar.token;

import dev.espalier.BudgetExceededException;
import dev.espalier.grammar.automaton.ByteClasses;
import dev.espalier.grammar.automaton.Expr;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A regular language over one vocabulary, as a lazily built automaton whose states know their token
 * masks. Shared by all constraints over the vocabulary in which the same language occurs. Safe for
 * threads.
 */
public final class Lexeme {
  /** States per language; each takes some 100 bytes and its share of the expression. */
  static final int MAX_STATES = 250_000;

  // Nested counters make states that are unions of very many alternatives. Work is counted in
  // alternatives; a language of many alternatives to begin with may have more.
  private static final int MAX_ALTERNATIVES = 40_000;
  private static final int ALTERNATIVES_PER_FIRST = 20;
  private static final int LIVENESS_SEARCH = 50_000;

  private record Key(Expr language) {}

  final TokenTables tables;
  final ByteClasses classes;
  private final ConcurrentHashMap<Expr, LexemeState> states = new ConcurrentHashMap<>();
  private final AtomicInteger made = new AtomicInteger();
  private final AtomicInteger alternatives = new AtomicInteger();
  private final int maxAlternatives;
  private final LexemeState start;
  private final int number;

  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private Lexeme(Expr language, TokenTables tables) {
    this.tables = tables;
    classes = ByteClasses.of(language);
    number = NUMBERS.getAndIncrement();
    maxAlternatives = MAX_ALTERNATIVES + ALTERNATIVES_PER_FIRST * language.width();
    start = state(language);
  }

  /** The one shared lexeme of a language. */
  public static Lexeme of(Expr language, TokenTables tables) {
    return tables.cached(new Key(language), t -> new Lexeme(language, t));
  }

  /** The state before any byte; {@link LexemeState#isDead dead} if the language is empty. */
  public LexemeState start() {
    return start;
  }

  /** Different for different lexemes, equal for the same one. */
  public int number() {
    return number;
  }

  /** The state that an expression is, dead if no text is left in it. */
  LexemeState state(Expr e) {
    LexemeState known = states.get(e);
    if (known != null) {
      return known;
    }
    if (e.isEmpty(LIVENESS_SEARCH)) {
      return LexemeState.DEAD;
    }
    LexemeState mine = new LexemeState(this, e);
    known = states.putIfAbsent(e, mine);
    if (known != null) {
      return known;
    }
    if (made.incrementAndGet() > MAX_STATES) {
      throw new BudgetExceededException(
          "states", MAX_STATES, "the automaton of one regular language; use smaller counts");
    }
    if (e.width() > 1 && alternatives.addAndGet(e.width()) > maxAlternatives) {
      throw new BudgetExceededException(
          "alternatives",
          maxAlternatives,
          "nested counted repetitions multiply; use smaller counts or '*'");
    }
    return mine;
  }
}
