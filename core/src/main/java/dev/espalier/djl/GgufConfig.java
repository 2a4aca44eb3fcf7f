package dev.espalier.djl;

import dev.espalier.ModelLoadException;
import dev.espalier.weights.Gguf;
import dev.espalier.weights.GgufMetadata;
import dev.espalier.weights.StoredTensor;

/** Reads the hyperparameters in a GGUF file. What it does not understand it refuses by name. */
final class GgufConfig {
  private static final int MAX = Integer.MAX_VALUE;

  private GgufConfig() {}

  /**
   * The hyperparameters.
   *
   * @throws ModelLoadException if one is missing or the architecture is unknown
   */
  static DecoderConfig read(Gguf file) {
    GgufMetadata meta = file.metadata();
    String type = meta.requireString("general.architecture");
    boolean gpt2 = type.equals("gpt2");
    switch (type) {
      case "llama", "mistral", "qwen2", "qwen3", "gpt2" -> {}
      default ->
          throw new ModelLoadException(
              file.path()
                  + ": the architecture "
                  + type
                  + " is not supported; llama, mistral, qwen2, qwen3 and gpt2 are."
                  + " Choose another model");
    }
    long experts = meta.integer(type + ".expert_count").orElse(0);
    if (experts > 0) {
      throw new ModelLoadException(
          file.path() + ": mixtures of experts are not supported; choose a dense model");
    }
    int heads = meta.requireInt(type + ".attention.head_count", 1, MAX);
    int width = meta.requireInt(type + ".embedding_length", 1, MAX);
    String kvKey = type + ".attention.head_count_kv";
    int kvHeads = meta.integer(kvKey).isPresent() ? meta.requireInt(kvKey, 1, MAX) : heads;
    String sizeKey = type + ".attention.key_length";
    int headSize =
        meta.integer(sizeKey).isPresent() ? meta.requireInt(sizeKey, 1, MAX) : width / heads;
    long rotated = meta.integer(type + ".rope.dimension_count").orElse(headSize);
    if (!gpt2 && rotated != headSize) {
      throw new ModelLoadException(
          file.path() + ": partial rotary embedding is not supported; choose another model");
    }
    StoredTensor embedding = file.tensor("token_embd.weight");
    String epsilonKey =
        type + (gpt2 ? ".attention.layer_norm_epsilon" : ".attention.layer_norm_rms_epsilon");
    return new DecoderConfig(
        file.path(),
        gpt2 ? DecoderConfig.Family.GPT2 : DecoderConfig.Family.LLAMA,
        meta.requireInt(type + ".block_count", 1, MAX),
        width,
        heads,
        kvHeads,
        headSize,
        meta.requireInt(type + ".feed_forward_length", 1, MAX),
        (int) Math.min(MAX, embedding.shape()[0]),
        meta.requireInt(type + ".context_length", 1, MAX),
        meta.number(epsilonKey).orElseThrow(() -> meta.missing(epsilonKey)),
        meta.number(type + ".rope.freq_base").orElse(10000),
        scaling(meta, type),
        (int) Math.min(MAX, meta.integer(type + ".attention.sliding_window").orElse(0)),
        0,
        !file.tensors().containsKey("output.weight"),
        gpt2 || file.tensors().containsKey("blk.0.attn_q.bias"),
        type.equals("qwen3"));
  }

  private static RopeScaling scaling(GgufMetadata meta, String type) {
    String kind = meta.string(type + ".rope.scaling.type").orElse("none");
    return switch (kind) {
      case "none" -> new RopeScaling.None();
      case "linear" ->
          new RopeScaling.Linear(
              meta.number(type + ".rope.scaling.factor")
                  .orElseThrow(() -> meta.missing(type + ".rope.scaling.factor")));
      default ->
          throw new ModelLoadException(
              meta.path()
                  + ": the rotary scaling "
                  + kind
                  + " is not supported; none and linear are. Choose another model");
    };
  }
}
