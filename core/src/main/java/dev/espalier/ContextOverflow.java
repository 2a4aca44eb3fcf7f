package dev.espalier;

/** What happens when prompt and output together outgrow the model's context. Immutable. */
public final class ContextOverflow {
  private static final ContextOverflow REFUSE = new ContextOverflow(-1);

  private final int keep;

  private ContextOverflow(int keep) {
    this.keep = keep;
  }

  /**
   * A prompt that does not fit is a {@link ContextOverflowException}; a generation that reaches the
   * end of the context finishes by {@link FinishReason#LENGTH}. The default.
   */
  public static ContextOverflow refuse() {
    return REFUSE;
  }

  /**
   * A sliding window: when the context is full, the first {@code keep} tokens stay, and of the rest
   * the older half is forgotten; what remains is computed anew, so that positions are contiguous.
   * The model no longer sees what was dropped; constraints and penalties still do.
   *
   * @param keep tokens at the beginning that always stay, such as the system message; at least 0
   */
  public static ContextOverflow slide(int keep) {
    if (keep < 0) {
      throw new IllegalArgumentException("cannot keep " + keep + " tokens");
    }
    return new ContextOverflow(keep);
  }

  boolean refuses() {
    return keep < 0;
  }

  /**
   * The tokens that remain.
   *
   * @param tokens everything, oldest first
   * @param room how many may remain, at least 2
   */
  int[] slide(int[] tokens, int room) {
    int head = Math.min(keep, room / 2);
    int tail = Math.max(1, (room - head) / 2);
    if (tokens.length <= head + tail) {
      return tokens;
    }
    int[] left = new int[head + tail];
    System.arraycopy(tokens, 0, left, 0, head);
    System.arraycopy(tokens, tokens.length - tail, left, head, tail);
    return left;
  }
}
