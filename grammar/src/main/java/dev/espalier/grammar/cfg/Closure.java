package dev.espalier.grammar.cfg;

import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint;
import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.token.LexemeState;
import java.util.ArrayList;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Collects a state: places that a byte leads to, and all that follows from calls that end. Mutable,
 * used under its machine's lock; cleared and used again.
 */
@SuppressWarnings("ReferenceEquality") // equal lexeme states are one object
final class Closure {
  private static final int MAX_ITEMS = 20_000;

  private final Machine machine;
  private final Inner.Table inners;
  private final Form.Table forms;
  private final Frames frames;
  private final Items<LexemeState> lexemes = new Items<>();
  private final Items<Inner> insides = new Items<>();
  private final Items<Form> rests = new Items<>();
  private final Items<Form> popped = new Items<>(); // frames only
  private final ArrayList<Frame> todo = new ArrayList<>();
  private int entered; // places that a byte leads to
  private @Nullable LexemeState kernel;
  boolean mayEnd;

  Closure(Machine machine, Inner.Table inners, Form.Table forms, Frames frames) {
    this.machine = machine;
    this.inners = inners;
    this.forms = forms;
    this.frames = frames;
  }

  /** Whether no place is held. */
  boolean isEmpty() {
    return lexemes.size + insides.size == 0;
  }

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
    boolean more = state.goesOn();
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
      lazy |= inside(i).endsLazily();
      more |= !inside(i).isOver();
    }
    if (more && !lazy) {
      return finish();
    }
    Closure after = new Closure(machine, inners, forms, frames);
    for (int i = 0; i < lexemes.size; i++) {
      if (lazy ? lexeme(i).endsLazily() : lexeme(i).accepts()) {
        after.pop(lexemes.frames[i]);
      }
    }
    for (int i = 0; i < insides.size; i++) {
      if (lazy ? inside(i).endsLazily() : inside(i).accepts()) {
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
      mayEnd |= machine.isEnd(call.symbol());
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
      ParseState known = frame.popped;
      if (known != null) {
        for (int i = 0; i < known.forms.length; i++) {
          rests.add(known.forms[i], known.forms[i].number, known.formFrames[i]);
        }
        mayEnd |= known.end;
        check();
      } else if (popped.add(forms.empty, 0, frame)) {
        Form[] returning = frames.returns(frame);
        for (int i = 0; i < returning.length; i++) {
          add(returning[i], frame.below[i]);
        }
      }
    }
  }

  private void check() {
    WorkBudget.check();
    if (lexemes.size + insides.size + rests.size > MAX_ITEMS) {
      throw new BudgetExceededException(
          "items",
          MAX_ITEMS,
          "the grammar is too ambiguous here: too many parses are open at once");
    }
  }

  ParseState finish() {
    if (lexemes.size + insides.size + rests.size == 0 && !mayEnd) {
      return machine.dead();
    }
    lexemes.sort();
    insides.sort();
    rests.sort();
    lexemes.reduce(frames);
    insides.reduce(frames);
    rests.reduce(frames);
    ParseState mine =
        new ParseState(
            lexemes.heads(new LexemeState[0]),
            lexemes.frames(),
            insides.heads(new Inner[0]),
            insides.frames(),
            rests.heads(new Form[0]),
            rests.frames(),
            mayEnd,
            machine.classes.size());
    ParseState result = machine.shared(mine);
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
