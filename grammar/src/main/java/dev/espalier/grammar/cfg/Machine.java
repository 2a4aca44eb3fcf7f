package dev.espalier.grammar.cfg;

import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint;
import dev.espalier.TokenSet;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.automaton.ByteClasses;
import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.token.LexemeState;
import dev.espalier.grammar.token.TokenTables;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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
  private static final int TABLE_LIMIT = 300_000;
  private static final long MAX_MASK_BYTES = 32L << 20;
  private static final long BYTES_PER_MASKED = 64;

  private static final Symbol[] NO_SYMBOLS = {};

  final TokenTables tables;
  final ByteClasses classes;
  final List<Symbol> symbols;
  private final Form.Table forms;
  private final Symbol end;
  private final Inner.Table inners;
  private final boolean lexing;
  private final @Nullable LexemeState skip; // between terminals; null for nothing
  private final @Nullable Liveness liveness; // null where all states are live
  private final boolean namesTokens;
  private final boolean counts; // tokens, of some terminals
  final List<String> warnings;

  // Tables that make equal values the same object. When they are full they are dropped: objects in
  // use stay right, and only forget that they are equal to later ones.
  private final Map<ParseState.Key, ParseState> states = new HashMap<>();
  private final Frames frames = new Frames();
  private final Predictions predictions;

  // A place that is read alone has this frame; the text may end where its rule is complete.
  private final Frame alone;
  private final Map<LexemeState, ParseState> lexemesAlone = new HashMap<>();

  private final ParseState dead;
  private final ParseState start;
  private final MaskBuilder masks;
  private @Nullable PartialMasks partialMasks; // null where a place is not read alone
  private final TokenSets sets;
  private final ArrayList<ParseState> masked = new ArrayList<>(); // that hold one of the sets
  private final ArrayDeque<Closure> spare = new ArrayDeque<>();
  private final WorkBudget budget = new WorkBudget("a step", WorkBudget.TIME_OF_A_STEP);

  Machine(
      List<Symbol> symbols,
      Symbol root,
      Symbol end,
      Form.Table forms,
      ByteClasses classes,
      TokenTables tables,
      boolean lexing,
      @Nullable LexemeState skip,
      Inner.Table inners) {
    this.inners = inners;
    this.lexing = lexing;
    this.skip = skip;
    this.symbols = symbols;
    this.end = end;
    this.forms = forms;
    this.classes = classes;
    this.tables = tables;
    predictions = new Predictions(symbols, end, forms, frames, classes, this::entered);
    sets = new TokenSets(tables.trie().vocabularySize());
    masks = new MaskBuilder(this, sets);
    namesTokens = symbols.stream().anyMatch(s -> s.tokens != null);
    counts = symbols.stream().anyMatch(s -> s.inner != null && s.inner.counts());
    boolean plain = !lexing && symbols.stream().allMatch(s -> s.tokens == null && s.inner == null);
    partialMasks = plain ? new PartialMasks(this, sets) : null;
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
    alone = frames.frame(new Form[] {forms.calling(end)}, new Frame[] {bottom});
    Closure closure = closure();
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
        Closure closure = borrow();
        closure.enter(to, state.lexemeFrames[0]);
        known = finish(closure);
        leaps.put(token, known);
      }
      return known;
    }
  }

  private synchronized ParseState slowStep(ParseState state, int c) {
    try {
      return budget.spend(() -> newStep(state, c));
    } catch (StackOverflowError e) {
      throw tooDeep();
    }
  }

  private ParseState newStep(ParseState state, int c) {
    ParseState next = lexing ? read(state, c) : compute(state, c, null, 0);
    if (liveness != null && !next.isDead() && !liveness.isLive(next)) {
      next = dead;
    }
    state.next[c] = next;
    return next;
  }

  private BudgetExceededException tooDeep() {
    return new BudgetExceededException(
        "nesting", symbols.size(), "rules begin with one another in too long a chain");
  }

  /**
   * The state after a byte of a class.
   *
   * @param skipped says of a lexeme's state whether to leave it out; null for none. At the root
   *     constraints inside are left out as well
   */
  ParseState compute(ParseState state, int c, MaskBuilder.@Nullable Wide skipped, int node) {
    int b = classes.sample(c);
    Prediction prediction = predictions.of(state);
    int[] takers = prediction.takers(c);
    LexemeState kernel = state.kernel;
    if (takers.length == 0 && skipped == null && kernel != null && onlyTaker(state, kernel, b)) {
      return state;
    }
    if (takers.length == 0 && isRefused(state, b)) {
      return dead;
    }
    Closure closure = borrow();
    for (int i = 0; i < state.lexemes.length; i++) {
      LexemeState from = state.lexemes[i];
      LexemeState to = from.step(b);
      if (!to.isDead() && (skipped == null || !skipped.test(from, node))) {
        closure.enter(to, state.lexemeFrames[i]);
      }
    }
    boolean innerToo = skipped == null || node > 0;
    for (int i = 0; innerToo && i < state.inners.length; i++) {
      closure.enter(state.inners[i].state.step((byte) b), state.innerFrames[i]);
    }
    for (int i : takers) {
      LexemeState from = prediction.symbols[i].lexeme;
      Inner inner = prediction.symbols[i].inner;
      if (from != null && (skipped == null || !skipped.test(from, node))) {
        closure.enter(from.step(b), predictions.frame(state, i));
      } else if (inner != null && innerToo) {
        closure.enter(inner.state.step((byte) b), predictions.frame(state, i));
      }
    }
    return finish(closure);
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

  // A state is inside terminals, all of which began at the same byte, or between two: it has
  // lexemes or forms, never both. All the terminals that the parser can use are read at once. While
  // some go on, the others are forgotten; where none does, those that accept have ended, and the
  // next ones begin. A lazy one ends all as soon as it accepts.

  /** What {@link #successors} costs, in steps of a terminal over a byte. */
  long costOfSuccessors(ParseState state) {
    int read = state.lexemes.length + state.inners.length;
    return (long) classes.size() * (1 + (read > 0 ? read : predict(state).symbols.length));
  }

  /** The states after any byte, and after the tokens that the grammar names. */
  Set<ParseState> successors(ParseState state) {
    Set<ParseState> found = new LinkedHashSet<>();
    for (int c = 0; c < classes.size(); c++) {
      ParseState known = state.next[c];
      ParseState next = known != null ? known : read(state, c);
      found.add(counts ? counted(next) : next); // as if every byte were a token
    }
    ParseState between = between(state);
    Prediction prediction = predictions.of(between);
    for (Symbol s : prediction.tokens) {
      found.add(popped(predictions.frame(between, prediction.placeOf(s))));
    }
    return found;
  }

  // What is being read, one token further.
  private ParseState counted(ParseState state) {
    Closure closure = closure();
    for (int i = 0; i < state.lexemes.length; i++) {
      closure.hold(state.lexemes[i], state.lexemeFrames[i]);
    }
    for (int i = 0; i < state.inners.length; i++) {
      closure.hold(afterToken(state.inners[i].state), state.innerFrames[i]);
    }
    return state.isInside() ? closure.held() : state;
  }

  private static CompiledConstraint.@Nullable State afterToken(CompiledConstraint.State inner) {
    return inner instanceof Limited.Counting c ? c.tokenEnded() : inner;
  }

  private ParseState read(ParseState state, int c) {
    int b = classes.sample(c);
    Closure closure = borrow();
    for (int i = 0; i < state.lexemes.length; i++) {
      closure.hold(state.lexemes[i].step(b), state.lexemeFrames[i]);
    }
    for (int i = 0; i < state.inners.length; i++) {
      closure.hold(state.inners[i].state.step((byte) b), state.innerFrames[i]);
    }
    if (closure.isEmpty()) {
      ParseState between = between(state);
      Prediction prediction = predictions.of(between);
      for (int i : prediction.takers(c)) {
        LexemeState lexeme = prediction.symbols[i].lexeme;
        if (lexeme != null) {
          closure.hold(lexeme.step(b), predictions.frame(between, i));
        }
        Inner inner = prediction.symbols[i].inner;
        if (inner != null) {
          closure.hold(inner.state.step((byte) b), predictions.frame(between, i));
        }
      }
      if (skips(between)) {
        Frame back = frames.frame(between.forms, between.formFrames);
        entered(back);
        closure.hold(Objects.requireNonNull(skip).step(b), back);
      }
    }
    ParseState result = closure.held();
    closure.clear();
    spare.push(closure);
    return result;
  }

  // Ignored texts come after a terminal and where another may follow.
  private boolean skips(ParseState between) {
    return skip != null && between != start && predictions.of(between).symbols.length > 0;
  }

  /** The state if what is being read ends here: the same one where nothing is being read. */
  ParseState between(ParseState state) {
    if (!lexing || !state.isInside()) {
      return state;
    }
    ParseState known = state.ended;
    if (known == null) {
      known = end(state);
      state.ended = known;
    }
    return known;
  }

  private synchronized ParseState end(ParseState state) {
    Closure closure = closure();
    for (int i = 0; i < state.lexemes.length; i++) {
      if (state.lexemes[i].accepts()) {
        closure.pop(state.lexemeFrames[i]);
      }
    }
    for (int i = 0; i < state.inners.length; i++) {
      if (state.inners[i].accepts()) {
        closure.pop(state.innerFrames[i]);
      }
    }
    return closure.finish();
  }

  /** The state after everything that is being read has ended, whether or not it can end here. */
  ParseState behind(ParseState state) {
    Closure closure = closure();
    for (Frame frame : state.lexemeFrames) {
      closure.pop(frame);
    }
    for (Frame frame : state.innerFrames) {
      closure.pop(frame);
    }
    return closure.finish();
  }

  /** Whether a byte begins something new: a lexer's terminal, or what is ignored. */
  boolean borderBefore(ParseState state, int b) {
    for (LexemeState l : state.lexemes) {
      if (!l.step(b).isDead()) {
        return false;
      }
    }
    for (Inner i : state.inners) {
      if (i.state.step((byte) b) != null) {
        return false;
      }
    }
    return true;
  }

  /** Whether the text may end here. */
  boolean mayEnd(ParseState state) {
    return between(state).end;
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
    ParseState between = between(state);
    Prediction prediction = predictions.of(between);
    Closure closure = closure();
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
      known = endToken(state);
      state.tokenEnded = known;
    }
    return known;
  }

  private synchronized ParseState endToken(ParseState state) {
    if (lexing) {
      ParseState ended = counted(state);
      return liveness == null || ended.isDead() || liveness.isLive(ended) ? ended : dead;
    }
    Closure closure = closure();
    for (int i = 0; i < state.lexemes.length; i++) {
      closure.hold(state.lexemes[i], state.lexemeFrames[i]);
    }
    for (int i = 0; i < state.forms.length; i++) {
      closure.add(state.forms[i], state.formFrames[i]);
    }
    closure.drain();
    for (int i = 0; i < state.inners.length; i++) {
      closure.enter(afterToken(state.inners[i].state), state.innerFrames[i]);
    }
    return closure.finish();
  }

  /** The bytes that may come next. */
  ByteSet first(ParseState state) {
    ByteSet known = state.first;
    if (known == null && lexing) {
      ParseState between = between(state);
      known = predict(between).first;
      if (skips(between)) {
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
    return predictions.of(state);
  }

  TokenSet mask(ParseState state) {
    TokenSet known = state.mask;
    if (known == null) {
      synchronized (this) {
        try {
          known = budget.spend(() -> build(state));
        } catch (StackOverflowError e) {
          throw tooDeep();
        }
        if (sets.bytes() + BYTES_PER_MASKED * masked.size() > MAX_MASK_BYTES) {
          sets.clear();
          masked.forEach(s -> s.mask = null);
          masked.clear();
        }
        state.mask = known;
        masked.add(state);
      }
    }
    return known;
  }

  private TokenSet build(ParseState state) {
    PartialMasks readings = partialMasks;
    if (readings != null) {
      try {
        return readings.build(state);
      } catch (PartialMasks.TooManyRests e) {
        partialMasks = null;
      }
    }
    return masks.build(state);
  }

  /** The frame of what is read alone. */
  Frame alone() {
    return alone;
  }

  boolean isAlone(Frame frame) {
    return frame == alone;
  }

  /**
   * A place in a lexeme, or one that does the same to tokens, as if nothing were below its frame.
   */
  ParseState alone(LexemeState place) {
    LexemeState lexeme = place.clamped();
    ParseState known = lexemesAlone.get(lexeme);
    if (known == null) {
      Closure closure = borrow();
      closure.enter(lexeme, alone);
      known = finish(closure);
      lexemesAlone.put(lexeme, known);
    }
    return known;
  }

  /** A symbol's beginning as if nothing were after it; null for the end of the text. */
  @Nullable ParseState alone(Symbol symbol) {
    ParseState known = symbol.alone;
    if (known == null && symbol != end) {
      LexemeState lexeme = symbol.lexeme;
      if (lexeme != null) {
        known = alone(lexeme);
      } else {
        known = alone(Objects.requireNonNull(symbol.body));
      }
      symbol.alone = known;
    }
    return known;
  }

  /** What is left of a rule, as if nothing were below its frame. */
  ParseState alone(Form form) {
    ParseState known = form.alone;
    if (known == null) {
      Closure closure = borrow();
      closure.add(form, alone);
      closure.drain();
      known = finish(closure);
      form.alone = known;
    }
    return known;
  }

  /** The state after a frame's call has ended. */
  ParseState popped(Frame frame) {
    ParseState known = frame.popped;
    if (known == null) {
      Closure closure = borrow();
      closure.pop(frame);
      known = finish(closure);
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

  // Closures are used again, several at once where one needs another's result.
  private Closure borrow() {
    return spare.isEmpty() ? closure() : spare.pop();
  }

  private ParseState finish(Closure borrowed) {
    ParseState result = borrowed.finish();
    borrowed.clear();
    spare.push(borrowed);
    return result;
  }

  private Closure closure() {
    return new Closure(this, inners, forms, frames);
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
    states.clear();
    frames.forget();
    predictions.forget();
    lexemesAlone.clear();
  }

  /** Number of states made and not forgotten, for tests and reports. */
  synchronized int size() {
    return states.size();
  }
}
