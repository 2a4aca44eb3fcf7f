package dev.espalier.tests.maskbench;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.espalier.Vocabulary;
import dev.espalier.tokenizer.HuggingFaceDirectory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** A model's tokenizer: real tokens for instances, and a vocabulary as new as one likes. */
final class BenchTokenizer implements AutoCloseable {
  private final Path folder;
  private final HuggingFaceTokenizer encoder;

  /** From a {@code tokenizer.json}; what lies beside it is read too. */
  BenchTokenizer(Path file) throws IOException {
    if (!file.getFileName().toString().equals("tokenizer.json")) {
      throw new IOException(file + ": must be called tokenizer.json");
    }
    folder = file.toAbsolutePath().getParent();
    if (System.getProperty("RUST_FLAVOR") == null) {
      System.setProperty("RUST_FLAVOR", "cpu"); // else DJL looks for a CUDA flavour
    }
    byte[] json = HuggingFaceDirectory.read(folder).json().getBytes(StandardCharsets.UTF_8);
    encoder =
        HuggingFaceTokenizer.newInstance(
            new ByteArrayInputStream(json), Map.of("truncation", "false", "padding", "false"));
  }

  int[] encode(String text) {
    return Arrays.stream(encoder.encode(text, false, false).getIds())
        .mapToInt(Math::toIntExact)
        .toArray();
  }

  /** A vocabulary that no cache has seen before: they go by identity. */
  Vocabulary freshVocabulary() {
    return HuggingFaceDirectory.read(folder).vocabulary();
  }

  @Override
  public void close() {
    encoder.close();
  }
}
