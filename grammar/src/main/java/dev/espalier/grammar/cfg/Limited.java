package dev.espalier.grammar.cfg;

import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint;
import dev.espalier.Constraint;
import dev.espalier.EspalierException;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.Expected;
import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.ShortestText;
import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.token.Lexeme;
import dev.espalier.grammar.token.LexemeMask;
import dev.espalier.grammar.token.LexemeState;
import dev.espalier.grammar.token.TokenTables;
import dev.espalier.grammar.token.TokenTrie;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A terminal of so many tokens at most, for grammars with a lexer: whoever reads it counts every
 * token that holds a byte of it. At its limit it goes on no further, and a token after which it
 * could not be complete by then is refused before.
 *
 * @param text what it reads; not the empty text
 * @param cut texts that are enough at the limit, and nowhere else; {@link Expr#NONE} for none
 * @param lazy whether it ends as soon as it can
 * @param tokens the most
 */
public record Limited(Expr text, Expr cut, boolean lazy, int tokens) implements Constraint {
  @Override
  public CompiledConstraint compile(Vocabulary vocabulary) {
    TokenTables tables = TokenTables.of(vocabulary);
    return tables.cached(this, t -> new Compiled(this, t));
  }

  /** All that it may have read when it ends. */
  Expr ends() {
    return Expr.or(text, cut);
  }

  /** A state that counts tokens: its reader says where one ends. */
  interface Counting extends CompiledConstraint.State {
    /** Whether {@link #tokenEnded} makes any difference, here or further on. */
    boolean counts();

    /** The state after the end of a token; null if no completion exists then. */
    CompiledConstraint.@Nullable State tokenEnded();
  }

  private static final class Compiled implements CompiledConstraint {
    private static final int MAX_STATES = 2_000; // of which the distances to an end are known
    private static final int MAX_WORK = 50_000_000; // trie nodes for one question
    private static final int MAX_KNOWN = 200_000; // answers

    private final Vocabulary vocabulary;
    private final TokenTrie trie;
    private final LexemeState whole;
    private final LexemeState cut;
    private final int most;

    // Whether a text can be finished with so many tokens is asked about in three ways, cheapest
    // first: by the bytes that it takes, where each is a token; by the largest number of those from
    // any state, which is small for free text; and where those say no, by trying all tokens.
    private final Map<LexemeState, Integer> distances =
        new HashMap<>(); // in bytes; guarded by this
    private final int farthest;
    private final Map<Position, Boolean> finishes = new HashMap<>(); // guarded by this
    private long work; // on the present question; guarded by this
    private int asking; // questions that are open, one inside another; likewise

    Compiled(Limited of, TokenTables tables) {
      vocabulary = tables.vocabulary();
      trie = tables.trie();
      whole = Lexeme.of(of.text, of.lazy, tables).start();
      cut = Lexeme.of(of.cut, tables).start();
      most = of.tokens;
      farthest = measure();
      if (whole.isDead() || !new Position(whole, cut, most).finishes()) {
        throw new EspalierException(
            "a terminal has no text of at most " + most + " tokens of this vocabulary");
      }
    }

    // Breadth first to all states, then backwards from those that accept.
    private int measure() {
      Map<LexemeState, ArrayDeque<LexemeState>> before = new HashMap<>();
      ArrayDeque<LexemeState> todo = new ArrayDeque<>();
      before.put(whole, new ArrayDeque<>());
      todo.add(whole);
      while (!todo.isEmpty()) {
        LexemeState s = todo.remove();
        ByteSet first = s.first();
        for (int b = first.next(0); b >= 0; b = first.next(b + 1)) {
          int node = trie.child(0, b);
          LexemeState next = s.step(b);
          if (node < 0 || !trie.hasTokens(node) || next.isDead()) {
            continue;
          }
          ArrayDeque<LexemeState> from = before.get(next);
          if (from == null) {
            if (before.size() == MAX_STATES) {
              return Integer.MAX_VALUE;
            }
            from = new ArrayDeque<>();
            before.put(next, from);
            todo.add(next);
          }
          if (from.peekLast() != s) {
            from.add(s);
          }
        }
      }
      before.keySet().stream().filter(LexemeState::accepts).forEach(s -> distances.put(s, 0));
      todo.addAll(distances.keySet());
      int farthest = 0;
      while (!todo.isEmpty()) {
        LexemeState s = todo.remove();
        farthest = distances.getOrDefault(s, 0);
        for (LexemeState p : before.getOrDefault(s, new ArrayDeque<>())) {
          if (distances.putIfAbsent(p, farthest + 1) == null) {
            todo.add(p);
          }
        }
      }
      return distances.size() == before.size() ? farthest : Integer.MAX_VALUE;
    }

    @Override
    public Vocabulary vocabulary() {
      return vocabulary;
    }

    @Override
    public State start() {
      return new Position(whole, cut, most);
    }

    /** A place in the text, with the tokens that are left. A value. */
    private final class Position implements Read {
      private final LexemeState state;
      private final LexemeState cut; // where what is enough at the limit would be
      private final int left;

      Position(LexemeState state, LexemeState cut, int left) {
        this.state = state;
        this.cut = cut;
        this.left = left;
      }

      @Override
      public LexemeState lexeme() {
        return state;
      }

      @Override
      public boolean isOver() {
        return left == 0 || state.endsLazily();
      }

      @Override
      public boolean endsLazily() {
        return state.endsLazily();
      }

      @Override
      public boolean isFar() {
        return left > farthest && farthest != Integer.MAX_VALUE;
      }

      @Override
      public boolean counts() {
        return true;
      }

      @Override
      public @Nullable State step(byte b) {
        if (left == 0) {
          return null;
        }
        LexemeState next = state.step(b & 0xFF);
        return next.isDead() ? null : new Position(next, cut.step(b & 0xFF), left);
      }

      @Override
      public @Nullable State tokenEnded() {
        Position p = new Position(state, cut, left - 1);
        return left > 0 && p.finishes() ? p : null;
      }

      @Override
      public @Nullable State advance(int token) {
        boolean text = token >= 0 && token < vocabulary.size() && vocabulary.isText(token);
        @Nullable State s = text ? this : null;
        for (int i = 0; text && i < vocabulary.byteLength(token) && s != null; i++) {
          s = s.step(vocabulary.byteAt(token, i));
        }
        return s instanceof Position p ? p.tokenEnded() : null;
      }

      boolean finishes() {
        if (mayEnd() || isFar()) {
          return true;
        }
        synchronized (Compiled.this) {
          if (distances.getOrDefault(state, Integer.MAX_VALUE) <= left) {
            return true;
          }
          Boolean known = finishes.get(this);
          if (known == null) {
            known = left > 0 && ask();
            if (finishes.size() >= MAX_KNOWN) {
              finishes.clear();
            }
            finishes.put(this, known);
          }
          return known;
        }
      }

      private boolean ask() {
        work = asking == 0 ? 0 : work;
        asking++;
        try {
          return someTokenFinishes(state, cut, 0);
        } finally {
          asking--;
        }
      }

      private boolean someTokenFinishes(LexemeState s, LexemeState c, int node) {
        work += trie.end(node) - node;
        if (work > MAX_WORK) {
          throw new BudgetExceededException(
              "tokens", most, "whether a terminal can be finished in time takes too long to tell");
        }
        for (int i = node + 1; i < trie.end(node); i = trie.end(i)) {
          LexemeState next = s.step(trie.byteAt(i));
          LexemeState nextCut = c.step(trie.byteAt(i));
          if (!next.isDead()
              && ((trie.hasTokens(i) && new Position(next, nextCut, left - 1).finishes())
                  || someTokenFinishes(next, nextCut, i))) {
            return true;
          }
        }
        return false;
      }

      @Override
      public void fillMask(TokenMask mask) {
        if (left == 0) {
          return;
        }
        LexemeMask all = state.mask();
        if (left - 1 >= farthest) {
          long[] bits = all.bits();
          if (bits != null) {
            mask.addWords(bits);
          }
          mask.addAll(all.ids(), 0, all.ids().length);
        } else {
          fill(mask, state, cut, 0);
        }
      }

      private void fill(TokenMask mask, LexemeState s, LexemeState c, int node) {
        for (int i = node + 1; i < trie.end(node); i = trie.end(i)) {
          LexemeState next = s.step(trie.byteAt(i));
          if (next.isDead()) {
            continue;
          }
          LexemeState nextCut = c.step(trie.byteAt(i));
          if (trie.hasTokens(i) && new Position(next, nextCut, left - 1).finishes()) {
            for (int t = trie.firstToken(i); t < trie.firstToken(i + 1); t++) {
              mask.addAll(new int[] {trie.token(t)}, 0, 1);
            }
          }
          fill(mask, next, nextCut, i);
        }
      }

      @Override
      public boolean mayEnd() {
        return state.accepts() || (left == 0 && cut.accepts());
      }

      @Override
      public ForcedRun forced() {
        ByteSet first = left == 0 ? ByteSet.NONE : state.first();
        if (first.isEmpty()) {
          return new ForcedRun(new byte[0], true);
        }
        return first.size() == 1 && !state.accepts() && cut.isDead()
            ? new ForcedRun(new byte[] {(byte) first.next(0)}, false)
            : ForcedRun.NONE;
      }

      // What the limit allows of it is for those to see who know the tokens.
      @Override
      public byte @Nullable [] completion() {
        return mayEnd()
            ? new byte[0]
            : WorkBudget.completion(() -> ShortestText.of(state.expr(), MAX_STATES));
      }

      @Override
      public String explain() {
        ByteSet first = left == 0 ? ByteSet.NONE : state.first();
        return Expected.describe(new byte[0], first, mayEnd());
      }

      @Override
      public boolean equals(@Nullable Object o) {
        return o instanceof Position p && p.state == state && p.cut == cut && p.left == left;
      }

      @Override
      public int hashCode() {
        return (state.number() * 31 + cut.number()) * 31 + left;
      }
    }
  }

  /** What a machine needs to know of such a terminal that is being read. */
  interface Read extends Counting {
    /** Where it is, the limit left aside. */
    LexemeState lexeme();

    /** Whether it goes on no further. */
    boolean isOver();

    /** Whether it ends here, whatever other terminals do. */
    boolean endsLazily();

    /** Whether the limit refuses no token that the lexeme takes, now and after this one. */
    boolean isFar();
  }
}
