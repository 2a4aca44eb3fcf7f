package dev.espalier.grammar.cfg;

import dev.espalier.BudgetExceededException;
import dev.espalier.TokenSet;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.automaton.ByteClasses;
import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.token.LexemeState;
import dev.espalier.grammar.token.TokenTables;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A grammar over one vocabulary as a lazily determinised pushdown machine. Any context-free
 * grammar, ambiguous and left-recursive ones included. Safe for threads: steps already taken are
 * read without a lock, new ones are computed one at a time.
 */
@SuppressWarnings("ReferenceEquality") // equal forms, calls, contexts and frames are one object
final class Machine {
  // States are sets of (place, frame); the stacks of all parses at once are a graph of hash-consed
  // frames. So ambiguity that does not matter for what follows vanishes by construction, states
  // recur, and a text that was seen before costs one look-up per byte.
  private static final int TABLE_LIMIT = 100_000;

  private static final int FEW_SYMBOLS = 1_000; // whose lexemes are made before any text is read

  private static final Symbol[] NO_SYMBOLS = {};

  final TokenTables tables;
  final ByteClasses classes;
  final List<Symbol> symbols;
  private final Symbol end;
  private final boolean lexing;
  private final @Nullable LexemeState skip; // between terminals; null for nothing
  private final @Nullable Liveness liveness; // null where all states are live
  private final boolean namesTokens;
  private final boolean counts; // tokens, of some terminals
  final List<String> warnings;

  // Tables that make equal values the same object. When they are full they are dropped: objects in
  // use stay right, and only forget where they lead and that they are equal to later ones.
  private final Map<ParseState.Key, ParseState> states = new HashMap<>();
  private final Frames frames = new Frames();
  private final Predictions predictions;

  final Alone alone;

  private final ParseState dead;
  private final ParseState start;
  private final StateMasks masks;
  private final Closures closures;
  final Lexing lexer;
  private final WorkBudget budget; // of one step or mask
  private final Object ends = new Object(); // guards the next one
  private @Nullable Yields yields; // once somebody asked for a way to an end

  Machine(
      List<Symbol> symbols,
      Symbol root,
      Symbol end,
      Form.Table forms,
      ByteClasses classes,
      TokenTables tables,
      boolean lexing,
      @Nullable LexemeState skip,
      Inner.Table inners,
      WorkBudget step) {
    budget = step;
    this.lexing = lexing;
    this.skip = skip;
    this.symbols = symbols;
    this.end = end;
    this.classes = classes;
    this.tables = tables;
    if (symbols.size() <= FEW_SYMBOLS) {
      symbols.forEach(Symbol::lexeme); // so that no token waits for one
    }
    predictions = new Predictions(symbols, end, forms, frames, classes, this::entered);
    closures = new Closures(this, inners, forms, frames);
    namesTokens = symbols.stream().anyMatch(s -> s.tokens != null);
    counts = symbols.stream().anyMatch(s -> s.inner != null && s.inner.counts());
    boolean plain = !lexing && symbols.stream().allMatch(s -> s.tokens == null && s.inner == null);
    masks = new StateMasks(this, plain);
    lexer = new Lexing(this, predictions, frames, closures, skip, this::entered);
    dead =
        new ParseState(
            new LexemeState[0],
            new Frame[0],
            new Inner[0],
            new Frame[0],
            new Form[0],
            new Frame[0],
            false,
            classes.size());
    Frame bottom = frames.frame(new Form[0], new Frame[0]);
    Frame above = frames.frame(new Form[] {forms.calling(end)}, new Frame[] {bottom});
    alone = new Alone(above, end, closures);
    Closure closure = closures.open();
    closure.add(forms.sequence(forms.calling(root), forms.calling(end)), bottom);
    closure.mayEnd |= root.nullable;
    start = closure.finish();
    warnings = lexing ? DeadEnds.of(symbols, root, skip) : List.of();
    liveness = warnings.isEmpty() ? null : new Liveness(this);
    states.clear(); // nothing is ignored at the start, so no other place may be taken for it
  }

  /** Where no text goes on. */
  ParseState dead() {
    return dead;
  }

  /** Whether no text that begins can be finished. */
  synchronized boolean isStuck() {
    return liveness != null && !liveness.isLive(start);
  }

  /** Whether the symbol stands for the end of the text. */
  boolean isEnd(Symbol symbol) {
    return symbol == end;
  }

  ParseState start() {
    return start;
  }

  // ---- steps

  /** The state after a byte; {@link ParseState#isDead dead} if no completion exists. */
  ParseState step(ParseState state, int b) {
    int c = classes.of(b);
    ParseState known = state.next[c];
    return known != null ? known : slowStep(state, c);
  }

  /** The state after the bytes of a token; {@link ParseState#isDead dead} if it is refused. */
  ParseState after(ParseState state, int token) {
    Vocabulary vocabulary = tables.vocabulary();
    int n = vocabulary.byteLength(token);
    if (n == 0) {
      return dead;
    }
    ParseState s = state.leaps == null || lexing ? null : leap(state, state.leaps, token);
    if (s != null) {
      return s;
    }
    s = state;
    for (int i = 0; i < n && !s.isDead(); i++) {
      s = step(s, vocabulary.byteAt(token, i) & 0xFF);
    }
    return s;
  }

  // One look-up where a text among thousands has a state for each of its bytes.
  private @Nullable ParseState leap(ParseState state, Leaps leaps, int token) {
    ParseState known = leaps.get(token);
    if (known != null) {
      return known;
    }
    synchronized (this) {
      known = leaps.get(token);
      LexemeState to = known == null ? state.lexemes[0].leap(token) : null;
      if (to != null && to.isDead()) {
        return dead; // many tokens are refused, and asking is cheap
      } else if (to != null) {
        Closure closure = closures.borrow();
        closure.enter(to, state.lexemeFrames[0]);
        known = closures.finish(closure);
        leaps.put(token, known);
      }
      return known;
    }
  }

  private synchronized ParseState slowStep(ParseState state, int c) {
    return bounded(() -> newStep(state, c));
  }

  // Whatever is found out anew, for one who asks from outside.
  private <T> T bounded(Supplier<T> work) {
    try {
      return budget.spend(work);
    } catch (StackOverflowError e) {
      throw new BudgetExceededException(
          "nesting", symbols.size(), "rules are nested in one another too deeply");
    }
  }

  private ParseState newStep(ParseState state, int c) {
    ParseState next = lexing ? lexer.read(state, c) : compute(state, c, null);
    if (liveness != null && !next.isDead() && !liveness.isLive(next)) {
      next = dead;
    }
    state.next[c] = next;
    return next;
  }

  /**
   * The state after a byte of a class.
   *
   * @param split whose known places are left out; null for none
   */
  ParseState compute(ParseState state, int c, @Nullable Split split) {
    int b = classes.sample(c);
    Prediction prediction = predictions.of(state);
    int[] takers = prediction.takers(c);
    LexemeState kernel = state.kernel;
    if (takers.length == 0 && split == null && kernel != null && onlyTaker(state, kernel, b)) {
      return state;
    }
    if (takers.length == 0 && isRefused(state, b)) {
      return dead;
    }
    Closure closure = closures.borrow();
    for (int i = 0; i < state.lexemes.length; i++) {
      LexemeState from = state.lexemes[i];
      LexemeState to = from.step(b);
      if (!to.isDead() && (split == null || !split.isWide(from))) {
        closure.enter(to, state.lexemeFrames[i]);
      }
    }
    boolean innerToo = split == null || !split.isAtRoot();
    for (int i = 0; innerToo && i < state.inners.length; i++) {
      closure.enter(state.inners[i].state.step((byte) b), state.innerFrames[i]);
    }
    for (int i : takers) {
      LexemeState from = prediction.symbols[i].lexeme();
      Inner inner = prediction.symbols[i].inner;
      if (from != null && (split == null || !split.isWide(from))) {
        closure.enter(from.step(b), predictions.frame(state, i));
      } else if (inner != null && innerToo) {
        closure.enter(inner.state.step((byte) b), predictions.frame(state, i));
      }
    }
    return closures.finish(closure);
  }

  // Most of what is asked for, and so not worth a closure.
  private static boolean isRefused(ParseState state, int b) {
    for (LexemeState l : state.lexemes) {
      if (l.first().contains(b)) {
        return false;
      }
    }
    return state.inners.length == 0;
  }

  // Whether the byte only goes round in the lexeme that led here. What follows from the lexeme's
  // being complete is then the same again.
  private static boolean onlyTaker(ParseState state, LexemeState kernel, int b) {
    if (kernel.step(b) != kernel) {
      return false;
    }
    for (LexemeState l : state.lexemes) {
      if (l != kernel && l.first().contains(b)) {
        return false;
      }
    }
    return state.inners.length == 0;
  }

  // ---- terminals read by a lexer

  boolean lexing() {
    return lexing;
  }

  /** The state if what is being read ends here: the same one where nothing is being read. */
  ParseState between(ParseState state) {
    if (!lexing || !state.isInside()) {
      return state;
    }
    ParseState known = state.ended;
    if (known == null) {
      known = slowEnd(state);
      state.ended = known;
    }
    return known;
  }

  private synchronized ParseState slowEnd(ParseState state) {
    return bounded(() -> lexer.end(state));
  }

  /** Whether the text may end here. */
  boolean mayEnd(ParseState state) {
    return between(state).end;
  }

  /**
   * Bytes after which the text may end; null if none were found. A search may take long, so it
   * takes the lock for each step and not for the whole.
   */
  byte @Nullable [] complete(ParseState state) {
    return WorkBudget.completion(() -> new Completion(this, yields()).of(state));
  }

  private Yields yields() {
    synchronized (ends) {
      Yields known = yields;
      if (known == null) {
        known = new Yields(symbols);
        yields = known;
      }
      return known;
    }
  }

  /** What a frame's call returns to. */
  synchronized Frame.Returns returns(Frame frame) {
    Form[] rests = frames.returns(frame);
    return new Frame.Returns(rests, frame.below);
  }

  // ---- tokens

  /** The tokens that the grammar names and that may come here, as symbols. */
  Symbol[] tokens(ParseState state) {
    return namesTokens ? predict(between(state)).tokens : NO_SYMBOLS;
  }

  /**
   * The state after a token that the grammar names; dead if it does not name this one here.
   *
   * @param read the state after the token's bytes, which counts too unless a lexer reads them
   */
  synchronized ParseState step(ParseState state, int token, ParseState read) {
    return bounded(() -> newStep(state, token, read));
  }

  private ParseState newStep(ParseState state, int token, ParseState read) {
    ParseState between = between(state);
    Prediction prediction = predictions.of(between);
    Closure closure = closures.open();
    for (Symbol s : prediction.tokens) {
      TokenSet set = s.tokens;
      if (set != null && set.contains(token)) {
        closure.pop(predictions.frame(between, prediction.placeOf(s)));
      }
    }
    ParseState named = closure.finish();
    if (liveness != null && !named.isDead() && !liveness.isLive(named)) {
      named = dead;
    }
    if (named.isDead() || lexing) {
      return named.isDead() ? read : named;
    }
    closure.add(read);
    return closure.finish();
  }

  /** Whether it matters to some states that a token ends. */
  boolean counts() {
    return counts;
  }

  /** The state after the end of a token, whose bytes led to this one. */
  ParseState tokenEnded(ParseState state) {
    if (!counts || state.inners.length == 0) {
      return state;
    }
    ParseState known = state.tokenEnded;
    if (known == null) {
      known = slowEndToken(state);
      state.tokenEnded = known;
    }
    return known;
  }

  private synchronized ParseState slowEndToken(ParseState state) {
    return bounded(() -> endToken(state));
  }

  private ParseState endToken(ParseState state) {
    if (lexing) {
      ParseState ended = lexer.counted(state);
      return liveness == null || ended.isDead() || liveness.isLive(ended) ? ended : dead;
    }
    Closure closure = closures.open();
    for (int i = 0; i < state.lexemes.length; i++) {
      closure.hold(state.lexemes[i], state.lexemeFrames[i]);
    }
    for (int i = 0; i < state.forms.length; i++) {
      closure.add(state.forms[i], state.formFrames[i]);
    }
    closure.drain();
    for (int i = 0; i < state.inners.length; i++) {
      closure.enter(Lexing.afterToken(state.inners[i].state), state.innerFrames[i]);
    }
    return closure.finish();
  }

  /** The bytes that may come next. */
  ByteSet first(ParseState state) {
    ByteSet known = state.first;
    if (known == null && lexing) {
      ParseState between = between(state);
      known = predict(between).first;
      if (lexer.skips(between)) {
        known = known.or(Objects.requireNonNull(skip).first());
      }
      for (LexemeState l : state.lexemes) {
        known = known.or(l.first());
      }
      for (Inner i : state.inners) {
        known = known.or(i.first());
      }
      state.first = known;
    } else if (known == null) {
      known = predict(state).first;
      for (LexemeState l : state.lexemes) {
        known = known.or(l.first());
      }
      for (Inner i : state.inners) {
        known = known.or(i.first());
      }
      state.first = known;
    }
    return known;
  }

  synchronized Prediction predict(ParseState state) {
    return state.prediction == null ? bounded(() -> predictions.of(state)) : state.prediction;
  }

  /** The tokens that may come. */
  TokenSet mask(ParseState state) {
    TokenSet known = state.mask;
    return known != null ? known : slowMask(state);
  }

  private synchronized TokenSet slowMask(ParseState state) {
    return bounded(() -> masks.of(state));
  }

  /** The state after a frame's call has ended. */
  ParseState popped(Frame frame) {
    ParseState known = frame.popped;
    if (known == null) {
      Closure closure = closures.borrow();
      closure.pop(frame);
      known = closures.finish(closure);
      frame.popped = known;
    }
    return known;
  }

  // While a cascade grows, what its end leads to is found step by step, not all at once when it
  // ends.
  private void entered(Frame frame) {
    if (frame.cascade > 0 && frame.cascade % Frame.LEVELS == 0) {
      popped(frame);
    }
  }

  /** The one state that equals this one. */
  ParseState shared(ParseState mine) {
    if (states.size() > TABLE_LIMIT) {
      forget();
    }
    ParseState known = states.putIfAbsent(new ParseState.Key(mine), mine);
    return known == null ? mine : known;
  }

  /** What a state predicts, for those who hold the lock. */
  Prediction activate(ParseState state) {
    return predictions.of(state);
  }

  /** The frame of the {@code i}th predicted symbol, for those who hold the lock. */
  Frame predictedFrame(ParseState state, int i) {
    return predictions.frame(state, i);
  }

  private void forget() {
    start.forget(); // or all that was ever read would stay, as what it leads to
    states.values().forEach(ParseState::forget);
    states.clear();
    masks.forget();
    frames.forget();
    predictions.forget();
    alone.forget();
  }

  /** Number of states made and not forgotten, for tests and reports. */
  synchronized int size() {
    return states.size();
  }
}
