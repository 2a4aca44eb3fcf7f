package dev.espalier.examples.cli;

import dev.espalier.CausalLm;
import dev.espalier.djl.CausalLms;
import dev.espalier.djl.LoadOptions;
import dev.espalier.djl.Precision;
import dev.espalier.hub.HuggingFaceHub;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that choose and load a model. */
final class ModelChoice {
  @Option(
      names = {"-m", "--model"},
      paramLabel = "MODEL",
      description = {
        "A Hugging Face folder, a GGUF file, or a model of the hub that 'models fetch' has brought:"
            + " OWNER/NAME[@REVISION][:GGUF].",
        "Without it, the small model inside this program."
      })
  @Nullable String model;

  @Option(
      names = "--bf16",
      description = "Hold the weights in bfloat16: half the memory, a little less exact.")
  boolean bfloat16;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of the engine; all cores if not given.")
  int threads;

  /** The model; the caller closes it. */
  CausalLm open(Shell shell) {
    if (threads < 0) {
      throw CliException.usage("--threads must be 1 or more, not " + threads, "");
    }
    Path path = model == null ? EmbeddedModel.folder() : find(model);
    LoadOptions options =
        LoadOptions.defaults()
            .withPrecision(bfloat16 ? Precision.BFLOAT16 : Precision.FLOAT32)
            .withThreads(threads);
    // The size of the whole is known at the first call.
    Progress[] bar = new Progress[1];
    try {
      return CausalLms.load(
          path,
          options.withProgress(
              (done, total) -> {
                if (bar[0] == null) {
                  bar[0] = Progress.bytes(shell, "loading", total);
                }
                bar[0].to(done);
              }));
    } finally {
      if (bar[0] != null) {
        bar[0].close();
      }
    }
  }

  /** Where a model lies that is given by path or by name; asks nobody outside this machine. */
  static Path find(String spec) {
    try {
      Path path = Path.of(spec);
      if (Files.exists(path)) {
        return path;
      }
    } catch (InvalidPathException e) {
      // No path on this machine; a name then, or nothing.
    }
    if (!HubReference.isReference(spec)) {
      throw CliException.usage(
          "no folder, file or hub model '" + spec + "'",
          "give a Hugging Face folder, a .gguf file, or OWNER/NAME of a model on the hub");
    }
    HuggingFaceHub hub = HuggingFaceHub.builder().build();
    HubReference reference = HubReference.parse(spec);
    Optional<Path> cached =
        reference.gguf() == null
            ? hub.find(reference.model())
            : hub.findGguf(reference.model(), reference.gguf());
    return cached.orElseThrow(
        () ->
            CliException.usage(
                "'" + spec + "' is neither here nor in the cache at " + hub.cacheFolder(),
                "nothing is downloaded unasked; run: espalier models fetch " + spec));
  }
}
