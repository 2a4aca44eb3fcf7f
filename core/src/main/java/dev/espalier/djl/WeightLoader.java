package dev.espalier.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.espalier.ModelLoadException;
import dev.espalier.weights.StoredTensor;
import dev.espalier.weights.TensorType;
import dev.espalier.weights.WeightFile;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes tensors of stored ones. What is stored as it shall be held becomes a view of the file,
 * mapped privately and paged by the operating system; everything else is decoded piece by piece
 * into the final tensor, so that nothing is ever held twice. For one thread; close it after
 * loading.
 */
final class WeightLoader implements AutoCloseable {
  /** How rows stand in the file. */
  enum Layout {
    /** As PyTorch's linear layers have them. */
    PLAIN,
    /** (in, out) instead of (out, in): GPT-2's safetensors. */
    TRANSPOSED,
    /** Rotary pairs interleaved within a head: llama.cpp's q and k of the llama architecture. */
    INTERLEAVED
  }

  private static final int PIECE = 1 << 20; // elements decoded at once

  private final WeightFile file;
  private final Precision precision;
  private final LoadProgress progress;
  private final PtNDManager manager;
  private final TorchModule tensors;
  private final PtNDArray place; // its device is that of the weights
  private final Map<Path, IValue> mapped = new HashMap<>();
  private final List<IValue> handles = new ArrayList<>(); // freed on close, success or not
  private final long total;
  private long done;

  WeightLoader(WeightFile file, LoadOptions options, PtNDManager parent) {
    this.file = file;
    precision = options.precision();
    progress = options.progress();
    manager = (PtNDManager) parent.newSubManager();
    tensors =
        new TorchModule("tensors", new TorchScriptArchive(TorchModule.source("tensors.ts.py")));
    place = (PtNDArray) manager.create(0f);
    total = file.tensors().values().stream().mapToLong(StoredTensor::bytes).sum();
  }

  /**
   * Loads a tensor; its handle is valid until the loader is closed.
   *
   * @param headSize rows of a head, for {@link Layout#INTERLEAVED}
   * @param shape as the decoder needs it
   * @throws ModelLoadException if it is missing or of another shape
   */
  IValue load(String name, Layout layout, int headSize, long... shape) {
    StoredTensor stored = file.tensor(name);
    long[] expected = shape.clone();
    if (layout == Layout.TRANSPOSED) {
      expected[0] = shape[1];
      expected[1] = shape[0];
    }
    if (!Arrays.equals(stored.shape(), expected)) {
      throw new ModelLoadException(
          stored.file()
              + ": the tensor "
              + name
              + " has the shape "
              + Arrays.toString(stored.shape())
              + " where the configuration implies "
              + Arrays.toString(expected)
              + "; weights and configuration belong to different models");
    }
    boolean view = isHeldAsStored(stored) && layout != Layout.INTERLEAVED;
    IValue tensor = view ? own(view(stored)) : decode(stored, layout, headSize);
    done += stored.bytes();
    progress.loaded(done, total);
    if (layout == Layout.TRANSPOSED) {
      return own(tensors.call("transpose", tensor));
    }
    return tensor;
  }

  /** A vector of 32-bit floats that are computed, not stored. */
  IValue vector(float[] values) {
    // DJL makes arrays of Java values over a Java buffer that dies with the array, hence the copy.
    IValue target = own(allocate(Precision.FLOAT32, values.length));
    try (NDArray staged = manager.create(values, new Shape(1, values.length))) {
      fill(target, 0, staged);
    }
    return target;
  }

  /** A native list that keeps the values alive; its own handle is valid as a tensor's is. */
  IValue list(List<IValue> values) {
    return own(IValue.listFrom(values.toArray(IValue[]::new)));
  }

  private IValue own(IValue handle) {
    handles.add(handle);
    return handle;
  }

  private boolean isHeldAsStored(StoredTensor stored) {
    TensorType held = precision == Precision.FLOAT32 ? TensorType.F32 : TensorType.BF16;
    return stored.type() == held && stored.offset() % precision.bytes() == 0;
  }

  private IValue view(StoredTensor stored) {
    IValue whole = mapped.computeIfAbsent(stored.file(), this::map);
    try (Arguments args = new Arguments()) {
      args.add(whole).add(stored.offset() / precision.bytes()).add(stored.shape()).add(false);
      return tensors.call("window", args.toArray());
    }
  }

  private IValue map(Path path) {
    try (Arguments args = new Arguments()) {
      args.add(path.toString())
          .add(Files.size(path) / precision.bytes())
          .add((long) precision.scalarType());
      return tensors.call("map_file", args.toArray());
    } catch (IOException e) {
      throw new ModelLoadException(path + ": cannot be mapped (" + e + ")", e);
    }
  }

  private IValue decode(StoredTensor stored, Layout layout, int headSize) {
    long[] shape = stored.shape();
    int columns = Math.toIntExact(shape[shape.length - 1]);
    long rows = stored.elements() / columns;
    int atOnce = (int) Math.min(rows, Math.max(1, PIECE / columns));
    if (layout == Layout.INTERLEAVED) {
      atOnce = Math.max(1, atOnce / headSize) * headSize; // whole heads
    }
    IValue target = own(allocate(precision, shape));
    float[] piece = new float[Math.multiplyExact(atOnce, columns)];
    for (long row = 0; row < rows; row += atOnce) {
      int n = (int) Math.min(atOnce, rows - row);
      stored.read(row * columns, n * columns, piece, 0);
      try (NDArray staged = manager.create(new Shape(n, columns))) {
        FloatBuffer out = staged.toByteBuffer(true).asFloatBuffer();
        if (layout == Layout.INTERLEAVED) {
          deinterleave(piece, n, columns, headSize, out);
        } else {
          out.put(piece, 0, n * columns);
        }
        fill(target, row, staged);
      }
    }
    return target;
  }

  private IValue allocate(Precision as, long... shape) {
    try (Arguments args = new Arguments()) {
      args.add(shape).add((long) as.scalarType()).take(IValue.from(place));
      return tensors.call("allocate", args.toArray());
    }
  }

  private void fill(IValue target, long row, NDArray values) {
    try (Arguments args = new Arguments()) {
      args.add(target).add(row).take(IValue.from((PtNDArray) values));
      tensors.call("fill", args.toArray()).close();
    }
  }

  /** Row {@code 2i + j} of a head becomes its row {@code j * headSize / 2 + i}. */
  private static void deinterleave(
      float[] piece, int rows, int columns, int headSize, FloatBuffer out) {
    for (int head = 0; head < rows; head += headSize) {
      for (int j = 0; j < 2; j++) {
        for (int i = 0; i < headSize / 2; i++) {
          out.put(piece, (head + 2 * i + j) * columns, columns);
        }
      }
    }
  }

  @Override
  public void close() {
    handles.forEach(IValue::close);
    mapped.values().forEach(IValue::close); // views keep the mapping alive
    tensors.close();
    manager.close();
  }
}
