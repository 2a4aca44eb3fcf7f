package dev.espalier.grammar.token;

import dev.espalier.CompiledConstraint;

/**
 * A constraint's state that can stand inside a grammar and knows which tokens go on behind it, so
 * that nobody has to try them all.
 */
public interface Embeddable extends CompiledConstraint.State {
  /**
   * Names the tokens that hold the end of the text and more behind it.
   *
   * @return false if they are not known without reading the vocabulary
   */
  boolean beyond(Beyond out);

  /** Takes what lies beyond the end. */
  interface Beyond {
    /** What is left of some tokens after the text has ended inside them. */
    void rest(Suffixes rest);

    /** A token that may or may not hold the end. */
    void perhaps(int token);
  }
}
