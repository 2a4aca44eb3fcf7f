package dev.espalier.tests.sampling;

import dev.espalier.Candidates;
import dev.espalier.CausalLm;
import dev.espalier.Generation;
import dev.espalier.LogitsProcessor;
import dev.espalier.LogitsRow;
import dev.espalier.Message;
import dev.espalier.Prompt;
import dev.espalier.Sampler;
import dev.espalier.Vocabulary;
import dev.espalier.djl.CausalLms;
import dev.espalier.sampling.Chain;
import dev.espalier.sampling.Processors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Draws the plots of {@code docs/sampling.md}. */
public final class SamplingPlots {
  private static final int V = 32_000;
  private static final int SHAPES = 4;
  private static final double MOST_ENTROPY = 10; // ln 32,000 is 10.4
  private static final int SAMPLES = 8;
  private static final int TOKENS = 40;

  private SamplingPlots() {}

  /**
   * Writes all plots.
   *
   * @param args folder for them, folder of the embedded model, SmolLM2's GGUF file
   */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createDirectories(Path.of(args[0]));
    Files.writeString(folder.resolve("kept-set.svg"), keptSet());
    try (CausalLm embedded = CausalLms.load(Path.of(args[1]));
        CausalLm smol = CausalLms.load(Path.of(args[2]))) {
      Files.writeString(folder.resolve("mirostat.svg"), mirostat(smol));
      Files.writeString(folder.resolve("diversity.svg"), diversity(embedded, smol));
    }
  }

  /** Heavy-tailed logits, as a language model's rows are. */
  private static float[] shape(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] row = new float[V];
    for (int i = 0; i < V; i++) {
      double radius = Math.sqrt(-2 * Math.log(1 - random.nextDouble()));
      double normal = radius * Math.cos(2 * Math.PI * random.nextDouble());
      row[i] = (float) (normal - 0.6 * Math.log(-Math.log(random.nextDouble() + 1e-16)));
    }
    return row;
  }

  private static String keptSet() {
    Map<String, LogitsProcessor> methods = new LinkedHashMap<>();
    methods.put("top-k 50", Processors.topK(50));
    methods.put("top-p 0.95", Processors.topP(0.95));
    methods.put("min-p 0.05", Processors.minP(0.05));
    methods.put("typical 0.95", Processors.typical(0.95));
    methods.put("eta 9e-4", Processors.eta(9e-4));
    methods.put("top-n-sigma 1", Processors.topNSigma(1));
    methods.put("top-H 0.4", Processors.topH(0.4));
    LogitsProcessor.Context context =
        new LogitsProcessor.Context(Vocabulary.builder(V).build(), new int[0]);
    Candidates candidates = new Candidates(V);
    List<LogitsRow> rows = new ArrayList<>();
    for (int i = 0; i < SHAPES; i++) {
      rows.add(LogitsRow.of(shape(i)));
    }
    SvgChart chart =
        new SvgChart(
            "How many tokens a method keeps",
            "entropy of the model's law, nats",
            "tokens kept, of 32,000",
            MOST_ENTROPY,
            1,
            V,
            true);
    methods.forEach(
        (name, method) -> {
          List<SvgChart.Point> line = new ArrayList<>();
          for (double scale = 9; scale > 0.3; scale /= 1.06) {
            double entropy = 0;
            double logKept = 0;
            for (LogitsRow row : rows) {
              candidates.load(row, null);
              candidates.scale(scale);
              entropy += candidates.entropy() / SHAPES;
              method.open(context).process(candidates);
              logKept += Math.log(candidates.count()) / SHAPES;
            }
            if (entropy <= MOST_ENTROPY) {
              line.add(new SvgChart.Point(entropy, Math.exp(logKept)));
            }
          }
          chart.add(name, line);
        });
    return chart.draw();
  }

  private static String mirostat(CausalLm model) {
    int tokens = 400;
    int window = 50;
    SvgChart chart =
        new SvgChart(
            "Surprise over time, SmolLM2-135M",
            "tokens generated",
            "mean surprise of the last 50 tokens, bits",
            tokens,
            0,
            6,
            false);
    Map<String, LogitsProcessor> methods = new LinkedHashMap<>();
    methods.put("no control", Processors.temperature(1));
    methods.put("mirostat v2, tau 3", Processors.mirostatV2(3, 0.1));
    methods.put("mirostat v2, tau 2", Processors.mirostatV2(2, 0.1));
    methods.put("mirostat v2, tau 1", Processors.mirostatV2(1, 0.1));
    methods.forEach(
        (name, method) -> {
          List<Double> bits = new ArrayList<>();
          Chain chain =
              Chain.of(Processors.minNewTokens(tokens), method)
                  .observedBy(report -> bits.add(report.surpriseAfter() / Math.log(2)));
          Sampler.builder(model)
              .processors(chain)
              .logProbs(false)
              .maxTokens(tokens)
              .seed(3)
              .build()
              .generate(Prompt.text("Once upon a time, in a village by the sea,"));
          List<SvgChart.Point> line = new ArrayList<>();
          double sum = 0;
          for (int i = 0; i < bits.size(); i++) {
            sum += bits.get(i) - (i >= window ? bits.get(i - window) : 0);
            if (i + 1 >= window && i % 5 == 4) {
              line.add(new SvgChart.Point(i + 1, sum / window));
            }
          }
          chart.add(name, line);
        });
    return chart.draw();
  }

  private static String diversity(CausalLm embedded, CausalLm smol) {
    SvgChart chart =
        new SvgChart(
            "Diversity against temperature",
            "temperature",
            "different pairs of neighbours, share of all in 8 samples",
            2,
            0,
            1,
            false);
    Prompt story = Prompt.chat(Message.user("Write a short story about the sea."));
    Prompt person =
        Prompt.chat(Message.user("Extract the person: Ada Lovelace is 36 and knows mathematics."));
    chart.add("SmolLM2", line(smol, story, 0));
    chart.add("SmolLM2, min-p 0.1", line(smol, story, 0.1));
    chart.add("embedded model", line(embedded, person, 0));
    chart.add("embedded, min-p 0.1", line(embedded, person, 0.1));
    return chart.draw();
  }

  private static List<SvgChart.Point> line(CausalLm model, Prompt prompt, double minP) {
    List<SvgChart.Point> line = new ArrayList<>();
    for (double temperature : new double[] {0, 0.4, 0.8, 1.2, 1.6, 2}) {
      Sampler sampler =
          Sampler.builder(model)
              .processors(
                  Processors.minNewTokens(TOKENS),
                  Processors.temperature(temperature),
                  Processors.minP(minP))
              .logProbs(false)
              .maxTokens(TOKENS)
              .batchSize(SAMPLES)
              .seed(5)
              .build();
      Set<Long> pairs = new HashSet<>();
      int all = 0;
      for (Generation sample : sampler.generate(prompt, SAMPLES)) {
        int[] tokens = sample.tokens();
        for (int i = 1; i < tokens.length; i++) {
          pairs.add(((long) tokens[i - 1] << 32) | tokens[i]);
          all++;
        }
      }
      line.add(new SvgChart.Point(temperature, pairs.size() / (double) all));
    }
    return line;
  }
}
