package dev.espalier.grammar;

import dev.espalier.CompiledConstraint;
import dev.espalier.EspalierException;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.ShortestText;
import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.token.Lexeme;
import dev.espalier.grammar.token.LexemeMask;
import dev.espalier.grammar.token.LexemeState;
import dev.espalier.grammar.token.TokenTables;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A constraint that is one regular language. Immutable, shared by threads. */
final class CompiledLexeme implements CompiledConstraint {
  private static final int LONGEST_FORCED = 1 << 12;
  private static final int STATES_OF_A_COMPLETION = 200_000;

  private final Vocabulary vocabulary;
  private final LexemeState start;
  private final Duration stepTime;

  /**
   * Compiles a language for a vocabulary.
   *
   * @param name what to call the constraint in messages
   * @param spent on reading the language
   */
  CompiledLexeme(
      Expr language, Vocabulary vocabulary, String name, Budgets budgets, Duration spent) {
    this.vocabulary = vocabulary;
    TokenTables tables = TokenTables.of(vocabulary);
    WorkBudget compiling = budgets.compiling(spent, "compiling " + name);
    start = compiling.spend(() -> Lexeme.of(language, tables).start());
    stepTime = compiling.leftOf(budgets.stepTime());
    if (start.isDead()) {
      throw new EspalierException(name + " matches no text at all; nothing could be generated");
    }
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public State start() {
    return new Position(start);
  }

  private @Nullable State at(LexemeState state) {
    return state.isDead() ? null : new Position(state);
  }

  /** A place in the text. A value: two positions are equal if what may follow is. */
  private final class Position implements State {
    private final LexemeState state;

    Position(LexemeState state) {
      this.state = state;
    }

    private LexemeState after(int token) {
      if (token < 0 || token >= vocabulary.size() || !vocabulary.isText(token)) {
        return LexemeState.DEAD;
      }
      LexemeState s = state;
      for (int i = 0, n = vocabulary.byteLength(token); i < n && !s.isDead(); i++) {
        s = s.step(vocabulary.byteAt(token, i) & 0xFF);
      }
      return s;
    }

    @Override
    public @Nullable State step(byte b) {
      return at(state.step(b & 0xFF));
    }

    @Override
    public @Nullable State advance(int token) {
      return at(after(token));
    }

    @Override
    public boolean allows(int token) {
      return !after(token).isDead();
    }

    @Override
    public void fillMask(TokenMask mask) {
      LexemeMask m = state.mask(stepTime);
      long[] bits = m.bits();
      if (bits != null) {
        mask.addWords(bits);
      }
      mask.addAll(m.ids(), 0, m.ids().length);
    }

    @Override
    public boolean mayEnd() {
      return state.accepts();
    }

    @Override
    public ForcedRun forced() {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      LexemeState s = state;
      ByteSet first = s.first();
      while (!s.accepts() && first.size() == 1 && bytes.size() < LONGEST_FORCED) {
        bytes.write(first.next(0));
        s = s.step(first.next(0));
        first = s.first();
      }
      return bytes.size() == 0
          ? ForcedRun.NONE
          : new ForcedRun(bytes.toByteArray(), s.accepts() && first.isEmpty());
    }

    @Override
    public byte @Nullable [] completion() {
      return WorkBudget.completion(() -> ShortestText.of(state.expr(), STATES_OF_A_COMPLETION));
    }

    @Override
    public String explain() {
      return Expected.describe(forced().bytes(), state.first(), state.accepts());
    }

    @Override
    public String explain(int token) {
      return Expected.token(vocabulary, this, token);
    }

    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof Position p && p.state == state;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(state);
    }
  }
}
