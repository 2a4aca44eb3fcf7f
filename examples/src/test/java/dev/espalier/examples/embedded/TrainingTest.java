package dev.espalier.examples.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class TrainingTest {
  private static final Bpe BPE = BpeTest.encoding(300);
  private static final ModelShape TINY = new ModelShape(300, 32, 1, 1, 64, 256);
  private static final Curriculum CURRICULUM = new Curriculum(BPE, 1, 8, 100, 50);

  private static double[] train(Network network, int steps, double rate) {
    double[] losses = new double[steps];
    List<Batch> pool = CURRICULUM.pool(network.steps(), network.workers());
    for (int i = 0; i < steps; i++) {
      List<Batch> share = pool.subList(i * network.workers(), (i + 1) * network.workers());
      losses[i] = network.step(share, rate);
    }
    return losses;
  }

  @Test
  void theLossFalls() {
    try (Network network = new Network(TINY, 2, 1)) {
      double[] losses = train(network, 30, 0.01);
      // An untrained model is as good as a uniform draw.
      assertThat(losses[0]).isBetween(Math.log(300) - 0.5, Math.log(300) + 0.5);
      assertThat(Arrays.stream(losses, 25, 30).average().orElseThrow()).isLessThan(losses[0] - 1);
    }
  }

  @Test
  void twoWorkersTakeTheStepThatOneWould() {
    List<Batch> halves = CURRICULUM.pool(0, 2).subList(0, 2);
    try (Network one = new Network(TINY, 1, 1);
        Network two = new Network(TINY, 2, 1)) {
      double together = two.step(halves, 1e-3);
      int answers = halves.get(0).targets().length + halves.get(1).targets().length;
      double apart = 0;
      try (Network probe = new Network(TINY, 1, 1)) {
        // At rate zero a step changes nothing, so the same network scores both halves.
        for (Batch half : halves) {
          apart += probe.step(List.of(half), 0) * half.targets().length / answers;
        }
      }
      assertThat(together).isCloseTo(apart, Offset.offset(1e-4));
      one.step(List.of(halves.get(0)), 1e-3);
      assertThat(two.theta()).isNotEqualTo(one.theta());
    }
  }

  @Test
  void aResumedRunGoesOnAsIfItHadNotStopped(@TempDir Path folder) throws IOException {
    try (Network network = new Network(TINY, 1, 1);
        Network resumed = new Network(TINY, 1, 2)) {
      train(network, 3, 1e-3);
      Checkpoint.save(network, folder);
      assertThat(Checkpoint.restore(resumed, folder)).isTrue();
      assertThat(resumed.steps()).isEqualTo(3);
      train(network, 2, 1e-3);
      train(resumed, 2, 1e-3);
      assertThat(resumed.theta()).isEqualTo(network.theta());
    }
  }

  @Test
  void aCheckpointOfAnotherModelIsRefused(@TempDir Path folder) throws IOException {
    try (Network network = new Network(TINY, 1, 1)) {
      assertThat(Checkpoint.restore(network, folder)).isFalse();
      Files.write(folder.resolve("checkpoint.bin"), new byte[12]);
      assertThatThrownBy(() -> Checkpoint.restore(network, folder))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("has 12 bytes")
          .hasMessageContaining("delete it");
    }
  }

  @Test
  void theFolderHoldsEveryWeightOnceInBfloat16(@TempDir Path folder) throws IOException {
    Parameters parameters = new Parameters(TINY);
    float[] theta = parameters.initial(3, TINY.layers());
    ModelFolder.write(folder, TINY, parameters, theta, BPE);
    ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("model.safetensors")));
    file.order(ByteOrder.LITTLE_ENDIAN);
    byte[] json = new byte[(int) file.getLong()];
    file.get(json);
    JsonNode header = JsonMapper.shared().readTree(new String(json, StandardCharsets.UTF_8));
    int start = file.position();
    assertThat(file.remaining()).isEqualTo(2 * parameters.size());
    assertThat(header.size()).isEqualTo(1 + 2 + 9 * TINY.layers());
    // The query, key and value matrices lie one after the other in training and in the file.
    JsonNode value = header.get("model.layers.0.self_attn.v_proj.weight");
    int from = value.get("data_offsets").get(0).asInt();
    Parameters.Slice fused = parameters.slices().get(2);
    float expected = theta[fused.offset() + 2 * 32 * 32];
    float stored = Float.intBitsToFloat(file.getShort(start + from) << 16);
    assertThat(stored).isCloseTo(expected, Percentage.withPercentage(0.4));
  }

  @Test
  void bfloat16RoundsToTheNearestAndTiesToEven() {
    assertThat(ModelFolder.bfloat16(1f)).isEqualTo((short) 0x3f80);
    assertThat(ModelFolder.bfloat16(Float.intBitsToFloat(0x3f808000))).isEqualTo((short) 0x3f80);
    assertThat(ModelFolder.bfloat16(Float.intBitsToFloat(0x3f818000))).isEqualTo((short) 0x3f82);
    assertThat(ModelFolder.bfloat16(Float.intBitsToFloat(0x3f808001))).isEqualTo((short) 0x3f81);
    assertThat(ModelFolder.bfloat16(-2.5f)).isEqualTo((short) 0xc020);
  }
}
