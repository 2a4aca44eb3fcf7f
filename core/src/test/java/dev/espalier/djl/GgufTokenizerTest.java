package dev.espalier.djl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.ModelLoadException;
import dev.espalier.Tokenizer;
import dev.espalier.Vocabulary;
import dev.espalier.djl.RealTokenizersTest.Real;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class GgufTokenizerTest {
  /** The published tokenizers, put into GGUF metadata, must encode as before. */
  @ParameterizedTest
  @CsvSource({"llama3_1,llama-bpe", "qwen3,qwen2", "gptoss,gpt-4o", "llama2,"})
  void metadataEncodesLikeTheTokenizerJsonItCameFrom(Real real, String pre) throws IOException {
    Map<String, Object> metadata = metadata(RealModels.tokenizer(real.name()), pre);
    try (TokenizerFiles original = real.load();
        TokenizerFiles converted = TokenizerFiles.load(metadata, "converted.gguf")) {
      Tokenizer expected = original.tokenizer();
      Tokenizer actual = converted.tokenizer();
      long seed = 99;
      Random random = new Random(seed);
      for (int i = 0; i < 500; i++) {
        String text = RandomTexts.next(random);
        boolean special = i % 2 == 0;
        assertArrayEquals(
            expected.encode(text, special),
            actual.encode(text, special),
            () -> "seed " + seed + ": '" + text + "'");
      }
      Vocabulary a = original.vocabulary();
      Vocabulary b = converted.vocabulary();
      for (int id = 0; id < a.size(); id++) {
        assertArrayEquals(a.bytes(id), b.bytes(id), "token " + id);
      }
    }
  }

  @Test
  void unknownPreTokenizersAreRefusedWithTheKnownOnes() {
    Map<String, Object> metadata = tiny();
    metadata.put("tokenizer.ggml.pre", "klingon-bpe");
    ModelLoadException e =
        assertThrows(ModelLoadException.class, () -> TokenizerFiles.load(metadata, "x.gguf"));
    assertTrue(e.getMessage().contains("'klingon-bpe'"), e.getMessage());
    assertTrue(e.getMessage().contains("llama-bpe"), e.getMessage());
  }

  @Test
  void tinyMetadataMakesAWorkingTokenizer() {
    try (TokenizerFiles files = TokenizerFiles.load(tiny(), "x.gguf")) {
      Tokenizer tokenizer = files.tokenizer();
      assertArrayEquals(new int[] {3, 6, 4, 5}, tokenizer.encode("ab ab a<|e|>", true));
      assertEquals("ab ab a", tokenizer.decode(new int[] {3, 6, 4, 5}));
      assertEquals("ab ab a", files.vocabulary().decode(3, 6, 4, 5));
      assertArrayEquals(new int[] {5}, files.vocabulary().endTokens());
    }
  }

  @Test
  void damagedMetadataIsRefused() {
    Map<String, Object> bad = new HashMap<>();
    bad.put("tokenizer.ggml.model", "bert");
    bad.put("tokenizer.ggml.tokens", new Object[] {"a", 1});
    bad.put("tokenizer.ggml.token_type", new int[] {1});
    bad.put("tokenizer.ggml.merges", new String[] {"ab"});
    bad.put("tokenizer.ggml.eos_token_id", 77);
    bad.put("tokenizer.ggml.bos_token_id", "five");
    bad.put("tokenizer.ggml.add_bos_token", 3);
    bad.put("tokenizer.chat_template", 3);
    bad.forEach(
        (key, value) -> {
          Map<String, Object> metadata = tiny();
          metadata.put(key, value);
          ModelLoadException e =
              assertThrows(
                  ModelLoadException.class, () -> TokenizerFiles.load(metadata, "x.gguf"), key);
          assertTrue(e.getMessage().startsWith("x.gguf: tokenizer."), e.getMessage());
        });
    for (String key : List.of("model", "tokens", "merges")) {
      Map<String, Object> metadata = tiny();
      metadata.remove("tokenizer.ggml." + key);
      assertThrows(ModelLoadException.class, () -> TokenizerFiles.load(metadata, "x.gguf"), key);
    }
  }

  private static Map<String, Object> tiny() {
    Map<String, Object> m = new HashMap<>();
    m.put("tokenizer.ggml.model", "gpt2");
    m.put("tokenizer.ggml.pre", "gpt-2");
    m.put("tokenizer.ggml.tokens", new String[] {"a", "b", "Ġ", "ab", "Ġa", "<|e|>", "Ġab"});
    m.put("tokenizer.ggml.token_type", new int[] {1, 1, 1, 1, 1, 3, 1});
    m.put("tokenizer.ggml.merges", List.of("a b", "Ġ a", "Ġ ab"));
    m.put("tokenizer.ggml.eos_token_id", 5L);
    return m;
  }

  private static Map<String, Object> metadata(Path directory, String pre) throws IOException {
    JsonNode json = new JsonMapper().readTree(directory.resolve("tokenizer.json").toFile());
    JsonNode model = json.get("model");
    int size = 0;
    for (Map.Entry<String, JsonNode> entry : model.get("vocab").properties()) {
      size = Math.max(size, entry.getValue().intValue() + 1);
    }
    for (JsonNode added : json.get("added_tokens")) {
      size = Math.max(size, added.get("id").intValue() + 1);
    }
    String[] tokens = new String[size];
    int[] types = new int[size];
    float[] scores = new float[size];
    for (int id = 0; id < size; id++) {
      tokens[id] = "[PAD" + id + "]";
      types[id] = 5;
    }
    for (Map.Entry<String, JsonNode> entry : model.get("vocab").properties()) {
      int id = entry.getValue().intValue();
      tokens[id] = entry.getKey();
      types[id] = entry.getKey().matches("<0x[0-9A-F]{2}>") ? 6 : 1;
    }
    Map<String, Object> m = new HashMap<>();
    for (JsonNode added : json.get("added_tokens")) {
      int id = added.get("id").intValue();
      tokens[id] = added.get("content").stringValue();
      types[id] = added.get("special").booleanValue() ? 3 : 4;
      if (tokens[id].equals("<s>") || tokens[id].equals("<|begin_of_text|>")) {
        m.put("tokenizer.ggml.bos_token_id", id);
      }
      if (tokens[id].equals("<unk>")) {
        types[id] = 2;
        m.put("tokenizer.ggml.unknown_token_id", id);
      }
    }
    List<String> merges = new ArrayList<>();
    for (JsonNode merge : model.get("merges")) {
      merges.add(
          merge.isArray()
              ? merge.get(0).stringValue() + " " + merge.get(1).stringValue()
              : merge.stringValue());
    }
    Map<String, Integer> ids = new HashMap<>();
    for (int id = 0; id < size; id++) {
      ids.put(tokens[id], id);
    }
    for (int rank = merges.size() - 1; rank >= 0; rank--) { // a piece scores as its first merge
      Integer id = ids.get(merges.get(rank).replace(" ", ""));
      if (id != null) {
        scores[id] = -rank;
      }
    }
    m.put("tokenizer.ggml.model", pre == null ? "llama" : "gpt2");
    m.put("tokenizer.ggml.tokens", tokens);
    m.put("tokenizer.ggml.token_type", types);
    m.put("tokenizer.ggml.scores", scores);
    m.put("tokenizer.ggml.merges", merges);
    if (pre != null) {
      m.put("tokenizer.ggml.pre", pre);
    }
    assertEquals(size, tokens.length);
    return m;
  }
}
