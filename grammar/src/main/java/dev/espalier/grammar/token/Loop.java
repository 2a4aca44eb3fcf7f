package dev.espalier.grammar.token;

import java.util.function.IntUnaryOperator;

/**
 * That an automaton comes back to where it is after every character of some groups, but for a count
 * of characters.
 *
 * @param groups of characters, see {@link CharGroups}
 * @param most how many of them may come; {@link Integer#MAX_VALUE} for any number
 * @param after the state after so many of them
 * @param bytes the {@link ByteGroups} of which these characters are all
 */
public record Loop(long groups, int most, IntUnaryOperator after, long bytes) {
  /** The same, its bytes worked out. */
  public Loop(long groups, int most, IntUnaryOperator after) {
    this(groups, most, after, ByteGroups.within(groups));
  }
}
