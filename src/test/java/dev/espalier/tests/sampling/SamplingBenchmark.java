package dev.espalier.tests.sampling;

import dev.espalier.Candidates;
import dev.espalier.CounterRandom;
import dev.espalier.Draw;
import dev.espalier.LogitsProcessor;
import dev.espalier.LogitsRow;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.sampling.Processors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.StringJoiner;

/**
 * Times one decoding step of every method over rows of 128,256 logits, one thread, and writes the
 * rows so that the peers see the same ones.
 *
 * <p>A hand loop: each of 64 rows in turn is copied, untimed, to where a model would have just
 * written it, then one step is timed; methods are interleaved, so that other load on the machine
 * hits them all. Reports medians and minima over the second half of the rounds.
 */
public final class SamplingBenchmark {
  private static final int V = 128_256;
  private static final int ROWS = 64;
  private static final double[] ENTROPIES = {0.3, 2, 5, 8};
  private static final int WINDOW = 4096;

  /** A step; returns the token so that nothing is optimised away. */
  private interface Step {
    int run(LogitsRow row, int index, CounterRandom random);
  }

  private record Case(String name, boolean direct, List<Integer> rows, Step step) {}

  private final float[][] rows = new float[ROWS][];
  private final float[] hot = new float[V];
  private final FloatBuffer hotDirect =
      ByteBuffer.allocateDirect(4 * V).order(ByteOrder.nativeOrder()).asFloatBuffer();
  private final Candidates candidates = new Candidates(V);
  private final int[] context = new int[WINDOW];
  private final List<Case> cases = new ArrayList<>();
  private final LogitsRow heapRow = LogitsRow.of(hot);
  private final LogitsRow directRow =
      new LogitsRow() {
        @Override
        public int size() {
          return V;
        }

        @Override
        public FloatBuffer host() {
          return hotDirect;
        }
      };

  private SamplingBenchmark() {}

  /**
   * Runs.
   *
   * @param args output folder (rows.f32, context.i32 and espalier.json are written there), rounds
   */
  public static void main(String[] args) throws IOException {
    Path out = Path.of(args[0]);
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 60;
    SamplingBenchmark benchmark = new SamplingBenchmark();
    benchmark.prepare();
    benchmark.writeRows(out);
    benchmark.addCases();
    Files.writeString(out.resolve("espalier.json"), benchmark.measure(rounds));
  }

  private void prepare() {
    for (int i = 0; i < ROWS; i++) {
      rows[i] = row(ENTROPIES[i % ENTROPIES.length], 1000 + i);
    }
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < WINDOW; i++) {
      boolean copy = i > 200 && random.nextInt(3) > 0;
      context[i] =
          copy
              ? context[i - 200 + random.nextInt(2)]
              : (int) Math.min(V - 1, Math.exp(random.nextDouble() * 11.7));
    }
  }

  /** Heavy-tailed logits, scaled by bisection to an entropy in nats. */
  private static float[] row(double nats, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] shape = new double[V];
    for (int i = 0; i < V; i++) {
      double radius = Math.sqrt(-2 * Math.log(1 - random.nextDouble()));
      double normal = radius * Math.cos(2 * Math.PI * random.nextDouble());
      shape[i] = normal - 0.6 * Math.log(-Math.log(random.nextDouble() + 1e-16));
    }
    double low = 0;
    double high = 100;
    for (int i = 0; i < 40; i++) {
      double mid = (low + high) / 2;
      double max = Arrays.stream(shape).max().orElseThrow();
      double sum = 0;
      double moment = 0;
      for (double x : shape) {
        double y = (x - max) * mid;
        double e = Math.exp(y);
        sum += e;
        moment += e * y;
      }
      if (Math.log(sum) - moment / sum > nats) {
        low = mid;
      } else {
        high = mid;
      }
    }
    float[] row = new float[V];
    for (int i = 0; i < V; i++) {
      row[i] = (float) (shape[i] * high);
    }
    return row;
  }

  private void writeRows(Path out) throws IOException {
    Files.createDirectories(out);
    ByteBuffer bytes = ByteBuffer.allocateDirect(4 * V).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel file =
        FileChannel.open(
            out.resolve("rows.f32"),
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (float[] row : rows) {
        bytes.clear();
        bytes.asFloatBuffer().put(row);
        file.write(bytes);
      }
    }
    ByteBuffer ids = ByteBuffer.allocate(4 * WINDOW).order(ByteOrder.LITTLE_ENDIAN);
    ids.asIntBuffer().put(context);
    Files.write(out.resolve("context.i32"), ids.array());
  }

  private LogitsProcessor.State[] open(LogitsProcessor... processors) {
    Vocabulary vocabulary = Vocabulary.builder(V).build();
    LogitsProcessor.Context start = new LogitsProcessor.Context(vocabulary, context);
    return Arrays.stream(processors).map(p -> p.open(start)).toArray(LogitsProcessor.State[]::new);
  }

  private Step chain(TokenMask[] masks, LogitsProcessor... processors) {
    LogitsProcessor.State[] states = open(processors);
    Draw draw = Draw.multinomial();
    return (row, index, random) -> {
      candidates.load(row, masks.length == 0 ? null : masks[index % masks.length]);
      for (LogitsProcessor.State state : states) {
        state.process(candidates);
      }
      return draw.draw(candidates, random);
    };
  }

  /** As {@link #chain} but without the draw: the cut alone. */
  private Step cut(LogitsProcessor processor) {
    LogitsProcessor.State state = open(processor)[0];
    return (row, index, random) -> {
      candidates.load(row, null);
      state.process(candidates);
      return candidates.slots();
    };
  }

  private void addCases() {
    List<Integer> all = entropies(0.3, 2, 5, 8);
    TokenMask[] none = {};
    LogitsProcessor[] full = {
      Processors.penalties(1.1, 0.1, 0.1, WINDOW),
      Processors.topK(50),
      Processors.topP(0.95),
      Processors.minP(0.05),
      Processors.temperature(0.8)
    };
    cases.add(new Case("chain", false, all, chain(none, full)));
    cases.add(new Case("chain_direct", true, all, chain(none, full)));
    cases.add(new Case("draw", false, all, chain(none)));
    cases.add(new Case("draw_direct", true, all, chain(none)));
    cases.add(new Case("top_k_50", false, all, cut(Processors.topK(50))));
    cases.add(new Case("top_p_narrow", false, entropies(0.3, 2), cut(Processors.topP(0.95))));
    cases.add(new Case("top_p_wide", false, entropies(8), cut(Processors.topP(0.95))));
    cases.add(new Case("min_p", false, all, chain(none, Processors.minP(0.05))));
    cases.add(new Case("typical_narrow", false, entropies(0.3, 2), cut(Processors.typical(0.9))));
    cases.add(new Case("typical_wide", false, entropies(8), cut(Processors.typical(0.9))));
    cases.add(new Case("top_h", false, all, chain(none, Processors.topH(0.4))));
    cases.add(
        new Case(
            "mirostat_v2", false, entropies(0.3, 2), chain(none, Processors.mirostatV2(5, 0.1))));
    cases.add(new Case("mirostat_v2_all", false, all, chain(none, Processors.mirostatV2(5, 0.1))));
    cases.add(
        new Case("dry", false, all, chain(none, Processors.dry(0.8, 2), Processors.minP(0.05))));
    cases.add(new Case("top_n_sigma", false, all, chain(none, Processors.topNSigma(1))));
    cases.add(new Case("masked_ids_100", false, all, chain(masks(100, false))));
    cases.add(new Case("masked_bits_100", false, all, chain(masks(100, true))));
    cases.add(
        new Case("masked_half_top_k", false, all, chain(masks(V / 2, true), Processors.topK(50))));
    Draw gumbel = Draw.gumbel();
    cases.add(
        new Case(
            "gumbel",
            false,
            all,
            (row, index, random) -> {
              candidates.load(row, null);
              return gumbel.draw(candidates, random);
            }));
  }

  private static TokenMask[] masks(int allowed, boolean bits) {
    SplittableRandom random = new SplittableRandom(allowed);
    TokenMask[] masks = new TokenMask[16];
    for (int i = 0; i < masks.length; i++) {
      long[] words = new long[(V + 63) / 64];
      int[] ids = random.ints(0, V).distinct().limit(allowed).sorted().toArray();
      masks[i] = new TokenMask(V);
      for (int id : ids) {
        words[id >>> 6] |= 1L << id;
      }
      if (bits) {
        masks[i].addWords(words);
      } else {
        masks[i].addAll(ids, 0, ids.length);
      }
    }
    return masks;
  }

  private static List<Integer> entropies(double... wanted) {
    List<Integer> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      double nats = ENTROPIES[i % ENTROPIES.length];
      if (Arrays.stream(wanted).anyMatch(w -> w == nats)) {
        rows.add(i);
      }
    }
    return rows;
  }

  private String measure(int rounds) {
    Map<String, List<Double>> times = new LinkedHashMap<>();
    cases.forEach(c -> times.put(c.name(), new ArrayList<>()));
    CounterRandom seed = CounterRandom.of(1);
    long checksum = 0;
    for (int round = 0; round < rounds; round++) {
      CounterRandom random = seed.split(round);
      for (Case c : cases) {
        List<Double> of = times.get(c.name());
        for (int i : c.rows()) {
          if (c.direct()) {
            hotDirect.put(0, rows[i]);
          } else {
            System.arraycopy(rows[i], 0, hot, 0, V);
          }
          long start = System.nanoTime();
          checksum += c.step().run(c.direct() ? directRow : heapRow, i, random);
          long end = System.nanoTime();
          if (round >= rounds / 2) {
            of.add((end - start) / 1000.0);
          }
        }
      }
    }
    StringJoiner json = new StringJoiner(",\n  ", "{\n  ", "\n}\n");
    times.forEach(
        (name, all) -> {
          double[] sorted = all.stream().mapToDouble(Double::doubleValue).sorted().toArray();
          double median = sorted[sorted.length / 2];
          System.out.printf("%-18s median %8.1f  minimum %8.1f µs%n", name, median, sorted[0]);
          json.add(
              String.format("\"%s\": {\"median\": %.2f, \"min\": %.2f}", name, median, sorted[0]));
        });
    System.out.println("java " + Runtime.version() + ", checksum " + checksum);
    return json.toString();
  }
}
