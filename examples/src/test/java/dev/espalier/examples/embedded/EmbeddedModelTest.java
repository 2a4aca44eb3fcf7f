package dev.espalier.examples.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CausalLm;
import dev.espalier.djl.CausalLms;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the committed model has to be good for. */
final class EmbeddedModelTest {
  private static Path folder() throws URISyntaxException {
    return Path.of(
            Objects.requireNonNull(
                    EmbeddedModelTest.class.getResource("/dev/espalier/examples/model/config.json"))
                .toURI())
        .getParent();
  }

  @Test
  void itIsAtMostEightMegabytes() throws IOException, URISyntaxException {
    try (Stream<Path> files = Files.list(folder())) {
      assertThat(files.mapToLong(file -> file.toFile().length()).sum()).isLessThan(8_000_000);
    }
  }

  @Test
  void constrainedItPicksTheRightToolAndFillsItInForHeldOutRequests() throws URISyntaxException {
    List<Example> examples = Corpus.heldOut().structured(2026, 200);
    try (CausalLm model = CausalLms.load(folder())) {
      Evaluation constrained = Evaluation.of(model, examples, true);
      Evaluation unconstrained = Evaluation.of(model, examples, false);
      System.out.println("embedded model, constrained:   " + constrained);
      System.out.println("embedded model, unconstrained: " + unconstrained);
      assertThat(constrained.valid() + constrained.cutOff()).isEqualTo(200);
      assertThat(constrained.cutOff()).isLessThanOrEqualTo(4);
      assertThat(constrained.rightTool())
          .isGreaterThanOrEqualTo(constrained.toolRequests() * 95 / 100);
      assertThat(constrained.rightAnswer()).isGreaterThanOrEqualTo(160);
      assertThat(constrained.rightAnswer()).isGreaterThanOrEqualTo(unconstrained.rightAnswer());
    }
  }
}
