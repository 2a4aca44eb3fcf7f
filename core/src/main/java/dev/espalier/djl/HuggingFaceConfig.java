package dev.espalier.djl;

import dev.espalier.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads {@code config.json} of a model folder. What it does not understand it refuses by name. */
final class HuggingFaceConfig {
  private static final long MAX_BYTES = 1 << 20;
  private static final Set<String> ROTARY = Set.of("llama", "mistral", "qwen2", "qwen3");

  private final Path file;
  private final JsonNode root;

  private HuggingFaceConfig(Path file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  /**
   * Reads the file.
   *
   * @throws ModelLoadException if it is missing or malformed, or states an unknown architecture
   */
  static DecoderConfig read(Path file) {
    try {
      if (!Files.exists(file)) {
        throw new ModelLoadException(
            file + ": missing; a model folder needs config.json, tokenizer.json and *.safetensors");
      }
      if (Files.size(file) > MAX_BYTES) {
        throw new ModelLoadException(
            file + ": " + Files.size(file) + " bytes are no configuration");
      }
      JsonNode root = JsonMapper.shared().readTree(Files.readAllBytes(file));
      return new HuggingFaceConfig(file, root).config();
    } catch (IOException e) {
      throw new ModelLoadException(file + ": cannot be read (" + e + ")", e);
    } catch (JacksonException e) {
      throw new ModelLoadException(file + ": no JSON (" + e.getOriginalMessage() + ")", e);
    }
  }

  private DecoderConfig config() {
    String type = text(root, "model_type", "none");
    if (type.equals("gpt2")) {
      return gpt2();
    }
    if (!ROTARY.contains(type)) {
      throw refused("the architecture " + type, "llama, mistral, qwen2, qwen3 and gpt2 are");
    }
    String activation = text(root, "hidden_act", "silu");
    if (!activation.equals("silu")) {
      throw refused("the activation " + activation, "silu is");
    }
    boolean qwen2 = type.equals("qwen2");
    if ((flag("attention_bias") && !qwen2) || flag("mlp_bias")) {
      throw refused(type + " with attention_bias or mlp_bias", "the usual form without is");
    }
    int heads = integer("num_attention_heads", 0);
    int layers = integer("num_hidden_layers", 0);
    int width = integer("hidden_size", 0);
    JsonNode rope =
        root.path("rope_parameters").isObject()
            ? root.path("rope_parameters")
            : root.path("rope_scaling");
    int firstWindowed = firstWindowed(type, layers);
    return new DecoderConfig(
        file,
        DecoderConfig.Family.LLAMA,
        layers,
        width,
        heads,
        integer("num_key_value_heads", heads),
        integer("head_dim", heads < 1 ? 0 : width / heads),
        integer("intermediate_size", 0),
        integer("vocab_size", 0),
        integer("max_position_embeddings", 2048),
        number(root, "rms_norm_eps", 1e-6),
        number(rope, "rope_theta", number(root, "rope_theta", 10000)),
        scaling(rope),
        firstWindowed < layers ? integer("sliding_window", 0) : 0,
        firstWindowed,
        flag("tie_word_embeddings"),
        qwen2,
        type.equals("qwen3"));
  }

  private DecoderConfig gpt2() {
    String activation = text(root, "activation_function", "gelu_new");
    if (!activation.equals("gelu_new") && !activation.equals("gelu_pytorch_tanh")) {
      throw refused("the activation " + activation, "gelu_new is");
    }
    if (flag("scale_attn_by_inverse_layer_idx") || flag("reorder_and_upcast_attn")) {
      throw refused("gpt2 with scaled or reordered attention", "the usual form is");
    }
    int heads = integer("n_head", 12);
    int width = integer("n_embd", 768);
    return new DecoderConfig(
        file,
        DecoderConfig.Family.GPT2,
        integer("n_layer", 12),
        width,
        heads,
        heads,
        heads < 1 ? 0 : width / heads,
        integer("n_inner", 4 * width),
        integer("vocab_size", 50257),
        integer("n_positions", 1024),
        number(root, "layer_norm_epsilon", 1e-5),
        1,
        new RopeScaling.None(),
        0,
        0,
        true,
        true,
        false);
  }

  /** Mistral windows every layer where a window is stated; Qwen only on request, upper layers. */
  private int firstWindowed(String type, int layers) {
    if (!root.path("sliding_window").isIntegralNumber()) {
      return layers;
    }
    return switch (type) {
      case "mistral" -> 0;
      case "qwen2", "qwen3" ->
          flag("use_sliding_window") ? integer("max_window_layers", 28) : layers;
      default -> layers;
    };
  }

  private RopeScaling scaling(JsonNode rope) {
    if (number(rope, "partial_rotary_factor", 1) != 1) {
      throw refused("partial rotary embedding", "embedding of whole heads is");
    }
    String type = text(rope, "rope_type", text(rope, "type", "default"));
    return switch (type) {
      case "default" -> new RopeScaling.None();
      case "linear" -> new RopeScaling.Linear(positive(rope, "factor"));
      case "llama3" ->
          new RopeScaling.Llama3(
              positive(rope, "factor"),
              positive(rope, "low_freq_factor"),
              positive(rope, "high_freq_factor"),
              positive(rope, "original_max_position_embeddings"));
      default -> throw refused("the rotary scaling " + type, "default, linear and llama3 are");
    };
  }

  private double positive(JsonNode node, String key) {
    double value = number(node, key, 0);
    if (!(value > 0) || value > 1e9) {
      throw new ModelLoadException(file + ": " + key + " must be a positive number, not " + value);
    }
    return value;
  }

  private boolean flag(String key) {
    return root.path(key).asBoolean(false);
  }

  private int integer(String key, int otherwise) {
    JsonNode node = root.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return otherwise;
    }
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw new ModelLoadException(file + ": " + key + " must be an integer");
    }
    return node.intValue();
  }

  private double number(JsonNode node, String key, double otherwise) {
    JsonNode value = node.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.isNumber()) {
      throw new ModelLoadException(file + ": " + key + " must be a number");
    }
    return value.doubleValue();
  }

  private static String text(JsonNode node, String key, String otherwise) {
    JsonNode value = node.path(key);
    return value.isString() ? value.stringValue() : otherwise;
  }

  private ModelLoadException refused(String what, String supported) {
    return new ModelLoadException(
        file + ": " + what + " is not supported; " + supported + ". Choose another model");
  }
}
