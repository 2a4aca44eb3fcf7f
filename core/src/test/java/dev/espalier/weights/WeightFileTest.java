package dev.espalier.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.ModelLoadException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class WeightFileTest {
  @TempDir Path temp;

  private static Path resource(String name) {
    try {
      return Path.of(WeightFileTest.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /** Random blocks of every type, dequantised by llama.cpp's gguf package (golden_gguf.py). */
  @ParameterizedTest
  @EnumSource(TensorType.class)
  void dequantisedBlocksAreThoseOfLlamaCpp(TensorType type) {
    JsonNode golden = JsonMapper.shared().readTree(resource("types.json").toFile());
    JsonNode values = golden.get(type.name());
    try (Gguf file = Gguf.open(resource("types.gguf"))) {
      StoredTensor tensor = file.tensor(type.name());
      assertThat(tensor.type()).isEqualTo(type);
      assertThat(tensor.shape()).containsExactly(3, 256);
      float[] all = new float[768 + 3];
      tensor.read(0, 768, all, 3);
      for (int i = 0; i < 768; i++) {
        float expected = values.get(i).floatValue();
        // Products of three factors may be rounded in another order.
        assertThat(all[3 + i]).as("element %d", i).isCloseTo(expected, within(expected));
      }
      float[] part = new float[256];
      tensor.read(256, 256, part, 0);
      assertThat(part).isEqualTo(Arrays.copyOfRange(all, 259, 515));
      assertThatThrownBy(() -> tensor.read(768, 256, part, 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(tensor.map().remaining()).isEqualTo((int) tensor.bytes());
    }
  }

  private static org.assertj.core.data.Offset<Float> within(float value) {
    return org.assertj.core.data.Offset.offset(Math.abs(value) * 1e-5f + 1e-7f);
  }

  @Test
  void metadataKeepTheirTypes() {
    try (Gguf file = Gguf.open(resource("types.gguf"))) {
      GgufMetadata meta = file.metadata();
      assertThat(meta.integer("test.u32")).hasValue(7);
      assertThat(meta.string("test.text")).hasValue("naïve");
      assertThat(meta.strings("test.texts")).hasValue(List.of("a", "", "ç"));
      assertThat(meta.numbers("test.numbers").orElseThrow()).containsExactly(0.5, -2);
      assertThat(meta.bool("test.flag")).hasValue(true);
      assertThat(meta.string("test.absent")).isEmpty();
      assertThatThrownBy(() -> meta.string("test.u32"))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining("test.u32");
    }
  }

  @Test
  void everyHalfIsExact() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      int exponent = (bits >> 10) & 31;
      double sign = (bits & 0x8000) == 0 ? 1 : -1;
      double fraction = bits & 0x3ff;
      double expected =
          exponent == 0
              ? sign * fraction * Math.pow(2, -24)
              : exponent == 31
                  ? (fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN)
                  : sign * (1 + fraction / 1024) * Math.pow(2, exponent - 15);
      assertThat(Double.valueOf(Dequantizer.half((short) bits)))
          .as("%04x", bits)
          .isEqualTo(Double.valueOf(expected));
    }
  }

  /** Every mutant either opens, and then can be read to the end, or gives the one exception. */
  @ParameterizedTest
  @CsvSource({"types.gguf, 150", "../djl/llama.gguf, 100", "../djl/llama3/model.safetensors, 150"})
  void mutatedFilesGiveOneClearException(String name, int mutants) throws IOException {
    byte[] original = Files.readAllBytes(resource(name));
    long seed = 20260101;
    Random random = new Random(seed);
    int refused = 0;
    for (int m = 0; m < mutants; m++) {
      byte[] bytes = mutate(original, random);
      Path file = Files.write(temp.resolve("mutant" + m), bytes);
      String what = name + ", mutant " + m + " of seed " + seed;
      refused +=
          Assertions.assertTimeoutPreemptively(
              Duration.ofSeconds(20), () -> readsOrRefuses(file) ? 0 : 1, what);
      Files.delete(file);
    }
    assertThat(refused).as("refused of %d", mutants).isGreaterThan(mutants / 3);
  }

  private static boolean readsOrRefuses(Path file) {
    try (WeightFile open = WeightFile.open(file)) {
      for (StoredTensor tensor : open.tensors().values()) {
        int n = Math.toIntExact(tensor.elements());
        tensor.read(0, n, new float[n], 0);
      }
      return true;
    } catch (ModelLoadException e) {
      assertThat(e).hasMessageContaining(file.toString());
      assertThat(e.getMessage().length()).isLessThan(1000);
      return false;
    }
  }

  private static byte[] mutate(byte[] original, Random random) {
    byte[] bytes = original.clone();
    int head = Math.min(bytes.length, 1500); // where lengths, counts and offsets are
    switch (random.nextInt(5)) {
      case 0 -> {
        return Arrays.copyOf(bytes, random.nextInt(bytes.length));
      }
      case 1 -> bytes[random.nextInt(head)] ^= (byte) (1 << random.nextInt(8));
      case 2 -> {
        long value = new long[] {-1, Long.MAX_VALUE, 1L << 62, 1L << 33, 0}[random.nextInt(5)];
        ByteBuffer.wrap(bytes)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(random.nextInt(head - 8), value);
      }
      case 3 -> {
        for (int i = 0; i < 20; i++) {
          bytes[random.nextInt(head)] = (byte) random.nextInt();
        }
      }
      default -> {
        int from = random.nextInt(head);
        int to = random.nextInt(head);
        System.arraycopy(
            original, from, bytes, to, Math.min(16, bytes.length - Math.max(from, to)));
      }
    }
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}trailing",
        "[]",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
        "{\"a\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1,-2],\"data_offsets\":[0,8]}}",
      })
  void illStatedSafetensorsAreRefused(String header) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + 8).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    Path file = Files.write(temp.resolve("x.safetensors"), bytes.array());
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("x.safetensors");
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    assertThatThrownBy(() -> WeightFile.open(temp.resolve("absent.gguf")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("absent.gguf");
    assertThatThrownBy(() -> WeightFile.open(temp))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("model.safetensors");
    Files.writeString(
        temp.resolve("model.safetensors.index.json"), "{\"weight_map\":{\"a\":\"b.safetensors\"}}");
    assertThatThrownBy(() -> WeightFile.open(temp))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("b.safetensors");
    Files.writeString(
        temp.resolve("model.safetensors.index.json"),
        "{\"weight_map\":{\"a\":\"../../etc/x.safetensors\"}}");
    assertThatThrownBy(() -> WeightFile.open(temp))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("shard name");
  }
}
