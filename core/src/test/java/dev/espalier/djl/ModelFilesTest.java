package dev.espalier.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.ModelLoadException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with a model's files is one exception that says so. */
class ModelFilesTest {
  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"model_type\": \"llama\" | \"model_type\": \"mamba\" | mamba",
        "\"rope_type\": \"llama3\" | \"rope_type\": \"yarn\" | yarn",
        "\"hidden_act\": \"silu\" | \"hidden_act\": \"relu\" | relu",
        "\"hidden_size\": 32 | \"hidden_size\": 64 | shape",
        "\"hidden_size\": 32 | \"hidden_size\": -1 | width",
        "\"hidden_size\": 32 | \"hidden_size\": \"x\" | hidden_size",
        "\"num_hidden_layers\": 2 | \"num_hidden_layers\": 3 | model.layers.2",
        "\"num_key_value_heads\": 2 | \"num_key_value_heads\": 3 | key-value heads",
        "\"vocab_size\": 96 | \"vocab_size\": 2000000000 | vocabulary",
        "\"mlp_bias\": false | \"mlp_bias\": true | mlp_bias",
        "\"factor\": 4.0 | \"factor\": 0 | factor",
        "{ | [ | JSON",
      })
  void configurationsThatDoNotFitAreRefused(String from, String to, String message)
      throws IOException {
    Path source = TinyModels.folder("llama3");
    String config = Files.readString(source.resolve("config.json"));
    assertThat(config).contains(from);
    Files.writeString(temp.resolve("config.json"), config.replace(from, to));
    Files.copy(source.resolve("model.safetensors"), temp.resolve("model.safetensors"));
    assertThatThrownBy(() -> TinyModels.open(temp, LoadOptions.defaults()).close())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(message)
        .hasMessageContaining(temp.toString());
  }

  @Test
  void missingFilesAreNamed() {
    assertThatThrownBy(() -> CausalLms.load(temp.resolve("nowhere")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("nowhere");
    assertThatThrownBy(() -> CausalLms.load(temp))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("config.json");
  }

  /** Changed metadata either give a model that loads, or the one exception. */
  @ParameterizedTest
  @CsvSource({"llama.gguf, 100", "gpt2.gguf, 60"})
  void mutatedModelsLoadOrAreRefused(String name, int mutants) throws IOException {
    byte[] original = Files.readAllBytes(TinyModels.folder(name));
    Random random = new Random(77);
    int refused = 0;
    for (int m = 0; m < mutants; m++) {
      byte[] bytes = original.clone();
      int changes = 1 + random.nextInt(3);
      for (int i = 0; i < changes; i++) {
        bytes[24 + random.nextInt(700)] ^= (byte) (1 << random.nextInt(8));
      }
      Path file = Files.write(temp.resolve("m" + m + ".gguf"), bytes);
      refused +=
          Assertions.assertTimeoutPreemptively(
              Duration.ofSeconds(30), () -> loads(file) ? 0 : 1, "mutant " + m + " of seed 77");
      Files.delete(file);
    }
    assertThat(refused).isGreaterThan(mutants / 3);
  }

  private static boolean loads(Path file) {
    try (NativeDecoder model = TinyModels.open(file, LoadOptions.defaults())) {
      TinyModels.rows(model, 1, 2, 3);
      return true;
    } catch (ModelLoadException e) {
      assertThat(e).hasMessageContaining(file.toString());
      return false;
    }
  }

  @Test
  void aFileThatIsNoModelIsRefused() throws IOException {
    Path file = temp.resolve("model.gguf");
    Files.write(file, "GGUF and nothing else".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> CausalLms.load(file))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("model.gguf");
  }
}
