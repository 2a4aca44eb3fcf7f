package dev.espalier;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A constraint over a vocabulary: an immutable state machine whose states are values. Keeping a
 * reference forks, going back to an old reference rolls back. Shared by threads.
 */
public interface CompiledConstraint {
  /** The vocabulary it was compiled for. */
  Vocabulary vocabulary();

  /** The state before any output. */
  State start();

  /** What a person should know who wrote the constraint, each a sentence; mostly none. */
  default List<String> warnings() {
    return List.of();
  }

  /**
   * The parts of a generated text that the constraint has names for, by name, in the order of the
   * text. Reads the text once more; what it costs depends on the constraint.
   *
   * @param tokens a whole generation, without an end token
   * @return nothing if the text is not complete
   * @throws BudgetExceededException if the text can be read in too many ways
   */
  default Map<String, List<String>> captures(int... tokens) {
    return Map.of();
  }

  /** A point in the text; some completion exists from every state. */
  interface State {
    /** The state after one more byte, or null if no completion exists then. */
    @Nullable State step(byte b);

    /**
     * The state after one more token, or null if the token is refused. End tokens are no steps:
     * they are always refused here, {@link #mayEnd} speaks for them.
     */
    @Nullable State advance(int token);

    /** Whether {@link #advance} accepts the token; builds no mask. */
    default boolean allows(int token) {
      return advance(token) != null;
    }

    /**
     * Adds every allowed token to an empty mask. Exact: a token is in it if and only if some
     * completion exists after it. Never contains an end token.
     */
    void fillMask(TokenMask mask);

    /** Whether the mask may hold tokens without text, which are never drawn unless it does. */
    default boolean namesTokens() {
      return false;
    }

    /** Whether the text so far is complete; the loop then allows the end tokens itself. */
    boolean mayEnd();

    /**
     * The bytes that every continuation starts with, as far as they are known cheaply. The loop
     * looks for tokens without alternative only behind a run that is not empty, so a state whose
     * mask may hold a single text token returns at least one byte here.
     */
    default ForcedRun forced() {
      return ForcedRun.NONE;
    }

    /**
     * Bytes after which the text may end: a way to close what is open with little. Empty where it
     * may end already. The default searches breadth first, so it finds the shortest one, as far as
     * {@value ByteSearch#STATES} states reach; an implementation may know better, or settle for a
     * short one. Where a constraint counts tokens, some spelling of the bytes leads to the end, not
     * every one.
     *
     * @return the bytes, or null if none were found within the budget, or only tokens without bytes
     *     lead to an end
     */
    default byte @Nullable [] completion() {
      return ByteSearch.toEnd(this);
    }

    /** What is expected here in the constraint's own names, for people; may be empty. */
    default String explain() {
      return "";
    }

    /**
     * Why a token may or may not come here, for people: at which of its bytes it is refused, and
     * what was expected there; may be empty.
     */
    default String explain(int token) {
      return "";
    }
  }

  /** Bytes without alternative. Immutable. */
  final class ForcedRun {
    /** Nothing is known to be forced. */
    public static final ForcedRun NONE = new ForcedRun(new byte[0], false);

    private final byte[] bytes;
    private final boolean thenEnd;

    /**
     * The shared beginning of all continuations.
     *
     * @param bytes the first bytes of every continuation; copied
     * @param thenEnd whether the only continuation ends right after them
     */
    public ForcedRun(byte[] bytes, boolean thenEnd) {
      this.bytes = bytes.clone();
      this.thenEnd = thenEnd;
    }

    /** Whether no byte is forced. */
    public boolean isEmpty() {
      return bytes.length == 0;
    }

    /** The forced bytes; a copy. */
    public byte[] bytes() {
      return bytes.clone();
    }

    /** Whether the only continuation ends right after the bytes. */
    public boolean thenEnd() {
      return thenEnd;
    }

    /**
     * The bytes as the tokenizer would spell them after some text: a draft of what comes. Left out
     * are half a code point at the end and the last tokens, up to four, where what follows might
     * call for longer ones. Other spellings of the same bytes stay possible, so taking these tokens
     * without asking the model is not lossless.
     *
     * @param before the output so far, of which the last characters decide how words join
     * @return text tokens whose bytes are the first of {@link #bytes}; empty if no token begins
     *     where {@code before} ends
     */
    public int[] tokens(Tokenizer tokenizer, Vocabulary vocabulary, String before) {
      return CanonicalTokens.of(this, tokenizer, vocabulary, before);
    }
  }

  /**
   * Judges a whole text without a model, byte by byte. Half of a surrogate pair has no bytes and is
   * refused.
   *
   * @return accepted, accepted so far, or refused with the byte offset and what was expected there
   */
  default Check check(String text) {
    int lone = Texts.loneSurrogate(text);
    byte[] bytes = (lone < 0 ? text : text.substring(0, lone)).getBytes(StandardCharsets.UTF_8);
    State state = start();
    for (int i = 0; i < bytes.length; i++) {
      State next = state.step(bytes[i]);
      if (next == null) {
        return new Check(Check.Verdict.REFUSED, i, state.explain());
      }
      state = next;
    }
    if (lone >= 0) {
      return new Check(Check.Verdict.REFUSED, bytes.length, state.explain());
    }
    Check.Verdict verdict = state.mayEnd() ? Check.Verdict.ACCEPTED : Check.Verdict.ACCEPTED_SO_FAR;
    return new Check(verdict, bytes.length, state.explain());
  }

  /**
   * Outcome of {@link #check}.
   *
   * @param verdict the judgement
   * @param offset in UTF-8 bytes: where the text was refused, or its length
   * @param expected what was expected there; may be empty
   */
  record Check(Verdict verdict, int offset, String expected) {
    /** The judgement. */
    public enum Verdict {
      /** The text is complete. */
      ACCEPTED,
      /** The text is the beginning of a complete one. */
      ACCEPTED_SO_FAR,
      /** No completion exists. */
      REFUSED
    }

    /** Whether the text is complete. */
    public boolean accepted() {
      return verdict == Verdict.ACCEPTED;
    }
  }
}
