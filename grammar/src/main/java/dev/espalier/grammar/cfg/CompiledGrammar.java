package dev.espalier.grammar.cfg;

import dev.espalier.CompiledConstraint;
import dev.espalier.EspalierException;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.Expected;
import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.token.LexemeState;
import dev.espalier.grammar.token.TokenTables;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A grammar as a constraint over a vocabulary. Immutable to its users, shared by threads. */
public final class CompiledGrammar implements CompiledConstraint {
  private static final int LONGEST_FORCED = 1 << 12;
  private static final int LONGEST_LIST = 12;

  private final Vocabulary vocabulary;
  private final Machine machine;
  private final Rules rules;

  private CompiledGrammar(Vocabulary vocabulary, Machine machine, Rules rules) {
    this.rules = rules;
    this.vocabulary = vocabulary;
    this.machine = machine;
  }

  /**
   * Compiles rules for a vocabulary.
   *
   * @throws dev.espalier.EspalierException if the root derives no text
   */
  public static CompiledGrammar of(Rules rules, Vocabulary vocabulary) {
    return of(rules, vocabulary, WorkBudget.TIME_OF_A_STEP);
  }

  /** The same, where a step or a mask may take another time of its thread. */
  public static CompiledGrammar of(Rules rules, Vocabulary vocabulary, Duration stepTime) {
    Machine machine = GrammarCompiler.compile(rules.plain(), TokenTables.of(vocabulary), stepTime);
    if (machine.isStuck()) {
      throw new EspalierException(
          "no text of the grammar can be finished: " + String.join("; ", machine.warnings));
    }
    return new CompiledGrammar(vocabulary, machine, rules);
  }

  /** Compiles rules over characters, given by name. */
  static CompiledGrammar of(Map<String, Syntax> rules, String root, Vocabulary vocabulary) {
    return of(Rules.ofCharacters(rules, root), vocabulary);
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public List<String> warnings() {
    return machine.warnings;
  }

  @Override
  public Map<String, List<String>> captures(int... tokens) {
    return rules.captures() ? Captures.of(rules, machine, tokens) : Map.of();
  }

  @Override
  public State start() {
    return at(machine.start());
  }

  /** Number of machine states made so far, for tests and reports. */
  int size() {
    return machine.size();
  }

  private State at(ParseState state) {
    State known = state.position;
    if (known == null) {
      known = new Position(state);
      state.position = known; // of two that race, either will do
    }
    return known;
  }

  /** A place in the text. A value: positions are equal if the machine's states are. */
  private final class Position implements Limited.Counting {
    private final ParseState state;

    Position(ParseState state) {
      this.state = state;
    }

    private @Nullable ParseState after(int token) {
      if (token < 0 || token >= vocabulary.size()) {
        return null;
      }
      ParseState s = machine.after(state, token);
      if (machine.tokens(state).length > 0) {
        s = machine.step(state, token, s);
      }
      s = machine.tokenEnded(s);
      return s.isDead() ? null : s;
    }

    @Override
    public boolean counts() {
      return machine.counts();
    }

    @Override
    public @Nullable State tokenEnded() {
      ParseState ended = machine.tokenEnded(state);
      return ended.isDead() ? null : at(ended);
    }

    @Override
    public @Nullable State step(byte b) {
      ParseState next = machine.step(state, b & 0xFF);
      return next.isDead() ? null : at(next);
    }

    @Override
    public @Nullable State advance(int token) {
      ParseState next = after(token);
      return next == null ? null : at(next);
    }

    @Override
    public boolean allows(int token) {
      return after(token) != null;
    }

    @Override
    public void fillMask(TokenMask mask) {
      mask.addAll(machine.mask(state));
      for (Symbol s : machine.tokens(state)) {
        if (s.tokens != null) {
          mask.addAll(s.tokens);
        }
      }
    }

    @Override
    public boolean namesTokens() {
      return machine.tokens(state).length > 0;
    }

    @Override
    public boolean mayEnd() {
      return machine.mayEnd(state);
    }

    @Override
    public byte @Nullable [] completion() {
      return machine.complete(state);
    }

    @Override
    public ForcedRun forced() {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ParseState s = state;
      while (bytes.size() < LONGEST_FORCED) {
        byte[] next = machine.mayEnd(s) ? new byte[0] : forced(s);
        if (next.length == 0) {
          break;
        }
        bytes.writeBytes(next);
        for (byte b : next) {
          s = machine.step(s, b & 0xFF);
        }
      }
      boolean over =
          machine.mayEnd(s)
              && s.inners.length == 0
              && machine.first(s).isEmpty()
              && machine.tokens(s).length == 0;
      return bytes.size() == 0 ? ForcedRun.NONE : new ForcedRun(bytes.toByteArray(), over);
    }

    // The bytes without alternative, as far as they are known at once; none for an end or a choice.
    private byte[] forced(ParseState s) {
      if (machine.tokens(s).length > 0) {
        return new byte[0];
      }
      if (s.inners.length > 0) {
        boolean only = s.inners.length == 1 && s.lexemes.length == 0 && s.forms.length == 0;
        return only ? s.inners[0].state.forced().bytes() : new byte[0];
      }
      ByteSet first = machine.first(s);
      return first.size() == 1 ? new byte[] {(byte) first.next(0)} : new byte[0];
    }

    @Override
    public String explain() {
      byte[] forced = forced().bytes();
      Set<String> names = new LinkedHashSet<>();
      for (Symbol s : machine.predict(machine.between(state)).symbols) {
        if (s.isTerminal()) {
          names.add(s.name);
        }
      }
      for (Inner i : state.inners) {
        names.add(i.state.explain());
      }
      boolean whole = names.size() == 1 && names.contains(rules.root()); // which says nothing
      if (forced.length > 0 || whole || names.isEmpty() || names.size() > LONGEST_LIST) {
        ByteSet first = state.inners.length > 0 ? ByteSet.NONE : machine.first(state);
        String inside = state.inners.length > 0 ? String.join(", ", names) : "";
        return forced.length > 0 || inside.isEmpty()
            ? Expected.describe(forced, first, mayEnd())
            : inside;
      }
      ByteSet inside = ByteSet.NONE;
      for (LexemeState l : state.lexemes) {
        inside = inside.or(l.first());
      }
      String more = Expected.describe(forced, inside, mayEnd());
      return String.join(", ", names) + (more.isEmpty() ? "" : " or " + more);
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
