package dev.espalier.grammar.cfg;

import dev.espalier.CompiledConstraint;
import dev.espalier.grammar.automaton.ByteClasses;
import dev.espalier.grammar.token.LexemeState;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Steps where a lexer stands between bytes and rules. Used under its machine's lock. */
final class Lexing {
  // A state is inside terminals, all of which began at the same byte, or between two: it has
  // lexemes or forms, never both. All the terminals that the parser can use are read at once. While
  // some go on, the others are forgotten; where none does, those that accept have ended, and the
  // next ones begin. A lazy one ends all as soon as it accepts.
  private final Machine machine;
  private final ByteClasses classes;
  private final Predictions predictions;
  private final Frames frames;
  private final Closures closures;
  private final @Nullable LexemeState skip; // between terminals; null for nothing
  private final Consumer<Frame> entered;

  /**
   * @param entered is told of every frame that a state may enter
   */
  Lexing(
      Machine machine,
      Predictions predictions,
      Frames frames,
      Closures closures,
      @Nullable LexemeState skip,
      Consumer<Frame> entered) {
    this.machine = machine;
    classes = machine.classes;
    this.predictions = predictions;
    this.frames = frames;
    this.closures = closures;
    this.skip = skip;
    this.entered = entered;
  }

  /** What {@link #successors} costs, in steps of a terminal over a byte. */
  long costOfSuccessors(ParseState state) {
    int read = state.lexemes.length + state.inners.length;
    return (long) classes.size() * (1 + (read > 0 ? read : predictions.of(state).symbols.length));
  }

  /** The states after any byte, and after the tokens that the grammar names. */
  Set<ParseState> successors(ParseState state) {
    Set<ParseState> found = new LinkedHashSet<>();
    for (int c = 0; c < classes.size(); c++) {
      ParseState known = state.next[c];
      ParseState next = known != null ? known : read(state, c);
      found.add(machine.counts() ? counted(next) : next); // as if every byte were a token
    }
    ParseState between = machine.between(state);
    Prediction prediction = predictions.of(between);
    for (Symbol s : prediction.tokens) {
      found.add(machine.popped(predictions.frame(between, prediction.placeOf(s))));
    }
    return found;
  }

  /** What is being read, one token further. */
  ParseState counted(ParseState state) {
    Closure closure = closures.open();
    for (int i = 0; i < state.lexemes.length; i++) {
      closure.hold(state.lexemes[i], state.lexemeFrames[i]);
    }
    for (int i = 0; i < state.inners.length; i++) {
      closure.hold(afterToken(state.inners[i].state), state.innerFrames[i]);
    }
    return state.isInside() ? closure.held() : state;
  }

  /** A place inside a constraint, one token further; null where that is none. */
  static CompiledConstraint.@Nullable State afterToken(CompiledConstraint.State inner) {
    return inner instanceof Limited.Counting c ? c.tokenEnded() : inner;
  }

  /** The state after a byte of a class. */
  ParseState read(ParseState state, int c) {
    int b = classes.sample(c);
    Closure closure = closures.borrow();
    for (int i = 0; i < state.lexemes.length; i++) {
      closure.hold(state.lexemes[i].step(b), state.lexemeFrames[i]);
    }
    for (int i = 0; i < state.inners.length; i++) {
      closure.hold(state.inners[i].state.step((byte) b), state.innerFrames[i]);
    }
    if (closure.isEmpty()) {
      ParseState between = machine.between(state);
      Prediction prediction = predictions.of(between);
      for (int i : prediction.takers(c)) {
        LexemeState lexeme = prediction.symbols[i].lexeme();
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
        entered.accept(back);
        closure.hold(Objects.requireNonNull(skip).step(b), back);
      }
    }
    ParseState result = closure.held();
    closures.giveBack(closure);
    return result;
  }

  /** Whether ignored texts may come: after a terminal, and where another may follow. */
  boolean skips(ParseState between) {
    return skip != null && between != machine.start() && predictions.of(between).symbols.length > 0;
  }

  /** The state after what is being read, if it can end here. */
  ParseState end(ParseState state) {
    Closure closure = closures.open();
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
    Closure closure = closures.open();
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
}
