package dev.espalier;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A constraint's state before its start: the output must first spell the end of the prompt again,
 * in any tokens, the last of which may reach into the answer (token healing).
 */
final class PromptTail implements CompiledConstraint.State {
  /** What follows the tail if nothing constrains the answer; a lane then drops its state. */
  static final CompiledConstraint.State ANYTHING = new Anything();

  private final Vocabulary vocabulary;
  private final byte[] tail;
  private final int at;
  private final CompiledConstraint.State after;

  PromptTail(Vocabulary vocabulary, byte[] tail, CompiledConstraint.@Nullable State after) {
    this(vocabulary, tail, 0, after == null ? ANYTHING : after);
  }

  private PromptTail(Vocabulary vocabulary, byte[] tail, int at, CompiledConstraint.State after) {
    this.vocabulary = vocabulary;
    this.tail = tail;
    this.at = at;
    this.after = after;
  }

  @Override
  public CompiledConstraint.@Nullable State step(byte b) {
    if (tail[at] != b) {
      return null;
    }
    return at + 1 == tail.length ? after : new PromptTail(vocabulary, tail, at + 1, after);
  }

  @Override
  public CompiledConstraint.@Nullable State advance(int token) {
    CompiledConstraint.State state = vocabulary.isTextToken(token) ? this : null;
    for (int i = 0; state != null && i < vocabulary.byteLength(token); i++) {
      state = state.step(vocabulary.byteAt(token, i));
    }
    return state;
  }

  @Override
  public void fillMask(TokenMask mask) {
    TokensByText tokens = vocabulary.byText();
    for (int end = at + 1; end < tail.length; end++) {
      int rank = tokens.first(tail, at, end);
      int last = tokens.afterLast(tail, at, end);
      for (; rank < last && vocabulary.byteLength(tokens.id(rank)) == end - at; rank++) {
        mask.add(tokens.id(rank));
      }
    }
    int last = tokens.afterLast(tail, at, tail.length);
    for (int rank = tokens.first(tail, at, tail.length); rank < last; rank++) {
      if (allows(tokens.id(rank))) {
        mask.add(tokens.id(rank));
      }
    }
  }

  @Override
  public boolean mayEnd() {
    return false;
  }

  @Override
  public CompiledConstraint.ForcedRun forced() {
    return new CompiledConstraint.ForcedRun(rest(), false);
  }

  private byte[] rest() {
    return Arrays.copyOfRange(tail, at, tail.length);
  }

  @Override
  public byte @Nullable [] completion() {
    byte[] then = after.completion();
    if (then == null) {
      return null;
    }
    byte[] all = Arrays.copyOf(rest(), tail.length - at + then.length);
    System.arraycopy(then, 0, all, tail.length - at, then.length);
    return all;
  }

  @Override
  public String explain() {
    return "the end of the prompt";
  }

  private static final class Anything implements CompiledConstraint.State {
    @Override
    public CompiledConstraint.State step(byte b) {
      return this;
    }

    @Override
    public CompiledConstraint.State advance(int token) {
      return this;
    }

    @Override
    public void fillMask(TokenMask mask) {
      throw new IllegalStateException("nothing is masked where nothing is constrained");
    }

    @Override
    public boolean mayEnd() {
      return true;
    }
  }
}
