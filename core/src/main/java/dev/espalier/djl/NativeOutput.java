package dev.espalier.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDManager;
import dev.espalier.Feed;
import dev.espalier.ForwardOutput;
import dev.espalier.LogitsRow;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows of one forward. A row is copied to the host when it is first looked at. */
final class NativeOutput implements ForwardOutput {
  /** Where a row stands: the pass that computed it and its number there. */
  private record Place(int pass, int row) {}

  /** Tensors of a pass: logits (R, V), then layer outputs (R, D) ascending, then hidden states. */
  private record Pass(NDArray logits, List<NDArray> layers, NDArray hidden) {}

  private final NativeDecoder model;
  private final PtNDManager manager;
  private final List<Feed> feeds;
  private final int[] layerNumbers;
  private final List<Pass> passes = new ArrayList<>();
  private final List<List<Place>> places = new ArrayList<>(); // by feed, then row
  private final List<float[]> borrowed = new ArrayList<>();
  private boolean closed;

  NativeOutput(NativeDecoder model, PtNDManager manager, List<Feed> feeds, int[] layerNumbers) {
    this.model = model;
    this.manager = manager;
    this.feeds = feeds;
    this.layerNumbers = layerNumbers;
    feeds.forEach(feed -> places.add(new ArrayList<>()));
  }

  PtNDManager manager() {
    return manager;
  }

  /** Adds a pass; rows are numbered as {@code slices} ask for them. */
  void add(NDArray logits, List<NDArray> layers, NDArray hidden, List<PassPlan.Slice> slices) {
    int row = 0;
    for (PassPlan.Slice slice : slices) {
      for (int i = slice.firstRow(); i < slice.to(); i++) {
        places.get(slice.index()).add(new Place(passes.size(), row++));
      }
    }
    passes.add(new Pass(logits, layers, hidden));
  }

  @Override
  public LogitsRow logits(int feed, int row) {
    Place place = place(feed, row);
    NDArray logits = passes.get(place.pass()).logits();
    return new Row(logits, place.row());
  }

  @Override
  public LogitsRow logits(int feed) {
    return logits(feed, places.get(feed).size() - 1);
  }

  @Override
  public FloatBuffer hiddenState(int feed, int row) {
    if (!feeds.get(feed).hiddenStates()) {
      return ForwardOutput.super.hiddenState(feed, row);
    }
    Place place = place(feed, row);
    return FloatBuffer.wrap(copy(passes.get(place.pass()).hidden(), place.row()))
        .asReadOnlyBuffer();
  }

  @Override
  public FloatBuffer layerOutput(int feed, int layer, int row) {
    for (int asked : feeds.get(feed).layers()) {
      if (asked == layer) {
        Place place = place(feed, row);
        int at = java.util.Arrays.binarySearch(layerNumbers, layer);
        return FloatBuffer.wrap(copy(passes.get(place.pass()).layers().get(at), place.row()))
            .asReadOnlyBuffer();
      }
    }
    return ForwardOutput.super.layerOutput(feed, layer, row);
  }

  private Place place(int feed, int row) {
    List<Place> rows = places.get(feed);
    if (row < 0 || row >= rows.size()) {
      throw new IndexOutOfBoundsException(
          "row " + row + " of feed " + feed + ", which asked for " + rows.size() + " rows");
    }
    return rows.get(row);
  }

  /** Row {@code row} of a matrix, into an array that goes back to the model's pool on close. */
  private float[] copy(NDArray matrix, int row) {
    return model.whileOpen(
        () -> {
          if (closed) {
            throw new IllegalStateException("the output is closed; its rows are gone");
          }
          int columns = Math.toIntExact(matrix.getShape().get(1));
          float[] into = model.borrowRow(columns);
          borrowed.add(into);
          ByteBuffer all = matrix.toByteBuffer(true);
          all.asFloatBuffer().position(row * columns).get(into);
          return into;
        });
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      model.whileOpenOrClosed(manager::close);
      borrowed.forEach(model::returnRow);
      borrowed.clear();
      passes.clear();
    }
  }

  private final class Row implements LogitsRow {
    private final NDArray logits;
    private final int row;
    private float @Nullable [] host;

    Row(NDArray logits, int row) {
      this.logits = logits;
      this.row = row;
    }

    @Override
    public int size() {
      return model.rowSize();
    }

    @Override
    public FloatBuffer host() {
      float[] copy = host;
      if (copy == null) {
        copy = copy(logits, row);
        host = copy;
      }
      return FloatBuffer.wrap(copy).asReadOnlyBuffer();
    }
  }
}
