package dev.espalier.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.espalier.Candidates;
import dev.espalier.LogitsProcessor;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.assertj.core.data.Offset;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Published values, computed by independent programs in double precision, and checks of them. */
final class Vectors {
  static final Offset<Double> CLOSE = offset(1e-5);
  private static final JsonNode ALL = read();

  private Vectors() {}

  private static JsonNode read() {
    try (InputStream in =
        Objects.requireNonNull(Vectors.class.getResourceAsStream("vectors.json"))) {
      return new JsonMapper().readTree(in);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The vectors of a method. */
  static JsonNode of(String method) {
    return ALL.get(method);
  }

  static float[] logits(JsonNode vector) {
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

  static double[] numbers(JsonNode node) {
    double[] out = new double[node.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = node.get(i).doubleValue();
    }
    return out;
  }

  static List<Integer> ids(JsonNode node) {
    List<Integer> out = new ArrayList<>();
    node.forEach(id -> out.add(id.intValue()));
    return out;
  }

  static int[] context(JsonNode vector) {
    return ids(vector.get("ctx")).stream().mapToInt(Integer::intValue).toArray();
  }

  static double number(JsonNode vector, String name) {
    return vector.get(name).doubleValue();
  }

  /** Wants the set under a name to be kept, with its probabilities where they are given. */
  static void keeps(JsonNode vector, String name, LogitsProcessor method) {
    Candidates c = Steps.after(method, logits(vector));
    assertThat(Steps.kept(c)).as("%s", vector).isEqualTo(ids(vector.get(name)));
    if (vector.has("renorm")) {
      double[] expected = numbers(vector.get("renorm"));
      double[] law = Arrays.stream(Steps.law(c)).filter(p -> p > 0).toArray();
      assertThat(law).as("%s", vector).containsExactly(expected, CLOSE);
    } else if (vector.has("probs")) {
      hasLaw(vector, c);
    }
  }

  /** Wants the probabilities. */
  static void hasLaw(JsonNode vector, Candidates c) {
    assertThat(Steps.law(c)).as("%s", vector).containsExactly(numbers(vector.get("probs")), CLOSE);
  }

  /** Wants the logits under {@code out} after the context under {@code ctx}. */
  static void gives(JsonNode vector, LogitsProcessor method) {
    Candidates c = Steps.after(method, context(vector), logits(vector));
    for (int id = 0; id < c.size(); id++) {
      assertThat((double) c.logit(id))
          .as("%s: %d", vector, id)
          .isCloseTo(vector.get("out").get(id).doubleValue(), CLOSE);
    }
  }

  /** Wants the penalties of DRY. */
  static void punishes(JsonNode vector, LogitsProcessor method) {
    Candidates c = Steps.after(method, context(vector), new float[10]);
    for (int id = 0; id < 10; id++) {
      JsonNode penalty = vector.has("penalty") ? vector.get("penalty").get("" + id) : null;
      double expected = penalty == null ? 0 : -penalty.doubleValue();
      assertThat((double) c.logit(id)).as("%s: %d", vector, id).isCloseTo(expected, CLOSE);
    }
  }

  /** DRY's breakers, as sequences. */
  static List<List<Integer>> breakers(JsonNode vector) {
    return vector.has("breakers") ? List.of(ids(vector.get("breakers"))) : List.of();
  }

  /** Logits of p(i) ∝ (i + 1)^−exponent. */
  static float[] zipf(int size, double exponent) {
    double[] p = new double[size];
    double sum = 0;
    for (int i = 0; i < size; i++) {
      p[i] = Math.pow(i + 1, -exponent);
      sum += p[i];
    }
    for (int i = 0; i < size; i++) {
      p[i] /= sum;
    }
    return Steps.logs(p);
  }

  /** Wants k, surprise and the next μ of mirostat's first version. */
  static void controls(JsonNode vector, Mirostat.V1 state) {
    Candidates c = Steps.load(vector.has("p") ? logits(vector) : zipf(1000, 1.2));
    state.mu = number(vector, "mu");
    assertThat(state.exponent(c)).isCloseTo(number(vector, "s_hat"), CLOSE);
    state.process(c);
    assertThat(c.count()).as("%s", vector).isEqualTo(vector.get("k_ref").intValue());
    int token = vector.get("chosen_rank").intValue();
    assertThat(state.surprise(token, c)).isCloseTo(number(vector, "surprise_bits"), CLOSE);
    state.accept(token, c);
    assertThat(state.mu).isCloseTo(number(vector, "mu_next"), CLOSE);
  }
}
