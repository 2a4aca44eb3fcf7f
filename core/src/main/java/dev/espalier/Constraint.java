package dev.espalier;

/**
 * A description of the texts that may be generated: a JSON Schema, a regular expression, a grammar.
 * It knows no vocabulary. Immutable, shared by threads.
 */
public interface Constraint {
  /**
   * The state machine of this description over the tokens of a vocabulary. Implementations cache
   * it, so that a second call is a look-up.
   *
   * @throws BudgetExceededException if the description is too large for its budgets
   * @throws EspalierException if something it asks for cannot be enforced, naming the place
   */
  CompiledConstraint compile(Vocabulary vocabulary);
}
