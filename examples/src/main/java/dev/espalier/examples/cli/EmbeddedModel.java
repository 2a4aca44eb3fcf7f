package dev.espalier.examples.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The model inside this program, as a folder: loaders map weights into memory and so want files,
 * and resources may lie in a jar. The copies live until the process ends.
 */
final class EmbeddedModel {
  private static final String RESOURCES = "/dev/espalier/examples/model/";
  private static final List<String> FILES =
      List.of(
          "config.json",
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "model.safetensors");

  private EmbeddedModel() {}

  private static final class Copied {
    static final Path FOLDER = copy();
  }

  /** Whether it is on the class path. */
  static boolean isPresent() {
    return EmbeddedModel.class.getResource(RESOURCES + "model.safetensors") != null;
  }

  /** A folder with its files. */
  static Path folder() {
    return Copied.FOLDER;
  }

  private static Path copy() {
    try {
      Path folder = Files.createTempDirectory("espalier-model-");
      folder.toFile().deleteOnExit();
      for (String file : FILES) {
        try (InputStream in = EmbeddedModel.class.getResourceAsStream(RESOURCES + file)) {
          if (in == null) {
            throw new CliException(
                ExitCode.FAILED,
                "the embedded model is incomplete: " + file + " is missing from the class path",
                "build espalier-examples anew, or give another model with --model");
          }
          Path copy = folder.resolve(file);
          Files.copy(in, copy);
          copy.toFile().deleteOnExit();
        }
      }
      return folder;
    } catch (IOException e) {
      throw new CliException(
          ExitCode.FAILED,
          "cannot write the embedded model to a temporary folder: " + e,
          "make room in " + System.getProperty("java.io.tmpdir") + " or set -Djava.io.tmpdir",
          e);
    }
  }
}
