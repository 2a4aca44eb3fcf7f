package dev.espalier.tokenizer;

import dev.espalier.ModelLoadException;
import dev.espalier.Vocabulary;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizer in the metadata of a GGUF file (ggml-org, {@code gguf.md}): byte-level BPE ({@code
 * tokenizer.ggml.model} = gpt2) and SentencePiece BPE (llama). GGUF holds no {@code
 * tokenizer.json}, so one is written from the tokens and, for SentencePiece, their scores.
 */
public final class GgufTokenizer {
  private static final String PREFIX = "tokenizer.ggml.";
  private static final Map<String, String> ROLES =
      Map.of(
          "bos_token_id", "bos_token",
          "eos_token_id", "eos_token",
          "unknown_token_id", "unk_token",
          "seperator_token_id", "sep_token", // spelt so in the format
          "padding_token_id", "pad_token",
          "mask_token_id", "mask_token");
  private static final List<String> END_KEYS =
      List.of("eos_token_id", "eot_token_id", "eom_token_id");

  private final Map<String, Object> metadata;
  private final String where;
  private final String[] tokens;
  private final TokenType[] types;

  private GgufTokenizer(Map<String, Object> metadata, String where) {
    this.metadata = metadata;
    this.where = where;
    tokens = tokens();
    types = types();
  }

  /**
   * Reads the tokenizer.
   *
   * @param metadata the file's metadata by key: numbers, booleans, strings, and arrays of these
   *     (Java arrays or lists)
   * @param where the file, for messages
   * @throws ModelLoadException if something is missing, malformed or not supported
   */
  public static TokenizerDefinition read(Map<String, Object> metadata, String where) {
    return new GgufTokenizer(metadata, where).read();
  }

  private TokenizerDefinition read() {
    String model = string(PREFIX + "model");
    if (model == null) {
      throw refused("tokenizer.ggml.model is missing; the file holds no tokenizer");
    }
    if (!model.equals("gpt2") && !model.equals("llama")) {
      throw refused("tokenizer.ggml.model '" + model + "' is not supported; known: gpt2, llama");
    }
    Map<String, String> templates = templates();
    Map<String, String> roles = roles();
    Vocabulary vocabulary = vocabulary(model.equals("gpt2"), templates);
    String json = model.equals("gpt2") ? byteLevelJson() : sentencePieceJson();
    return new TokenizerDefinition(vocabulary, json, roles, templates);
  }

  private Vocabulary vocabulary(boolean byteLevel, Map<String, String> templates) {
    TokenDecoder decoder = byteLevel ? TokenDecoder.byteLevel() : TokenDecoder.sentencePiece();
    Map<String, Integer> named = new HashMap<>();
    for (int id = 0; id < tokens.length; id++) {
      if (types[id] != TokenType.NORMAL && types[id] != TokenType.BYTE) {
        named.putIfAbsent(tokens[id], id);
      }
    }
    for (String key : END_KEYS) {
      int id = id(key);
      if (id >= 0) {
        end(id);
      }
    }
    Vocabulary.Builder builder = Vocabulary.builder(tokens.length);
    for (int id = 0; id < tokens.length; id++) {
      switch (types[id]) {
        case CONTROL, UNKNOWN -> builder.special(id, tokens[id]);
        case USER_DEFINED -> builder.text(id, decoder.addedBytes(tokens[id]));
        case NORMAL, BYTE, UNDEFINED -> builder.text(id, decoder.bytes(tokens[id]));
        case UNUSED -> {}
      }
    }
    for (String key : END_KEYS) {
      int id = id(key);
      if (id >= 0) {
        builder.end(id);
      }
    }
    Definitions.endOfTurn(
        builder,
        name -> {
          int id = named.getOrDefault(name, -1);
          if (id >= 0) {
            types[id] = TokenType.CONTROL;
          }
          return id;
        },
        templates.values());
    return Definitions.build(builder, where);
  }

  /** Some files mark their end token as user-defined; one that ends a sequence writes no text. */
  private void end(int id) {
    if (types[id] == TokenType.USER_DEFINED) {
      types[id] = TokenType.CONTROL;
    }
  }

  private String byteLevelJson() {
    PreTokenizer pre = PreTokenizer.named(string(PREFIX + "pre"), where);
    TokenizerWriter out = new TokenizerWriter();
    out.added(tokens, types);
    if (pre.nfc()) {
      out.normalizerNfc();
    }
    out.preTokenizerByteLevel(pre.patterns());
    aroundText(out, pre.startsWithBos());
    out.decoderByteLevel();
    out.bpe(tokens, types, merges(), null, pre.ignoreMerges());
    return out.finish();
  }

  private String sentencePieceJson() {
    double[] scores = scores();
    boolean spacePrefix = bool("add_space_prefix", true);
    TokenizerWriter out = new TokenizerWriter();
    out.added(tokens, types);
    out.normalizerSentencePiece(spacePrefix);
    aroundText(out, true);
    out.decoderSentencePiece(spacePrefix);
    int unknown = id("unknown_token_id");
    out.bpe(
        tokens,
        types,
        SentencePieceMerges.derive(tokens, types, scores),
        unknown < 0 ? null : tokens[unknown],
        false);
    return out.finish();
  }

  private void aroundText(TokenizerWriter out, boolean bosByDefault) {
    int bos = id("bos_token_id");
    int eos = id("eos_token_id");
    boolean addBos = bool("add_bos_token", bosByDefault) && bos >= 0;
    boolean addEos = bool("add_eos_token", false) && eos >= 0;
    if (addBos || addEos) {
      out.aroundText(addBos ? tokens[bos] : null, bos, addEos ? tokens[eos] : null, eos);
    }
  }

  private Map<String, String> templates() {
    Map<String, String> templates = new HashMap<>();
    String main = string("tokenizer.chat_template");
    if (main != null) {
      templates.put("default", main);
    }
    for (String key : metadata.keySet()) {
      String prefix = "tokenizer.chat_template.";
      String template = key.startsWith(prefix) ? string(key) : null;
      if (template != null) {
        templates.put(key.substring(prefix.length()), template);
      }
    }
    return templates;
  }

  private Map<String, String> roles() {
    Map<String, String> roles = new TreeMap<>();
    ROLES.forEach(
        (key, role) -> {
          int id = id(key);
          if (id >= 0) {
            roles.put(role, tokens[id]);
          }
        });
    return roles;
  }

  private String[] tokens() {
    Object array = required("tokens");
    int n = length(array, "tokens");
    if (n == 0 || n > Definitions.MAX_IDS) {
      throw refused(PREFIX + "tokens holds " + n + " tokens; 1 to " + Definitions.MAX_IDS);
    }
    String[] strings = new String[n];
    for (int i = 0; i < n; i++) {
      if (!(element(array, i) instanceof String token)) {
        throw refused(PREFIX + "tokens[" + i + "] is not a string");
      }
      strings[i] = token;
    }
    return strings;
  }

  private TokenType[] types() {
    TokenType[] all = new TokenType[tokens.length];
    Object array = metadata.get(PREFIX + "token_type");
    if (array == null) { // then nothing but their roles tells control tokens
      Arrays.fill(all, TokenType.NORMAL);
      for (String key : ROLES.keySet()) {
        int id = id(key);
        if (id >= 0) {
          all[id] = TokenType.CONTROL;
        }
      }
      return all;
    }
    if (length(array, "token_type") != all.length) {
      throw refused(PREFIX + "token_type is not as long as " + PREFIX + "tokens");
    }
    for (int i = 0; i < all.length; i++) {
      int number = element(array, i) instanceof Number n ? n.intValue() : -1;
      if (number < 0 || number >= TokenType.ALL.size()) {
        throw refused(PREFIX + "token_type[" + i + "] is no type of a token (0 to 6)");
      }
      all[i] = TokenType.ALL.get(number);
    }
    return all;
  }

  private String[][] merges() {
    Object array = required("merges");
    String[][] merges = new String[length(array, "merges")][];
    for (int i = 0; i < merges.length; i++) {
      String merge = element(array, i) instanceof String s ? s : "";
      int space = merge.indexOf(' ', 1);
      if (space < 0 || space == merge.length() - 1) {
        throw refused(PREFIX + "merges[" + i + "] should be two tokens with a space between");
      }
      merges[i] = new String[] {merge.substring(0, space), merge.substring(space + 1)};
    }
    return merges;
  }

  private double[] scores() {
    Object array = required("scores");
    if (length(array, "scores") != tokens.length) {
      throw refused(PREFIX + "scores is not as long as " + PREFIX + "tokens");
    }
    double[] scores = new double[tokens.length];
    for (int i = 0; i < scores.length; i++) {
      if (!(element(array, i) instanceof Number n) || Double.isNaN(n.doubleValue())) {
        throw refused(PREFIX + "scores[" + i + "] is not a number");
      }
      scores[i] = n.doubleValue();
    }
    return scores;
  }

  /** A token id under a key; -1 if the key is absent. */
  private int id(String key) {
    Object value = metadata.get(PREFIX + key);
    if (value == null) {
      return -1;
    }
    if (!(value instanceof Number n) || n.longValue() < 0 || n.longValue() >= tokens.length) {
      throw refused(PREFIX + key + " " + value + " is no id in 0.." + (tokens.length - 1));
    }
    return n.intValue();
  }

  private boolean bool(String key, boolean otherwise) {
    Object value = metadata.get(PREFIX + key);
    if (value != null && !(value instanceof Boolean)) {
      throw refused(PREFIX + key + " should be a boolean, not " + value);
    }
    return value == null ? otherwise : (Boolean) value;
  }

  private @Nullable String string(String key) {
    Object value = metadata.get(key);
    if (value != null && !(value instanceof String)) {
      throw refused(key + " should be a string");
    }
    return (String) value;
  }

  private Object required(String key) {
    Object value = metadata.get(PREFIX + key);
    if (value == null) {
      throw refused(PREFIX + key + " is missing");
    }
    return value;
  }

  private int length(Object array, String key) {
    if (array instanceof List<?> list) {
      return list.size();
    }
    if (!array.getClass().isArray()) {
      throw refused(PREFIX + key + " should be an array");
    }
    return Array.getLength(array);
  }

  private static @Nullable Object element(Object array, int i) {
    if (array instanceof List<?> list) {
      return list.get(i);
    }
    return array instanceof Object[] objects ? objects[i] : Array.get(array, i);
  }

  private ModelLoadException refused(String reason) {
    return new ModelLoadException(where + ": " + reason);
  }
}
