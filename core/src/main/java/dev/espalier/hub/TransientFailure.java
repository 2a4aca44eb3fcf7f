package dev.espalier.hub;

import java.io.IOException;
import java.time.Duration;

/** The hub asks to come back later: it is busy, or has an error that may pass. */
final class TransientFailure extends IOException {
  private static final long serialVersionUID = 1L;

  private final Duration retryAfter; // zero if the hub did not say

  TransientFailure(String message, Duration retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }

  Duration retryAfter() {
    return retryAfter;
  }
}
