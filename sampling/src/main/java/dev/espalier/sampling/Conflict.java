package dev.espalier.sampling;

/** What a chain does when mask and processors together remove every token. */
public enum Conflict {
  /** An exception names the stage that removed the last one. */
  THROW,
  /** Only the end tokens that the mask allows remain; an exception if it allows none. */
  ALLOW_END,
  /** The stage that removed the last one is left out for this step. */
  RELAX_LAST
}
