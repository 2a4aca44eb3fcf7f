package dev.espalier.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.Candidates;
import dev.espalier.CounterRandom;
import dev.espalier.Draw;
import dev.espalier.LogitsProcessor;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Published values, computed by independent programs in double precision. */
class VectorsTest {
  private static final Offset<Double> CLOSE = offset(1e-5);
  private static final JsonNode VECTORS = read();

  private static JsonNode read() {
    try (InputStream in =
        Objects.requireNonNull(VectorsTest.class.getResourceAsStream("vectors.json"))) {
      return new JsonMapper().readTree(in);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static float[] logits(JsonNode vector) {
    if (vector.has("p")) {
      return Steps.logs(numbers(vector.get("p")));
    }
    JsonNode node = vector.get("logits");
    float[] out = new float[node.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = node.get(i).isNumber() ? node.get(i).floatValue() : Float.NEGATIVE_INFINITY;
    }
    return out;
  }

  private static double[] numbers(JsonNode node) {
    double[] out = new double[node.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = node.get(i).doubleValue();
    }
    return out;
  }

  private static List<Integer> ids(JsonNode node) {
    List<Integer> out = new ArrayList<>();
    node.forEach(id -> out.add(id.intValue()));
    return out;
  }

  private static double number(JsonNode vector, String name) {
    return vector.get(name).doubleValue();
  }

  private static void keeps(JsonNode vector, String name, LogitsProcessor method) {
    Candidates c = Steps.after(method, logits(vector));
    assertThat(Steps.kept(c)).as("%s", vector).isEqualTo(ids(vector.get(name)));
    if (vector.has("renorm")) {
      double[] expected = numbers(vector.get("renorm"));
      double[] law = Arrays.stream(Steps.law(c)).filter(p -> p > 0).toArray();
      assertThat(law).as("%s", vector).containsExactly(expected, CLOSE);
    } else if (vector.has("probs")) {
      assertThat(Steps.law(c))
          .as("%s", vector)
          .containsExactly(numbers(vector.get("probs")), CLOSE);
    }
  }

  @Test
  void temperature() {
    for (JsonNode v : VECTORS.get("temperature")) {
      Candidates c = Steps.after(Processors.temperature(number(v, "T")), logits(v));
      assertThat(Steps.law(c)).containsExactly(numbers(v.get("probs")), CLOSE);
      if (v.has("out_logits")) {
        for (int id = 0; id < c.size(); id++) {
          assertThat((double) c.logit(id))
              .isCloseTo(v.get("out_logits").get(id).doubleValue(), CLOSE);
        }
      }
    }
  }

  @Test
  void dynamicTemperature() {
    for (JsonNode v : VECTORS.get("dynatemp")) {
      var method =
          new DynamicTemperature(number(v, "temp"), number(v, "range"), number(v, "exponent"));
      assertThat(method.of(number(v, "Hnorm"))).isCloseTo(number(v, "T"), CLOSE);
      assertThat(Steps.law(Steps.after(method, logits(v))))
          .containsExactly(numbers(v.get("probs")), CLOSE);
    }
  }

  @Test
  void entropyTemperature() {
    for (JsonNode v : VECTORS.get("edt")) {
      var method = new EntropyTemperature(number(v, "T0"), number(v, "theta"), number(v, "N"));
      assertThat(Steps.load(logits(v)).entropy()).isCloseTo(number(v, "H"), CLOSE);
      assertThat(method.of(number(v, "H"))).isCloseTo(number(v, "T"), CLOSE);
    }
  }

  @Test
  void hapo() {
    JsonNode cal = VECTORS.get("hapo_cal").get(0);
    List<Double> population = Arrays.stream(numbers(cal.get("entropies"))).boxed().toList();
    var calibration = HapoTemperature.Calibration.of(population, number(cal, "pivot"));
    assertThat(calibration.centre()).isCloseTo(number(cal, "median"), CLOSE);
    assertThat(calibration.spread()).isCloseTo(number(cal, "std"), CLOSE);
    assertThat(calibration.high()).isCloseTo(number(cal, "scale_pos"), CLOSE);
    assertThat(calibration.low()).isCloseTo(number(cal, "scale_neg"), CLOSE);
    for (JsonNode v : VECTORS.get("hapo")) {
      var method = new HapoTemperature(number(v, "T_in"), number(v, "tau"), 0.8, population, false);
      assertThat(method.of(calibration, number(v, "H"))).isCloseTo(number(v, "T_out"), CLOSE);
    }
    for (JsonNode row : VECTORS.get("hapo_signed_variant").get(0).get("rows")) {
      var method = new HapoTemperature(1, 0.05, 0.8, population, true);
      double h = row.get(0).doubleValue();
      assertThat(calibration.position(h, true)).isCloseTo(row.get(1).doubleValue(), CLOSE);
      assertThat(method.of(calibration, h)).isCloseTo(row.get(2).doubleValue(), CLOSE);
    }
  }

  @Test
  void topK() {
    JsonNode ties = VECTORS.get("topk").get(0);
    keeps(ties, "keep_exact_ties_low_id", new TopK(2, 1, false));
    keeps(ties, "keep_hf_ties", new TopK(2, 1, true));
    keeps(VECTORS.get("topk").get(1), "keep", new TopK(3, 1, false));
  }

  @Test
  void topP() {
    for (JsonNode v : VECTORS.get("topp")) {
      // 0.75 of exact probabilities is a coin-flip of rounding when they come as logarithms.
      if (number(v, "top_p") != 0.75) {
        keeps(v, "keep", Processors.topP(number(v, "top_p")));
      }
    }
  }

  @Test
  void minP() {
    for (JsonNode v : VECTORS.get("minp")) {
      keeps(v, "keep", Processors.minP(number(v, "min_p")));
    }
  }

  @Test
  void typical() {
    for (JsonNode v : VECTORS.get("typical")) {
      // The second has a tie for the last place, which the port drops and Hugging Face keeps.
      boolean tie = number(v, "mass") == 0.9;
      keeps(v, "keep", new Typical(number(v, "mass"), 1, tie));
      if (tie) {
        assertThat(Steps.kept(Steps.after(Processors.typical(0.9), logits(v))))
            .containsExactly(0, 1, 2, 3, 4);
      }
    }
  }

  @Test
  void epsilonAndEta() {
    for (JsonNode v : VECTORS.get("epsilon")) {
      keeps(v, "keep", Processors.epsilon(number(v, "epsilon")));
    }
    for (JsonNode v : VECTORS.get("eta")) {
      keeps(v, "keep", Processors.eta(number(v, "epsilon")));
    }
  }

  @Test
  void topNSigma() {
    for (JsonNode v : VECTORS.get("topnsigma")) {
      keeps(v, "pop_keep", new TopNSigma(number(v, "n"), false));
      keeps(v, "sample_keep", new TopNSigma(number(v, "n"), true));
      assertThat(Steps.load(logits(v)).deviation(false)).isCloseTo(number(v, "pop_sd"), CLOSE);
      assertThat(Steps.load(logits(v)).deviation(true)).isCloseTo(number(v, "sample_sd"), CLOSE);
    }
  }

  @Test
  void topH() {
    for (String set : List.of("toph", "toph_diff")) {
      for (JsonNode v : VECTORS.get(set)) {
        double alpha = number(v, "alpha");
        double t = v.has("T") ? number(v, "T") : 1;
        keeps(v, "code_keep", new TopH(alpha, 100, TopHMode.REFERENCE, t));
        if (v.has("hf_keep")) {
          keeps(v, "hf_keep", new TopH(alpha, 100, TopHMode.HUGGING_FACE, t));
        }
        if (v.has("paper_keep")) {
          keeps(v, "paper_keep", new TopH(alpha, 100, TopHMode.PAPER, t));
        }
      }
    }
  }

  @Test
  void mirostatV1() {
    double[] zipf = new double[1000];
    double sum = 0;
    for (int i = 0; i < zipf.length; i++) {
      zipf[i] = Math.pow(i + 1, -1.2);
      sum += zipf[i];
    }
    for (int i = 0; i < zipf.length; i++) {
      zipf[i] /= sum;
    }
    for (JsonNode v : VECTORS.get("mirostat1")) {
      float[] logits = v.has("p") ? logits(v) : Steps.logs(zipf);
      Mirostat.V1 state = mirostat(v, logits.length, false);
      Candidates c = Steps.load(logits);
      assertThat(state.exponent(c)).isCloseTo(number(v, "s_hat"), CLOSE);
      assertThat(state.k(number(v, "s_hat"))).isEqualTo(v.get("k_ref").intValue());
      state.process(c);
      assertThat(c.count()).isEqualTo(v.get("k_ref").intValue());
      int token = v.get("chosen_rank").intValue();
      assertThat(state.surprise(token, c)).isCloseTo(number(v, "surprise_bits"), CLOSE);
      state.accept(token, c);
      assertThat(state.mu).isCloseTo(number(v, "mu_next"), CLOSE);
      if (v.has("k_llamacpp")) {
        JsonNode port = VECTORS.get("mirostat1_llamacpp").get(0);
        state = mirostat(v, logits.length, true);
        c = Steps.load(logits);
        state.process(c);
        assertThat(c.count()).isEqualTo(port.get("k").intValue());
        assertThat(Math.exp(c.logProb(token))).isCloseTo(number(port, "renorm_p"), CLOSE);
        state.accept(token, c);
        assertThat(state.mu).isCloseTo(number(port, "mu_next"), CLOSE);
      }
    }
  }

  private static Mirostat.V1 mirostat(JsonNode v, int size, boolean port) {
    var method = new MirostatV1(number(v, "tau"), number(v, "eta"), 100, port, port);
    Mirostat.V1 state = method.open(Steps.context(size));
    state.mu = number(v, "mu");
    return state;
  }

  @Test
  void mirostatV2() {
    for (JsonNode v : VECTORS.get("mirostat2")) {
      float[] logits = logits(v);
      Mirostat.V2 state =
          new MirostatV2(number(v, "tau"), number(v, "eta")).open(Steps.context(logits.length));
      state.mu = number(v, "mu");
      Candidates c = Steps.load(logits);
      state.process(c);
      assertThat(c.count()).isEqualTo(v.get("n_keep").intValue());
      int token = v.get("chosen_rank").intValue();
      assertThat(state.surprise(token, c)).isCloseTo(number(v, "surprise_bits"), CLOSE);
      state.accept(token, c);
      assertThat(state.mu).isCloseTo(number(v, "mu_next"), CLOSE);
    }
  }

  @Test
  void tailFree() {
    for (JsonNode v : VECTORS.get("tfs")) {
      keeps(v, "keep", Processors.tailFree(number(v, "z")));
    }
    assertThat(
            Steps.kept(Steps.after(new TailFree(0.9, 1, true), logits(VECTORS.get("tfs").get(0)))))
        .containsExactly(0, 1, 2);
  }

  @Test
  void xtc() {
    for (JsonNode v : VECTORS.get("xtc")) {
      Candidates c = Steps.load(logits(v));
      new Xtc(1, number(v, "threshold"), 1, List.of()).fire(c);
      assertThat(Steps.kept(c)).isEqualTo(ids(v.get("keep")));
    }
  }

  @Test
  void dry() {
    for (JsonNode v : VECTORS.get("dry")) {
      List<List<Integer>> breakers =
          v.has("breakers") ? List.of(ids(v.get("breakers"))) : List.of();
      int[] context = ids(v.get("ctx")).stream().mapToInt(Integer::intValue).toArray();
      var method = new Dry(0.8, 1.75, 2, -1, List.of(), breakers);
      Candidates c = Steps.after(method, context, new float[10]);
      for (int id = 0; id < 10; id++) {
        JsonNode penalty = v.has("penalty") ? v.get("penalty").get("" + id) : null;
        double expected = penalty == null ? 0 : -penalty.doubleValue();
        assertThat((double) c.logit(id)).as("%s: %d", v, id).isCloseTo(expected, CLOSE);
      }
    }
  }

  @Test
  void penalties() {
    JsonNode r = VECTORS.get("repetition").get(0);
    penalised(r, new Penalties(number(r, "penalty"), 0, 0, -1));
    JsonNode f = VECTORS.get("freq_presence").get(0);
    penalised(f, new Penalties(1, number(f, "freq"), number(f, "presence"), -1));
    JsonNode all = VECTORS.get("penalties_combined_llamacpp_order").get(0);
    penalised(
        all,
        new Penalties(number(all, "repeat"), number(all, "freq"), number(all, "presence"), 64));
  }

  private static void penalised(JsonNode v, LogitsProcessor method) {
    int[] context = ids(v.get("ctx")).stream().mapToInt(Integer::intValue).toArray();
    Candidates c = Steps.after(method, context, logits(v));
    for (int id = 0; id < c.size(); id++) {
      assertThat((double) c.logit(id)).isCloseTo(v.get("out").get(id).doubleValue(), CLOSE);
    }
  }

  @Test
  void noRepeatNgram() {
    for (JsonNode v : VECTORS.get("no_repeat_ngram")) {
      int[] context = ids(v.get("ctx")).stream().mapToInt(Integer::intValue).toArray();
      Candidates c =
          Steps.after(Processors.noRepeatNgram(v.get("n").intValue()), context, new float[6]);
      List<Integer> banned = new ArrayList<>();
      for (int id = 0; id < 6; id++) {
        if (!c.contains(id)) {
          banned.add(id);
        }
      }
      assertThat(banned).isEqualTo(ids(v.get("banned")));
    }
  }

  @Test
  void biases() {
    var method =
        new SequenceBias(
            List.of(
                new SequenceBias.Rule(List.of(1, 2, 4), Double.NEGATIVE_INFINITY),
                new SequenceBias.Rule(List.of(2, 0), 1.5),
                new SequenceBias.Rule(List.of(4), -2)),
            false);
    Candidates c = Steps.after(method, new int[] {3, 1, 2}, new float[5]);
    assertThat(List.of(c.logit(0), c.logit(1), c.logit(4)))
        .containsExactly(1.5f, 0f, Float.NEGATIVE_INFINITY);
    Candidates biased = Steps.after(Processors.logitBias(Map.of(1, -0.5)), 1, 1);
    assertThat((double) biased.logit(1)).isCloseTo(0.5, within(1e-7));
  }

  @Test
  void theWalkReturnsTheTokenOfTheUniformNumber() {
    // The stream of a seed is fixed, so its numbers select the token by the published rule.
    for (JsonNode v : VECTORS.get("inverse_cdf")) {
      double[] p = numbers(v.get("p"));
      Candidates c = Steps.load(Steps.logs(p));
      for (int seed = 0; seed < 500; seed++) {
        CounterRandom random = CounterRandom.of(seed);
        double u = random.uniform(0);
        int expected = 0;
        double sum = p[0];
        while (sum <= u) {
          sum += p[++expected];
        }
        assertThat(Draw.multinomial().draw(c, random)).isEqualTo(expected);
      }
    }
  }
}
