package dev.espalier.grammar.cfg;

import dev.espalier.TokenSet;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.token.LexemeState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Something that can be called: a rule; or a lexeme, a token, or a constraint, which call nothing.
 * Filled in by the compiler, then read only by the machine, under its lock.
 */
final class Symbol {
  final int number;
  final String name;
  final boolean nullable;
  final @Nullable Expr language; // of a lexeme, else null
  private final @Nullable Supplier<LexemeState> start; // likewise
  private @Nullable LexemeState lexeme; // made on first use
  final @Nullable TokenSet tokens; // of a symbol that is one token, else null
  final @Nullable Inner inner; // where a constraint of its own begins, else null
  @Nullable Form body; // null for a lexeme
  int component = -1; // of the left-corner graph
  boolean recursive; // whether the component has a cycle
  final List<Caller> callers = new ArrayList<>(); // ascending by the callers' numbers
  @Nullable ParseState alone; // the state at its beginning, with nothing after it; the machine's
  private Symbol @Nullable [] called;
  private @Nullable BitSet reach;

  /** A rule whose text may begin with this symbol; {@code rest} is what it goes on with. */
  record Caller(Symbol caller, Form rest) {}

  private Symbol(
      int number,
      String name,
      boolean nullable,
      @Nullable Expr language,
      @Nullable Supplier<LexemeState> start,
      @Nullable TokenSet tokens,
      @Nullable Inner inner) {
    this.inner = inner;
    this.number = number;
    this.name = name;
    this.nullable = nullable;
    this.language = language;
    this.start = start;
    this.tokens = tokens;
  }

  static Symbol rule(int number, String name, boolean nullable) {
    return new Symbol(number, name, nullable, null, null, null, null);
  }

  static Symbol lexeme(int number, String name, Expr language, Supplier<LexemeState> start) {
    return new Symbol(number, name, language.accepts(), language, start, null, null);
  }

  static Symbol token(int number, String name, TokenSet tokens) {
    return new Symbol(number, name, false, null, null, tokens, null);
  }

  static Symbol constraint(int number, String name, Inner start) {
    return new Symbol(number, name, start.accepts(), null, null, null, start);
  }

  /** Whether it is read itself, and calls nothing. */
  boolean isTerminal() {
    return start != null || tokens != null || inner != null;
  }

  /** Where a lexeme begins; null for all else. */
  @Nullable LexemeState lexeme() {
    if (lexeme == null && start != null) {
      lexeme = start.get();
    }
    return lexeme;
  }

  /** The lexeme that it is, a limit of tokens left aside; null for all else. */
  @Nullable LexemeState reads() {
    return inner != null ? inner.lexeme() : lexeme();
  }

  /** The place of a symbol's first call to this one among the callers, or where it would be. */
  int firstCall(Symbol caller) {
    int low = 0;
    int high = callers.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (callers.get(middle).caller().number < caller.number) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The symbols that its text may begin with, without those behind them. */
  Symbol[] called() {
    Symbol[] known = called;
    if (known == null) {
      Form form = body;
      known = new Symbol[form == null ? 0 : form.calls().length];
      for (int i = 0; i < known.length; i++) {
        known[i] = form == null ? this : form.calls()[i].symbol();
      }
      called = known;
    }
    return known;
  }

  /** This symbol and all that its text may begin with, by number. */
  BitSet reach() {
    BitSet known = reach;
    if (known == null) {
      known = new BitSet();
      addReach(known);
      reach = known;
    }
    return known;
  }

  /** Adds this symbol and all that its text may begin with to a set that holds such things. */
  void addReach(BitSet out) {
    ArrayDeque<Symbol> todo = new ArrayDeque<>();
    todo.add(this);
    while (!todo.isEmpty()) {
      Symbol symbol = todo.remove();
      if (!out.get(symbol.number)) {
        out.set(symbol.number);
        todo.addAll(Arrays.asList(symbol.called()));
      }
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
