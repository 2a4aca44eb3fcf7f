package dev.espalier.sampling;

import dev.espalier.LogitsProcessor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The order and the defaults of transformers' {@code generate}: penalties and bans first, then, if
 * sampling, temperature, top-k, top-p, min-p, typical, epsilon, eta.
 */
final class HuggingFaceChain {
  /**
   * Settings that would change what is generated in a way no processor here can, with their off.
   */
  private static final Map<String, Double> UNSUPPORTED =
      Map.of(
          "num_beams", 1.0,
          "num_beam_groups", 1.0,
          "penalty_alpha", 0.0,
          "guidance_scale", 1.0,
          "diversity_penalty", 0.0,
          "encoder_repetition_penalty", 1.0,
          "encoder_no_repeat_ngram_size", 0.0);

  private static final Set<String> UNSUPPORTED_OBJECTS =
      Set.of("constraints", "force_words_ids", "watermarking_config", "dola_layers");

  private HuggingFaceChain() {}

  static Chain read(JsonNode config) {
    if (!config.isObject()) {
      throw new ParameterException("a generation config is a JSON object");
    }
    UNSUPPORTED.forEach(
        (name, off) -> {
          if (number(config, name, off) != off) {
            throw new ParameterException(
                String.format(
                    Locale.ROOT,
                    "generation config: %s is %s, allowed is %.0f: it has no processor",
                    name,
                    config.get(name),
                    off));
          }
        });
    for (String name : UNSUPPORTED_OBJECTS) {
      if (present(config, name)) {
        throw new ParameterException("generation config: " + name + " has no processor; remove it");
      }
    }
    List<LogitsProcessor> stages = new ArrayList<>();
    edits(config, stages);
    if (present(config, "do_sample") && config.get("do_sample").booleanValue()) {
      warpers(config, stages);
    } else {
      stages.add(new Greedy());
    }
    return Chain.of(stages);
  }

  private static void edits(JsonNode config, List<LogitsProcessor> stages) {
    if (present(config, "sequence_bias")) {
      stages.add(sequenceBias(config.get("sequence_bias")));
    }
    double repetition = number(config, "repetition_penalty", 1);
    if (repetition != 1) {
      stages.add(new Penalties(repetition, 0, 0, -1));
    }
    int ngram = (int) number(config, "no_repeat_ngram_size", 0);
    if (ngram > 0) {
      stages.add(new NoRepeatNgram(ngram));
    }
    if (present(config, "bad_words_ids")) {
      List<List<Integer>> words = new ArrayList<>();
      config.get("bad_words_ids").forEach(word -> words.add(ids(word)));
      stages.add(new BadWords(words, true));
    }
    int min = (int) number(config, "min_length", 0);
    if (min > 0) {
      stages.add(new MinLength(min, true));
    }
    int minNew = (int) number(config, "min_new_tokens", 0);
    if (minNew > 0) {
      stages.add(new MinLength(minNew, false));
    }
    if (present(config, "forced_bos_token_id")) {
      stages.add(new TokensAt(Map.of(0, config.get("forced_bos_token_id").intValue())));
    }
    if (present(config, "forced_eos_token_id") && present(config, "max_new_tokens")) {
      int last = config.get("max_new_tokens").intValue() - 1;
      int end = ids(config.get("forced_eos_token_id")).get(0);
      stages.add(new TokensAt(Map.of(last, end)));
    }
    if (present(config, "suppress_tokens")) {
      stages.add(new Suppress(ids(config.get("suppress_tokens")), false));
    }
    if (present(config, "begin_suppress_tokens")) {
      stages.add(new Suppress(ids(config.get("begin_suppress_tokens")), true));
    }
  }

  private static void warpers(JsonNode config, List<LogitsProcessor> stages) {
    double temperature = number(config, "temperature", 1);
    if (temperature != 1) {
      stages.add(new Temperature(temperature));
    }
    int k = (int) number(config, "top_k", 50);
    if (k > 0) {
      stages.add(new TopK(k, 1, true));
    }
    double p = number(config, "top_p", 1);
    if (p < 1) {
      stages.add(new TopP(p, 1));
    }
    if (present(config, "min_p")) {
      stages.add(new MinP(number(config, "min_p", 0), 1));
    }
    double typical = number(config, "typical_p", 1);
    if (typical < 1) {
      stages.add(new Typical(typical, 1, false));
    }
    double epsilon = number(config, "epsilon_cutoff", 0);
    if (epsilon > 0) {
      stages.add(new Epsilon(epsilon, 1));
    }
    double eta = number(config, "eta_cutoff", 0);
    if (eta > 0) {
      stages.add(new Eta(eta, 1));
    }
  }

  /** Either pairs of ids and bias, or an object whose keys are tuples written as text. */
  private static SequenceBias sequenceBias(JsonNode node) {
    Map<List<Integer>, Double> biases = new LinkedHashMap<>();
    if (node.isArray()) {
      node.forEach(pair -> biases.put(ids(pair.get(0)), pair.get(1).doubleValue()));
    } else {
      node.properties()
          .forEach(entry -> biases.put(tuple(entry.getKey()), entry.getValue().doubleValue()));
    }
    List<SequenceBias.Rule> rules = new ArrayList<>();
    biases.forEach((tokens, bias) -> rules.add(new SequenceBias.Rule(tokens, bias)));
    return new SequenceBias(rules, true);
  }

  private static List<Integer> tuple(String text) {
    List<Integer> ids = new ArrayList<>();
    for (String part : text.replaceAll("[^0-9]+", " ").trim().split(" ", -1)) {
      if (part.isEmpty()) {
        throw new ParameterException("generation config: '" + text + "' is no tuple of token ids");
      }
      ids.add(Integer.valueOf(part));
    }
    return ids;
  }

  private static List<Integer> ids(JsonNode node) {
    List<Integer> ids = new ArrayList<>();
    if (node.isArray()) {
      node.forEach(id -> ids.add(id.intValue()));
    } else {
      ids.add(node.intValue());
    }
    return ids;
  }

  private static boolean present(JsonNode config, String name) {
    JsonNode node = config.get(name);
    return node != null && !node.isNull();
  }

  private static double number(JsonNode config, String name, double absent) {
    if (!present(config, name)) {
      return absent;
    }
    JsonNode node = config.get(name);
    if (!node.isNumber()) {
      throw new ParameterException(
          "generation config: " + name + " is " + node + ", allowed is a number");
    }
    return node.doubleValue();
  }
}
