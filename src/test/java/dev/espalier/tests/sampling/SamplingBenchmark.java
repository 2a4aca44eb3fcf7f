package dev.espalier.tests.sampling;

import dev.espalier.Candidates;
import dev.espalier.CounterRandom;
import dev.espalier.Draw;
import dev.espalier.LogitsProcessor;
import dev.espalier.LogitsRow;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Times one decoding step of every method over rows of 128,256 logits, one thread; the rows go into
 * files, so that the peers see the same ones. Sampled times: each step is timed alone, after its
 * row was copied, untimed, to where a model would have just written it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SamplingBenchmark {
  private static final String FOLDER = "espalier.benchmark.folder";
  private static final int V = BenchmarkRows.V;

  /** Name of a {@link SamplingCase}. */
  @Param("chain")
  public String method;

  private final float[] hot = new float[V];
  private final FloatBuffer hotDirect =
      ByteBuffer.allocateDirect(4 * V).order(ByteOrder.nativeOrder()).asFloatBuffer();
  private final Candidates candidates = new Candidates(V);
  private float[][] rows;
  private SamplingCase timed;
  private LogitsRow row;
  private LogitsProcessor.State[] states;
  private TokenMask[] masks;
  private Draw draw;
  private final CounterRandom[] randoms = new CounterRandom[4096];

  private int steps;
  private CounterRandom random;
  private TokenMask mask;

  @Setup
  public void open() throws IOException {
    Path folder = Path.of(System.getProperty(FOLDER));
    rows = BenchmarkRows.readRows(folder);
    timed =
        SamplingCase.all().stream().filter(c -> c.name().equals(method)).findFirst().orElseThrow();
    row = timed.direct() ? new DirectRow(hotDirect) : LogitsRow.of(hot);
    LogitsProcessor.Context start =
        new LogitsProcessor.Context(
            Vocabulary.builder(V).build(), BenchmarkRows.readContext(folder));
    states =
        timed.processors().stream().map(p -> p.open(start)).toArray(LogitsProcessor.State[]::new);
    masks = timed.masks().get();
    draw = timed.draw();
    Arrays.setAll(randoms, CounterRandom.of(1)::split);
  }

  /** Everything that a model would have done before the step. */
  @Setup(Level.Invocation)
  public void nextRow() {
    float[] next = rows[timed.rows()[steps % timed.rows().length]];
    if (timed.direct()) {
      hotDirect.put(0, next);
    } else {
      System.arraycopy(next, 0, hot, 0, V);
    }
    mask = masks.length == 0 ? null : masks[steps % masks.length];
    random = randoms[steps++ % randoms.length];
  }

  @Benchmark
  public int step() {
    candidates.load(row, mask);
    for (LogitsProcessor.State state : states) {
      state.process(candidates);
    }
    return draw == null ? candidates.slots() : draw.draw(candidates, random);
  }

  private record DirectRow(FloatBuffer host) implements LogitsRow {
    @Override
    public int size() {
      return V;
    }
  }

  /**
   * Writes rows.f32, context.i32 and espalier.json, medians in µs.
   *
   * @param args output folder, seconds of measurement a method, methods separated by commas or all
   */
  public static void main(String[] args) throws IOException, RunnerException {
    Path folder = Path.of(args[0]).toAbsolutePath();
    BenchmarkRows.write(folder);
    List<String> methods =
        args[2].equals("all")
            ? SamplingCase.all().stream().map(SamplingCase::name).toList()
            : List.of(args[2].split(",", -1));
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include(SamplingBenchmark.class.getSimpleName() + ".step")
                    .param("method", methods.toArray(String[]::new))
                    .jvmArgs("-Xmx512m", "-XX:+UseSerialGC", "-D" + FOLDER + "=" + folder)
                    .forks(1)
                    .threads(1)
                    .warmupIterations(3)
                    .warmupTime(TimeValue.seconds(1))
                    .measurementIterations(Integer.parseInt(args[1]))
                    .measurementTime(TimeValue.seconds(1))
                    .addProfiler(GCProfiler.class)
                    .build())
            .run();
    StringJoiner json = new StringJoiner(",\n  ", "{\n  ", "\n}\n");
    for (RunResult result : results) {
      String name = result.getParams().getParam("method");
      double median = result.getPrimaryResult().getStatistics().getPercentile(50) / 1000;
      json.add(String.format(Locale.ROOT, "\"%s\": %.2f", name, median));
    }
    Files.writeString(folder.resolve("espalier.json"), json.toString());
  }
}
