package dev.espalier.examples.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a model as the files that Hugging Face {@code transformers} reads as {@code
 * LlamaForCausalLM}.
 */
final class ModelFolder {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private ModelFolder() {}

  static void write(Path folder, ModelShape shape, Parameters parameters, float[] theta, Bpe bpe)
      throws IOException {
    Files.createDirectories(folder);
    writeJson(folder.resolve("config.json"), config(shape));
    ObjectNode generation =
        JSON.objectNode().put("eos_token_id", Bpe.END).put("pad_token_id", Bpe.END);
    writeJson(folder.resolve("generation_config.json"), generation.put("do_sample", false));
    writeJson(folder.resolve("tokenizer.json"), tokenizer(bpe));
    writeJson(folder.resolve("tokenizer_config.json"), tokenizerConfig(shape));
    Files.write(folder.resolve("model.safetensors"), safetensors(parameters, theta));
  }

  private static ObjectNode config(ModelShape shape) {
    ObjectNode config = JSON.objectNode();
    config.putArray("architectures").add("LlamaForCausalLM");
    return config
        .put("model_type", "llama")
        .put("vocab_size", shape.vocabulary())
        .put("hidden_size", shape.width())
        .put("intermediate_size", shape.hidden())
        .put("num_hidden_layers", shape.layers())
        .put("num_attention_heads", shape.heads())
        .put("num_key_value_heads", shape.heads())
        .put("head_dim", shape.headWidth())
        .put("hidden_act", "silu")
        .put("max_position_embeddings", shape.context())
        .put("rms_norm_eps", ModelShape.NORM_EPSILON)
        .put("rope_theta", ModelShape.ROPE_THETA)
        .put("attention_bias", false)
        .put("mlp_bias", false)
        .put("tie_word_embeddings", true)
        .putNull("bos_token_id")
        .put("eos_token_id", Bpe.END)
        .put("pad_token_id", Bpe.END)
        .put("torch_dtype", "bfloat16");
  }

  static ObjectNode tokenizer(Bpe bpe) {
    ObjectNode tokenizer =
        JSON.objectNode().put("version", "1.0").putNull("truncation").putNull("padding");
    ArrayNode added = tokenizer.putArray("added_tokens");
    for (int i = 0; i < Bpe.SPECIALS.size(); i++) {
      added.add(
          JSON.objectNode()
              .put("id", i)
              .put("content", Bpe.SPECIALS.get(i))
              .put("single_word", false)
              .put("lstrip", false)
              .put("rstrip", false)
              .put("normalized", false)
              .put("special", true));
    }
    tokenizer.putNull("normalizer");
    ArrayNode steps =
        tokenizer.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
    ObjectNode cut = steps.addObject().put("type", "Split");
    cut.putObject("pattern").put("Regex", ByteLevel.PIECES);
    cut.put("behavior", "Isolated").put("invert", false);
    steps.add(byteLevel());
    tokenizer.putNull("post_processor");
    tokenizer.set("decoder", byteLevel());
    ObjectNode model =
        tokenizer.putObject("model").put("type", "BPE").putNull("dropout").putNull("unk_token");
    model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
    ObjectNode vocabulary = model.putObject("vocab");
    for (int token = 0; token < bpe.size(); token++) {
      vocabulary.put(bpe.spelling(token), token);
    }
    ArrayNode merges = model.putArray("merges");
    for (int[] merge : bpe.merges()) {
      merges.addArray().add(bpe.spelling(merge[0])).add(bpe.spelling(merge[1]));
    }
    return tokenizer;
  }

  private static ObjectNode byteLevel() {
    return JSON.objectNode()
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", false)
        .put("use_regex", false);
  }

  private static ObjectNode tokenizerConfig(ModelShape shape) throws IOException {
    ObjectNode config = JSON.objectNode().put("tokenizer_class", "PreTrainedTokenizerFast");
    config.putNull("bos_token").putNull("unk_token");
    config.put("eos_token", Bpe.SPECIALS.get(Bpe.END)).put("pad_token", Bpe.SPECIALS.get(Bpe.END));
    config.put("add_bos_token", false).put("clean_up_tokenization_spaces", false);
    config.put("model_max_length", shape.context());
    try (InputStream in =
        Objects.requireNonNull(
            ModelFolder.class.getResourceAsStream("chat-template.jinja"),
            "chat-template.jinja is missing")) {
      return config.put(
          "chat_template", new String(in.readAllBytes(), StandardCharsets.UTF_8).strip());
    }
  }

  private static void writeJson(Path file, ObjectNode json) throws IOException {
    Files.writeString(
        file, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
  }

  /**
   * The weights in bfloat16; the fused matrices of training are cut into the ones that transformers
   * names.
   */
  private static byte[] safetensors(Parameters parameters, float[] theta) {
    List<Parameters.Slice> tensors =
        parameters.slices().stream().flatMap(slice -> unfused(slice).stream()).toList();
    ObjectNode header = JSON.objectNode();
    header.putObject("__metadata__").put("format", "pt");
    int end = 0;
    for (Parameters.Slice tensor : tensors) {
      ObjectNode entry = header.putObject(tensor.name()).put("dtype", "BF16");
      ArrayNode dimensions = entry.putArray("shape").add(tensor.rows());
      if (tensor.columns() > 0) {
        dimensions.add(tensor.columns());
      }
      entry.putArray("data_offsets").add(end).add(end + 2 * tensor.size());
      end += 2 * tensor.size();
    }
    String text = MAPPER.writeValueAsString(header);
    byte[] json = (text + " ".repeat(-text.length() & 7)).getBytes(StandardCharsets.US_ASCII);
    ByteBuffer file =
        ByteBuffer.allocate(Long.BYTES + json.length + end).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(json.length).put(json);
    for (Parameters.Slice tensor : tensors) {
      for (int i = 0; i < tensor.size(); i++) {
        file.putShort(bfloat16(theta[tensor.offset() + i]));
      }
    }
    return file.array();
  }

  private static List<Parameters.Slice> unfused(Parameters.Slice slice) {
    if (slice.name().contains("qkv_proj")) {
      return cut(slice, "qkv_proj", "q_proj", "k_proj", "v_proj");
    }
    if (slice.name().contains("gate_up_proj")) {
      return cut(slice, "gate_up_proj", "gate_proj", "up_proj");
    }
    return List.of(slice);
  }

  private static List<Parameters.Slice> cut(Parameters.Slice slice, String fused, String... names) {
    int rows = slice.rows() / names.length;
    Parameters.Slice[] parts = new Parameters.Slice[names.length];
    for (int i = 0; i < names.length; i++) {
      int offset = slice.offset() + i * rows * slice.columns();
      parts[i] =
          new Parameters.Slice(
              slice.name().replace(fused, names[i]), offset, rows, slice.columns());
    }
    return List.of(parts);
  }

  /** The nearest bfloat16, ties to even; for finite numbers. */
  static short bfloat16(float x) {
    int bits = Float.floatToRawIntBits(x);
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }
}
