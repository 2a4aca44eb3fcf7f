package dev.espalier.djl;

import dev.espalier.CausalLm;
import dev.espalier.Feed;
import dev.espalier.ForwardOutput;
import dev.espalier.LmSequence;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Greedy decoding of one sequence: prompt of 128 tokens, then 128 steps, the logits read by the
 * host at each. Prints one JSON line. Arguments: model, FLOAT32 or BFLOAT16, threads. Started by
 * src/test/bin/decode-vs-peers.
 */
final class DecodeBench {
  private static final int PROMPT = 128;
  private static final int STEPS = 128;

  private DecodeBench() {}

  public static void main(String[] args) throws IOException {
    LoadOptions options =
        LoadOptions.defaults()
            .withPrecision(Precision.valueOf(args[1]))
            .withThreads(Integer.parseInt(args[2]));
    TorchEngine.setThreads(options.threads());
    long engine = kilobytes("VmRSS");
    Files.writeString(Path.of("/proc/self/clear_refs"), "5"); // resets the peak
    long started = System.nanoTime();
    try (CausalLm model = CausalLms.load(Path.of(args[0]), options)) {
      double load = (System.nanoTime() - started) / 1e6;
      int[] prompt = new Random(1).ints(PROMPT, 100, 40_000).toArray();
      run(model, prompt, 16);
      double[] best = {Double.MAX_VALUE, 0, 0};
      for (int round = 0; round < 3; round++) {
        double[] times = run(model, prompt, STEPS);
        if (times[1] < best[0]) {
          best = new double[] {times[1], times[0], times[2]};
        }
      }
      System.out.printf(
          Locale.ROOT,
          "{\"who\":\"espalier %s\",\"loadMs\":%.0f,\"prefillMs\":%.1f,\"stepMs\":%.2f,"
              + "\"meanStepMs\":%.2f,\"peakMB\":%d}%n",
          args[1],
          load,
          best[1],
          best[0],
          best[2],
          (kilobytes("VmHWM") - engine) >> 10);
    }
  }

  /** Milliseconds of the prefill, of the median step and of the mean step. */
  private static double[] run(CausalLm model, int[] prompt, int steps) {
    double[] step = new double[steps];
    try (LmSequence sequence = model.open()) {
      long t = System.nanoTime();
      int token = forward(model, Feed.of(sequence, prompt));
      double prefill = (System.nanoTime() - t) / 1e6;
      for (int i = 0; i < steps; i++) {
        t = System.nanoTime();
        token = forward(model, Feed.of(sequence, token));
        step[i] = (System.nanoTime() - t) / 1e6;
      }
      double mean = Arrays.stream(step).average().orElse(0);
      Arrays.sort(step);
      return new double[] {prefill, step[steps / 2], mean};
    }
  }

  private static int forward(CausalLm model, Feed feed) {
    try (ForwardOutput output = model.forward(List.of(feed))) {
      FloatBuffer row = output.logits(0).host();
      int best = 0;
      for (int i = 1; i < row.limit(); i++) {
        if (row.get(i) > row.get(best)) {
          best = i;
        }
      }
      return best;
    }
  }

  private static long kilobytes(String key) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(key)) {
        return Long.parseLong(line.replaceAll("\\D+", ""));
      }
    }
    return 0;
  }
}
