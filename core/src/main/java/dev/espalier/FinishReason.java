package dev.espalier;

/** Why a generation ended. */
public enum FinishReason {
  /** An end token, a stop token or a stop string came. */
  STOP,
  /** The constraint left nothing but the end; no end token was drawn. */
  COMPLETE,
  /** The token limit, or the end of the context, was reached. */
  LENGTH,
  /** The token limit was reached, and what was open was closed; see {@code closeAtLimit}. */
  CLOSED,
  /** The caller cancelled, directly or from a listener. */
  CANCELLED,
  /** The deadline passed. */
  DEADLINE,
  /** An exception ended it; only in the partial result that the exception carries. */
  FAILED
}
