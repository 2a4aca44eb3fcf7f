package dev.espalier.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.Candidates;
import dev.espalier.LogitsProcessor;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Kept sets and probabilities of other implementations over the same rows, as {@code
 * golden_sampling.py} (Hugging Face transformers) and {@code golden_llama.py} (llama.cpp) wrote
 * them.
 */
class GoldenTest {
  private static final int[] CONTEXT = {3, 7, 3, 9, 11, 7, 3};

  @Test
  void keptSetsAndProbabilitiesAreThoseOfTransformers() throws IOException {
    JsonNode cases = read("transformers.json");
    assertThat(cases.size()).isGreaterThan(90);
    cases.forEach(c -> check(c, GoldenTest::ofTransformers));
  }

  @Test
  void keptSetsAndProbabilitiesAreThoseOfLlamaCpp() throws IOException {
    JsonNode cases = read("llama.json");
    assertThat(cases.size()).isEqualTo(189);
    int rounded = 0;
    for (JsonNode c : cases) {
      check(c, GoldenTest::ofLlama);
      if (c.get("rounded").isNumber()) {
        rounded++;
        double kept = c.get("kept").doubleValue();
        assertThat(c.get("rounded").doubleValue()).as("%s", c).isBetween(0.99 * kept, 1.01 * kept);
      }
    }
    assertThat(rounded).isLessThan(10);
  }

  /** The published form that the other program does not have must fail some of its cases. */
  @Test
  void theOtherPublishedFormsAreToldApart() throws IOException {
    JsonNode transformers = read("transformers.json");
    refused(transformers, "typical", x -> new Typical(x, 1, true));
    refused(transformers, "top_h", x -> Processors.topH(x, TopHMode.REFERENCE));
    refused(transformers, "top_h", x -> Processors.topH(x, TopHMode.PAPER));
    refused(transformers, "eta", Processors::epsilon);
    JsonNode llama = read("llama.json");
    refused(llama, "typical", x -> Processors.typical((float) x));
    refused(llama, "top_n_sigma", x -> new TopNSigma((float) x, true));
    refused(llama, "mirostat_v1", x -> new MirostatV1(x, 0.1, 99, false, true));
    refused(llama, "penalties", x -> Processors.penalties((float) x, 0.25, 0.5, 3));
    refused(llama, "xtc", x -> Processors.xtc(0, x));
  }

  private static void refused(
      JsonNode cases, String method, DoubleFunction<LogitsProcessor> other) {
    int refused = 0;
    for (JsonNode c : cases) {
      if (name(c.get("method").stringValue()).equals(method)) {
        try {
          check(c, text -> other.apply(parameter(text)));
        } catch (AssertionError e) {
          refused++;
        }
      }
    }
    assertThat(refused).as("cases of %s that refuse another form", method).isPositive();
  }

  private static LogitsProcessor ofTransformers(String text) {
    double x = parameter(text);
    return switch (name(text)) {
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

  private static LogitsProcessor ofLlama(String text) {
    // Parameters are floats there.
    double x = (float) parameter(text);
    return switch (name(text)) {
      case "temperature" -> Processors.temperature(x);
      case "dynamic_temperature" -> new DynamicTemperature(x, 0.5, 1);
      case "top_k" -> Processors.topK((int) x);
      case "top_p" -> Processors.topP(x);
      case "min_p" -> Processors.minP(x);
      case "typical" -> new Typical(x, 1, true);
      case "top_n_sigma" -> Processors.topNSigma(x);
      case "xtc" -> Processors.xtc(1, x);
      case "mirostat_v1" -> new MirostatV1(x, 0.1, 99, true, true);
      case "mirostat_v2" -> Processors.mirostatV2(x, 0.1);
      case "penalties" -> Processors.penalties(x, 0.25, 0.5, 64);
      case "dry" -> Processors.dry(x, 2);
      case "logit_bias" ->
          Processors.logitBias(Map.of(3, 2.5, 7, Double.NEGATIVE_INFINITY, 11, -1.25));
      case "default" -> Chain.llamaCpp();
      default -> throw new AssertionError(text);
    };
  }

  private static String name(String text) {
    return text.substring(0, text.indexOf(' '));
  }

  private static double parameter(String text) {
    return Double.parseDouble(text.substring(text.indexOf(' ') + 1));
  }

  private JsonNode read(String file) throws IOException {
    try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream(file))) {
      return new JsonMapper().readTree(in).get("cases");
    }
  }

  private static void check(JsonNode c, Function<String, LogitsProcessor> methods) {
    float[] row =
        row(c.get("size").intValue(), c.get("seed").longValue(), c.get("spread").intValue());
    Candidates ours = Steps.after(methods.apply(c.get("method").stringValue()), CONTEXT, row);
    assertThat(ours.count()).as("%s", c).isEqualTo(c.get("kept").intValue());
    if (c.get("ids").isString()) { // absent where equal logits lie on both sides of the cut
      assertThat(hash(ours))
          .as("%s", c)
          .isEqualTo(Long.parseUnsignedLong(c.get("ids").stringValue(), 16));
    }
    double lse = c.get("lse").doubleValue();
    // llama.cpp sums the entropy, on which the temperature depends, in floats.
    double relative =
        name(c.get("method").stringValue()).equals("dynamic_temperature") ? 1e-4 : 2e-6;
    Offset<Double> rounding = within(relative * Math.max(1, Math.abs(lse)));
    assertThat(ours.exactLogSumExp()).as("%s", c).isCloseTo(lse, rounding);
    assertThat(ours.logProb(ours.best()))
        .as("%s", c)
        .isCloseTo(c.get("best").doubleValue(), rounding);
  }

  /** FNV-1a over the ids that are left. */
  private static long hash(Candidates candidates) {
    long hash = 0xCBF29CE484222325L;
    for (int id = 0; id < candidates.size(); id++) {
      if (candidates.contains(id)) {
        hash = (hash ^ id) * 0x100000001B3L;
      }
    }
    return hash;
  }

  /** Sums of four 16-bit numbers of SplitMix64, scaled. */
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
}
