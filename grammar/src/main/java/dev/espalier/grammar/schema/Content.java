package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.token.Loop;
import dev.espalier.grammar.token.Segment;
import dev.espalier.grammar.token.TokenTrie;
import org.jspecify.annotations.Nullable;

/**
 * An automaton over the unescaped bytes of a string. States are numbered from 0; every state can
 * still be completed. Used under its segment's lock.
 */
interface Content {
  int DEAD = -1;

  int start();

  /** The state after a byte, or {@link #DEAD}. */
  int step(int state, int b);

  /** The exit's label if the string may end here, else -1. */
  int label(int state);

  /** How the state compares with "any text", for views without a walk over the vocabulary. */
  Likeness likeness(int state);

  /** A set that holds every byte which is not refused in a state; null if nothing is known. */
  default @Nullable ByteSet live(int state) {
    return null;
  }

  /** What the text may go on with for a while without a change; null if nothing much. */
  default @Nullable Loop loop(int state) {
    return null;
  }

  /**
   * Bytes after which the string may end, not many; null if nothing better than a search is known.
   */
  default byte @Nullable [] wayOut(int state) {
    return null;
  }

  /** See {@link Segment#skip}. */
  default Segment.@Nullable Skip skip(int state) {
    return null;
  }

  /** A number of characters after which the string may end, if only small ones are asked for. */
  default int enough(int state) {
    return 0;
  }

  /** Whether the string may end after at most so many characters. */
  default boolean fits(int state, int characters) {
    return true;
  }

  /** Whether the string may end in several ways; no where that is not known. */
  default boolean hasSeveral(int state) {
    return false;
  }

  /** What is expected here, for people. */
  String explain(int state);

  /** How a state's future compares with that of any text. */
  sealed interface Likeness {
    /** Nothing useful is known. */
    record Unknown() implements Likeness {}

    /** The same as any text in its state {@code anyState}, under one label. */
    record Any(int anyState, int label) implements Likeness {}

    /** Any text of {@code min} to {@code max} characters, under one label. */
    record Counted(int min, int max, int label) implements Likeness {}

    /** Any text, under one label, but for what follows {@link Content#onNames}. */
    record OffNames(int label) implements Likeness {}

    /** The same as another state but for what follows {@link Content#onNames}. */
    record OffNamesAs(int state) implements Likeness {}

    /** The same, as far as any token reaches, as another state: a limit is far away. */
    record As(int state) implements Likeness {}

    /** Those texts of another state that have at most {@code most} characters. */
    record Limited(int state, int most) implements Likeness {}

    /**
     * The same as {@code whole} with at most {@code most} characters, which as far as tokens of up
     * to {@link TokenTrie#SHORT} bytes reach is the same as another state.
     *
     * @param state which holds all texts of {@code whole}
     * @param low a state all of whose texts {@code whole} holds, and which is as near; -1 if none
     *     is known
     * @param most {@link Integer#MAX_VALUE} if there is no limit
     */
    record Near(int state, int low, int whole, int most) implements Likeness {}

    /** Whatever comes can still be completed, as with any text; only where it ends differs. */
    record Total() implements Likeness {}

    Total TOTAL = new Total();

    Unknown UNKNOWN = new Unknown();
  }

  /**
   * For {@link Likeness.OffNames} and {@link Likeness.OffNamesAs}: the bytes with which the text so
   * far goes on to a listed name; null if it can become none.
   */
  default @Nullable ByteSet onNames(int state) {
    return null;
  }
}
