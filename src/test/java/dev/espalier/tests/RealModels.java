package dev.espalier.tests;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where real models, tokenizers and the shared test data are, if they are there. */
public final class RealModels {
  private RealModels() {}

  /** A file under {@code ESPALIER_MODELS}, else under {@code models/} of the repository. */
  static Path find(String file) {
    String stated = System.getenv("ESPALIER_MODELS");
    return (stated == null ? root().resolve("models") : Path.of(stated)).resolve(file);
  }

  /** A file under {@code ESPALIER_SHARED}, else under {@code ../shared} beside the repository. */
  public static Path shared(String file) {
    String stated = System.getenv("ESPALIER_SHARED");
    return (stated == null ? root().resolve("../shared") : Path.of(stated)).resolve(file);
  }

  /** The message of a test that skips. */
  public static String absent(Path file) {
    return file.toAbsolutePath().normalize()
        + " is absent; src/test/bin/fetch-models fetches models (ESPALIER_MODELS names their"
        + " folder, ESPALIER_SHARED that of the shared test data)";
  }

  private static Path root() {
    Path at = Path.of("").toAbsolutePath();
    while (at.getParent() != null && !Files.exists(at.resolve("bom/pom.xml"))) {
      at = at.getParent();
    }
    return at;
  }
}
