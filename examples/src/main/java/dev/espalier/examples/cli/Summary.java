package dev.espalier.examples.cli;

import dev.espalier.Generation;
import dev.espalier.Usage;
import java.time.Duration;
import java.util.Locale;

/** What a generation cost, on one line. */
final class Summary {
  private Summary() {}

  static String of(Generation generation) {
    Usage usage = generation.usage();
    return String.format(
        Locale.ROOT,
        "%d tokens (%d forced) in %.2f s, %.0f tokens/s after a prompt of %d; %s; seed %d",
        usage.generatedTokens(),
        usage.forcedTokens(),
        seconds(usage.total()),
        usage.tokensPerSecond(),
        usage.promptTokens(),
        generation.finishReason().name().toLowerCase(Locale.ROOT),
        generation.seed());
  }

  static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
