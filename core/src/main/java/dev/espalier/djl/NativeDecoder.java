package dev.espalier.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.espalier.CausalLm;
import dev.espalier.ChatTemplate;
import dev.espalier.ContextOverflowException;
import dev.espalier.Feed;
import dev.espalier.ForwardOutput;
import dev.espalier.LmSequence;
import dev.espalier.Tokenizer;
import dev.espalier.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A decoder whose pass is one TorchScript call.
 *
 * <p>Two locks. {@code passes} lets one pass or change of a cache go at a time: a pass uses all
 * cores by itself, and caches are shared by forks. {@code lifetime} is held for reading wherever
 * native memory is touched and for writing while the model closes, so that no thread reads freed
 * memory.
 */
final class NativeDecoder implements CausalLm {
  private static final int POOLED_ROWS = 64;

  private final String name;
  private final DecoderConfig config;
  private final DecoderWeights weights;
  private final LoadOptions options;
  private final TokenizerFiles text;
  private final PtNDManager manager;
  private final PtNDArray nothing; // stands where a feed has no mask of its own
  private final ReentrantLock passes = new ReentrantLock(true);
  private final ReentrantReadWriteLock lifetime = new ReentrantReadWriteLock();
  private final Set<NativeSequence> sequences = ConcurrentHashMap.newKeySet();
  private final ConcurrentLinkedDeque<float[]> pool = new ConcurrentLinkedDeque<>();
  private boolean closed; // guarded by lifetime

  /** With what its files say about text, which is closed with the model. */
  NativeDecoder(String name, DecoderWeights weights, LoadOptions options, TokenizerFiles text) {
    this.name = name;
    this.weights = weights;
    this.config = weights.config();
    this.options = options;
    this.text = text;
    manager = weights.manager();
    nothing = (PtNDArray) manager.create(new boolean[0]);
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
    return Math.min(config.context(), options.contextLimit());
  }

  @Override
  public int rowSize() {
    return config.vocabulary();
  }

  @Override
  public LmSequence open() {
    return whileOpen(
        () -> {
          NativeSequence sequence = new NativeSequence(this);
          opened(sequence);
          return sequence;
        });
  }

  @Override
  public ForwardOutput forward(List<Feed> feeds) {
    return exclusively(
        () -> {
          check(feeds);
          int[] layers = layers(feeds);
          PtNDManager scope = (PtNDManager) manager.newSubManager();
          NativeOutput output = new NativeOutput(this, scope, List.copyOf(feeds), layers);
          boolean done = false;
          try {
            for (Feed feed : feeds) {
              NativeSequence sequence = (NativeSequence) feed.sequence();
              sequence.prepare(sequence.length() + feed.length());
            }
            for (List<PassPlan.Slice> pass : PassPlan.of(feeds, options.prefillChunk())) {
              run(pass, layers, output);
            }
            for (Feed feed : feeds) {
              NativeSequence sequence = (NativeSequence) feed.sequence();
              sequence.grown(sequence.length() + feed.length());
            }
            done = true;
            return output;
          } finally {
            if (!done) {
              scope.close();
            }
          }
        });
  }

  private void run(List<PassPlan.Slice> pass, int[] layers, NativeOutput output) {
    int tokens = pass.stream().mapToInt(PassPlan.Slice::count).sum();
    long[] ids = new long[tokens];
    long[] positions = new long[tokens];
    long[] starts = new long[pass.size()];
    long[] counts = new long[pass.size()];
    long[] rows = new long[tokens];
    PtNDArray[] masks = new PtNDArray[pass.size()];
    IValue[] caches = new IValue[pass.size()];
    int at = 0;
    int rowCount = 0;
    try (PtNDManager scratch = (PtNDManager) manager.newSubManager();
        Arguments args = new Arguments()) {
      for (int s = 0; s < caches.length; s++) {
        PassPlan.Slice slice = pass.get(s);
        Feed feed = slice.feed();
        NativeSequence sequence = (NativeSequence) feed.sequence();
        int length = sequence.length();
        starts[s] = length + (long) slice.from();
        counts[s] = slice.count();
        masks[s] = feed.isPlain() ? nothing : mask(scratch, feed);
        caches[s] = sequence.prepare(length + feed.length()).tensors();
        for (int i = slice.from(); i < slice.to(); i++) {
          if (i >= slice.firstRow()) {
            rows[rowCount++] = at;
          }
          ids[at] = feed.token(i);
          positions[at++] = feed.position(i);
        }
      }
      args.add(weights.shared()).add(weights.blocks()).add(weights.windows());
      args.take(IValue.listFrom(caches)).add(ids).add(positions).add(starts).add(counts);
      args.take(IValue.listFrom(masks)).add(Arrays.copyOf(rows, rowCount));
      args.add(Arrays.stream(layers).asLongStream().toArray());
      try (IValue result = weights.step().call("forward", args.toArray())) {
        IValue[] pair = result.toIValueTuple();
        try (IValue logits = pair[0];
            IValue others = pair[1]) {
          NDArray[] outs = others.toTensorArray(output.manager());
          output.add(
              logits.toTensor(output.manager()),
              List.of(outs).subList(0, layers.length),
              outs[layers.length],
              pass);
        }
      }
    }
  }

  private static PtNDArray mask(PtNDManager scratch, Feed feed) {
    int n = feed.length();
    boolean[] sees = new boolean[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        sees[i * n + j] = feed.sees(i, j);
      }
    }
    return (PtNDArray) scratch.create(sees, new Shape(n, n));
  }

  private void check(List<Feed> feeds) {
    if (feeds.isEmpty()) {
      throw new IllegalArgumentException("a pass needs at least one feed");
    }
    Set<LmSequence> seen = new HashSet<>();
    for (Feed feed : feeds) {
      if (!(feed.sequence() instanceof NativeSequence sequence)
          || sequence.model() != this
          || !seen.add(sequence)) {
        throw new IllegalArgumentException("each feed needs a sequence of its own, of this model");
      }
      sequence.checkOpen();
      int end = sequence.length() + feed.length();
      if (end > contextLength()) {
        throw new ContextOverflowException(end, contextLength());
      }
      for (int i = 0; i < feed.length(); i++) {
        if (feed.token(i) < 0 || feed.token(i) >= rowSize()) {
          throw new IllegalArgumentException(
              "token " + feed.token(i) + " is outside 0.." + (rowSize() - 1));
        }
        if (feed.position(i) >= config.context()) {
          throw new IllegalArgumentException(
              "position " + feed.position(i) + " is outside 0.." + (config.context() - 1));
        }
      }
    }
  }

  private int[] layers(List<Feed> feeds) {
    TreeSet<Integer> all = new TreeSet<>();
    for (Feed feed : feeds) {
      for (int layer : feed.layers()) {
        if (layer < 0 || layer >= config.layers()) {
          throw new IllegalArgumentException(
              "layer " + layer + " is outside 0.." + (config.layers() - 1));
        }
        all.add(layer);
      }
    }
    return all.stream().mapToInt(Integer::intValue).toArray();
  }

  // ---- what sequences, caches and outputs ask for

  Natives natives() {
    return weights.natives();
  }

  void opened(NativeSequence sequence) {
    sequences.add(sequence);
  }

  /** Room for {@code needed} positions, at least {@code wish} unless the context is smaller. */
  int capacity(int needed, int wish) {
    int rounded = (needed + 63) / 64 * 64;
    return Math.max(needed, Math.min(contextLength(), Math.max(rounded, wish)));
  }

  IValue newCache(int capacity) {
    try (Arguments args = new Arguments()) {
      args.take(IValue.from(nothing)).add((long) capacity);
      return natives().own(weights.step().call("new_cache", args.toArray()));
    }
  }

  IValue copyCache(IValue cache, int length, int capacity) {
    try (Arguments args = new Arguments()) {
      args.add(cache).add((long) length).add((long) capacity);
      return natives().own(weights.step().call("copy_cache", args.toArray()));
    }
  }

  void growCache(IValue cache, int length, int capacity) {
    try (Arguments args = new Arguments()) {
      args.add(cache).add((long) length).add((long) capacity);
      weights.step().call("grow_cache", args.toArray()).close();
    }
  }

  void keepInCache(IValue cache, int from, int[] slots) {
    try (Arguments args = new Arguments()) {
      args.add(cache).add((long) from).add(Arrays.stream(slots).asLongStream().toArray());
      weights.step().call("keep_in_cache", args.toArray()).close();
    }
  }

  /** Alone among passes and changes of caches. */
  <T> T exclusively(Supplier<T> work) {
    passes.lock();
    try {
      return whileOpen(work);
    } finally {
      passes.unlock();
    }
  }

  /** With the assurance that the model stays open meanwhile. */
  <T> T whileOpen(Supplier<T> work) {
    lifetime.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the model " + name + " is closed");
      }
      return work.get();
    } finally {
      lifetime.readLock().unlock();
    }
  }

  /** Not while the model closes. */
  void whileOpenOrClosed(Runnable work) {
    lifetime.readLock().lock();
    try {
      work.run();
    } finally {
      lifetime.readLock().unlock();
    }
  }

  void closeSequence(NativeSequence sequence) {
    passes.lock();
    lifetime.readLock().lock();
    try {
      if (sequences.remove(sequence)) {
        sequence.free();
      }
    } finally {
      lifetime.readLock().unlock();
      passes.unlock();
    }
  }

  /** A row to copy into; contents undefined. */
  float[] borrowRow(int size) {
    float[] row = size == rowSize() ? pool.poll() : null;
    return row == null ? new float[size] : row;
  }

  void returnRow(float[] row) {
    if (row.length == rowSize() && pool.size() < POOLED_ROWS) {
      pool.push(row);
    }
  }

  /** Native values alive: weights, caches and arrays; 0 after {@link #close}. */
  int liveNatives() {
    return natives().count() + manager.getManagedArrays().size();
  }

  @Override
  public void close() {
    lifetime.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        List<NativeSequence> open = new ArrayList<>(sequences);
        sequences.clear();
        open.forEach(NativeSequence::free);
        pool.clear();
        weights.close();
        text.close();
      }
    } finally {
      lifetime.writeLock().unlock();
    }
  }

  @Override
  public String toString() {
    return "NativeDecoder[" + name + "]";
  }
}
