package dev.espalier;

import java.time.Duration;

/** Where a lane's time goes, in nanoseconds. */
final class Stopwatch {
  private final long start;
  long prefill;
  long forward;
  long mask;
  long sampling;
  int forwardPasses;

  Stopwatch() {
    this(System.nanoTime());
  }

  private Stopwatch(long start) {
    this.start = start;
  }

  Stopwatch fork() {
    Stopwatch copy = new Stopwatch(start);
    copy.prefill = prefill;
    copy.forward = forward;
    copy.mask = mask;
    copy.sampling = sampling;
    copy.forwardPasses = forwardPasses;
    return copy;
  }

  Usage usage(int promptTokens, int reusedTokens, int generated, int forced, int committed) {
    return new Usage(
        promptTokens,
        reusedTokens,
        generated,
        forced,
        committed,
        forwardPasses,
        Duration.ofNanos(prefill),
        Duration.ofNanos(forward),
        Duration.ofNanos(mask),
        Duration.ofNanos(sampling),
        Duration.ofNanos(System.nanoTime() - start));
  }
}
