package dev.espalier.djl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.ChatTemplate;
import dev.espalier.Message;
import dev.espalier.ModelLoadException;
import dev.espalier.Tokenizer;
import dev.espalier.Vocabulary;
import dev.espalier.Vocabulary.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A tokenizer small enough to write here, whole and damaged. */
class TokenizerFilesTest {
  private static final JsonMapper MAPPER = new JsonMapper();

  @TempDir Path directory;

  @Test
  void tokensAreTextSpecialOrUnused() throws IOException {
    ObjectNode json = byteLevel();
    ObjectNode far = json.withArray("added_tokens").addObject();
    added(far, 265, "<far é>", false);
    write("tokenizer.json", json.toString());
    try (TokenizerFiles files = TokenizerFiles.load(directory)) {
      Vocabulary v = files.vocabulary();
      Tokenizer tokenizer = files.tokenizer();
      assertEquals(266, v.size());
      assertEquals(" a", new String(v.bytes(257), StandardCharsets.UTF_8));
      assertEquals(Kind.SPECIAL, v.kind(258));
      assertEquals(Kind.TEXT, v.kind(259));
      assertEquals("<tool>", v.decode(259));
      assertEquals(Kind.UNUSED, v.kind(261));
      assertEquals("<far é>", v.decode(265));
      assertNull(files.chatTemplate());
      assertArrayEquals(new int[] {256, 259, 257, 258}, tokenizer.encode("ab<tool> a<e>", true));
      assertEquals("ab<tool> a", tokenizer.decode(new int[] {256, 259, 257, 258}));
      assertEquals("a\uFFFDb", v.decode(tokenizer.encode("a\uD800b", false)));
      assertEquals("\u0000", v.decode(tokenizer.encode("\u0000", false)));
      assertArrayEquals(new int[0], tokenizer.encode("", true));
    }
  }

  @Test
  void endTokensComeFromEveryFileThatNamesOne() throws IOException {
    write("tokenizer.json", byteLevel().toString());
    write(
        "tokenizer_config.json",
        "{\"eos_token\": {\"content\": \"<e>\"}, \"chat_template\": \"{{ messages[0].content }}<|im_end|>\"}");
    write("generation_config.json", "{\"eos_token_id\": [258, 259]}");
    write("config.json", "{\"eos_token_id\": 3}"); // overruled by generation_config.json
    TokenizerFiles files = TokenizerFiles.load(directory);
    files.close();
    assertArrayEquals(new int[] {258, 259, 260}, files.vocabulary().endTokens());
    ChatTemplate template = files.chatTemplate();
    assertNotNull(template);
    assertEquals(
        "hi<|im_end|>", template.render(List.of(Message.user("hi")), List.of(), true, Map.of()));
  }

  @Test
  void chatTemplatesMayBeNamedAndMayStandInTheirOwnFile() throws IOException {
    write("tokenizer.json", byteLevel().toString());
    write(
        "tokenizer_config.json",
        "{\"bos_token\": \"<s>\", \"chat_template\": [{\"name\": \"default\", \"template\": \"a\"},"
            + " {\"name\": \"tool_use\", \"template\": \"{{ bos_token }}tools\"}]}");
    TokenizerFiles named = TokenizerFiles.load(directory);
    named.close();
    ChatTemplate template = named.chatTemplate();
    assertNotNull(template);
    assertEquals("a", template.render(List.of(), List.of(), true, Map.of()));
    dev.espalier.ToolSpec tool = new dev.espalier.ToolSpec("t", "d", "{}");
    assertEquals("<s>tools", template.render(List.of(), List.of(tool), true, Map.of()));
    write("chat_template.jinja", "own");
    TokenizerFiles own = TokenizerFiles.load(directory);
    own.close();
    ChatTemplate file = own.chatTemplate();
    assertNotNull(file);
    assertEquals("own", file.render(List.of(), List.of(), true, Map.of()));
  }

  @Test
  void aFileNestedTooDeeplyIsRefused() throws IOException {
    write("tokenizer.json", "{\"model\":" + "[".repeat(100_000));
    assertRefused("tokenizer.json");
    write("tokenizer.json", "{\"unknown\":" + "[".repeat(100_000));
    assertRefused("tokenizer.json");
  }

  @Test
  void theEndOfSequenceMustNotBeText() throws IOException {
    write("tokenizer.json", byteLevel().toString());
    write("generation_config.json", "{\"eos_token_id\": 65}");
    assertRefused("65");
    write("generation_config.json", "{\"eos_token_id\": 4000}");
    assertRefused("generation_config.json");
    write("generation_config.json", "[]");
    assertRefused("generation_config.json");
    write("generation_config.json", "{");
    assertRefused("generation_config.json");
  }

  @Test
  void otherKindsOfTokenizersAreRefusedByName() throws IOException {
    refuses("WordPiece", json -> model(json).put("type", "WordPiece"));
    refuses("'CTC'", json -> decoder(json).put("type", "CTC"));
    refuses("end_of_word_suffix", json -> model(json).put("end_of_word_suffix", "</w>"));
    refuses(
        "no decoder",
        json -> {
          json.putNull("decoder");
          json.putNull("pre_tokenizer");
        });
    assertThrows(ModelLoadException.class, () -> TokenizerFiles.load(directory.resolve("absent")));
  }

  @Test
  void aClosedTokenizerSaysSo() throws IOException {
    write("tokenizer.json", byteLevel().toString());
    TokenizerFiles files = TokenizerFiles.load(directory);
    files.close();
    files.close();
    Tokenizer tokenizer = files.tokenizer();
    assertThrows(IllegalStateException.class, () -> tokenizer.encode("a", false));
    assertThrows(IllegalStateException.class, () -> tokenizer.decode(new int[] {65}));
  }

  @Test
  void threadsShareATokenizer() throws Exception {
    write("tokenizer.json", byteLevel().toString());
    try (TokenizerFiles files = TokenizerFiles.load(directory)) {
      Tokenizer tokenizer = files.tokenizer();
      List<Thread> threads = new ArrayList<>();
      java.util.concurrent.atomic.AtomicInteger right =
          new java.util.concurrent.atomic.AtomicInteger();
      for (int t = 0; t < 4; t++) {
        String text = "ab a " + t;
        int[] expected = tokenizer.encode(text, false);
        Thread thread =
            new Thread(
                () -> {
                  for (int i = 0; i < 500; i++) {
                    boolean same = Arrays.equals(expected, tokenizer.encode(text, false));
                    right.addAndGet(same && tokenizer.decode(expected).equals(text) ? 1 : 0);
                  }
                });
        threads.add(thread);
        thread.start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertEquals(2_000, right.get());
    }
  }

  @Test
  @Timeout(120)
  void truncatedFilesAreRefused() throws IOException {
    byte[] whole = byteLevel().toString().getBytes(StandardCharsets.UTF_8);
    long seed = 11;
    Random random = new Random(seed);
    for (int i = 0; i < 150; i++) {
      int length = random.nextInt(whole.length - 1);
      Files.write(directory.resolve("tokenizer.json"), Arrays.copyOf(whole, length));
      assertThrows(
          ModelLoadException.class,
          () -> TokenizerFiles.load(directory),
          () -> "seed " + seed + ", cut at " + length);
    }
  }

  @Test
  @Timeout(120)
  void wrongStructureIsRefused() throws IOException {
    List<Consumer<ObjectNode>> damages =
        List.of(
            j -> j.remove("model"),
            j -> j.put("model", 3),
            j -> j.putArray("model"),
            j -> model(j).remove("vocab"),
            j -> model(j).put("vocab", "x"),
            j -> model(j).putObject("vocab"),
            j -> model(j).putArray("vocab"),
            j -> model(j).putArray("vocab").add("x"),
            j -> model(j).putArray("vocab").addArray().add("x"),
            j -> model(j).putNull("vocab"),
            j -> vocab(j).put("a", -1),
            j -> vocab(j).put("a", "1"),
            j -> vocab(j).put("a", 1.5),
            j -> vocab(j).put("a", 98), // b's
            j -> vocab(j).put("zz", 5_000_000),
            j -> vocab(j).put("zz", Integer.MAX_VALUE),
            j -> vocab(j).put("zz", 99_999_999_999L),
            j -> vocab(j).putObject("a"),
            j -> model(j).put("type", 7),
            j -> model(j).put("type", "bpe"),
            j -> model(j).remove("merges"),
            j -> model(j).put("merges", "a b"),
            j -> model(j).withArray("merges").add("a zebra"),
            j -> model(j).withArray("merges").add("nospace"),
            j -> model(j).withArray("merges").add(4),
            j -> model(j).withArray("merges").addArray().add("a"),
            j -> model(j).put("dropout", "x"),
            j -> j.put("added_tokens", "x"),
            j -> j.withArray("added_tokens").add("x"),
            j -> j.withArray("added_tokens").addObject(),
            j -> added(j.withArray("added_tokens").addObject(), -5, "<x>", true),
            j -> added(j.withArray("added_tokens").addObject(), 8_000_000, "<x>", true),
            j -> j.withArray("added_tokens").addObject().put("id", "x").put("content", "y"),
            j -> j.withArray("added_tokens").addObject().put("id", 300).put("content", 5),
            j -> j.put("decoder", "ByteLevel"),
            j -> j.putObject("decoder"),
            j -> decoder(j).put("type", "Sequence"),
            j -> decoder(j).put("type", "Replace"),
            j -> decoder(j).put("type", "Metaspace"),
            j -> decoder(j).put("type", "Strip"),
            j -> j.put("pre_tokenizer", 4),
            j -> j.putObject("pre_tokenizer").put("type", "Nonsense"),
            j ->
                j.putObject("pre_tokenizer")
                    .put("type", "Split")
                    .put("behavior", "Isolated")
                    .put("invert", false)
                    .putObject("pattern")
                    .put("Regex", "(unclosed"),
            j -> j.putObject("normalizer").put("type", "NFX"),
            j -> j.putObject("post_processor").put("type", "TemplateProcessing"));
    for (int i = 0; i < damages.size(); i++) {
      ObjectNode json = byteLevel();
      damages.get(i).accept(json);
      write("tokenizer.json", json.toString());
      int at = i;
      ModelLoadException e =
          assertThrows(
              ModelLoadException.class, () -> TokenizerFiles.load(directory), () -> "damage " + at);
      assertTrue(String.valueOf(e.getMessage()).contains("tokenizer.json"), e.getMessage());
    }
    write("tokenizer.json", byteLevel() + " {}");
    assertRefused("tokenizer.json");
    write("tokenizer.json", "");
    assertRefused("tokenizer.json");
  }

  /** A flipped byte may leave a valid file; then it loads and works, else it is refused. */
  @Test
  @Timeout(240)
  void flippedBytesAreRefusedOrHarmless() throws IOException {
    byte[] whole = byteLevel().toString().getBytes(StandardCharsets.UTF_8);
    long seed = 12;
    Random random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      byte[] damaged = whole.clone();
      for (int n = random.nextInt(3); n >= 0; n--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      Files.write(directory.resolve("tokenizer.json"), damaged);
      try (TokenizerFiles files = TokenizerFiles.load(directory)) {
        files.vocabulary().decode(files.tokenizer().encode("ab a", true));
      } catch (ModelLoadException e) {
        refused++;
      }
    }
    assertTrue(refused > 100, "seed " + seed + ": only " + refused + " were refused");
  }

  private void refuses(String message, Consumer<ObjectNode> change) throws IOException {
    ObjectNode json = byteLevel();
    change.accept(json);
    write("tokenizer.json", json.toString());
    assertRefused(message);
  }

  private void assertRefused(String message) {
    ModelLoadException e =
        assertThrows(ModelLoadException.class, () -> TokenizerFiles.load(directory));
    assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(directory.resolve(name), text);
  }

  private static ObjectNode model(ObjectNode json) {
    return (ObjectNode) json.get("model");
  }

  private static ObjectNode vocab(ObjectNode json) {
    return (ObjectNode) model(json).get("vocab");
  }

  private static ObjectNode decoder(ObjectNode json) {
    return (ObjectNode) json.get("decoder");
  }

  private static void added(ObjectNode token, int id, String content, boolean special) {
    token.put("id", id).put("content", content).put("special", special);
    for (String no : List.of("single_word", "lstrip", "rstrip", "normalized")) {
      token.put(no, false);
    }
  }

  /** 256 bytes, "ab" and " a", then the tokens {@code <e>}, {@code <tool>}, {@code <|im_end|>}. */
  private static ObjectNode byteLevel() {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("version", "1.0").putNull("truncation").putNull("padding").putNull("normalizer");
    ArrayNode added = json.putArray("added_tokens");
    added(added.addObject(), 258, "<e>", true);
    added(added.addObject(), 259, "<tool>", false);
    added(added.addObject(), 260, "<|im_end|>", true);
    for (String part : List.of("pre_tokenizer", "decoder")) {
      json.putObject(part)
          .put("type", "ByteLevel")
          .put("add_prefix_space", false)
          .put("trim_offsets", false)
          .put("use_regex", part.equals("pre_tokenizer"));
    }
    ObjectNode model = json.putObject("model").put("type", "BPE");
    ObjectNode vocab = model.putObject("vocab");
    for (int b = 0; b < 256; b++) {
      vocab.put(String.valueOf(character(b)), b);
    }
    vocab.put("ab", 256).put("Ġa", 257);
    model.putArray("merges").add("a b").add("Ġ a");
    JsonNode check = MAPPER.readTree(json.toString());
    assertEquals(258, check.get("model").get("vocab").size());
    return json;
  }

  private static char character(int b) {
    boolean itself = (b > 32 && b < 127) || (b > 160 && b != 173);
    int before = 0;
    for (int c = 0; c < b; c++) {
      before += (c > 32 && c < 127) || (c > 160 && c != 173) ? 0 : 1;
    }
    return (char) (itself ? b : 256 + before);
  }
}
