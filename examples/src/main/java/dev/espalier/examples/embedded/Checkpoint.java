package dev.espalier.examples.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** The state of a training run in one file: step, parameters and AdamW moments, little-endian. */
final class Checkpoint {
  private static final String FILE = "checkpoint.bin";

  private Checkpoint() {}

  static void save(Network network, Path folder) throws IOException {
    float[] theta = network.theta();
    float[][] moments = network.moments();
    ByteBuffer bytes =
        ByteBuffer.allocate(Integer.BYTES + 3 * Float.BYTES * theta.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(network.steps());
    for (float[] array : new float[][] {theta, moments[0], moments[1]}) {
      for (float x : array) {
        bytes.putFloat(x);
      }
    }
    Files.createDirectories(folder);
    Path part = folder.resolve(FILE + ".part");
    Files.write(part, bytes.array());
    Files.move(
        part,
        folder.resolve(FILE),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.ATOMIC_MOVE);
  }

  /** Restores the network if the folder holds a checkpoint. */
  static boolean restore(Network network, Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return false;
    }
    int n = network.parameters().size();
    long expected = Integer.BYTES + 3L * Float.BYTES * n;
    if (Files.size(file) != expected) {
      throw new IOException(
          file
              + " has "
              + Files.size(file)
              + " bytes, a checkpoint of this model "
              + expected
              + "; delete it to start anew");
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) expected).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
    }
    bytes.flip();
    int steps = bytes.getInt();
    float[][] arrays = new float[3][n];
    for (float[] array : arrays) {
      for (int i = 0; i < n; i++) {
        array[i] = bytes.getFloat();
      }
    }
    network.restore(steps, arrays[0], new float[][] {arrays[1], arrays[2]});
    return true;
  }
}
