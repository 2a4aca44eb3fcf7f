package dev.espalier.sampling;

import static dev.espalier.sampling.Vectors.CLOSE;
import static dev.espalier.sampling.Vectors.controls;
import static dev.espalier.sampling.Vectors.gives;
import static dev.espalier.sampling.Vectors.hasLaw;
import static dev.espalier.sampling.Vectors.ids;
import static dev.espalier.sampling.Vectors.keeps;
import static dev.espalier.sampling.Vectors.logits;
import static dev.espalier.sampling.Vectors.number;
import static dev.espalier.sampling.Vectors.numbers;
import static dev.espalier.sampling.Vectors.punishes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.Candidates;
import dev.espalier.CounterRandom;
import dev.espalier.Draw;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Every method gives its published values; {@link NegativeControlsTest} shows what they catch. */
class VectorsTest {
  @Test
  void temperature() {
    for (JsonNode v : Vectors.of("temperature")) {
      Candidates c = Steps.after(Processors.temperature(number(v, "T")), logits(v));
      hasLaw(v, c);
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
    for (JsonNode v : Vectors.of("dynatemp")) {
      var method =
          new DynamicTemperature(number(v, "temp"), number(v, "range"), number(v, "exponent"));
      assertThat(method.of(number(v, "Hnorm"))).isCloseTo(number(v, "T"), CLOSE);
      hasLaw(v, Steps.after(method, logits(v)));
    }
  }

  @Test
  void entropyTemperature() {
    for (JsonNode v : Vectors.of("edt")) {
      var method = new EntropyTemperature(number(v, "T0"), number(v, "theta"), number(v, "N"));
      assertThat(Steps.load(logits(v)).entropy()).isCloseTo(number(v, "H"), CLOSE);
      assertThat(method.of(number(v, "H"))).isCloseTo(number(v, "T"), CLOSE);
    }
  }

  @Test
  void hapo() {
    JsonNode cal = Vectors.of("hapo_cal").get(0);
    List<Double> population = Arrays.stream(numbers(cal.get("entropies"))).boxed().toList();
    var calibration = HapoTemperature.Calibration.of(population, number(cal, "pivot"));
    assertThat(calibration.centre()).isCloseTo(number(cal, "median"), CLOSE);
    assertThat(calibration.spread()).isCloseTo(number(cal, "std"), CLOSE);
    assertThat(calibration.high()).isCloseTo(number(cal, "scale_pos"), CLOSE);
    assertThat(calibration.low()).isCloseTo(number(cal, "scale_neg"), CLOSE);
    for (JsonNode v : Vectors.of("hapo")) {
      var method = new HapoTemperature(number(v, "T_in"), number(v, "tau"), 0.8, population, false);
      assertThat(method.of(calibration, number(v, "H"))).isCloseTo(number(v, "T_out"), CLOSE);
    }
    for (JsonNode row : Vectors.of("hapo_signed_variant").get(0).get("rows")) {
      var method = new HapoTemperature(1, 0.05, 0.8, population, true);
      double h = row.get(0).doubleValue();
      assertThat(calibration.position(h, true)).isCloseTo(row.get(1).doubleValue(), CLOSE);
      assertThat(method.of(calibration, h)).isCloseTo(row.get(2).doubleValue(), CLOSE);
    }
  }

  @Test
  void topK() {
    JsonNode ties = Vectors.of("topk").get(0);
    keeps(ties, "keep_exact_ties_low_id", new TopK(2, 1, false));
    keeps(ties, "keep_hf_ties", new TopK(2, 1, true));
    keeps(Vectors.of("topk").get(1), "keep", new TopK(3, 1, false));
  }

  @Test
  void topP() {
    for (JsonNode v : Vectors.of("topp")) {
      // 0.75 of exact probabilities is a coin-flip of rounding when they come as logarithms.
      if (number(v, "top_p") != 0.75) {
        keeps(v, "keep", Processors.topP(number(v, "top_p")));
      }
    }
  }

  @Test
  void minP() {
    for (JsonNode v : Vectors.of("minp")) {
      keeps(v, "keep", Processors.minP(number(v, "min_p")));
    }
  }

  @Test
  void typical() {
    for (JsonNode v : Vectors.of("typical")) {
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
    for (JsonNode v : Vectors.of("epsilon")) {
      keeps(v, "keep", Processors.epsilon(number(v, "epsilon")));
    }
    for (JsonNode v : Vectors.of("eta")) {
      keeps(v, "keep", Processors.eta(number(v, "epsilon")));
    }
  }

  @Test
  void topNSigma() {
    for (JsonNode v : Vectors.of("topnsigma")) {
      keeps(v, "pop_keep", new TopNSigma(number(v, "n"), false));
      keeps(v, "sample_keep", new TopNSigma(number(v, "n"), true));
      assertThat(Steps.load(logits(v)).deviation(false)).isCloseTo(number(v, "pop_sd"), CLOSE);
      assertThat(Steps.load(logits(v)).deviation(true)).isCloseTo(number(v, "sample_sd"), CLOSE);
    }
  }

  @Test
  void topH() {
    for (String set : List.of("toph", "toph_diff")) {
      for (JsonNode v : Vectors.of(set)) {
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
    for (JsonNode v : Vectors.of("mirostat1")) {
      int size = v.has("p") ? v.get("p").size() : 1000;
      Mirostat.V1 state = mirostat(v, size, false);
      state.mu = number(v, "mu");
      assertThat(state.k(number(v, "s_hat"))).isEqualTo(v.get("k_ref").intValue());
      controls(v, state);
      if (v.has("k_llamacpp")) {
        JsonNode port = Vectors.of("mirostat1_llamacpp").get(0);
        int token = v.get("chosen_rank").intValue();
        state = mirostat(v, size, true);
        state.mu = number(v, "mu");
        Candidates c = Steps.load(Vectors.zipf(size, 1.2));
        state.process(c);
        assertThat(c.count()).isEqualTo(port.get("k").intValue());
        assertThat(Math.exp(c.logProb(token))).isCloseTo(number(port, "renorm_p"), CLOSE);
        state.accept(token, c);
        assertThat(state.mu).isCloseTo(number(port, "mu_next"), CLOSE);
      }
    }
  }

  private static Mirostat.V1 mirostat(JsonNode v, int size, boolean port) {
    return new MirostatV1(number(v, "tau"), number(v, "eta"), 100, port, port)
        .open(Steps.context(size));
  }

  @Test
  void mirostatV2() {
    for (JsonNode v : Vectors.of("mirostat2")) {
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
    for (JsonNode v : Vectors.of("tfs")) {
      keeps(v, "keep", Processors.tailFree(number(v, "z")));
    }
    assertThat(
            Steps.kept(Steps.after(new TailFree(0.9, 1, true), logits(Vectors.of("tfs").get(0)))))
        .containsExactly(0, 1, 2);
  }

  @Test
  void xtc() {
    for (JsonNode v : Vectors.of("xtc")) {
      Candidates c = Steps.load(logits(v));
      new Xtc(1, number(v, "threshold"), 1, List.of()).fire(c);
      assertThat(Steps.kept(c)).isEqualTo(ids(v.get("keep")));
    }
  }

  @Test
  void dry() {
    for (JsonNode v : Vectors.of("dry")) {
      punishes(v, new Dry(0.8, 1.75, 2, -1, List.of(), Vectors.breakers(v)));
    }
  }

  @Test
  void penalties() {
    JsonNode r = Vectors.of("repetition").get(0);
    gives(r, new Penalties(number(r, "penalty"), 0, 0, -1));
    JsonNode f = Vectors.of("freq_presence").get(0);
    gives(f, new Penalties(1, number(f, "freq"), number(f, "presence"), -1));
    JsonNode all = Vectors.of("penalties_combined_llamacpp_order").get(0);
    gives(
        all,
        new Penalties(number(all, "repeat"), number(all, "freq"), number(all, "presence"), 64));
  }

  @Test
  void noRepeatNgram() {
    for (JsonNode v : Vectors.of("no_repeat_ngram")) {
      Candidates c =
          Steps.after(
              Processors.noRepeatNgram(v.get("n").intValue()), Vectors.context(v), new float[6]);
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
    for (JsonNode v : Vectors.of("inverse_cdf")) {
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
