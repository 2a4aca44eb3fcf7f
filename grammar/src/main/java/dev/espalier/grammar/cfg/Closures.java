package dev.espalier.grammar.cfg;

import java.util.ArrayDeque;

/** Closures to collect states in, which are used again. Used under its machine's lock. */
final class Closures {
  private final Machine machine;
  private final Inner.Table inners;
  private final Form.Table forms;
  private final Frames frames;
  private final ArrayDeque<Closure> spare = new ArrayDeque<>();

  Closures(Machine machine, Inner.Table inners, Form.Table forms, Frames frames) {
    this.machine = machine;
    this.inners = inners;
    this.forms = forms;
    this.frames = frames;
  }

  /** One that is not given back. */
  Closure open() {
    return new Closure(machine, inners, forms, frames);
  }

  /** One that is given back; several are out at once where one needs another's result. */
  Closure borrow() {
    return spare.isEmpty() ? open() : spare.pop();
  }

  /** The state of a borrowed one, which is given back. */
  ParseState finish(Closure borrowed) {
    ParseState result = borrowed.finish();
    giveBack(borrowed);
    return result;
  }

  void giveBack(Closure borrowed) {
    borrowed.clear();
    spare.push(borrowed);
  }
}
