package dev.espalier.sampling;

import static dev.espalier.sampling.Vectors.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.Candidates;
import dev.espalier.LogitsProcessor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * What the published values catch: the other published form of a method in place of the one they
 * were computed with, and mistakes that programs are known to have had. Each must fail the check of
 * {@link VectorsTest} that the right method passes.
 */
class NegativeControlsTest {
  /** Wants at least one vector to refuse what is planted. */
  private static void refused(String planted, String vectors, Consumer<JsonNode> check) {
    int refused = 0;
    for (JsonNode v : Vectors.of(vectors)) {
      try {
        check.accept(v);
      } catch (AssertionError e) {
        refused++;
      }
    }
    assertThat(refused).as("%s: vectors that refuse it", planted).isPositive();
  }

  /** The same for a kept set. */
  private static void refused(
      String planted, String vectors, String expected, Function<JsonNode, LogitsProcessor> method) {
    refused(
        planted,
        vectors,
        v -> {
          if (v.has(expected)) {
            Vectors.keeps(v, expected, method.apply(v));
          }
        });
  }

  /** A planted mistake; the type tells the compiler that it is both description and state. */
  private static LogitsProcessor wrong(Stage mistake) {
    return mistake;
  }

  // ---- the other published forms

  @Test
  void theFormsOfTopHAreToldApart() {
    refused("paper", "toph_diff", "code_keep", v -> topH(v, TopHMode.PAPER));
    refused("reference", "toph_diff", "paper_keep", v -> topH(v, TopHMode.REFERENCE));
    // They are one where the best 100 have all the mass, so in all vectors.
    float[] flat = new float[4000];
    flat[7] = 5;
    assertThat(Steps.after(new TopH(0.5, 100, TopHMode.HUGGING_FACE, 1), flat).count())
        .isNotEqualTo(Steps.after(new TopH(0.5, 100, TopHMode.REFERENCE, 1), flat).count());
  }

  private static LogitsProcessor topH(JsonNode v, TopHMode mode) {
    return new TopH(number(v, "alpha"), 100, mode, 1);
  }

  @Test
  void theFormsOfTheDeviationAreToldApart() {
    refused("sample", "topnsigma", "pop_keep", v -> new TopNSigma(number(v, "n"), true));
    refused("population", "topnsigma", "sample_keep", v -> new TopNSigma(number(v, "n"), false));
    // What has been removed has no part in it.
    float[] padded = {5, 4.2f, 3, 1, 0, 0, 0, 0, Float.NEGATIVE_INFINITY};
    assertThat(Steps.kept(Steps.after(Processors.topNSigma(1), padded))).containsExactly(0, 1);
  }

  @Test
  void theFormsOfTypicalSamplingAreToldApart() {
    // The vectors have the form without ties.
    refused("with ties", "typical", "keep", v -> new Typical(number(v, "mass"), 1, false));
  }

  @Test
  void theFormsOfTopKAreToldApart() {
    refused("with ties", "topk", "keep_exact_ties_low_id", v -> new TopK(2, 1, true));
    refused("exact", "topk", "keep_hf_ties", v -> new TopK(2, 1, false));
  }

  @Test
  void theFormsOfMirostatAreToldApart() {
    refusedMirostat("rounded down", new MirostatV1(3, 1, 100, true, false), 1000);
    refusedMirostat("surprise after the cut", new MirostatV1(3, 1, 100, false, true), 1000);
    // The authors' code takes every vocabulary for GPT-2's.
    refusedMirostat("constant N", new MirostatV1(3, 1, 100, false, false), 50_000);
  }

  private static void refusedMirostat(String planted, MirostatV1 method, int vocabularySize) {
    JsonNode zipf = Vectors.of("mirostat1").get(0);
    assertThatThrownBy(() -> Vectors.controls(zipf, new Mirostat.V1(method, vocabularySize, 0)))
        .as(planted)
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void theSignOfHapoIsToldApart() {
    List<Double> population = List.of(0.02, 0.1, 0.3, 0.8, 1.6, 2.4);
    var calibration = HapoTemperature.Calibration.of(population, 0.8);
    for (boolean signed : new boolean[] {false, true}) {
      var method = new HapoTemperature(1, 0.05, 0.8, population, signed);
      refused(
          "signed " + signed,
          signed ? "hapo" : "hapo_signed_variant",
          v -> {
            if (signed) {
              agrees(method.of(calibration, number(v, "H")), number(v, "T_out"));
            } else {
              v.get("rows")
                  .forEach(
                      row ->
                          agrees(
                              method.of(calibration, row.get(0).doubleValue()),
                              row.get(2).doubleValue()));
            }
          });
    }
  }

  private static void agrees(double actual, double expected) {
    assertThat(actual).isCloseTo(expected, Vectors.CLOSE);
  }

  @Test
  void theLengthRulesOfBadWordsAreToldApart() {
    var rules = List.of(List.of(7, 3));
    int[] one = {7};
    assertThat(Steps.after(new BadWords(rules, false), one, new float[8]).contains(3)).isFalse();
    assertThat(Steps.after(new BadWords(rules, true), one, new float[8]).contains(3)).isTrue();
  }

  // ---- tail-free sampling, of which ports differ most

  /** The curvature at a rank, from the sorted probabilities. */
  private interface Curvature {
    double at(double[] p, int i);
  }

  /** Tail-free sampling in llama.cpp's form, from parts that can be replaced. */
  private static LogitsProcessor tailFree(
      double z, Curvature curvature, boolean normalised, int more) {
    return wrong(
        c -> {
          int n = c.rank(c.count());
          double[] p = new double[n];
          for (int i = 0; i < n; i++) {
            p[i] = Math.exp(c.rankedLogProb(i));
          }
          double[] w = new double[n - 2];
          Arrays.setAll(w, i -> curvature.at(p, i));
          double total = Arrays.stream(w).sum();
          double sum = 0;
          for (int i = 0; i < w.length; i++) {
            sum += total <= 1e-6 ? 1.0 / w.length : normalised ? w[i] / total : w[i];
            if (sum > z && i >= 1) {
              c.keepBest(Math.max(1, i + more));
              return;
            }
          }
        });
  }

  @Test
  void theMistakesOfTailFreeSamplingAreCaught() {
    Curvature second = (p, i) -> Math.abs((p[i] - p[i + 1]) - (p[i + 1] - p[i + 2]));
    for (JsonNode v : Vectors.of("tfs")) { // so what follows is refused for its mistake
      Vectors.keeps(v, "keep", tailFree(number(v, "z"), second, true, 0));
    }
    refused("one more", "tfs", "keep", v -> tailFree(number(v, "z"), second, true, 1));
    refused("one less", "tfs", "keep", v -> tailFree(number(v, "z"), second, true, -1));
    refused("centred", "tfs", "keep", v -> new TailFree(number(v, "z"), 1, true));
    refused("not normalised", "tfs", "keep", v -> tailFree(number(v, "z"), second, false, 0));
    refused(
        "first differences",
        "tfs",
        "keep",
        v -> tailFree(number(v, "z"), (p, i) -> p[i] - p[i + 1], true, 0));
    refused(
        "no absolute value",
        "tfs",
        "keep",
        v -> tailFree(number(v, "z"), (p, i) -> p[i] - 2 * p[i + 1] + p[i + 2], true, 0));
  }

  // ---- other mistakes

  @Test
  void mistakesOfTruncationsAreCaught() {
    refused(
        "nucleus without the token that reaches the mass",
        "topp",
        "keep",
        v ->
            wrong(
                c -> {
                  c.keepMass(number(v, "top_p"), 1);
                  c.keepBest(Math.max(1, c.count() - 1));
                }));
    refused(
        "min-p of the probability itself", "minp", "keep", v -> new Epsilon(number(v, "min_p"), 1));
    refused(
        "epsilon relative to the best", "epsilon", "keep", v -> new MinP(number(v, "epsilon"), 1));
    refused("eta without the square root", "eta", "keep", NegativeControlsTest::etaWithoutRoot);
    refused("eta with the larger of both", "eta", "keep", NegativeControlsTest::etaOfMaximum);
    refused("eta that is epsilon", "eta", "keep", v -> new Epsilon(number(v, "epsilon"), 1));
    refused(
        "all that surprise less than the entropy",
        "typical",
        "keep",
        v -> wrong(c -> c.keepProbable(-c.entropy(), 1)));
    refused(
        "XTC that removes the last one too",
        "xtc",
        "keep",
        v ->
            wrong(
                c -> {
                  new Xtc(1, number(v, "threshold"), 1, List.of()).fire(c);
                  c.dropBest(1);
                }));
  }

  private static LogitsProcessor etaWithoutRoot(JsonNode v) {
    double epsilon = Math.log(number(v, "epsilon"));
    return wrong(c -> c.keepProbable(Math.min(epsilon, epsilon - c.entropy()), 1));
  }

  private static LogitsProcessor etaOfMaximum(JsonNode v) {
    double epsilon = Math.log(number(v, "epsilon"));
    return wrong(c -> c.keepProbable(Math.max(epsilon, epsilon / 2 - c.entropy()), 1));
  }

  @Test
  void mistakesOfTheSecondMirostatAreCaught() {
    refused(
        "bound in nats",
        "mirostat2",
        v -> {
          Candidates c = Steps.load(Vectors.logits(v));
          c.keepProbable(-number(v, "mu"), 1);
          assertThat(c.count()).isEqualTo(v.get("n_keep").intValue());
        });
    refused(
        "surprise before the cut",
        "mirostat2",
        v -> {
          Candidates c = Steps.load(Vectors.logits(v));
          double surprise = -c.logProb(v.get("chosen_rank").intValue()) / Math.log(2);
          agrees(surprise, number(v, "surprise_bits"));
        });
  }

  @Test
  void mistakesOfTemperaturesAreCaught() {
    refused(
        "entropy not normalised",
        "dynatemp",
        v ->
            Vectors.hasLaw(
                v,
                Steps.after(
                    wrong(
                        c -> {
                          double low = Math.max(0, number(v, "temp") - number(v, "range"));
                          double high = number(v, "temp") + number(v, "range");
                          c.scale(1 / (low + (high - low) * c.entropy()));
                        }),
                    Vectors.logits(v))));
    refused(
        "entropy in bits",
        "edt",
        v ->
            agrees(
                new EntropyTemperature(number(v, "T0"), number(v, "theta"), number(v, "N"))
                    .of(number(v, "H") / Math.log(2)),
                number(v, "T")));
    refused(
        "multiplied",
        "temperature",
        v -> Vectors.hasLaw(v, Steps.after(wrong(c -> scale(c, v)), Vectors.logits(v))));
  }

  private static void scale(Candidates c, JsonNode v) {
    if (number(v, "T") > 0) {
      c.scale(number(v, "T"));
    } else {
      c.keepOnly(c.best());
    }
  }

  @Test
  void mistakesOfPenaltiesAreCaught() {
    refused("divides negative logits too", "repetition", v -> Vectors.gives(v, dividing(v)));
    refused(
        "counts a token once",
        "freq_presence",
        v -> Vectors.gives(v, new Penalties(1, 0, number(v, "freq") + number(v, "presence"), -1)));
    refused(
        "subtracts before it divides",
        "penalties_combined_llamacpp_order",
        v ->
            Vectors.gives(
                v,
                Chain.of(
                    new Penalties(1, number(v, "freq"), number(v, "presence"), 64),
                    new Penalties(number(v, "repeat"), 0, 0, 64))));
    refused(
        "DRY one power late",
        "dry",
        v -> Vectors.punishes(v, new Dry(0.8 / 1.75, 1.75, 2, -1, List.of(), Vectors.breakers(v))));
    refused(
        "DRY across breakers",
        "dry",
        v -> Vectors.punishes(v, new Dry(0.8, 1.75, 2, -1, List.of(), List.of())));
    refused(
        "n-grams one longer",
        "no_repeat_ngram",
        v -> {
          Candidates c =
              Steps.after(
                  new NoRepeatNgram(v.get("n").intValue() + 1), Vectors.context(v), new float[6]);
          assertThat(6 - c.count()).isEqualTo(v.get("banned").size());
        });
  }

  private static LogitsProcessor dividing(JsonNode v) {
    return wrong(
        c -> {
          for (int id : Arrays.stream(Vectors.context(v)).distinct().toArray()) {
            c.set(id, (float) (c.logit(id) / number(v, "penalty")));
          }
        });
  }
}
