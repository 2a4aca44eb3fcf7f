package dev.espalier.examples.cli;

import dev.espalier.LogitsProcessor;
import dev.espalier.Sampler;
import dev.espalier.sampling.Processors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how tokens are drawn; applied in the order of their declaration. */
final class SamplingChoice {
  @Option(
      names = {"-t", "--temperature"},
      paramLabel = "T",
      description = "Divides the logits: below 1 sharper, above 1 flatter, 0 takes the best token.")
  @Nullable Double temperature;

  @Option(names = "--top-k", paramLabel = "K", description = "Keeps the K best tokens.")
  @Nullable Integer topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Keeps the best tokens that hold P of the probability together.")
  @Nullable Double topP;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description = "Keeps tokens at least P times as probable as the best one.")
  @Nullable Double minP;

  @Option(
      names = {"-s", "--seed"},
      paramLabel = "N",
      description = "Makes the draws reproducible; a fresh seed if not given.")
  @Nullable Long seed;

  @Option(
      names = {"-n", "--max-tokens"},
      paramLabel = "N",
      defaultValue = "512",
      description = "Limit of generated tokens; ${DEFAULT-VALUE} if not given.")
  int maxTokens = 512;

  /** The sampler with these options. */
  Sampler.Builder applyTo(Sampler.Builder builder) {
    List<LogitsProcessor> chain = new ArrayList<>();
    if (temperature != null) {
      chain.add(Processors.temperature(temperature));
    }
    if (topK != null) {
      chain.add(Processors.topK(topK));
    }
    if (topP != null) {
      chain.add(Processors.topP(topP));
    }
    if (minP != null) {
      chain.add(Processors.minP(minP));
    }
    if (seed != null) {
      builder.seed(seed);
    }
    return builder.processors(chain).maxTokens(maxTokens);
  }
}
