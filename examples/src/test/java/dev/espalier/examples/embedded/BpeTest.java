package dev.espalier.examples.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class BpeTest {
  private static final Bpe BPE = encoding(512);

  /** An encoding learnt from few examples, quick to make. */
  static Bpe encoding(int size) {
    BpeTrainer trainer = new BpeTrainer();
    for (Example example : Corpus.train().examples(1, 1_000)) {
      trainer.add(example.request());
      trainer.add(example.answer());
    }
    return trainer.train(size);
  }

  @Property(tries = 500)
  void decodingGivesTheTextBack(@ForAll String text) {
    // A lone surrogate has no UTF-8 form and becomes a question mark on both sides.
    String encodable = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    assertThat(BPE.decode(BPE.encode(text))).isEqualTo(encodable);
  }

  @Test
  void aWordHasTheSameTokensInARequestAndInJson() {
    for (String word : List.of("Ada", "Brölunk", "garden", "2041", "555-0142")) {
      String request = Arrays.toString(BPE.encode(word)).replaceAll("[\\[\\]]", "");
      for (String around : List.of("ask %s now", "{\"name\":\"%s\"}", "(%s)")) {
        String whole = Arrays.toString(BPE.encode(String.format(around, word)));
        assertThat(whole).as(around).contains(", " + request + ", ");
      }
    }
  }

  @Test
  void tokenizerJsonEncodesAsTheJavaEncoderDoes() throws IOException {
    byte[] json = ModelFolder.tokenizer(BPE).toString().getBytes(StandardCharsets.UTF_8);
    long seed = 5;
    Random random = new Random(seed);
    try (HuggingFaceTokenizer tokenizer =
        HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), Map.of())) {
      List<String> texts =
          new ArrayList<>(List.of("a  b\n\n c\t", "naïve_名前 42½ — “ok”", "\u00a0x\u2003y\r\n"));
      for (Example example : Corpus.heldOut().examples(seed, 300)) {
        texts.add(example.request());
        texts.add(example.answer());
      }
      for (int i = 0; i < 200; i++) {
        texts.add(
            random.ints(20, 0x20, 0x2fff).mapToObj(Character::toString).reduce("", String::concat));
      }
      for (String text : texts) {
        int[] expected =
            Arrays.stream(tokenizer.encode(text).getIds()).mapToInt(id -> (int) id).toArray();
        assertThat(BPE.encode(text)).as("seed %d, text '%s'", seed, text).isEqualTo(expected);
      }
    }
  }

  @Test
  void theTrainerMergesAsAFullRecountWould() {
    List<Example> examples = Corpus.train().examples(2, 300);
    BpeTrainer trainer = new BpeTrainer();
    List<List<Integer>> pieces = new ArrayList<>();
    for (Example example : examples) {
      trainer.add(example.answer());
      for (String piece : ByteLevel.pieces(example.answer())) {
        List<Integer> tokens = new ArrayList<>();
        for (byte b : ByteLevel.bytes(piece)) {
          tokens.add(Bpe.FIRST_BYTE + (b & 0xff));
        }
        pieces.add(tokens);
      }
    }
    int[][] merges = trainer.train(Bpe.FIRST_MERGE + 60).merges();
    for (int i = 0; i < 60; i++) {
      assertThat(merges[i]).as("merge %d", i).containsExactly(mostFrequentPair(pieces));
      for (List<Integer> piece : pieces) {
        join(piece, merges[i], Bpe.FIRST_MERGE + i);
      }
    }
  }

  private static int[] mostFrequentPair(List<List<Integer>> pieces) {
    Map<List<Integer>, Integer> counts = new HashMap<>();
    for (List<Integer> piece : pieces) {
      for (int i = 0; i + 1 < piece.size(); i++) {
        counts.merge(List.of(piece.get(i), piece.get(i + 1)), 1, Integer::sum);
      }
    }
    int most = counts.values().stream().max(Integer::compare).orElseThrow();
    return counts.entrySet().stream()
        .filter(entry -> entry.getValue() == most)
        .map(entry -> new int[] {entry.getKey().get(0), entry.getKey().get(1)})
        .min(Arrays::compare)
        .orElseThrow();
  }

  private static void join(List<Integer> piece, int[] merge, int token) {
    for (int i = 0; i + 1 < piece.size(); i++) {
      if (piece.get(i) == merge[0] && piece.get(i + 1) == merge[1]) {
        piece.set(i, token);
        piece.remove(i + 1);
      }
    }
  }
}
