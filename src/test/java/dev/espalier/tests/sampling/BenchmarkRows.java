package dev.espalier.tests.sampling;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** The rows and the context that Espalier and its peers are timed on, as files both can read. */
final class BenchmarkRows {
  static final int V = 128_256;
  static final int ROWS = 64;
  static final int WINDOW = 4096;

  /** Row i has ENTROPIES[i % 4] nats. */
  private static final double[] ENTROPIES = {0.3, 2, 5, 8};

  private static final String ROWS_FILE = "rows.f32";
  private static final String CONTEXT_FILE = "context.i32";

  private BenchmarkRows() {}

  /** Writes both files, little-endian. */
  static void write(Path folder) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(4 * V).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel file =
        FileChannel.open(
            folder.resolve(ROWS_FILE),
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (int i = 0; i < ROWS; i++) {
        bytes.clear();
        bytes.asFloatBuffer().put(row(ENTROPIES[i % ENTROPIES.length], 1000 + i));
        file.write(bytes);
      }
    }
    ByteBuffer ids = ByteBuffer.allocate(4 * WINDOW).order(ByteOrder.LITTLE_ENDIAN);
    ids.asIntBuffer().put(context());
    Files.write(folder.resolve(CONTEXT_FILE), ids.array());
  }

  static float[][] readRows(Path folder) throws IOException {
    float[][] rows = new float[ROWS][V];
    ByteBuffer bytes = ByteBuffer.allocateDirect(4 * V).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel file = FileChannel.open(folder.resolve(ROWS_FILE))) {
      for (float[] row : rows) {
        bytes.clear();
        while (bytes.hasRemaining() && file.read(bytes) >= 0) {}
        bytes.flip().asFloatBuffer().get(row);
      }
    }
    return rows;
  }

  static int[] readContext(Path folder) throws IOException {
    int[] context = new int[WINDOW];
    ByteBuffer.wrap(Files.readAllBytes(folder.resolve(CONTEXT_FILE)))
        .order(ByteOrder.LITTLE_ENDIAN)
        .asIntBuffer()
        .get(context);
    return context;
  }

  /** Indices of the rows with one of some entropies. */
  static int[] withEntropy(double... wanted) {
    return IntStream.range(0, ROWS)
        .filter(i -> Arrays.stream(wanted).anyMatch(w -> w == ENTROPIES[i % ENTROPIES.length]))
        .toArray();
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
    double max = Arrays.stream(shape).max().orElseThrow();
    double low = 0;
    double high = 100;
    for (int i = 0; i < 40; i++) {
      double mid = (low + high) / 2;
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

  /** A text that repeats itself: two tokens of three are those of 199 or 200 places before. */
  private static int[] context() {
    SplittableRandom random = new SplittableRandom(3);
    int[] context = new int[WINDOW];
    for (int i = 0; i < WINDOW; i++) {
      boolean copy = i > 200 && random.nextInt(3) > 0;
      context[i] =
          copy
              ? context[i - 200 + random.nextInt(2)]
              : (int) Math.min(V - 1, Math.exp(random.nextDouble() * 11.7));
    }
    return context;
  }
}
