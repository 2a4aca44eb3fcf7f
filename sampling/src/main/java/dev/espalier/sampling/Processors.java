package dev.espalier.sampling;

import dev.espalier.LogitsProcessor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The sampling methods, for {@code import static}. Each is an immutable description; the order in
 * which they are given to a sampler is the order in which they are applied, after the constraint's
 * mask. Every factory throws {@link ParameterException} for a parameter outside its range, NaN
 * included. Options beyond those here have names in the JSON form, see {@link #method}.
 *
 * <p>Probabilities are those of the candidates at that place of the chain. Costs are per step for V
 * candidates.
 */
public final class Processors {
  private Processors() {}

  /**
   * Any method by its name in the JSON form, with parameters by theirs; what is not given has its
   * default: {@code method("top_h", Map.of("alpha", 0.5, "mode", "paper"))}.
   */
  public static LogitsProcessor method(String name, Map<String, Object> parameters) {
    Methods.prototype(name);
    var node = Methods.JSON.createObjectNode();
    parameters.forEach((key, value) -> node.set(key, Methods.JSON.valueToTree(value)));
    return Methods.read(node.put(Methods.NAME, name));
  }

  // ---- temperatures

  /**
   * Divides every logit by {@code temperature}: below 1 sharper, above 1 flatter; 0 is {@link
   * #greedy}. O(1).
   *
   * @param temperature in [0, ∞)
   */
  public static LogitsProcessor temperature(double temperature) {
    return new Temperature(temperature);
  }

  /**
   * Temperature between {@code centre − range} and {@code centre + range}, growing with the entropy
   * (llama.cpp). O(V).
   *
   * @param centre in [0, ∞)
   * @param range in [0, ∞)
   */
  public static LogitsProcessor dynamicTemperature(double centre, double range) {
    return new DynamicTemperature(centre, range, 1);
  }

  /**
   * EDT: temperature {@code top · 0.8^(theta / entropy)} (Zhang et al. 2024). O(V).
   *
   * @param top the temperature in the limit of large entropy, in (0, ∞)
   * @param theta in [0, ∞), nats
   */
  public static LogitsProcessor entropyTemperature(double top, double theta) {
    return new EntropyTemperature(top, theta, 0.8);
  }

  /**
   * HAPO's adaptive temperature: {@code temperature · (1 ± tau)}, by where the entropy lies among
   * those of earlier output (Liu et al. 2025), in the signed form. O(V).
   *
   * @param temperature in (0, ∞)
   * @param tau in [0, 1)
   * @param entropies of earlier output, nats; without any the temperature is plain
   */
  public static LogitsProcessor hapoTemperature(
      double temperature, double tau, List<Double> entropies) {
    return new HapoTemperature(temperature, tau, 0.8, entropies, true);
  }

  /** AdapT: {@code hot} for the first token of a line after its indentation, else {@code cold}. */
  public static LogitsProcessor lineStartTemperature(double hot, double cold) {
    return new LineStartTemperature(hot, cold);
  }

  // ---- truncations

  /** Keeps only the best token; of equals the one with the smaller id. O(V). */
  public static LogitsProcessor greedy() {
    return new Greedy();
  }

  /**
   * Keeps the {@code k} best tokens, exactly (Fan, Lewis, Dauphin 2018). O(V).
   *
   * @param k 1 or more
   */
  public static LogitsProcessor topK(int k) {
    return new TopK(k, 1, false);
  }

  /**
   * Keeps the smallest best-first prefix whose probability reaches {@code p}: the nucleus (Holtzman
   * et al. 2019). O(V).
   *
   * @param p in [0, 1]; 1 keeps all, 0 only the best token
   */
  public static LogitsProcessor topP(double p) {
    return new TopP(p, 1);
  }

  /**
   * Keeps the tokens at least {@code p} times as probable as the best one (Nguyen et al. 2024).
   * O(V).
   *
   * @param p in [0, 1]; 0 keeps all, 1 only the best token and its equals
   */
  public static LogitsProcessor minP(double p) {
    return new MinP(p, 1);
  }

  /**
   * Keeps the tokens whose surprise is nearest to the entropy, up to a mass (Meister et al. 2022).
   * May remove the best token. O(V).
   *
   * @param mass in (0, 1]
   */
  public static LogitsProcessor typical(double mass) {
    return new Typical(mass, 1, false);
  }

  /**
   * Keeps tokens of at least this probability, and the best in any case (Hewitt et al. 2022). O(V).
   *
   * @param epsilon in (0, 1); usual are 3e-4 to 9e-4
   */
  public static LogitsProcessor epsilon(double epsilon) {
    return new Epsilon(epsilon, 1);
  }

  /**
   * As {@link #epsilon}, with a threshold that falls with the entropy (Hewitt et al. 2022). O(V).
   *
   * @param epsilon in (0, 1); usual are 3e-4 to 2e-3
   */
  public static LogitsProcessor eta(double epsilon) {
    return new Eta(epsilon, 1);
  }

  /**
   * Keeps logits within {@code n} standard deviations of the largest (Tang et al. 2024). Put it
   * early: after another truncation the deviation is no longer that of the row. O(V).
   *
   * @param n in (0, ∞)
   */
  public static LogitsProcessor topNSigma(double n) {
    return new TopNSigma(n, false);
  }

  /**
   * Keeps the best tokens while their share of the entropy stays below {@code alpha} (Baghaei
   * Potraghloo et al. 2025), by the criterion of the authors' code. O(V).
   *
   * @param alpha in (0, 1]
   */
  public static LogitsProcessor topH(double alpha) {
    return topH(alpha, TopHMode.REFERENCE);
  }

  /**
   * {@link #topH(double)} by one of the published criteria.
   *
   * @param alpha in (0, 1]
   */
  public static LogitsProcessor topH(double alpha, TopHMode mode) {
    return new TopH(alpha, 100, mode, 1);
  }

  /**
   * Cuts where the curvature of the sorted probabilities has used up the share {@code z} (Bricken
   * 2019). O(V log V): put a top-k before it.
   *
   * @param z in (0, 1]; 1 keeps all
   */
  public static LogitsProcessor tailFree(double z) {
    return new TailFree(z, 1, false);
  }

  /**
   * Exclude Top Choices: now and then, removes all tokens above a threshold but the least probable
   * of them (p-e-w 2024). O(V).
   *
   * @param probability of doing it in a step, in [0, 1]
   * @param threshold in (0, 1]; above 0.5 it never does anything
   * @param protectedTokens nothing is removed where one of these would be
   */
  public static LogitsProcessor xtc(double probability, double threshold, int... protectedTokens) {
    return new Xtc(probability, threshold, 1, list(protectedTokens));
  }

  /**
   * Mirostat, first version: holds the mean surprise at {@code tau} by a top-k of varying k (Basu
   * et al. 2021), in the form of the authors' code. O(V).
   *
   * @param tau bits, in (0, ∞)
   * @param eta learning rate, in (0, ∞)
   */
  public static LogitsProcessor mirostatV1(double tau, double eta) {
    return new MirostatV1(tau, eta, 100, false, false);
  }

  /**
   * Mirostat, second version: holds the mean surprise at {@code tau} by removing tokens of surprise
   * above a varying bound. Put it last. O(V).
   *
   * @param tau bits, in (0, ∞)
   * @param eta learning rate, in (0, ∞); usual is 0.1
   */
  public static LogitsProcessor mirostatV2(double tau, double eta) {
    return new MirostatV2(tau, eta);
  }

  // ---- penalties and bans

  /**
   * Divides positive and multiplies negative logits of all tokens seen so far, prompt included, by
   * {@code factor} (Keskar et al. 2019). Put it before any temperature. O(distinct tokens).
   *
   * @param factor in (0, ∞); above 1 penalises
   */
  public static LogitsProcessor repetitionPenalty(double factor) {
    return new Penalties(factor, 0, 0, -1);
  }

  /**
   * Repetition, frequency and presence penalties over the last tokens, in llama.cpp's order.
   *
   * @param repetition factor in (0, ∞), 1 is off
   * @param frequency nats per occurrence, 0 is off
   * @param presence nats once, 0 is off
   * @param window how many tokens, prompt included; -1 for all
   */
  public static LogitsProcessor penalties(
      double repetition, double frequency, double presence, int window) {
    return new Penalties(repetition, frequency, presence, window);
  }

  /**
   * DRY: lowers tokens that continue a repetition, by {@code multiplier · 1.75^(length −
   * allowedLength)}; newline, colon, quote and asterisk break repetitions. O(length).
   *
   * @param multiplier nats, in [0, ∞); 0.8 is usual, 0 is off
   * @param allowedLength repetitions shorter than this are free, 1 or more; usual is 2
   */
  public static LogitsProcessor dry(double multiplier, int allowedLength) {
    return new Dry(multiplier, 1.75, allowedLength, -1, List.of("\n", ":", "\"", "*"), List.of());
  }

  /**
   * Bans every token that would repeat an n-gram. O(length).
   *
   * @param n 1 or more
   */
  public static LogitsProcessor noRepeatNgram(int n) {
    return new NoRepeatNgram(n);
  }

  /** Adds nats to the logits of some tokens; −∞ bans one, +∞ is refused. */
  public static LogitsProcessor logitBias(Map<Integer, Double> biases) {
    return new LogitBias(biases);
  }

  /**
   * Adds nats to the last token of a sequence when the tokens before it have just been seen;
   * several rules add up.
   */
  public static LogitsProcessor sequenceBias(Map<List<Integer>, Double> biases) {
    return new SequenceBias(
        biases.entrySet().stream()
            .map(e -> new SequenceBias.Rule(e.getKey(), e.getValue()))
            .toList(),
        false);
  }

  /** Bans sequences of tokens; an end token alone is not banned. */
  public static LogitsProcessor badWords(List<List<Integer>> words) {
    return new BadWords(words, false);
  }

  /**
   * Bans the end until so many tokens have been generated.
   *
   * @param tokens 0 or more
   */
  public static LogitsProcessor minNewTokens(int tokens) {
    return new MinLength(tokens, false);
  }

  /**
   * Bans the end until prompt and output together have so many tokens.
   *
   * @param tokens 0 or more
   */
  public static LogitsProcessor minLength(int tokens) {
    return new MinLength(tokens, true);
  }

  /** Forces tokens at places of the output, 0 the first one. */
  public static LogitsProcessor forceTokens(Map<Integer, Integer> tokens) {
    return new TokensAt(tokens);
  }

  /** Bans tokens. */
  public static LogitsProcessor suppress(int... tokens) {
    return new Suppress(list(tokens), false);
  }

  /** Bans tokens as the first one of the output. */
  public static LogitsProcessor suppressAtBegin(int... tokens) {
    return new Suppress(list(tokens), true);
  }

  /** Takes NaN logits as masked instead of refusing them. Must be the first processor. */
  public static LogitsProcessor maskNaN() {
    return new MaskNaN();
  }

  private static List<Integer> list(int... tokens) {
    return Arrays.stream(tokens).boxed().toList();
  }
}
