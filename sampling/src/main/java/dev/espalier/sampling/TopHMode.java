package dev.espalier.sampling;

/** What top-H bounds; the three published forms differ. */
public enum TopHMode {
  /** The authors' code: the partial sum of −p log p, against that of the best {@code top_n}. */
  REFERENCE,
  /** The paper: the entropy of the kept set, renormalised, against that of all tokens. */
  PAPER,
  /** Hugging Face's: as the code, with the best {@code top_n} renormalised first. */
  HUGGING_FACE
}
