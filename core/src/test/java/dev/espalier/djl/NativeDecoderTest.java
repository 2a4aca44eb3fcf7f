package dev.espalier.djl;

import static dev.espalier.djl.TinyModels.argmax;
import static dev.espalier.djl.TinyModels.array;
import static dev.espalier.djl.TinyModels.feed;
import static dev.espalier.djl.TinyModels.ints;
import static dev.espalier.djl.TinyModels.maxDifference;
import static dev.espalier.djl.TinyModels.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.ContextOverflowException;
import dev.espalier.Feed;
import dev.espalier.ForwardOutput;
import dev.espalier.LmSequence;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import tools.jackson.databind.JsonNode;

class NativeDecoderTest {
  static final List<String> MODELS = TinyModels.NAMES;
  private static final LoadOptions FLOAT32 = LoadOptions.defaults();
  private static final double EXACT = 5e-5; // between kernels of different shapes

  @ParameterizedTest
  @FieldSource("MODELS")
  void logitsAreThoseOfTransformers(String name) {
    JsonNode golden = TinyModels.golden(name);
    int[] ids = ints(golden.get("ids"));
    try (NativeDecoder model = TinyModels.open(name, FLOAT32)) {
      List<float[]> rows = rows(model, ids);
      for (int i = 0; i < ids.length; i++) {
        assertThat(maxDifference(rows.get(i), floats(golden.get("logits").get(i))))
            .as("position %d", i)
            .isLessThan(2e-4);
      }
    }
  }

  /** The same weights as llama.cpp's converter writes them (golden_gguf.py). */
  @ParameterizedTest
  @CsvSource({"llama.gguf, llama3", "gpt2.gguf, gpt2"})
  void ggufGivesTheLogitsOfSafetensors(String file, String name) {
    int[] ids = ints(TinyModels.golden(name).get("ids"));
    try (NativeDecoder gguf = TinyModels.open(TinyModels.folder(file), FLOAT32);
        NativeDecoder safetensors = TinyModels.open(name, FLOAT32)) {
      same(rows(gguf, ids), rows(safetensors, ids));
    }
  }

  /** 10,000 tokens. The compiler's own buffers come and go by some 20 MB. */
  @Test
  void memoryStaysFlat() throws Exception {
    try (NativeDecoder model = TinyModels.open("qwen2", FLOAT32)) {
      int alive = 0;
      long before = 0;
      for (int run = 0; run < 75; run++) {
        if (run == 25) {
          before = residentKilobytes();
          alive = model.liveNatives();
        }
        try (LmSequence sequence = model.open()) {
          for (int i = 0; i < 200; i++) {
            try (ForwardOutput output = model.forward(List.of(Feed.of(sequence, i % 96)))) {
              assertThat(output.logits(0).host().get(0)).isFinite();
            }
          }
        }
      }
      assertThat(model.liveNatives()).isEqualTo(alive);
      assertThat(residentKilobytes() - before).as("kB grown").isLessThan(32 << 10);
    }
  }

  /** Resident memory of this process after a collection; 0 where the system does not tell. */
  private static long residentKilobytes() throws Exception {
    System.gc();
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("VmRSS")) {
        return Long.parseLong(line.replaceAll("\\D+", ""));
      }
    }
    return 0;
  }

  @ParameterizedTest
  @FieldSource("MODELS")
  void greedyTokensAreThoseOfTransformers(String name) {
    int[] expected = ints(TinyModels.golden(name).get("greedy"));
    try (NativeDecoder model = TinyModels.open(name, FLOAT32);
        LmSequence sequence = model.open()) {
      List<float[]> rows = feed(model, sequence, Arrays.copyOf(expected, 8));
      for (int i = 8; i < expected.length; i++) {
        int token = argmax(rows.get(rows.size() - 1));
        assertThat(token).as("token %d", i).isEqualTo(expected[i]);
        rows = feed(model, sequence, token);
      }
    }
  }

  @ParameterizedTest
  @FieldSource("MODELS")
  void chunkedPrefillGivesTheRowsOfOnePass(String name) {
    int[] ids = ints(TinyModels.golden(name).get("ids"));
    try (NativeDecoder whole = TinyModels.open(name, FLOAT32);
        NativeDecoder chunked = TinyModels.open(name, FLOAT32.withPrefillChunk(7))) {
      same(rows(chunked, ids), rows(whole, ids));
    }
  }

  @ParameterizedTest
  @FieldSource("MODELS")
  void raggedBatchesGiveTheRowsOfSingleSequences(String name) {
    Random random = new Random(11);
    try (NativeDecoder model = TinyModels.open(name, FLOAT32.withPrefillChunk(9))) {
      List<int[]> texts = new ArrayList<>();
      List<LmSequence> sequences = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        texts.add(random.ints(random.nextInt(1, 30), 0, 96).toArray());
        sequences.add(model.open());
      }
      int[] fed = new int[5];
      boolean more = true;
      while (more) {
        List<Feed> feeds = new ArrayList<>();
        List<Integer> who = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
          int n = Math.min(random.nextInt(0, 12), texts.get(i).length - fed[i]);
          if (n > 0) {
            int[] part = Arrays.copyOfRange(texts.get(i), fed[i], fed[i] + n);
            feeds.add(Feed.of(sequences.get(i), part).rows(Feed.Rows.ALL));
            who.add(i);
          }
        }
        if (!feeds.isEmpty()) {
          try (ForwardOutput output = model.forward(feeds)) {
            for (int f = 0; f < feeds.size(); f++) {
              int i = who.get(f);
              List<float[]> single =
                  rows(model, Arrays.copyOf(texts.get(i), fed[i] + feeds.get(f).length()));
              for (int r = 0; r < feeds.get(f).length(); r++) {
                assertThat(maxDifference(array(output.logits(f, r).host()), single.get(fed[i] + r)))
                    .isLessThan(EXACT);
              }
              fed[i] += feeds.get(f).length();
            }
          }
        }
        more = false;
        for (int i = 0; i < 5; i++) {
          more |= fed[i] < texts.get(i).length;
        }
      }
      sequences.forEach(LmSequence::close);
    }
  }

  /** Any mix of appending, forking, truncating and keeping, against fresh runs of the same text. */
  @ParameterizedTest
  @FieldSource("MODELS")
  void forkedTruncatedAndCompactedSequencesForgetNothing(String name) {
    Random random = new Random(5);
    try (NativeDecoder model = TinyModels.open(name, FLOAT32)) {
      List<LmSequence> sequences = new ArrayList<>(List.of(model.open()));
      List<List<Integer>> texts = new ArrayList<>(List.of(new ArrayList<>()));
      for (int step = 0; step < 150; step++) {
        int i = random.nextInt(sequences.size());
        LmSequence sequence = sequences.get(i);
        List<Integer> text = texts.get(i);
        switch (random.nextInt(5)) {
          case 0 -> {
            if (sequences.size() < 6) {
              sequences.add(sequence.fork());
              texts.add(new ArrayList<>(text));
            } else {
              sequence.close();
              sequences.remove(i);
              texts.remove(i);
            }
          }
          case 1 -> {
            int to = random.nextInt(text.size() + 1);
            sequence.truncate(to);
            text.subList(to, text.size()).clear();
          }
          default -> {
            int[] more = random.ints(random.nextInt(1, 25), 0, 96).toArray();
            if (text.size() + more.length > 200) {
              sequence.truncate(0);
              text.clear();
            }
            for (int token : more) {
              text.add(token);
            }
            List<float[]> rows = feed(model, sequence, more);
            List<float[]> fresh = rows(model, text.stream().mapToInt(t -> t).toArray());
            same(rows, fresh.subList(text.size() - more.length, text.size()));
          }
        }
        assertThat(sequence.length()).isIn(text.size(), 0);
      }
    }
  }

  @ParameterizedTest
  @FieldSource("MODELS")
  void aTreeGivesTheRowsOfItsPathsAndKeepsOne(String name) {
    int[] prefix = {3, 1, 4, 1, 5, 9, 2, 6};
    int[] tokens = {10, 20, 30, 40, 50, 60};
    int[] parents = {-1, 0, 0, 2, -1, 3}; // paths 10 20, 10 30 40 60, 50
    try (NativeDecoder model = TinyModels.open(name, FLOAT32);
        LmSequence sequence = model.open()) {
      feed(model, sequence, prefix);
      try (LmSequence other = sequence.fork()) {
        List<float[]> tree =
            rows(model, Feed.of(sequence, tokens).tree(parents).rows(Feed.Rows.ALL));
        int[] path = {3, 1, 4, 1, 5, 9, 2, 6, 10, 30, 40, 60};
        List<float[]> plain = rows(model, path);
        same(List.of(tree.get(0), tree.get(2), tree.get(3), tree.get(5)), plain.subList(8, 12));
        sequence.keep(8, new int[] {8, 10, 11, 13});
        same(
            feed(model, sequence, 70, 71),
            rows(model, 3, 1, 4, 1, 5, 9, 2, 6, 10, 30, 40, 60, 70, 71).subList(12, 14));
        same(feed(model, other, 80), rows(model, 3, 1, 4, 1, 5, 9, 2, 6, 80).subList(8, 9));
      }
    }
  }

  @ParameterizedTest
  @FieldSource("MODELS")
  void layerOutputsAndHiddenStatesComeOnRequest(String name) {
    JsonNode golden = TinyModels.golden(name);
    int[] ids = ints(golden.get("ids"));
    try (NativeDecoder model = TinyModels.open(name, FLOAT32);
        LmSequence sequence = model.open();
        ForwardOutput output =
            model.forward(List.of(Feed.of(sequence, ids).withLayers(0).withHiddenStates()))) {
      float[] layer = array(output.layerOutput(0, 0, 0));
      assertThat(maxDifference(layer, floats(golden.get("layer0")))).isLessThan(2e-4);
      assertThat(output.hiddenState(0, 0).remaining()).isEqualTo(layer.length);
      assertThatThrownBy(() -> output.layerOutput(0, 1, 0))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @ParameterizedTest
  @FieldSource("MODELS")
  void bfloat16StaysNearFloat32(String name) {
    int[] ids = ints(TinyModels.golden(name).get("ids"));
    try (NativeDecoder wide = TinyModels.open(name, FLOAT32);
        NativeDecoder narrow = TinyModels.open(name, FLOAT32.withPrecision(Precision.BFLOAT16))) {
      List<float[]> exact = rows(wide, ids);
      List<float[]> rounded = rows(narrow, ids);
      double spread = 0;
      double error = 0;
      for (int i = 0; i < ids.length; i++) {
        for (int v = 0; v < 96; v++) {
          spread += Math.pow(exact.get(i)[v], 2);
          error += Math.pow(exact.get(i)[v] - rounded.get(i)[v], 2);
        }
      }
      assertThat(Math.sqrt(error / spread)).isBetween(1e-5, 0.05);
    }
  }

  @ParameterizedTest
  @FieldSource("MODELS")
  void nothingNativeIsAliveAfterClosing(String name) {
    NativeDecoder model = TinyModels.open(name, FLOAT32);
    int idle = model.liveNatives();
    LmSequence kept = model.open();
    try (LmSequence sequence = model.open()) {
      for (int i = 0; i < 100; i++) {
        feed(model, sequence, i % 96);
      }
      sequence.fork().close();
    }
    assertThat(model.liveNatives()).isEqualTo(idle);
    ForwardOutput output = model.forward(List.of(Feed.of(kept, 1, 2)));
    assertThat(model.liveNatives()).isGreaterThan(idle);
    model.close();
    assertThat(model.liveNatives()).isZero();
    assertThatThrownBy(() -> output.logits(0).host()).isInstanceOf(IllegalStateException.class);
    output.close();
    kept.close();
    model.close();
    assertThatThrownBy(model::open).isInstanceOf(IllegalStateException.class);
  }

  /** DJL's arrays of Java values lie in Java buffers: what outlives them must have been copied. */
  @ParameterizedTest
  @FieldSource("MODELS")
  void weightsOutliveAGarbageCollection(String name) throws Exception {
    int[] ids = ints(TinyModels.golden(name).get("ids"));
    try (NativeDecoder model = TinyModels.open(name, FLOAT32)) {
      List<float[]> before = rows(model, ids);
      for (int i = 0; i < 5; i++) {
        System.gc();
        Thread.sleep(20);
        ByteBuffer.allocateDirect(1 << 10).putLong(i); // may take what was freed
      }
      same(rows(model, ids), before);
    }
  }

  @Test
  void concurrentCallersGetTheirOwnTokens() throws Exception {
    int[] expected = ints(TinyModels.golden("qwen3").get("greedy"));
    try (NativeDecoder model = TinyModels.open("qwen3", FLOAT32)) {
      ExecutorService threads = Executors.newFixedThreadPool(4);
      List<Future<int[]>> runs = new ArrayList<>();
      for (int run = 0; run < 12; run++) {
        runs.add(threads.submit(() -> greedy(model, expected)));
      }
      for (Future<int[]> run : runs) {
        assertThat(run.get(60, TimeUnit.SECONDS)).isEqualTo(expected);
      }
      threads.shutdown();
    }
  }

  private static int[] greedy(NativeDecoder model, int[] expected) {
    int[] tokens = Arrays.copyOf(expected, expected.length);
    try (LmSequence sequence = model.open()) {
      model
          .forward(List.of(Feed.of(sequence, Arrays.copyOf(expected, 7)).rows(Feed.Rows.NONE)))
          .close();
      for (int i = 8; i < tokens.length; i++) {
        tokens[i] = argmax(feed(model, sequence, tokens[i - 1]).get(0));
      }
    }
    return tokens;
  }

  @ParameterizedTest
  @FieldSource("MODELS")
  void misuseIsRefused(String name) {
    try (NativeDecoder model = TinyModels.open(name, FLOAT32.withContextLimit(20));
        LmSequence sequence = model.open()) {
      assertThatThrownBy(() -> feed(model, sequence, 96))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("96");
      assertThatThrownBy(() -> feed(model, sequence, -1))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> feed(model, sequence, new int[21]))
          .isInstanceOf(ContextOverflowException.class);
      assertThatThrownBy(() -> model.forward(List.of(Feed.of(sequence, 1), Feed.of(sequence, 2))))
          .isInstanceOf(IllegalArgumentException.class);
      feed(model, sequence, 1, 2, 3);
      assertThatThrownBy(() -> sequence.truncate(4)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> sequence.keep(1, new int[] {2, 1}))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(sequence.length()).isEqualTo(3);
    }
  }

  private static void same(List<float[]> actual, List<float[]> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      assertThat(maxDifference(actual.get(i), expected.get(i))).as("row %d", i).isLessThan(EXACT);
    }
  }

  private static float[] floats(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).floatValue();
    }
    return values;
  }
}
