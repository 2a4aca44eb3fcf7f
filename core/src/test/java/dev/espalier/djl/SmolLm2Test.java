package dev.espalier.djl;

import static dev.espalier.djl.TinyModels.argmax;
import static dev.espalier.djl.TinyModels.array;
import static dev.espalier.djl.TinyModels.ints;
import static dev.espalier.djl.TinyModels.rows;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CausalLm;
import dev.espalier.Feed;
import dev.espalier.ForwardOutput;
import dev.espalier.LmSequence;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * SmolLM2-135M-Instruct from its GGUF file against transformers on the same dequantised weights.
 */
class SmolLm2Test {
  private static CausalLm model;
  private static JsonNode golden;

  @BeforeAll
  static void load() throws Exception {
    Path file = RealModels.smolLm2();
    try (InputStream in = SmolLm2Test.class.getResourceAsStream("smollm2.json")) {
      golden = JsonMapper.shared().readTree(in);
    }
    model = CausalLms.load(file);
  }

  @AfterAll
  static void close() {
    if (model != null) {
      model.close();
    }
  }

  @Test
  void logitsAreThoseOfTransformers() {
    double worst = 0;
    for (JsonNode c : golden.get("cases")) {
      List<float[]> all = rows(model, ints(c.get("ids")));
      for (int i = 0; i < 20; i++) {
        float[] row = all.get(all.size() - 20 + i);
        worst = Math.max(worst, difference(row, c.get("probe"), c.get("probed").get(i)));
        worst = Math.max(worst, difference(row, c.get("top").get(i), c.get("topLogits").get(i)));
        double mean = 0;
        double sum = 0;
        for (float x : row) {
          mean += x / row.length;
          sum += Math.exp(x);
        }
        worst = Math.max(worst, Math.abs(mean - c.get("mean").get(i).doubleValue()));
        worst = Math.max(worst, Math.abs(Math.log(sum) - c.get("logSumExp").get(i).doubleValue()));
        assertThat(argmax(row)).isEqualTo(c.get("top").get(i).get(0).intValue());
      }
    }
    System.out.printf("SmolLM2: largest logit difference to transformers %.2e%n", worst);
    assertThat(worst).isLessThan(2e-3);
  }

  private static double difference(float[] row, JsonNode ids, JsonNode logits) {
    double max = 0;
    for (int i = 0; i < ids.size(); i++) {
      double error = row[ids.get(i).intValue()] - logits.get(i).doubleValue();
      max = Math.max(max, Math.abs(error));
    }
    return max;
  }

  @Test
  void sixtyFourGreedyTokensAreThoseOfTransformers() {
    List<LmSequence> sequences = new ArrayList<>();
    List<int[]> expected = new ArrayList<>();
    List<Feed> feeds = new ArrayList<>();
    for (JsonNode c : golden.get("cases")) { // all prompts as one ragged batch
      LmSequence sequence = model.open();
      sequences.add(sequence);
      expected.add(ints(c.get("greedy")));
      feeds.add(Feed.of(sequence, ints(c.get("ids"))));
    }
    for (int i = 0; i < 64; i++) {
      List<Feed> next = new ArrayList<>();
      try (ForwardOutput output = model.forward(feeds)) {
        for (int s = 0; s < sequences.size(); s++) {
          int token = argmax(array(output.logits(s).host()));
          assertThat(token).as("prompt %d, token %d", s, i).isEqualTo(expected.get(s)[i]);
          next.add(Feed.of(sequences.get(s), token));
        }
      }
      feeds = next;
    }
    sequences.forEach(LmSequence::close);
  }

  @Test
  void theTokenizerGivesThePromptsIds() {
    String text =
        "The capital of France is Paris. The capital of Italy is Rome,"
            + " and the capital of Spain is Madrid.";
    assertThat(model.tokenizer().encode(text, false))
        .isEqualTo(ints(golden.get("cases").get(0).get("ids")));
  }
}
