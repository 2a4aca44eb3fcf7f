package dev.espalier;

/**
 * What a penalty does to some tokens, for {@link Candidates#edit}. It may be applied late, or only
 * to the tokens that turn out to matter: until the next {@link Candidates#load} it must not change.
 */
public interface SparseEdit {
  /** Distinct ids, of which the first {@link #size} count; not written to. */
  int[] tokens();

  /**
   * For each token what the edit needs to know, such as how often it was seen; 0 leaves it alone.
   */
  int[] arguments();

  /** How many tokens there are. */
  int size();

  /** The argument of any token; 0 if it is not among {@link #tokens}. */
  int argument(int token);

  /**
   * The new logit of a candidate.
   *
   * @param logit finite
   * @param argument not 0
   * @return finite
   */
  float apply(float logit, int argument);

  /** Whether no logit ever rises. False unless overridden. */
  default boolean lowers() {
    return false;
  }
}
