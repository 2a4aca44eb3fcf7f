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
   * Whether it changes or removes each candidate by that candidate and the past alone, whatever the
   * others are, and may be run twice a step: it then has the same effect before a constraint's mask
   * as after it. Truncations are not pointwise. False unless overridden.
   */
  default boolean pointwise() {
    return false;
  }

  /** What a processor may know when a sequence starts. Immutable. */
  final class Context {
    private final Vocabulary vocabulary;
    private final int[] prompt;
    private final CounterRandom random;

    /** A sequence about to start, whose processors draw the numbers of seed 0 if they draw any. */
    public Context(Vocabulary vocabulary, int[] prompt) {
      this(vocabulary, prompt, CounterRandom.of(0));
    }

    /**
     * A sequence about to start.
     *
     * @param vocabulary the tokens
     * @param prompt ids of the prompt; copied
     * @param random numbers for processors that draw some themselves, independent of those that
     *     draw the tokens
     */
    public Context(Vocabulary vocabulary, int[] prompt, CounterRandom random) {
      this.vocabulary = vocabulary;
      this.prompt = prompt.clone();
      this.random = random;
    }

    /** The tokens. */
    public Vocabulary vocabulary() {
      return vocabulary;
    }

    /** Ids of the prompt; a copy. */
    public int[] prompt() {
      return prompt.clone();
    }

    /** Numbers for processors that draw some themselves. */
    public CounterRandom random() {
      return random;
    }
  }

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

    /**
     * An independent copy for another sample of the same prompt. A processor that draws numbers
     * itself takes them from {@code random} from now on, and hands it on to those it is made of.
     */
    default State fork(CounterRandom random) {
      return fork();
    }
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
