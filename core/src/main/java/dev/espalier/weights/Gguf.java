package dev.espalier.weights;

import dev.espalier.ModelLoadException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reader of GGUF, the one-file format of llama.cpp: metadata, tensor table, aligned data. */
public final class Gguf implements WeightFile {
  /** The head must lie in the first 256 MiB; that of a 256k-token vocabulary takes about 12. */
  private static final long MAX_HEAD = 256L << 20;

  private static final int DEFAULT_ALIGNMENT = 32;

  private final Path path;
  private final FileChannel channel;
  private final GgufMetadata metadata;
  private final Map<String, StoredTensor> tensors;

  private Gguf(
      Path path, FileChannel channel, GgufMetadata metadata, Map<String, StoredTensor> tensors) {
    this.path = path;
    this.channel = channel;
    this.metadata = metadata;
    this.tensors = tensors;
  }

  /** Whether the file starts as a GGUF file does. */
  static boolean hasMagic(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      ByteBuffer magic = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
      return channel.read(magic, 0) == 4 && magic.getInt(0) == GgufReader.MAGIC;
    }
  }

  /**
   * Opens a file, reads its metadata and checks the extent of every tensor.
   *
   * @throws ModelLoadException if the file is missing or damaged, or a type is unknown
   */
  public static Gguf open(Path path) {
    FileChannel channel = null;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
      Gguf opened = open(path, channel);
      channel = null; // now owned by what was opened
      return opened;
    } catch (IOException e) {
      throw new ModelLoadException(path + ": cannot be read (" + e + ")", e);
    } catch (GgufReader.Damaged e) {
      throw new ModelLoadException(
          path + ": damaged or no GGUF file (" + e.getMessage() + "); fetch it again", e);
    } finally {
      closeQuietly(channel);
    }
  }

  private static Gguf open(Path path, FileChannel channel) throws IOException, GgufReader.Damaged {
    long size = channel.size();
    ByteBuffer head = channel.map(FileChannel.MapMode.READ_ONLY, 0, Math.min(size, MAX_HEAD));
    GgufReader read = GgufReader.read(head);
    GgufMetadata metadata = new GgufMetadata(path, read.metadata());
    long alignment = metadata.integer("general.alignment").orElse(DEFAULT_ALIGNMENT);
    if (alignment < 8 || alignment > 1 << 20 || Long.bitCount(alignment) != 1) {
      throw new GgufReader.Damaged("an alignment of " + alignment);
    }
    long dataStart = (head.position() + alignment - 1) & -alignment;
    List<StoredTensor> found = new ArrayList<>();
    for (GgufReader.TensorInfo info : read.tensors()) {
      found.add(stored(info, path, channel, dataStart, size, alignment));
    }
    found.sort(Comparator.comparingLong(StoredTensor::offset));
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    long end = dataStart;
    for (StoredTensor tensor : found) {
      if (tensor.offset() < end) {
        throw new GgufReader.Damaged("the tensor " + tensor.name() + " overlaps another");
      }
      end = tensor.offset() + tensor.bytes();
      if (tensors.put(tensor.name(), tensor) != null) {
        throw new GgufReader.Damaged("the tensor " + tensor.name() + " stands twice");
      }
    }
    return new Gguf(path, channel, metadata, tensors);
  }

  private static StoredTensor stored(
      GgufReader.TensorInfo info,
      Path path,
      FileChannel channel,
      long dataStart,
      long size,
      long alignment)
      throws GgufReader.Damaged {
    String name = Quoted.of(info.name(), 60);
    TensorType type = type(info.type());
    if (type == null) {
      throw new ModelLoadException(
          path
              + ": the tensor "
              + name
              + " has the GGML type "
              + Integer.toUnsignedString(info.type())
              + "; read are F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K and Q6_K,"
              + " so quantise the model to one of these");
    }
    int rank = info.dimensions().size();
    long[] shape = new long[rank];
    for (int d = 0; d < rank; d++) {
      shape[d] = info.dimensions().get(rank - 1 - d);
      if (shape[d] <= 0) {
        throw new GgufReader.Damaged("the tensor " + name + " with a dimension of " + shape[d]);
      }
    }
    if (rank == 0 || shape[rank - 1] % type.blockElements() != 0) {
      throw new GgufReader.Damaged("the tensor " + name + ", whose rows are no whole blocks");
    }
    long room = size - dataStart;
    long bytes;
    try {
      bytes = type.bytes(StoredTensor.elements(shape));
    } catch (ArithmeticException e) {
      bytes = Long.MAX_VALUE;
    }
    if (info.offset() < 0 || info.offset() > room || bytes > room - info.offset()) {
      throw new GgufReader.Damaged(
          "the tensor "
              + name
              + " with "
              + bytes
              + " bytes at "
              + Long.toUnsignedString(info.offset())
              + " of "
              + Math.max(0, room));
    }
    if (info.offset() % alignment != 0) {
      throw new GgufReader.Damaged("the tensor " + name + " at an unaligned byte");
    }
    return new StoredTensor(info.name(), type, shape, path, dataStart + info.offset(), channel);
  }

  /** GGML's numbers of the types that are read. */
  private static @Nullable TensorType type(int number) {
    return switch (number) {
      case 0 -> TensorType.F32;
      case 1 -> TensorType.F16;
      case 2 -> TensorType.Q4_0;
      case 3 -> TensorType.Q4_1;
      case 6 -> TensorType.Q5_0;
      case 7 -> TensorType.Q5_1;
      case 8 -> TensorType.Q8_0;
      case 12 -> TensorType.Q4_K;
      case 13 -> TensorType.Q5_K;
      case 14 -> TensorType.Q6_K;
      case 30 -> TensorType.BF16;
      default -> null;
    };
  }

  /** Hyperparameters, tokenizer and chat template. */
  public GgufMetadata metadata() {
    return metadata;
  }

  @Override
  public Map<String, StoredTensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public void close() {
    closeQuietly(channel);
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // A channel opened for reading has nothing to lose.
      }
    }
  }
}
