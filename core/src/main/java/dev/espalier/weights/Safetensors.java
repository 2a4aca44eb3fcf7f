package dev.espalier.weights;

import dev.espalier.ModelLoadException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reader of the safetensors format: 8 bytes of header length, a JSON header, then the data without
 * gaps. One file or several shards with an index.
 */
public final class Safetensors implements WeightFile {
  /** The limit that the format itself sets. */
  private static final long MAX_HEADER = 100_000_000;

  private static final int MAX_DIMENSIONS = 8;
  private static final int MAX_NAME = 512;
  private static final int MAX_SHARDS = 4096;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Path path;
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
  private final List<FileChannel> channels = new ArrayList<>();

  private Safetensors(Path path) {
    this.path = path;
  }

  /**
   * Opens a file, or the single or sharded model of a folder, and checks every extent.
   *
   * @throws ModelLoadException if a file is missing or damaged, or a type is unknown
   */
  public static Safetensors open(Path path) {
    Safetensors opened = new Safetensors(path);
    try {
      if (Files.isDirectory(path)) {
        opened.addFolder();
      } else {
        opened.addFile(path);
      }
      return opened;
    } catch (IOException e) {
      opened.close();
      throw new ModelLoadException(path + ": cannot be read (" + e + ")", e);
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public Map<String, StoredTensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  @Override
  public void close() {
    for (FileChannel channel : channels) {
      try {
        channel.close();
      } catch (IOException e) {
        // A channel opened for reading has nothing to lose.
      }
    }
    channels.clear();
  }

  private void addFolder() throws IOException {
    Path single = path.resolve("model.safetensors");
    Path index = path.resolve("model.safetensors.index.json");
    if (Files.exists(single)) {
      addFile(single);
    } else if (Files.exists(index)) {
      addShards(index);
    } else {
      throw new ModelLoadException(
          path
              + ": holds neither model.safetensors nor model.safetensors.index.json; download the"
              + " safetensors files of the model (pickled .bin files are not read)");
    }
  }

  private void addShards(Path index) throws IOException {
    if (Files.size(index) > MAX_HEADER) {
      throw damaged(index, "an index of " + Files.size(index) + " bytes");
    }
    JsonNode map = parse(index, Files.readAllBytes(index)).path("weight_map");
    if (!map.isObject()) {
      throw damaged(index, "no object \"weight_map\"");
    }
    Map<String, String> shardOf = new LinkedHashMap<>();
    Set<String> shards = new LinkedHashSet<>();
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      String shard = entry.getValue().isString() ? entry.getValue().stringValue() : "";
      boolean plain = shard.matches("[\\w.-]+\\.safetensors"); // a name, never a path
      if (!plain || (shards.add(shard) && shards.size() > MAX_SHARDS)) {
        throw damaged(index, "the shard name " + Quoted.of(shard, 60));
      }
      shardOf.put(entry.getKey(), shard);
    }
    for (String shard : shards) {
      Path file = path.resolve(shard);
      if (!Files.exists(file)) {
        throw new ModelLoadException(
            file + ": missing, though " + index.getFileName() + " names it; download it");
      }
      addFile(file);
    }
    shardOf.forEach(
        (name, shard) -> {
          StoredTensor tensor = tensors.get(name);
          if (tensor == null || !tensor.file().equals(path.resolve(shard))) {
            throw damaged(index, "the tensor " + name + ", which " + shard + " does not hold");
          }
        });
  }

  private void addFile(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    channels.add(channel);
    long size = channel.size();
    long headerSize = size < 8 ? -1 : read(channel, file, 0, 8).getLong();
    if (headerSize < 2 || headerSize > Math.min(MAX_HEADER, size - 8)) {
      throw damaged(
          file,
          "a header of " + Long.toUnsignedString(headerSize) + " bytes in " + size + " bytes");
    }
    long dataStart = 8 + headerSize;
    JsonNode header = parse(file, read(channel, file, 8, (int) headerSize).array());
    if (!header.isObject()) {
      throw damaged(file, "a header that is no JSON object");
    }
    List<StoredTensor> found = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : header.properties()) {
      if (!entry.getKey().equals("__metadata__")) {
        found.add(entry(file, channel, dataStart, size, entry.getKey(), entry.getValue()));
      }
    }
    found.sort(Comparator.comparingLong(StoredTensor::offset).thenComparing(StoredTensor::bytes));
    long end = dataStart;
    for (StoredTensor tensor : found) {
      if (tensor.offset() != end) {
        throw damaged(
            file,
            "the tensor "
                + tensor.name()
                + " at byte "
                + (tensor.offset() - dataStart)
                + " where the data before it ends at "
                + (end - dataStart));
      }
      end += tensor.bytes();
      if (tensors.putIfAbsent(tensor.name(), tensor) != null) {
        throw damaged(file, "the tensor " + tensor.name() + ", which another shard holds too");
      }
    }
    if (end != size) {
      throw damaged(file, "tensors of " + (end - dataStart) + " bytes in " + (size - dataStart));
    }
  }

  private static StoredTensor entry(
      Path file, FileChannel channel, long dataStart, long size, String name, JsonNode node) {
    if (name.length() > MAX_NAME) {
      throw damaged(file, "a tensor name of " + name.length() + " characters");
    }
    String dtype = node.path("dtype").isString() ? node.path("dtype").stringValue() : "none";
    TensorType type =
        switch (dtype) {
          case "F32" -> TensorType.F32;
          case "F16" -> TensorType.F16;
          case "BF16" -> TensorType.BF16;
          default ->
              throw new ModelLoadException(
                  file
                      + ": the tensor "
                      + name
                      + " has the type "
                      + Quoted.of(dtype, 20)
                      + "; F32, F16 and BF16 are read, convert the model to one of these");
        };
    JsonNode dims = node.path("shape");
    JsonNode offsets = node.path("data_offsets");
    if (!dims.isArray() || dims.size() > MAX_DIMENSIONS || offsets.size() != 2) {
      throw damaged(file, "the tensor " + name + " without shape or data_offsets");
    }
    long[] shape = new long[dims.size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = natural(file, name, dims.get(i));
    }
    long begin = natural(file, name, offsets.get(0));
    long end = natural(file, name, offsets.get(1));
    if (end < begin || end > size - dataStart) {
      throw damaged(
          file,
          "the tensor " + name + " at bytes " + begin + " to " + end + " of " + (size - dataStart));
    }
    try {
      if (type.bytes(StoredTensor.elements(shape)) == end - begin) {
        return new StoredTensor(name, type, shape, file, dataStart + begin, channel);
      }
    } catch (ArithmeticException e) {
      // A shape beyond 63 bits cannot have the stated extent either.
    }
    throw damaged(file, "the tensor " + name + ", whose shape does not fill its bytes");
  }

  private static long natural(Path file, String name, JsonNode node) {
    if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 0) {
      throw damaged(file, "the tensor " + name + " with the number " + Quoted.of("" + node, 40));
    }
    return node.longValue();
  }

  private static JsonNode parse(Path file, byte[] json) {
    try {
      return JSON.readTree(json);
    } catch (JacksonException e) {
      throw new ModelLoadException(
          file + ": damaged (no JSON header: " + e.getOriginalMessage() + "); fetch it again", e);
    }
  }

  private static ByteBuffer read(FileChannel channel, Path file, long at, int n)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(n).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw damaged(file, "an end inside the header");
      }
    }
    return buffer.flip();
  }

  private static ModelLoadException damaged(Path file, String what) {
    return new ModelLoadException(
        file + ": damaged or no safetensors file (" + what + "); fetch it again");
  }
}
