package dev.espalier.grammar.token;

/**
 * How a segment's texts are measured in characters, so that a limit of their number can be kept
 * beside a state instead of inside it: states of all limits are then one.
 */
public interface Limit {
  /** Whether a byte begins a character in a state. */
  boolean begins(int state, int b);

  /** A number of further characters that suffice to leave a state; any such number. */
  int enough(int state);

  /** Whether so many further characters suffice to leave a state; exact. */
  boolean fits(int state, int characters);
}
