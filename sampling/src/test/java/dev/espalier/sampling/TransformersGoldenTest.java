package dev.espalier.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.Candidates;
import dev.espalier.LogitsProcessor;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Kept sets and normalisers of Hugging Face transformers' warpers over the same rows, as {@code
 * golden_sampling.py} wrote them.
 */
class TransformersGoldenTest {
  private static final int[] CONTEXT = {3, 7, 3, 9, 11, 7, 3};

  private static float[] row(int size, long seed, int spread) {
    float[] row = new float[size];
    long state = seed;
    for (int i = 0; i < size; i++) {
      state += 0x9E3779B97F4A7C15L;
      long z = state;
      z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
      z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
      z ^= z >>> 31;
      long total = (z & 0xffff) + (z >>> 16 & 0xffff) + (z >>> 32 & 0xffff) + (z >>> 48);
      row[i] = (total - 131070) * spread / 32768f;
    }
    return row;
  }

  private static LogitsProcessor method(String text) {
    String[] parts = text.split(" ", -1);
    double x = Double.parseDouble(parts[1]);
    return switch (parts[0]) {
      case "temperature" -> Processors.temperature(x);
      case "top_k" -> new TopK((int) x, 1, true);
      case "top_p" -> Processors.topP(x);
      case "min_p" -> Processors.minP(x);
      case "typical" -> Processors.typical(x);
      case "epsilon" -> Processors.epsilon(x);
      case "eta" -> Processors.eta(x);
      case "top_h" -> Processors.topH(x, TopHMode.HUGGING_FACE);
      case "repetition" -> Processors.repetitionPenalty(x);
      case "no_repeat_ngram" -> Processors.noRepeatNgram((int) x);
      default -> throw new AssertionError(text);
    };
  }

  @Test
  void keptSetsAndProbabilitiesAreThoseOfTransformers() throws IOException {
    try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("golden.json"))) {
      JsonNode cases = new JsonMapper().readTree(in).get("cases");
      assertThat(cases.size()).isGreaterThan(90);
      for (JsonNode c : cases) {
        float[] row =
            row(c.get("size").intValue(), c.get("seed").longValue(), c.get("spread").intValue());
        Candidates ours = Steps.after(method(c.get("method").stringValue()), CONTEXT, row);
        assertThat(ours.count()).as("%s", c).isEqualTo(c.get("kept").intValue());
        long hash = 0xCBF29CE484222325L;
        for (int id = 0; id < row.length; id++) {
          if (ours.contains(id)) {
            hash = (hash ^ id) * 0x100000001B3L;
          }
        }
        if (c.get("ids").isString()) { // absent where equal logits lie on both sides of the cut
          assertThat(hash)
              .as("%s", c)
              .isEqualTo(Long.parseUnsignedLong(c.get("ids").stringValue(), 16));
        }
        assertThat(ours.exactLogSumExp())
            .as("%s", c)
            .isCloseTo(c.get("lse").doubleValue(), within(2e-6));
        assertThat(ours.logProb(ours.best()))
            .as("%s", c)
            .isCloseTo(c.get("best").doubleValue(), within(2e-6));
      }
    }
  }
}
