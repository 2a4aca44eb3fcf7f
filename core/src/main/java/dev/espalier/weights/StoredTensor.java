package dev.espalier.weights;

import dev.espalier.ModelLoadException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A tensor in a weight file: where it lies and how it is spelled. Its extent was checked against
 * the file when that was opened. Thread-safe until the file is closed.
 */
public final class StoredTensor {
  /** Bytes read at once; bounds the scratch memory of {@link #read}. */
  private static final int WINDOW = 1 << 20;

  private static final ThreadLocal<ByteBuffer> SCRATCH =
      ThreadLocal.withInitial(() -> ByteBuffer.allocate(WINDOW).order(ByteOrder.LITTLE_ENDIAN));

  private final String name;
  private final TensorType type;
  private final long[] shape; // outermost dimension first
  private final Path file;
  private final long offset;
  private final FileChannel channel;

  StoredTensor(
      String name, TensorType type, long[] shape, Path file, long offset, FileChannel channel) {
    this.name = name;
    this.type = type;
    this.shape = shape;
    this.file = file;
    this.offset = offset;
    this.channel = channel;
  }

  /** Its name in the file. */
  public String name() {
    return name;
  }

  /** How its numbers are spelled. */
  public TensorType type() {
    return type;
  }

  /** Its dimensions, outermost first, as PyTorch states them; a copy. */
  public long[] shape() {
    return shape.clone();
  }

  /** Number of elements. */
  public long elements() {
    return elements(shape);
  }

  /** Bytes in the file. */
  public long bytes() {
    return type.bytes(elements());
  }

  /** The file that holds it. */
  public Path file() {
    return file;
  }

  /** Its first byte in {@link #file}. */
  public long offset() {
    return offset;
  }

  /**
   * A read-only, little-endian view of the stored bytes, mapped into memory. The view stays valid
   * after the file is closed; the operating system frees it when the garbage collector drops it.
   *
   * @throws ModelLoadException if the file cannot be mapped or the tensor exceeds 2 GiB
   */
  public ByteBuffer map() {
    long size = bytes();
    if (size > Integer.MAX_VALUE) {
      throw new ModelLoadException(
          file + ": the tensor " + name + " has " + size + " bytes; a view holds at most 2 GiB");
    }
    try {
      return channel
          .map(FileChannel.MapMode.READ_ONLY, offset, size)
          .order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /**
   * Reads elements as 32-bit floats: exact for F32, F16 and BF16, dequantised for the others.
   *
   * @param first index of the first element, a multiple of the type's block
   * @param count number of elements, a multiple of the type's block
   * @param into receives them from index {@code at} on
   * @throws IndexOutOfBoundsException if the range is not inside the tensor or the array
   * @throws ModelLoadException if the file shrank or cannot be read
   */
  public void read(long first, int count, float[] into, int at) {
    if (first < 0 || count < 0 || first > elements() - count) {
      throw new IndexOutOfBoundsException(
          count + " elements from " + first + " of " + elements() + " in " + name);
    }
    if (at < 0 || at > into.length - count) {
      throw new IndexOutOfBoundsException(count + " elements at " + at + " of " + into.length);
    }
    if (first % type.blockElements() != 0 || count % type.blockElements() != 0) {
      throw new IllegalArgumentException(
          "elements of " + type + " are read in blocks of " + type.blockElements());
    }
    int perWindow = WINDOW / type.blockBytes() * type.blockElements();
    ByteBuffer scratch = SCRATCH.get();
    long position = offset + type.bytes(first);
    for (int done = 0; done < count; ) {
      int n = Math.min(perWindow, count - done);
      scratch.clear().limit((int) type.bytes(n));
      fill(scratch, position);
      position += scratch.limit();
      Dequantizer.dequantize(type, scratch.flip(), into, at + done, n);
      done += n;
    }
  }

  private void fill(ByteBuffer buffer, long position) {
    try {
      while (buffer.hasRemaining()) {
        int n = channel.read(buffer, position + buffer.position());
        if (n < 0) {
          throw new EOFException("the file ends inside the tensor");
        }
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private ModelLoadException unreadable(IOException e) {
    return new ModelLoadException(
        file + ": the tensor " + name + " cannot be read (" + e + "); fetch the file again", e);
  }

  /** The product of the dimensions. */
  static long elements(long[] shape) {
    long n = 1;
    for (long d : shape) {
      n = Math.multiplyExact(n, d);
    }
    return n;
  }

  @Override
  public String toString() {
    return name + " " + type + Arrays.toString(shape);
  }
}
