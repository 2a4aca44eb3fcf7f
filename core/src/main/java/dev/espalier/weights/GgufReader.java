package dev.espalier.weights;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the head of a GGUF file from a buffer (GGUF specification, versions 2 and 3). Every count
 * is checked against the bytes that are left before anything is allocated for it; what does not fit
 * throws {@link Damaged}.
 */
final class GgufReader {
  /** What is wrong, for a message that names the file. */
  static final class Damaged extends Exception {
    private static final long serialVersionUID = 1L;

    Damaged(String what) {
      super(what);
    }
  }

  /** A tensor as the head states it; dimensions innermost first, offset within the data section. */
  record TensorInfo(String name, List<Long> dimensions, int type, long offset) {}

  static final int MAGIC = 0x46554747; // "GGUF", little-endian
  private static final int MAX_NAME = 1 << 16; // longest key
  private static final int MAX_NESTING = 4;
  private static final int MAX_TENSORS = 1 << 20;
  private static final int MAX_DIMENSIONS = 4;

  // Value types by number.
  private static final int UINT8 = 0;
  private static final int INT8 = 1;
  private static final int UINT16 = 2;
  private static final int INT16 = 3;
  private static final int UINT32 = 4;
  private static final int INT32 = 5;
  private static final int FLOAT32 = 6;
  private static final int BOOL = 7;
  private static final int STRING = 8;
  private static final int ARRAY = 9;
  private static final int UINT64 = 10;
  private static final int INT64 = 11;
  private static final int FLOAT64 = 12;
  private static final int[] MIN_BYTES = {1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8};

  private final ByteBuffer in;
  private final Map<String, Object> metadata = new LinkedHashMap<>();
  private final List<TensorInfo> tensors = new ArrayList<>();

  private GgufReader(ByteBuffer in) {
    this.in = in.order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Reads the whole head; afterwards the buffer stands at its end. */
  static GgufReader read(ByteBuffer in) throws Damaged {
    GgufReader reader = new GgufReader(in);
    try {
      reader.head();
    } catch (BufferUnderflowException e) {
      throw new Damaged("it ends inside its head");
    }
    return reader;
  }

  /**
   * Values by key: Long, Double, Boolean, String, or for arrays long[], double[], boolean[],
   * String[] and Object[] (of arrays).
   */
  Map<String, Object> metadata() {
    return metadata;
  }

  List<TensorInfo> tensors() {
    return tensors;
  }

  private void head() throws Damaged {
    if (in.getInt() != MAGIC) {
      throw new Damaged("it does not start with GGUF");
    }
    int version = in.getInt();
    if (version != 2 && version != 3) {
      throw new Damaged(
          "version " + Integer.toUnsignedString(version) + "; 2 and 3, little-endian, are read");
    }
    int tensorCount = count(MAX_TENSORS, 24, "tensors");
    int valueCount = count(Integer.MAX_VALUE, 13, "metadata values");
    for (int i = 0; i < valueCount; i++) {
      String key = string(MAX_NAME);
      if (metadata.put(key, value(in.getInt(), 0)) != null) {
        throw new Damaged("the key " + Quoted.of(key, 60) + " stands twice");
      }
    }
    for (int i = 0; i < tensorCount; i++) {
      tensors.add(tensor());
    }
  }

  private TensorInfo tensor() throws Damaged {
    String name = string(512);
    int dimensions = in.getInt();
    if (dimensions < 0 || dimensions > MAX_DIMENSIONS) {
      throw new Damaged(
          Integer.toUnsignedString(dimensions) + " dimensions in " + Quoted.of(name, 60));
    }
    List<Long> shape = new ArrayList<>();
    for (int d = 0; d < dimensions; d++) {
      shape.add(in.getLong());
    }
    return new TensorInfo(name, shape, in.getInt(), in.getLong());
  }

  private Object value(int type, int depth) throws Damaged {
    return switch (type) {
      case UINT8 -> (long) Byte.toUnsignedInt(in.get());
      case INT8 -> (long) in.get();
      case UINT16 -> (long) Short.toUnsignedInt(in.getShort());
      case INT16 -> (long) in.getShort();
      case UINT32 -> Integer.toUnsignedLong(in.getInt());
      case INT32 -> (long) in.getInt();
      case UINT64, INT64 -> in.getLong();
      case FLOAT32 -> (double) in.getFloat();
      case FLOAT64 -> in.getDouble();
      case BOOL -> in.get() != 0;
      case STRING -> string(Integer.MAX_VALUE);
      case ARRAY -> array(depth);
      default -> throw new Damaged("value type " + Integer.toUnsignedString(type));
    };
  }

  private Object array(int depth) throws Damaged {
    int type = in.getInt();
    if (type < 0 || type >= MIN_BYTES.length || depth == MAX_NESTING) {
      throw new Damaged("an array of type " + type + " at depth " + depth);
    }
    int n = count(Integer.MAX_VALUE, MIN_BYTES[type], "array elements");
    switch (type) {
      case FLOAT32, FLOAT64 -> {
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
          values[i] = (Double) value(type, depth);
        }
        return values;
      }
      case BOOL -> {
        boolean[] values = new boolean[n];
        for (int i = 0; i < n; i++) {
          values[i] = in.get() != 0;
        }
        return values;
      }
      case STRING, ARRAY -> {
        Object[] values = type == STRING ? new String[n] : new Object[n];
        for (int i = 0; i < n; i++) {
          values[i] = value(type, depth + 1);
        }
        return values;
      }
      default -> {
        long[] values = new long[n];
        for (int i = 0; i < n; i++) {
          values[i] = (Long) value(type, depth);
        }
        return values;
      }
    }
  }

  /** A count of things that take at least {@code minBytes} each. */
  private int count(int limit, int minBytes, String what) throws Damaged {
    long n = in.getLong();
    if (n < 0 || n > limit || n > in.remaining() / minBytes) {
      throw new Damaged(Long.toUnsignedString(n) + " " + what + " in " + in.remaining() + " bytes");
    }
    return (int) n;
  }

  private String string(int limit) throws Damaged {
    long n = in.getLong();
    if (n < 0 || n > limit || n > in.remaining()) {
      throw new Damaged(
          "a text of " + Long.toUnsignedString(n) + " bytes where " + in.remaining() + " are left");
    }
    byte[] bytes = new byte[(int) n];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
