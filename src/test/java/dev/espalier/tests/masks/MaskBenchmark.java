package dev.espalier.tests.masks;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.espalier.CompiledConstraint;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.Grammar;
import dev.espalier.grammar.token.TokenTables;
import dev.espalier.tokenizer.HuggingFaceDirectory;
import dev.espalier.tokenizer.TokenizerDefinition;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Espalier's side of {@code masks-vs-peers}: {@code MaskBenchmark TOKENIZER_JSON GRAMMARS WORK}.
 * Writes the token ids of the sample texts to {@code WORK/texts.json}, so that the peers read the
 * same ones, and its figures to {@code WORK/espalier.json}.
 *
 * <p>A token's time is emptying the mask, filling it, and the step over the token. <em>Cold</em>:
 * the grammar was just compiled and nothing of it is known, its lexeme masks included; only the
 * vocabulary's trie and the tables that belong to no grammar are there. <em>New text</em>: a text
 * never seen, after two others. <em>Warm</em>: a text again. One thread. Every run reads the same
 * texts with a machine compiled anew, and a token's time is the median of its five runs, so that
 * what the computer does beside does not show; averages and percentiles are over the tokens. Before
 * them come {@value #WARM_UPS} runs to warm up the JVM: with eight, its compiler is still at work
 * and cold masks take twice as long.
 */
public final class MaskBenchmark {
  private static final List<String> GRAMMARS =
      List.of("json", "arithmetic", "c", "chess", "sql", "xml", "email", "date", "choice");
  private static final int RUNS = 5;
  private static final int WARM_UPS = 150;
  private static final JsonMapper JSON = new JsonMapper();

  private final Vocabulary vocabulary;
  private final TokenMask mask;

  private MaskBenchmark(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    mask = new TokenMask(vocabulary.size());
  }

  /** See the class. */
  public static void main(String[] args) throws IOException {
    Path grammars = Path.of(args[1]);
    Path work = Path.of(args[2]);
    int warmUps = args.length > 3 ? Integer.parseInt(args[3]) : WARM_UPS;
    Path file = Path.of(args[0]).toAbsolutePath();
    TokenizerDefinition tokenizer =
        HuggingFaceDirectory.read(Files.isDirectory(file) ? file : file.getParent());
    Map<String, int[][]> texts = encode(tokenizer.json(), grammars);
    MaskBenchmark bench = new MaskBenchmark(tokenizer.vocabulary());
    Map<String, Object> shared = new LinkedHashMap<>();
    shared.put("vocabulary", bench.vocabulary.size());
    shared.put("texts", texts);
    JSON.writeValue(work.resolve("texts.json"), shared);
    Map<String, Object> out = new LinkedHashMap<>();
    Map<String, List<Run>> runs = new LinkedHashMap<>();
    for (int i = 0; i < warmUps + RUNS; i++) {
      for (String name : GRAMMARS) {
        Run run = bench.run(Files.readString(grammars.resolve(name + ".gbnf")), texts.get(name));
        if (i >= warmUps) {
          runs.computeIfAbsent(name, k -> new ArrayList<>()).add(run);
        }
      }
    }
    runs.forEach((name, r) -> out.put(name, summary(r)));
    JSON.writeValue(work.resolve("espalier.json"), out);
    out.forEach((name, o) -> System.err.printf(Locale.ROOT, "%-10s %s%n", name, o));
  }

  private static Map<String, int[][]> encode(String json, Path grammars) throws IOException {
    if (System.getenv("RUST_FLAVOR") == null) {
      System.setProperty("RUST_FLAVOR", "cpu");
    }
    Map<String, int[][]> texts = new LinkedHashMap<>();
    try (HuggingFaceTokenizer encoder =
        HuggingFaceTokenizer.newInstance(
            new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)),
            Map.of("truncation", "false", "padding", "false"))) {
      for (String name : GRAMMARS) {
        int[][] ids = new int[3][];
        for (int i = 0; i < 3; i++) {
          String text = Files.readString(grammars.resolve(name + "." + (i + 1) + ".txt"));
          ids[i] =
              Arrays.stream(encoder.encode(text, false, false).getIds())
                  .mapToInt(Math::toIntExact)
                  .toArray();
        }
        texts.put(name, ids);
      }
    }
    return texts;
  }

  /** Nanoseconds: of compiling, and of every token of three readings. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Run(long compile, long[] cold, long[] newText, long[] warm) {}

  private Run run(String grammar, int[][] texts) {
    TokenTables.of(vocabulary).clear();
    System.gc();
    long start = System.nanoTime();
    CompiledConstraint compiled = Grammar.gbnf(grammar).compile(vocabulary);
    long compile = System.nanoTime() - start;
    long[] cold = read(compiled, texts[0]);
    read(compiled, texts[1]);
    long[] newText = read(compiled, texts[2]);
    long[] warm = read(compiled, texts[0]);
    return new Run(compile, cold, newText, warm);
  }

  private long[] read(CompiledConstraint compiled, int[] tokens) {
    long[] nanos = new long[tokens.length];
    CompiledConstraint.State state = compiled.start();
    for (int i = 0; i < tokens.length; i++) {
      long start = System.nanoTime();
      mask.clear();
      state.fillMask(mask);
      CompiledConstraint.State next = state.advance(tokens[i]);
      nanos[i] = System.nanoTime() - start;
      if (next == null || !mask.contains(tokens[i])) {
        throw new IllegalStateException(
            "token " + i + " of a text is refused: " + vocabulary.describe(tokens[i]));
      }
      state = next;
    }
    if (!state.mayEnd()) {
      throw new IllegalStateException("a text is not complete");
    }
    return nanos;
  }

  private static Map<String, Object> summary(List<Run> runs) {
    Map<String, Object> s = new LinkedHashMap<>();
    s.put("compileMicros", median(runs.stream().map(r -> r.compile / 1e3).toList()));
    s.put("maskMicros", figures(runs.stream().map(Run::cold).toList()));
    s.put("newTextMicros", figures(runs.stream().map(Run::newText).toList()));
    s.put("warmMicros", figures(runs.stream().map(Run::warm).toList()));
    s.put("tokens", runs.get(0).cold.length);
    return s;
  }

  private static Map<String, Object> figures(List<long[]> runs) {
    double[] micros = new double[runs.get(0).length];
    for (int i = 0; i < micros.length; i++) {
      int token = i;
      micros[i] = median(runs.stream().map(r -> r[token] / 1e3).toList());
    }
    Arrays.sort(micros);
    Map<String, Object> f = new LinkedHashMap<>();
    f.put("avg", rounded(Arrays.stream(micros).average().orElse(0)));
    f.put("p50", micros[micros.length / 2]);
    f.put("p99", micros[(int) (micros.length * 0.99)]);
    f.put("max", micros[micros.length - 1]);
    return f;
  }

  private static double rounded(double value) {
    return Math.round(value * 1e3) / 1e3;
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return rounded(sorted.get(sorted.size() / 2));
  }
}
