package dev.espalier.djl;

import static dev.espalier.djl.TinyModels.feed;
import static dev.espalier.djl.TinyModels.maxDifference;
import static dev.espalier.djl.TinyModels.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.Feed;
import dev.espalier.LmSequence;
import dev.espalier.ModelLoadException;
import dev.espalier.Vocabulary;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TorchScriptLmTest {
  /**
   * One attention layer over sines of ids and positions, two heads of four, vocabulary 16, with
   * DJL's convention for the past.
   */
  private static final String MODEL =
      """
      def forward(self, ids: Tensor, positions: Tensor, mask: Tensor, past: Tuple[Tuple[Tensor, Tensor]]) -> Tuple[Tensor, Tuple[Tuple[Tensor, Tensor]]]:
          t = ids.size(1)
          scale = torch.arange(1, 9, dtype=6)
          x = torch.sin(torch.unsqueeze(torch.to(ids, 6), -1) * scale + torch.unsqueeze(torch.to(positions, 6), -1) * 0.1)
          h = x.view([1, t, 2, 4]).transpose(1, 2)
          layer, = past
          k0, v0 = layer
          k = torch.cat([k0, h], 2)
          v = torch.cat([v0, h * 2.0], 2)
          n = k.size(2)
          causal = torch.tril(torch.ones([t, n], dtype=11), n - t)
          seen = torch.logical_and(causal, mask.view([1, 1, 1, n]) == 1)
          a = torch.scaled_dot_product_attention(h, k, v, seen)
          y = a.transpose(1, 2).reshape([1, t, 8])
          logits = torch.matmul(y, torch.sin(torch.arange(128, dtype=6)).view([8, 16]))
          return (logits, ((k, v),))
      """;

  private static TorchScriptLm open() {
    Vocabulary.Builder vocabulary = Vocabulary.builder(16);
    for (int id = 0; id < 16; id++) {
      vocabulary.text(id, "<" + id + ">");
    }
    return new TorchScriptLm(
        "test",
        new ByteArrayInputStream(new TorchScriptArchive(MODEL).bytes()),
        new TorchScriptLm.Shapes(1, 2, 4, 16, 64),
        LoadOptions.defaults(),
        TinyModels.text(vocabulary.build()));
  }

  @Test
  void stepsForksAndTruncationsGiveTheRowsOfOnePass() {
    int[] ids = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3};
    try (TorchScriptLm model = open();
        LmSequence sequence = model.open()) {
      List<float[]> whole = rows(model, ids);
      for (int i = 0; i < ids.length; i++) {
        assertThat(maxDifference(feed(model, sequence, ids[i]).get(0), whole.get(i)))
            .isLessThan(1e-5);
      }
      try (LmSequence fork = sequence.fork()) {
        fork.truncate(4);
        List<float[]> rest = feed(model, fork, Arrays.copyOfRange(ids, 4, 10));
        for (int i = 0; i < 6; i++) {
          assertThat(maxDifference(rest.get(i), whole.get(4 + i))).isLessThan(1e-5);
        }
        fork.truncate(0);
        assertThat(maxDifference(feed(model, fork, ids).get(9), whole.get(9))).isLessThan(1e-5);
      }
      assertThat(sequence.length()).isEqualTo(10);
      assertThatThrownBy(() -> model.forward(List.of(Feed.of(sequence, 1, 2).tree(-1, -1))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("token trees");
    }
  }

  @Test
  void nothingIsAliveOnceSequencesAreClosed() {
    TorchScriptLm model = open();
    int idle = model.liveArrays();
    LmSequence sequence = model.open();
    for (int i = 0; i < 50; i++) {
      feed(model, sequence, i % 16);
    }
    LmSequence fork = sequence.fork();
    fork.truncate(3);
    sequence.close();
    fork.close();
    assertThat(model.liveArrays()).isEqualTo(idle);
    model.close();
    assertThat(model.liveArrays()).isZero();
  }

  @Test
  void whatIsNoArchiveIsRefused() {
    assertThatThrownBy(
            () ->
                new TorchScriptLm(
                    "broken.pt",
                    new ByteArrayInputStream(new byte[100]),
                    new TorchScriptLm.Shapes(1, 2, 4, 16, 64),
                    LoadOptions.defaults(),
                    TinyModels.text(Vocabulary.builder(16).text(0, "a").build())))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("broken.pt");
  }
}
