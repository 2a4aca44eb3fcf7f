package dev.espalier.grammar.cfg;

import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint;
import dev.espalier.TokenSet;
import dev.espalier.grammar.automaton.ByteClasses;
import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.token.LexemeState;
import dev.espalier.grammar.token.TokenTables;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
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
  //
  // A frame's entries are *resolved*: a return with nothing left to do is replaced by the returns
  // of
  // the frame below. Frames of predicted symbols are made only when a byte enters them.
  //
  // Left recursion: a component of the left-corner graph shares one context (Frame.Context). When a
  // member is entered again from inside, the new context holds the old one's entries and, besides,
  // only returns into frames of the old one that its members make anyway. Such a context says the
  // same as the old one (they are bisimilar, by coinduction), so the old one is used again:
  // otherwise every round through the recursion would make new states.
  private static final int MAX_ITEMS = 20_000;
  private static final int TABLE_LIMIT = 300_000;
  private static final long MAX_MASK_BYTES = 32L << 20;
  private static final long BYTES_PER_MASKED = 64;
  private static final int DEPTH_OF_TAIL_CALLS = 8;

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
  final List<String> warnings;

  // Tables that make equal values the same object. When they are full they are dropped: objects in
  // use stay right, and only forget that they are equal to later ones.
  private final Map<Frame.Key, Frame> frames = new HashMap<>();
  private final Map<Frame.Context, Frame.Context> contexts = new HashMap<>();
  private final Map<ParseState.Key, ParseState> states = new HashMap<>();
  private final Map<BitSet, Prediction> predictions = new HashMap<>();
  private int frameNumbers;

  // A place that is read alone has this frame; the text may end where its rule is complete.
  private final Frame alone;
  private final Map<LexemeState, ParseState> lexemesAlone = new HashMap<>();

  private final ParseState dead;
  private final ParseState start;
  private final MaskBuilder masks;
  private final @Nullable PartialMasks partialMasks; // null where a place is not read alone
  private final TokenSets sets;
  private final ArrayList<ParseState> masked = new ArrayList<>(); // that hold one of the sets
  private final ArrayDeque<Closure> spare = new ArrayDeque<>();

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
    sets = new TokenSets(tables.trie().vocabularySize());
    masks = new MaskBuilder(this, sets);
    namesTokens = symbols.stream().anyMatch(s -> s.tokens != null);
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
    Frame bottom = frame(new Form[0], new Frame[0]);
    alone = frame(new Form[] {forms.calling(end)}, new Frame[] {bottom});
    Closure closure = new Closure();
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

  private synchronized ParseState slowStep(ParseState state, int c) {
    try {
      ParseState computed = lexing ? read(state, c) : compute(state, c, null, 0);
      if (liveness != null && !computed.isDead() && !liveness.isLive(computed)) {
        computed = dead;
      }
      state.next[c] = computed;
      return computed;
    } catch (StackOverflowError e) {
      throw tooDeep();
    }
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
    Prediction prediction = activate(state);
    int[] takers = prediction.takers(c);
    LexemeState kernel = state.kernel;
    if (takers.length == 0 && skipped == null && kernel != null && onlyTaker(state, kernel, b)) {
      return state;
    }
    Closure closure = spare.isEmpty() ? new Closure() : spare.pop();
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
        closure.enter(from.step(b), predictedFrame(state, i));
      } else if (inner != null && innerToo) {
        closure.enter(inner.state.step((byte) b), predictedFrame(state, i));
      }
    }
    ParseState result = closure.finish();
    closure.clear();
    spare.push(closure);
    return result;
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

  /** The states after any byte, and after the tokens that the grammar names. */
  Set<ParseState> successors(ParseState state) {
    Set<ParseState> found = new LinkedHashSet<>();
    for (int c = 0; c < classes.size(); c++) {
      ParseState known = state.next[c];
      found.add(known != null ? known : read(state, c));
    }
    ParseState between = between(state);
    Prediction prediction = activate(between);
    for (Symbol s : prediction.tokens) {
      found.add(popped(predictedFrame(between, prediction.placeOf(s))));
    }
    return found;
  }

  private ParseState read(ParseState state, int c) {
    int b = classes.sample(c);
    Closure closure = spare.isEmpty() ? new Closure() : spare.pop();
    for (int i = 0; i < state.lexemes.length; i++) {
      closure.hold(state.lexemes[i].step(b), state.lexemeFrames[i]);
    }
    for (int i = 0; i < state.inners.length; i++) {
      closure.hold(state.inners[i].state.step((byte) b), state.innerFrames[i]);
    }
    if (closure.lexemes.size + closure.insides.size == 0) {
      ParseState between = between(state);
      Prediction prediction = activate(between);
      for (int i : prediction.takers(c)) {
        LexemeState lexeme = prediction.symbols[i].lexeme;
        if (lexeme != null) {
          closure.hold(lexeme.step(b), predictedFrame(between, i));
        }
        Inner inner = prediction.symbols[i].inner;
        if (inner != null) {
          closure.hold(inner.state.step((byte) b), predictedFrame(between, i));
        }
      }
      if (skips(between)) {
        closure.hold(
            Objects.requireNonNull(skip).step(b), frame(between.forms, between.formFrames));
      }
    }
    ParseState result = closure.held();
    closure.clear();
    spare.push(closure);
    return result;
  }

  // Ignored texts come after a terminal and where another may follow.
  private boolean skips(ParseState between) {
    return skip != null && between != start && activate(between).symbols.length > 0;
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
    Closure closure = new Closure();
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
    Closure closure = new Closure();
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
    Prediction prediction = activate(between);
    Closure closure = new Closure();
    for (Symbol s : prediction.tokens) {
      TokenSet set = s.tokens;
      if (set != null && set.contains(token)) {
        closure.pop(predictedFrame(between, prediction.placeOf(s)));
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
    return activate(state);
  }

  TokenSet mask(ParseState state) {
    TokenSet known = state.mask;
    if (known == null) {
      synchronized (this) {
        try {
          known = partialMasks != null ? partialMasks.build(state) : masks.build(state);
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

  /** The frame of what is read alone. */
  Frame alone() {
    return alone;
  }

  boolean isAlone(Frame frame) {
    return frame == alone;
  }

  /** A place in a lexeme as if nothing were below its frame. */
  ParseState alone(LexemeState lexeme) {
    ParseState known = lexemesAlone.get(lexeme);
    if (known == null) {
      Closure closure = new Closure();
      closure.enter(lexeme, alone);
      known = closure.finish();
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
      Closure closure = new Closure();
      closure.add(form, alone);
      closure.drain();
      known = closure.finish();
      form.alone = known;
    }
    return known;
  }

  /** The state after a frame's call has ended. */
  ParseState popped(Frame frame) {
    ParseState known = frame.popped;
    if (known == null) {
      Closure closure = new Closure();
      closure.pop(frame);
      known = closure.finish();
      frame.popped = known;
    }
    return known;
  }

  // ---- prediction

  Prediction activate(ParseState state) {
    Prediction known = state.prediction;
    if (known != null) {
      return known;
    }
    Items<Form.Call> calls = new Items<>();
    for (int i = 0; i < state.forms.length; i++) {
      for (Form.Call call : state.forms[i].calls()) {
        addCall(call, state.formFrames[i], calls);
      }
    }
    calls.sort();
    Form.Call[] sorted = calls.heads(new Form.Call[0]);
    BitSet reached = new BitSet();
    for (Form.Call call : sorted) {
      reached.or(call.symbol().reach());
    }
    Prediction prediction = predictions.get(reached);
    if (prediction == null) {
      prediction = new Prediction(reached, symbols, classes);
      predictions.put(reached, prediction);
    }
    state.calls = sorted;
    state.callFrames = calls.frames();
    state.predictedFrames = new Frame[prediction.symbols.length];
    state.prediction = prediction;
    return prediction;
  }

  // A call after which nothing is left in its own frame returns to the frame's returns.
  private void addCall(Form.Call call, Frame frame, Items<Form.Call> out) {
    if (call.symbol() == end) {
      return;
    }
    if (!call.rest().isEmpty()) {
      out.add(call, call.number(), frame);
      return;
    }
    Form[] rests = returns(frame);
    for (int i = 0; i < rests.length; i++) {
      Form.Call resolved = forms.call(call.symbol(), rests[i]);
      out.add(resolved, resolved.number(), frame.below[i]);
    }
  }

  /** The frame of the {@code i}th predicted symbol. */
  Frame predictedFrame(ParseState state, int i) {
    Frame[] known = Objects.requireNonNull(state.predictedFrames);
    Frame frame = known[i];
    if (frame == null) {
      frame = enter(state, activate(state).symbols[i]);
      known[i] = frame;
    }
    return frame;
  }

  private Frame enter(ParseState state, Symbol symbol) {
    if (!symbol.recursive) {
      Items<Form> entries = new Items<>();
      callsFromOutside(state, symbol, (rest, frame) -> entries.add(rest, rest.number, frame));
      entries.sort();
      return frame(entries.heads(new Form[0]), entries.frames());
    }
    Items<Form.Call> entries = new Items<>();
    for (Symbol member : activate(state).symbols) {
      if (member.component == symbol.component) {
        callsFromOutside(
            state,
            member,
            (rest, frame) -> {
              Form.Call call = forms.call(member, rest);
              entries.add(call, call.number(), frame);
            });
      }
    }
    entries.sort();
    Frame.Context context = known(entries, symbol.component);
    if (context == null) {
      Frame.Context mine = new Frame.Context(entries.heads(new Form.Call[0]), entries.frames());
      context = contexts.computeIfAbsent(mine, k -> mine);
    }
    return frame(symbol, context);
  }

  private interface Returns {
    void add(Form rest, Frame frame);
  }

  // What a predicted symbol returns to, except within its own left-recursive component.
  private void callsFromOutside(ParseState state, Symbol symbol, Returns out) {
    Form.Call[] calls = Objects.requireNonNull(state.calls);
    Frame[] callFrames = Objects.requireNonNull(state.callFrames);
    for (int i = 0; i < calls.length; i++) {
      if (calls[i].symbol() == symbol) {
        out.add(calls[i].rest(), callFrames[i]);
      }
    }
    Prediction prediction = activate(state);
    for (Symbol.Caller c : symbol.callers) {
      Symbol caller = c.caller();
      int place = prediction.placeOf(caller);
      if (place < 0 || (symbol.recursive && caller.component == symbol.component)) {
        continue;
      }
      Frame frame = predictedFrame(state, place);
      if (!c.rest().isEmpty()) {
        out.add(c.rest(), frame);
        continue;
      }
      Form[] rests = returns(frame);
      for (int j = 0; j < rests.length; j++) {
        out.add(rests[j], frame.below[j]);
      }
    }
  }

  // ---- frames

  private Frame frame(Form[] rests, Frame[] below) {
    return frames.computeIfAbsent(
        new Frame.Key(null, null, rests, below), k -> new Frame(rests, below, ++frameNumbers));
  }

  private Frame frame(Symbol member, Frame.Context context) {
    Form[] none = {};
    return frames.computeIfAbsent(
        new Frame.Key(member, context, none, new Frame[0]),
        k -> new Frame(member, context, ++frameNumbers));
  }

  /** The rests of a frame's returns; the frames below stand beside them. */
  Form[] returns(Frame frame) {
    Form[] known = frame.rests;
    Frame.Context context = frame.context;
    Symbol member = frame.member;
    if (known != null || context == null || member == null) {
      return known == null ? new Form[0] : known;
    }
    Items<Form> found = new Items<>();
    ArrayDeque<Symbol> todo = new ArrayDeque<>(List.of(member));
    Set<Symbol> seen = new HashSet<>(todo);
    while (!todo.isEmpty()) {
      Symbol s = todo.remove();
      for (int i = 0; i < context.entries.length; i++) {
        Form.Call call = context.entries[i];
        if (call.symbol() == s) {
          found.add(call.rest(), call.rest().number, context.frames[i]);
        }
      }
      for (Symbol.Caller c : s.callers) {
        if (c.caller().component != member.component) {
          continue;
        }
        if (!c.rest().isEmpty()) {
          found.add(c.rest(), c.rest().number, frame(c.caller(), context));
        } else if (seen.add(c.caller())) {
          todo.add(c.caller());
        }
      }
    }
    frame.below = found.frames();
    frame.rests = found.heads(new Form[0]);
    return frame.rests;
  }

  // A context below that says the same as these entries, if there is one.
  private Frame.@Nullable Context known(Items<Form.Call> entries, int component) {
    Frame.Context last = null;
    for (int i = 0; i < entries.size; i++) {
      Frame below = entries.frames[i];
      Frame.Context old = below.context;
      if (old == null
          || old == last
          || below.member == null
          || below.member.component != component) {
        continue;
      }
      last = old;
      if (saysTheSame(entries, old, component)) {
        return old;
      }
    }
    return null;
  }

  private static boolean saysTheSame(Items<Form.Call> entries, Frame.Context old, int component) {
    int matched = 0;
    for (int i = 0; i < entries.size; i++) {
      Form.Call call = (Form.Call) Objects.requireNonNull(entries.heads[i]);
      Frame frame = entries.frames[i];
      if (matched < old.entries.length
          && old.entries[matched] == call
          && old.frames[matched] == frame) {
        matched++;
      } else if (frame.context != old
          || frame.member == null
          || !makes(call.symbol(), call.rest(), frame.member, component, 0)) {
        return false;
      }
    }
    return matched == old.entries.length;
  }

  // Whether members of the component return like this to one another anyway.
  private static boolean makes(Symbol member, Form rest, Symbol into, int component, int depth) {
    if (depth > DEPTH_OF_TAIL_CALLS) {
      return false;
    }
    for (Symbol.Caller c : member.callers) {
      if (c.caller().component != component) {
        continue;
      }
      if (c.rest() == rest && c.caller() == into) {
        return true;
      }
      if (c.rest().isEmpty()
          && c.caller() != member
          && makes(c.caller(), rest, into, component, depth + 1)) {
        return true;
      }
    }
    return false;
  }

  // ---- closure

  /** Collects a state: places that a byte leads to, and all that follows from calls that end. */
  private final class Closure {
    private final Items<LexemeState> lexemes = new Items<>();
    private final Items<Inner> insides = new Items<>();
    private final Items<Form> rests = new Items<>();
    private final Items<Form> popped = new Items<>(); // frames only
    private final ArrayList<Frame> todo = new ArrayList<>();
    private int entered; // places that a byte leads to
    private @Nullable LexemeState kernel;
    boolean mayEnd;

    void clear() {
      lexemes.clear();
      insides.clear();
      rests.clear();
      popped.clear();
      entered = 0;
      kernel = null;
      mayEnd = false;
    }

    void enter(LexemeState state, Frame frame) {
      boolean more = !state.first().isEmpty();
      entered++;
      kernel = more ? state : null;
      if (more && !lexemes.add(state, state.number(), frame)) {
        entered--;
        return;
      }
      if (state.accepts()) {
        pop(frame);
      }
      check();
    }

    /** Adds a place inside a constraint, if it is one, and what follows from its end. */
    void enter(CompiledConstraint.@Nullable State state, Frame frame) {
      if (state == null) {
        return;
      }
      Inner inner = inners.of(state);
      entered++;
      kernel = null;
      if (!inner.isOver() && !insides.add(inner, inner.number, frame)) {
        return;
      }
      if (inner.accepts()) {
        pop(frame);
      }
      check();
    }

    /** Adds a place inside a constraint and nothing that follows from it. */
    void hold(CompiledConstraint.@Nullable State state, Frame frame) {
      if (state != null) {
        Inner inner = inners.of(state);
        insides.add(inner, inner.number, frame);
        check();
      }
    }

    /** Adds a place inside a terminal and nothing that follows from it. */
    void hold(LexemeState state, Frame frame) {
      if (!state.isDead()) {
        lexemes.add(state, state.number(), frame);
        check();
      }
    }

    /** The state of what is held, or what follows where that has to end. */
    ParseState held() {
      boolean lazy = false;
      boolean more = false;
      for (int i = 0; i < lexemes.size; i++) {
        LexemeState state = lexeme(i);
        lazy |= state.endsLazily();
        more |= !state.first().isEmpty();
      }
      for (int i = 0; i < insides.size; i++) {
        more |= !inside(i).isOver();
      }
      if (more && !lazy) {
        return finish();
      }
      Closure after = new Closure();
      for (int i = 0; i < lexemes.size; i++) {
        if (lazy ? lexeme(i).endsLazily() : lexeme(i).accepts()) {
          after.pop(lexemes.frames[i]);
        }
      }
      for (int i = 0; i < insides.size && !lazy; i++) {
        if (inside(i).accepts()) {
          after.pop(insides.frames[i]);
        }
      }
      return after.finish();
    }

    private Inner inside(int i) {
      return (Inner) Objects.requireNonNull(insides.heads[i]);
    }

    private LexemeState lexeme(int i) {
      return (LexemeState) Objects.requireNonNull(lexemes.heads[i]);
    }

    /** Adds everything of a state. */
    void add(ParseState state) {
      for (int i = 0; i < state.lexemes.length; i++) {
        lexemes.add(state.lexemes[i], state.lexemes[i].number(), state.lexemeFrames[i]);
      }
      for (int i = 0; i < state.inners.length; i++) {
        insides.add(state.inners[i], state.inners[i].number, state.innerFrames[i]);
      }
      for (int i = 0; i < state.forms.length; i++) {
        add(state.forms[i], state.formFrames[i]);
      }
      mayEnd |= state.end;
      check();
    }

    void add(Form form, Frame frame) {
      for (Form.Call call : form.calls()) {
        mayEnd |= call.symbol() == end;
      }
      if (rests.add(form, form.number, frame) && form.nullable) {
        todo.add(frame);
      }
      check();
    }

    void pop(Frame top) {
      todo.add(top);
      drain();
    }

    void drain() {
      while (!todo.isEmpty()) {
        Frame frame = todo.remove(todo.size() - 1);
        if (popped.add(forms.empty, 0, frame)) {
          Form[] returning = returns(frame);
          for (int i = 0; i < returning.length; i++) {
            add(returning[i], frame.below[i]);
          }
        }
      }
    }

    private void check() {
      if (lexemes.size + insides.size + rests.size > MAX_ITEMS) {
        throw new BudgetExceededException(
            "items",
            MAX_ITEMS,
            "the grammar is too ambiguous here: too many parses are open at once");
      }
    }

    ParseState finish() {
      if (lexemes.size + insides.size + rests.size == 0 && !mayEnd) {
        return dead;
      }
      lexemes.sort();
      insides.sort();
      rests.sort();
      ParseState mine =
          new ParseState(
              lexemes.heads(new LexemeState[0]),
              lexemes.frames(),
              insides.heads(new Inner[0]),
              insides.frames(),
              rests.heads(new Form[0]),
              rests.frames(),
              mayEnd,
              classes.size());
      if (states.size() > TABLE_LIMIT) {
        forget();
      }
      ParseState known = states.putIfAbsent(new ParseState.Key(mine), mine);
      ParseState result = known == null ? mine : known;
      LexemeState only = kernel;
      if (entered == 1 && only != null) {
        int times = 0;
        for (LexemeState l : result.lexemes) {
          times += l == only ? 1 : 0;
        }
        result.kernel = times == 1 ? only : result.kernel;
      }
      return result;
    }
  }

  private void forget() {
    states.clear();
    frames.clear();
    contexts.clear();
    predictions.clear();
    lexemesAlone.clear();
  }

  /** Number of states made and not forgotten, for tests and reports. */
  synchronized int size() {
    return states.size();
  }
}
