package dev.espalier.chat;

import dev.espalier.BudgetExceededException;

/** What one rendering may spend. Used by one thread. */
final class Budget {
  /** Longest text, in UTF-16 units, of the output or of any value on the way. */
  static final int MAX_TEXT = 16 << 20;

  /** Statements, expressions and items touched; a text counts one per 64 units. */
  static final long MAX_STEPS = 20_000_000;

  /** Calls and expressions inside one another. */
  static final int MAX_DEPTH = 400;

  private final String template;
  private long steps;
  private int depth;

  Budget(String template) {
    this.template = template;
  }

  void step() {
    steps(1);
  }

  void steps(long n) {
    steps += n;
    if (steps > MAX_STEPS) {
      throw new BudgetExceededException(
          "steps", MAX_STEPS, "the chat template " + template + " does not come to an end");
    }
  }

  /** A text of this length is about to be made. */
  void text(long length) {
    if (length > MAX_TEXT) {
      throw new BudgetExceededException(
          "text", MAX_TEXT, "the chat template " + template + " makes a text that is longer");
    }
    steps(length >> 6);
  }

  /** Charges a value for its size. */
  Object made(Object value) {
    if (value instanceof String s) {
      text(s.length());
    } else if (value instanceof java.util.List<?> list) {
      steps(list.size());
    }
    return value;
  }

  void enter() {
    if (++depth > MAX_DEPTH) {
      throw new BudgetExceededException(
          "depth", MAX_DEPTH, "the chat template " + template + " nests or calls itself deeper");
    }
  }

  void leave() {
    depth--;
  }
}
