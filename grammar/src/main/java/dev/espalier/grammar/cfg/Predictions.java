package dev.espalier.grammar.cfg;

import dev.espalier.BudgetExceededException;
import dev.espalier.grammar.automaton.ByteClasses;
import dev.espalier.grammar.automaton.WorkBudget;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Works out what the calls of a state may begin with, and the frames of that. Used under its
 * machine's lock.
 */
final class Predictions {
  private static final int MAX_SYMBOLS = 10_000; // that begin at one place
  private static final int LONG_CHAIN = 200; // of symbols that begin with one another
  private static final int CALLERS_A_SYMBOL = 16; // beyond which callers are searched for

  private final List<Symbol> symbols;
  private final Symbol end;
  private final Form.Table forms;
  private final Frames frames;
  private final ByteClasses classes;
  private final Consumer<Frame> entered;
  private final Map<Reached, Prediction> known = new HashMap<>();
  private final ArrayDeque<Items<Form>> spare = new ArrayDeque<>();

  /** {@code entered} is told of every frame that a state may enter. */
  Predictions(
      List<Symbol> symbols,
      Symbol end,
      Form.Table forms,
      Frames frames,
      ByteClasses classes,
      Consumer<Frame> entered) {
    this.entered = entered;
    this.symbols = symbols;
    this.end = end;
    this.forms = forms;
    this.frames = frames;
    this.classes = classes;
  }

  /**
   * Numbers of symbols. A bit set's own hash is an exclusive or, in which few bits are different.
   */
  private record Reached(BitSet numbers) {
    @Override
    public int hashCode() {
      int h = numbers.hashCode() * 0x9E3779B1;
      return h ^ (h >>> 15);
    }

    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof Reached r && numbers.equals(r.numbers);
    }
  }

  void forget() {
    known.clear();
  }

  /** What a state predicts. */
  Prediction of(ParseState state) {
    Prediction known = state.prediction;
    if (known == null) {
      known = of(state.forms);
      state.prediction = known;
    }
    return known;
  }

  private Prediction of(Form[] forms) {
    if (forms.length == 1) {
      return of(forms[0]);
    }
    BitSet reached = new BitSet(symbols.size());
    for (Form form : forms) {
      for (Symbol s : of(form).symbols) {
        reached.set(s.number);
      }
    }
    return of(reached);
  }

  private Prediction of(Form form) {
    Prediction known = form.prediction;
    if (known == null) {
      BitSet reached = new BitSet(symbols.size());
      for (Form.Call call : form.calls()) {
        if (call.symbol() != end) {
          call.symbol().addReach(reached);
        }
      }
      known = of(reached);
      form.prediction = known;
    }
    return known;
  }

  private Prediction of(BitSet reached) {
    if (reached.cardinality() > MAX_SYMBOLS) {
      throw new BudgetExceededException(
          "alternatives", MAX_SYMBOLS, "too many rules and terminals may begin at one place");
    }
    return known.computeIfAbsent(
        new Reached(reached), k -> new Prediction(reached, symbols, classes));
  }

  private Items<Form.Call> calls(ParseState state) {
    Items<Form.Call> calls = state.calls;
    if (calls == null) {
      calls = new Items<>();
      for (int i = 0; i < state.forms.length; i++) {
        for (Form.Call call : state.forms[i].calls()) {
          addCall(call, state.formFrames[i], calls);
        }
      }
      calls.sort();
      state.calls = calls;
    }
    return calls;
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
    Form[] rests = frames.returns(frame);
    for (int i = 0; i < rests.length; i++) {
      Form.Call resolved = forms.call(call.symbol(), rests[i]);
      out.add(resolved, resolved.number(), frame.below[i]);
    }
  }

  /** The frame of the {@code i}th predicted symbol. */
  Frame frame(ParseState state, int i) {
    Prediction prediction = of(state);
    @Nullable Frame[] known = state.predictedFrames;
    if (known == null) {
      known = new Frame[prediction.symbols.length];
      state.predictedFrames = known;
    }
    Frame frame = known[i];
    if (frame == null) {
      if (known.length > LONG_CHAIN) {
        enterCallers(state, prediction.symbols[i]);
      }
      frame = enter(state, prediction.symbols[i]);
      known[i] = frame;
      entered.accept(frame);
    }
    return frame;
  }

  // A symbol's frame needs those of its callers, and these need theirs. Where that may be a long
  // chain, it is gone along here, so that the stack does not grow with it.
  private void enterCallers(ParseState state, Symbol symbol) {
    Prediction prediction = of(state);
    @Nullable Frame[] known = Objects.requireNonNull(state.predictedFrames);
    ArrayDeque<Symbol> path = new ArrayDeque<>(List.of(symbol));
    while (!path.isEmpty()) {
      Symbol top = path.element();
      int before = path.size();
      for (Symbol member : entersWith(prediction, top)) {
        callers(
            prediction,
            member,
            c -> {
              boolean inside = top.recursive && c.caller().component == top.component;
              int place = inside ? -1 : prediction.placeOf(c.caller());
              if (place >= 0 && known[place] == null) {
                path.push(c.caller());
              }
            });
      }
      if (path.size() == before) {
        path.remove();
        if (top != symbol) {
          frame(state, prediction.placeOf(top));
        }
      }
    }
  }

  // The symbols that share one context: a left-recursive component, or the symbol alone.
  private static Symbol[] entersWith(Prediction prediction, Symbol symbol) {
    return symbol.recursive
        ? Arrays.stream(prediction.symbols)
            .filter(s -> s.component == symbol.component)
            .toArray(Symbol[]::new)
        : new Symbol[] {symbol};
  }

  private Frame enter(ParseState state, Symbol symbol) {
    if (!symbol.recursive) {
      Items<Form> entries = spare.isEmpty() ? new Items<>() : spare.pop();
      callsFromOutside(state, symbol, (rest, frame) -> entries.add(rest, rest.number, frame));
      entries.sort();
      Frame frame = frames.frame(entries.heads(new Form[0]), entries.frames());
      entries.clear();
      spare.push(entries);
      return frame;
    }
    Items<Form.Call> entries = new Items<>();
    for (Symbol member : of(state).symbols) {
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
    return frames.frame(symbol, frames.context(entries, symbol.component));
  }

  private interface Returns {
    void add(Form rest, Frame frame);
  }

  // What a predicted symbol returns to, except within its own left-recursive component.
  private void callsFromOutside(ParseState state, Symbol symbol, Returns out) {
    Items<Form.Call> calls = calls(state);
    for (int i = 0; i < calls.size; i++) {
      Form.Call call = (Form.Call) Objects.requireNonNull(calls.heads[i]);
      if (call.symbol() == symbol) {
        out.add(call.rest(), calls.frames[i]);
      }
    }
    WorkBudget.check(4);
    callers(of(state), symbol, c -> fromCaller(state, symbol, c, out));
  }

  // All callers that are predicted, and perhaps others.
  private static void callers(Prediction prediction, Symbol symbol, Consumer<Symbol.Caller> found) {
    if (symbol.callers.size() <= CALLERS_A_SYMBOL * prediction.symbols.length) {
      symbol.callers.forEach(found);
      return;
    }
    for (Symbol caller : prediction.symbols) { // few of very many
      for (int i = symbol.firstCall(caller); i < symbol.callers.size(); i++) {
        Symbol.Caller c = symbol.callers.get(i);
        if (c.caller() != caller) {
          break;
        }
        found.accept(c);
      }
    }
  }

  private void fromCaller(ParseState state, Symbol symbol, Symbol.Caller c, Returns out) {
    Symbol caller = c.caller();
    int place = of(state).placeOf(caller);
    if (place < 0 || (symbol.recursive && caller.component == symbol.component)) {
      return;
    }
    Frame frame = frame(state, place);
    if (!c.rest().isEmpty()) {
      out.add(c.rest(), frame);
      return;
    }
    Form[] rests = frames.returns(frame);
    for (int j = 0; j < rests.length; j++) {
      out.add(rests[j], frame.below[j]);
    }
  }
}
