package dev.espalier.djl;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import dev.espalier.CausalLm;
import dev.espalier.ChatTemplate;
import dev.espalier.ContextOverflowException;
import dev.espalier.Feed;
import dev.espalier.ForwardOutput;
import dev.espalier.LmSequence;
import dev.espalier.LogitsRow;
import dev.espalier.ModelLoadException;
import dev.espalier.Tokenizer;
import dev.espalier.Vocabulary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A traced or scripted causal LM with DJL's past-key-values convention:
 *
 * <pre>
 * forward(ids (1, T), positions (1, T), mask (1, P + T), past) -> (logits (1, T, V), past, ...)
 * </pre>
 *
 * where {@code past} is for each layer a tuple of key and value, (1, heads, P, size). The cache is
 * a value that each pass replaces, so forks share it and cost nothing; what a pass does not allow
 * are token trees. Traced models cannot take an empty past, so a sequence starts with one position
 * of zeros that the mask hides, as DJL does.
 */
final class TorchScriptLm implements CausalLm {
  /** The archive's name in a model folder. */
  static final String FILE = "model.pt";

  /** The shape of the past, which an archive does not state. */
  record Shapes(int layers, int heads, int headSize, int vocabulary, int context) {}

  private final String name;
  private final Model model; // DJL frees a module whose Model is garbage, so it is kept
  private final PtSymbolBlock block;
  private final PtNDManager manager;
  private final Shapes shapes;
  private final LoadOptions options;
  private final TokenizerFiles text;
  private boolean closed;

  /** With what its files say about text, which is closed with the model. */
  TorchScriptLm(
      String name, InputStream archive, Shapes shapes, LoadOptions options, TokenizerFiles text) {
    this.name = name;
    this.shapes = shapes;
    this.options = options;
    this.text = text;
    manager = TorchEngine.newManager();
    model = Model.newInstance("imported", "PyTorch");
    try {
      model.load(archive);
    } catch (Exception e) { // checked and unchecked, as the native loader likes
      model.close();
      manager.close();
      throw new ModelLoadException(
          name + ": no TorchScript archive that PyTorch 2.7 loads (" + e.getMessage() + ")", e);
    }
    block = (PtSymbolBlock) model.getBlock();
  }

  /** Loads {@code model.pt} of a folder, with the shapes that its {@code config.json} states. */
  static TorchScriptLm load(Path folder, LoadOptions options, TokenizerFiles text) {
    Path archive = folder.resolve(FILE);
    try (InputStream in = Files.newInputStream(archive)) {
      return new TorchScriptLm(
          archive.toString(), in, shapes(folder.resolve("config.json")), options, text);
    } catch (IOException e) {
      text.close();
      throw new ModelLoadException(archive + ": cannot be read (" + e + ")", e);
    } catch (RuntimeException e) {
      text.close();
      throw e;
    }
  }

  private static Shapes shapes(Path config) throws IOException {
    if (!Files.exists(config)) {
      throw new ModelLoadException(
          config
              + ": missing; beside a TorchScript archive it must state num_hidden_layers,"
              + " num_key_value_heads, head_dim, vocab_size and max_position_embeddings");
    }
    try {
      JsonNode json = JsonMapper.shared().readTree(Files.readAllBytes(config));
      int heads = size(config, json, "num_attention_heads", "n_head");
      JsonNode kv = json.path("num_key_value_heads");
      int kvHeads = kv.isInt() ? size(config, json, "num_key_value_heads", "n_head") : heads;
      int headSize =
          json.path("head_dim").isInt()
              ? size(config, json, "head_dim", "head_dim")
              : size(config, json, "hidden_size", "n_embd") / heads;
      return new Shapes(
          size(config, json, "num_hidden_layers", "n_layer"),
          kvHeads,
          headSize,
          size(config, json, "vocab_size", "vocab_size"),
          size(config, json, "max_position_embeddings", "n_positions"));
    } catch (JacksonException e) {
      throw new ModelLoadException(config + ": no JSON (" + e.getOriginalMessage() + ")", e);
    }
  }

  private static int size(Path config, JsonNode json, String key, String other) {
    JsonNode node = json.has(key) ? json.path(key) : json.path(other);
    if (!node.isInt() || node.intValue() < 1 || node.intValue() > 1 << 24) {
      throw new ModelLoadException(config + ": " + key + " must be a positive integer");
    }
    return node.intValue();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Vocabulary vocabulary() {
    return text.vocabulary();
  }

  @Override
  public Tokenizer tokenizer() {
    return text.tokenizer();
  }

  @Override
  public @Nullable ChatTemplate chatTemplate() {
    return text.chatTemplate();
  }

  @Override
  public int contextLength() {
    return Math.min(shapes.context(), options.contextLimit());
  }

  @Override
  public int rowSize() {
    return shapes.vocabulary();
  }

  @Override
  public synchronized LmSequence open() {
    checkOpen();
    return new Sequence();
  }

  @Override
  public synchronized ForwardOutput forward(List<Feed> feeds) {
    checkOpen();
    Set<LmSequence> seen = new HashSet<>();
    for (Feed feed : feeds) {
      check(feed, seen);
    }
    List<List<float[]>> rows = new ArrayList<>();
    for (Feed feed : feeds) {
      rows.add(run((Sequence) feed.sequence(), feed));
    }
    return new Rows(rows);
  }

  private void check(Feed feed, Set<LmSequence> seen) {
    if (!(feed.sequence() instanceof Sequence sequence)
        || sequence.model() != this
        || sequence.gone
        || !seen.add(sequence)) {
      throw new IllegalArgumentException(
          "each feed needs an open sequence of its own, of this model");
    }
    if (!feed.isPlain() || feed.hiddenStates() || feed.layers().length > 0) {
      throw new IllegalArgumentException(
          name + ": an imported TorchScript model takes no token trees and gives no hidden states");
    }
    int end = sequence.length + feed.length();
    if (end > contextLength()) {
      throw new ContextOverflowException(end, contextLength());
    }
    for (int i = 0; i < feed.length(); i++) {
      if (feed.token(i) < 0 || feed.token(i) >= rowSize()) {
        throw new IllegalArgumentException(
            "token " + feed.token(i) + " is outside 0.." + (rowSize() - 1));
      }
    }
  }

  /** One pass over one sequence; on failure the sequence is as before. */
  private List<float[]> run(Sequence sequence, Feed feed) {
    int t = feed.length();
    long[] ids = new long[t];
    long[] positions = new long[t];
    for (int i = 0; i < t; i++) {
      ids[i] = feed.token(i);
      positions[i] = feed.position(i);
    }
    int past = sequence.length + 1; // with the hidden position
    long[] mask = new long[past + t];
    java.util.Arrays.fill(mask, 1, mask.length, 1);
    List<float[]> rows = new ArrayList<>();
    try (PtNDManager scope = (PtNDManager) manager.newSubManager();
        Arguments args = new Arguments()) {
      args.take(tensor(scope.create(ids, new Shape(1, t))));
      args.take(tensor(scope.create(positions, new Shape(1, t))));
      args.take(tensor(scope.create(mask, new Shape(1, past + t))));
      Past before = sequence.past == null ? Past.hidden(this) : sequence.past.share();
      try (IValue pastIn = before.tuple()) {
        args.add(pastIn);
        try (IValue result =
            TorchEngine.inference(() -> IValueUtils.forward(block, args.toArray()))) {
          IValue[] parts = result.toIValueTuple();
          try {
            sequence.replace(Past.of(this, parts[1], past + t), sequence.length + t);
            PtNDArray logits = parts[0].toTensor(scope);
            checkShape(logits, t);
            NDArray wide = logits.toType(DataType.FLOAT32, false);
            wide.attach(scope);
            int first = feed.rows() == Feed.Rows.ALL ? 0 : t - feed.rowCount();
            FloatBuffer all = wide.toByteBuffer(true).asFloatBuffer();
            for (int i = first; i < t; i++) {
              float[] row = new float[rowSize()];
              all.position(i * rowSize()).get(row);
              rows.add(row);
            }
          } finally {
            for (IValue part : parts) {
              part.close();
            }
          }
        }
      } finally {
        before.release();
      }
    }
    return rows;
  }

  private void checkShape(NDArray logits, int t) {
    if (!logits.getShape().equals(new Shape(1, t, rowSize()))) {
      throw new ModelLoadException(
          name
              + ": forward gave logits of shape "
              + logits.getShape()
              + " for "
              + t
              + " tokens; expected (1, "
              + t
              + ", "
              + rowSize()
              + ") first, then the past");
    }
  }

  private static IValue tensor(NDArray array) {
    return IValue.from((PtNDArray) array);
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the model " + name + " is closed");
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      manager.close();
      model.close();
      text.close();
    }
  }

  /** Arrays alive: those of caches that are in use. */
  synchronized int liveArrays() {
    return manager.getManagedArrays().size();
  }

  /** Keys and values of all layers, hidden position included; counted, never written. */
  private static final class Past {
    private final PtNDManager owner;
    private final List<PtNDArray> tensors; // K and V of layer 0, of layer 1, ...
    private int users = 1;

    private Past(PtNDManager owner, List<PtNDArray> tensors) {
      this.owner = owner;
      this.tensors = tensors;
    }

    static Past hidden(TorchScriptLm lm) {
      PtNDManager owner = (PtNDManager) lm.manager.newSubManager();
      List<PtNDArray> tensors = new ArrayList<>();
      Shape shape = new Shape(1, lm.shapes.heads(), 1, lm.shapes.headSize());
      for (int i = 0; i < 2 * lm.shapes.layers(); i++) {
        tensors.add((PtNDArray) owner.zeros(shape));
      }
      return new Past(owner, tensors);
    }

    static Past of(TorchScriptLm lm, IValue layers, int length) {
      PtNDManager owner = (PtNDManager) lm.manager.newSubManager();
      List<PtNDArray> tensors = new ArrayList<>();
      boolean complete = false;
      IValue[] each = layers.toIValueTuple();
      try {
        for (IValue layer : each) {
          for (NDArray tensor : layer.toNDList(owner)) {
            tensors.add((PtNDArray) tensor);
            if (tensor.getShape().dimension() != 4 || tensor.getShape().get(2) != length) {
              throw new ModelLoadException(
                  lm.name
                      + ": forward gave a past of shape "
                      + tensor.getShape()
                      + " where position count (third) must be "
                      + length);
            }
          }
        }
        complete = true;
      } finally {
        for (IValue layer : each) {
          layer.close();
        }
        if (!complete) {
          owner.close();
        }
      }
      return new Past(owner, tensors);
    }

    IValue tuple() {
      IValue[] layers = new IValue[tensors.size() / 2];
      for (int l = 0; l < layers.length; l++) {
        try (IValue key = IValue.from(tensors.get(2 * l));
            IValue value = IValue.from(tensors.get(2 * l + 1))) {
          layers[l] = IValue.tupleFrom(key, value);
        }
      }
      IValue all = IValue.tupleFrom(layers);
      for (IValue layer : layers) {
        layer.close();
      }
      return all;
    }

    /** The hidden position and some others, copied. */
    Past only(TorchScriptLm lm, long[] positions) {
      PtNDManager kept = (PtNDManager) lm.manager.newSubManager();
      List<PtNDArray> parts = new ArrayList<>();
      try (NDArray index = kept.create(positions)) {
        for (PtNDArray tensor : tensors) {
          NDArray part = tensor.get(new NDIndex(":, :, {}", index));
          part.attach(kept);
          parts.add((PtNDArray) part);
        }
      }
      return new Past(kept, parts);
    }

    Past share() {
      users++;
      return this;
    }

    void release() {
      if (--users == 0) {
        owner.close();
      }
    }
  }

  private final class Sequence implements LmSequence {
    private @Nullable Past past; // null while empty
    private int length;
    private boolean gone;

    TorchScriptLm model() {
      return TorchScriptLm.this;
    }

    void replace(@Nullable Past next, int newLength) {
      Past old = past;
      past = next;
      length = newLength;
      if (old != null && !closed) {
        old.release();
      }
    }

    @Override
    public int length() {
      return length;
    }

    @Override
    public LmSequence fork() {
      synchronized (TorchScriptLm.this) {
        checkUsable();
        Sequence fork = new Sequence();
        fork.past = past == null ? null : past.share();
        fork.length = length;
        return fork;
      }
    }

    @Override
    public void truncate(int to) {
      if (to < 0 || to > length) {
        throw new IllegalArgumentException("cannot truncate " + length + " positions to " + to);
      }
      if (to < length) {
        keep(to, new int[0]);
      }
    }

    @Override
    public void keep(int from, int[] slots) {
      synchronized (TorchScriptLm.this) {
        checkUsable();
        long[] kept = new long[1 + from + slots.length];
        for (int i = 0; i <= from; i++) {
          kept[i] = i;
        }
        int previous = from - 1;
        for (int i = 0; i < slots.length; i++) {
          if (slots[i] <= previous || slots[i] >= length) {
            throw new IllegalArgumentException("slots must ascend within " + from + ".." + length);
          }
          previous = slots[i];
          kept[1 + from + i] = 1L + previous;
        }
        Past old = past;
        Past next = old == null || kept.length == 1 ? null : old.only(TorchScriptLm.this, kept);
        replace(next, kept.length - 1);
      }
    }

    private void checkUsable() {
      checkOpen();
      if (gone) {
        throw new IllegalStateException("the sequence is closed");
      }
    }

    @Override
    public void close() {
      synchronized (TorchScriptLm.this) {
        if (!gone) {
          gone = true;
          replace(null, 0);
        }
      }
    }
  }

  /** Rows in host memory. */
  private record Rows(List<List<float[]>> rows) implements ForwardOutput {
    @Override
    public LogitsRow logits(int feed, int row) {
      return LogitsRow.of(rows.get(feed).get(row));
    }

    @Override
    public LogitsRow logits(int feed) {
      return logits(feed, rows.get(feed).size() - 1);
    }

    @Override
    public void close() {}
  }
}
