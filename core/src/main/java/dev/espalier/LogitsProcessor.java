package dev.espalier;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One stage between a model's logits and the draw: a temperature, a truncation, a penalty. The
 * processor itself is an immutable description shared by threads; {@link #open} gives the state of
 * one sequence.
 */
public interface LogitsProcessor {
  /** The state for a new sequence. */
  State open(Context context);

  /**
   * What a processor may know when a sequence starts.
   *
   * @param vocabulary the tokens
   * @param prompt ids of the prompt; do not write
   */
  record Context(Vocabulary vocabulary, int[] prompt) {}

  /** Per-sequence state; not thread-safe. */
  interface State {
    /** Edits the candidates of the next token. */
    void process(Candidates candidates);

    /**
     * Learns which token followed.
     *
     * @param drawnFrom the candidates as the draw saw them, or null if the token was forced
     */
    default void accept(int token, @Nullable Candidates drawnFrom) {}

    /** An independent copy; stateless ones return themselves. */
    State fork();
  }

  /** A processor that needs no state. */
  static LogitsProcessor stateless(Consumer<Candidates> edit) {
    State state =
        new State() {
          @Override
          public void process(Candidates candidates) {
            edit.accept(candidates);
          }

          @Override
          public State fork() {
            return this;
          }
        };
    return context -> state;
  }
}
