package dev.espalier.examples.cli;

import dev.espalier.LogitsProcessor;
import dev.espalier.Sampler;
import dev.espalier.sampling.Chain;
import dev.espalier.sampling.Processors;
import java.nio.file.Path;
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

  @Option(
      names = "--close",
      description = "Bring a constrained text that reaches the limit to a valid end.")
  boolean close;

  @Option(
      names = "--chain",
      paramLabel = "FILE",
      description = {
        "Processors as JSON, applied before the options above: [{\"method\": \"min_p\", \"p\": 0.05}, …]."
      })
  @Nullable Path chain;

  /** The sampler with these options. */
  Sampler.Builder applyTo(Sampler.Builder builder) {
    List<LogitsProcessor> stages = new ArrayList<>();
    if (chain != null) {
      stages.add(Chain.fromJson(TextFile.read(chain, "chain")));
    }
    if (temperature != null) {
      stages.add(Processors.temperature(temperature));
    }
    if (topK != null) {
      stages.add(Processors.topK(topK));
    }
    if (topP != null) {
      stages.add(Processors.topP(topP));
    }
    if (minP != null) {
      stages.add(Processors.minP(minP));
    }
    if (seed != null) {
      builder.seed(seed);
    }
    return builder.processors(stages).maxTokens(maxTokens).closeAtLimit(close);
  }
}
