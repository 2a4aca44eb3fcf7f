package dev.espalier;

/** No token can be drawn: everything is masked, or the logits are not numbers. */
public final class NoAdmissibleTokenException extends EspalierException {
  private static final long serialVersionUID = 1L;

  /** With what removed the last token, or which logit is no number. */
  public NoAdmissibleTokenException(String message) {
    super(message);
  }
}
