package dev.espalier;

/** What a penalty does to one token, for {@link Candidates#edit}. */
@FunctionalInterface
public interface SparseEdit {
  /**
   * The new logit of a candidate.
   *
   * @param logit finite
   * @param argument what the caller knows about the token, such as how often it was seen
   * @return finite
   */
  float apply(float logit, int argument);
}
