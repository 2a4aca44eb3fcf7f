package dev.espalier.djl;

import dev.espalier.CausalLm;
import dev.espalier.Feed;
import dev.espalier.ForwardOutput;
import dev.espalier.LmSequence;
import dev.espalier.Tokenizer;
import dev.espalier.Vocabulary;
import dev.espalier.weights.Gguf;
import dev.espalier.weights.WeightFile;
import java.net.URISyntaxException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Small random models with golden figures (src/test/python/golden_models.py), and runs of them. */
final class TinyModels {
  static final List<String> NAMES =
      List.of("llama3", "linear", "mistral", "qwen2", "qwen3", "gpt2");

  private static final Tokenizer NO_TOKENIZER =
      new Tokenizer() {
        @Override
        public int[] encode(String text, boolean addSpecialTokens) {
          throw new UnsupportedOperationException();
        }

        @Override
        public String decode(int[] tokens) {
          throw new UnsupportedOperationException();
        }
      };

  private TinyModels() {}

  static Path folder(String name) {
    try {
      return Path.of(TinyModels.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  static JsonNode golden(String name) {
    return JsonMapper.shared().readTree(folder(name).resolve("golden.json").toFile());
  }

  static NativeDecoder open(String name, LoadOptions options) {
    return open(folder(name), options);
  }

  /** Tokens without a way to read or write them. */
  static TokenizerFiles text(Vocabulary vocabulary) {
    return new TokenizerFiles(vocabulary, NO_TOKENIZER, null, () -> {});
  }

  /** A folder or GGUF file with a vocabulary of placeholders. */
  static NativeDecoder open(Path path, LoadOptions options) {
    try (WeightFile file = WeightFile.open(path)) {
      DecoderConfig config =
          file instanceof Gguf gguf
              ? GgufConfig.read(gguf)
              : HuggingFaceConfig.read(path.resolve("config.json"));
      Vocabulary.Builder vocabulary = Vocabulary.builder(config.vocabulary());
      for (int id = 0; id < config.vocabulary(); id++) {
        vocabulary.text(id, "<" + id + ">");
      }
      DecoderWeights weights = DecoderWeights.load(config, file, options);
      return new NativeDecoder(path.toString(), weights, options, text(vocabulary.build()));
    }
  }

  static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).intValue();
    }
    return values;
  }

  /** All rows after the tokens, fed at once into a new sequence. */
  static List<float[]> rows(CausalLm model, int... tokens) {
    try (LmSequence sequence = model.open()) {
      return feed(model, sequence, tokens);
    }
  }

  /** All rows after the tokens, appended to a sequence. */
  static List<float[]> feed(CausalLm model, LmSequence sequence, int... tokens) {
    return rows(model, Feed.of(sequence, tokens).rows(Feed.Rows.ALL));
  }

  static List<float[]> rows(CausalLm model, Feed feed) {
    List<float[]> rows = new ArrayList<>();
    try (ForwardOutput output = model.forward(List.of(feed))) {
      for (int i = 0; i < feed.rowCount(); i++) {
        rows.add(array(output.logits(0, i).host()));
      }
    }
    return rows;
  }

  static float[] array(FloatBuffer buffer) {
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  static int argmax(float[] row) {
    int best = 0;
    for (int i = 1; i < row.length; i++) {
      if (row[i] > row[best]) {
        best = i;
      }
    }
    return best;
  }

  static double maxDifference(float[] a, float[] b) {
    double max = 0;
    for (int i = 0; i < a.length; i++) {
      max = Math.max(max, Math.abs((double) a[i] - b[i]));
    }
    return max;
  }
}
