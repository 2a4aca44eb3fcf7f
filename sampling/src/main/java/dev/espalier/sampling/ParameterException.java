package dev.espalier.sampling;

import dev.espalier.EspalierException;

/** A method was asked for with a parameter that it does not have, or outside the allowed range. */
public final class ParameterException extends EspalierException {
  private static final long serialVersionUID = 1L;

  /** With the method, the parameter, its value and the allowed range. */
  public ParameterException(String message) {
    super(message);
  }
}
