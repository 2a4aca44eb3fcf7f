package dev.espalier.grammar.schema;

import dev.espalier.grammar.Whitespace;
import java.time.Duration;

/**
 * How a schema is turned into text.
 *
 * @param declaredOrder properties in the order they are declared, or in any order
 * @param whitespace where it goes
 * @param depth of nested objects and arrays
 * @param states of the machine and of single automata
 * @param compileTime for the work before the first token
 */
public record Options(
    boolean declaredOrder, Whitespace whitespace, int depth, int states, Duration compileTime) {
  /** The defaults of the library. */
  public static final Options DEFAULT =
      new Options(true, Whitespace.compact(), 128, 1_000_000, Duration.ofSeconds(2));
}
