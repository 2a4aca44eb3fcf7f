package dev.espalier;

import java.time.Duration;

/**
 * What a generation cost. Samples generated together share forward passes; each of them reports the
 * whole time of the passes that it took part in.
 *
 * @param promptTokens length of the prompt in tokens
 * @param reusedTokens of these, how many were still in the cache from earlier
 * @param generatedTokens tokens produced, the end token included when drawn
 * @param forcedTokens of these, how many the constraint forced without a draw
 * @param committedTokens of the forced ones, how many stand for bytes that were forced although
 *     other tokens could have spelled them; see {@link Sampler.Builder#commitForcedBytes} and
 *     {@link Sampler.Builder#closeAtLimit}
 * @param forwardPasses passes through the model after the prompt
 * @param prefill time for the prompt
 * @param forward time in the model after the prompt
 * @param mask time for masks, whether or not it was hidden behind the model
 * @param sampling time in processors and draws
 * @param total wall time from the call to the result
 */
public record Usage(
    int promptTokens,
    int reusedTokens,
    int generatedTokens,
    int forcedTokens,
    int committedTokens,
    int forwardPasses,
    Duration prefill,
    Duration forward,
    Duration mask,
    Duration sampling,
    Duration total) {

  /** Generated tokens per second after the prompt; 0 if none was generated. */
  public double tokensPerSecond() {
    double seconds = total.minus(prefill).toNanos() / 1e9;
    return seconds <= 0 ? 0 : generatedTokens / seconds;
  }
}
