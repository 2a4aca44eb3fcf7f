package dev.espalier.djl;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Real models for tests: in {@code ESPALIER_MODELS}, else in {@code models/} of the repository. */
final class RealModels {
  static final String SMOLLM2 = "SmolLM2-135M-Instruct.Q4_1.gguf";

  private RealModels() {}

  /** The file of SmolLM2; where it is absent the calling test is skipped and says so. */
  static Path smolLm2() {
    return present(folder().resolve(SMOLLM2));
  }

  /** The folder of a published tokenizer; where it is absent the calling test is skipped. */
  static Path tokenizer(String name) {
    Path directory = folder().resolve("tokenizers").resolve(name).resolve("models");
    present(directory.resolve("tokenizer.json"));
    return directory;
  }

  private static Path folder() {
    String stated = System.getenv("ESPALIER_MODELS");
    Path folder = Path.of(stated == null ? "models" : stated);
    if (stated == null && !Files.exists(folder)) {
      folder = Path.of("..", "models"); // modules are tested in their own folder
    }
    return folder;
  }

  private static Path present(Path file) {
    Assumptions.assumeTrue(
        Files.exists(file),
        file
            + " is absent; src/test/bin/fetch-models fetches it (ESPALIER_MODELS names its folder)");
    return file;
  }
}
