package dev.espalier.examples.embedded;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A Llama decoder that can learn: loss, gradient and AdamW run in PyTorch, each as one TorchScript
 * call.
 *
 * <p>A step is data-parallel: every worker thread owns a copy of the parameters, computes the
 * gradient of its batch with one PyTorch thread, and only the sum of the gradients is shared. On
 * two busy cores that is faster than letting PyTorch split each matrix product, which waits for
 * both cores hundreds of times a step. Not thread-safe.
 */
final class Network implements AutoCloseable {
  private static final float WEIGHT_DECAY = 0.05f;
  private static final double M_DECAY = 0.9;
  private static final double V_DECAY = 0.98;

  private final ModelShape shape;
  private final Parameters parameters;
  private final TorchScript script;
  private final PtSymbolBlock block;
  private final PtNDManager manager;
  private final ExecutorService workers;
  private final List<NDArray> thetas = new ArrayList<>();
  private final NDArray m;
  private final NDArray v;
  private final NDArray decay;
  private final NDArray cos;
  private final NDArray sin;
  private int steps;

  Network(ModelShape shape, int workerCount, long seed) {
    this.shape = shape;
    parameters = new Parameters(shape);
    manager = (PtNDManager) Engine.getEngine("PyTorch").newBaseManager();
    JniUtils.setNumThreads(1);
    script = new TorchScript(source());
    block = script.block();
    workers =
        Executors.newFixedThreadPool(
            workerCount,
            task -> {
              Thread thread = new Thread(task, "training");
              thread.setDaemon(true);
              return thread;
            });
    Shape flat = new Shape(parameters.size());
    float[] initial = parameters.initial(seed, shape.layers());
    for (int i = 0; i < workerCount; i++) {
      NDArray theta = manager.create(initial, flat);
      theta.setRequiresGradient(true);
      thetas.add(theta);
    }
    m = manager.zeros(flat);
    v = manager.zeros(flat);
    decay = manager.create(parameters.decay(WEIGHT_DECAY), flat);
    cos = angles(true);
    sin = angles(false);
  }

  Parameters parameters() {
    return parameters;
  }

  int workers() {
    return thetas.size();
  }

  int steps() {
    return steps;
  }

  float[] theta() {
    return thetas.get(0).toFloatArray();
  }

  /** The moments of AdamW, first and second. */
  float[][] moments() {
    return new float[][] {m.toFloatArray(), v.toFloatArray()};
  }

  /** Goes back to a saved state. */
  void restore(int steps, float[] theta, float[][] moments) {
    this.steps = steps;
    for (NDArray copy : thetas) {
      copy.set(theta);
    }
    m.set(moments[0]);
    v.set(moments[1]);
  }

  /**
   * One step of AdamW on the mean loss of all answer tokens of the batches, one batch for each
   * worker. The gradient is scaled down to norm 1 where it is longer.
   *
   * @return the mean loss before the step, in nats per token
   */
  double step(List<Batch> batches, double rate) {
    int answers = batches.stream().mapToInt(batch -> batch.at().length).sum();
    List<Callable<Double>> tasks = new ArrayList<>();
    for (int i = 0; i < batches.size(); i++) {
      NDArray theta = thetas.get(i);
      Batch batch = batches.get(i);
      tasks.add(() -> gradient(theta, batch, answers));
    }
    double loss = 0;
    for (double part : all(tasks)) {
      loss += part;
    }
    steps++;
    update(batches.size(), rate);
    return loss;
  }

  /** The most likely token at each of the batch's answer positions. */
  long[] best(Batch batch) {
    return all(List.<Callable<long[]>>of(() -> bestHere(batch))).get(0);
  }

  private double gradient(NDArray theta, Batch batch, int answers) {
    JniUtils.setGraphExecutorOptimize(false);
    try (NDManager scope = manager.newSubManager()) {
      NDList inputs = inputs(theta, batch, scope);
      inputs.add(scope.create(batch.targets()));
      inputs.add(scope.create(1f / answers));
      NDArray loss =
          block.forward(new ParameterStore(scope, false), inputs, true).singletonOrThrow();
      loss.attach(scope);
      JniUtils.backward((PtNDArray) loss, (PtNDArray) scope.ones(loss.getShape()), false, false);
      return loss.getFloat();
    }
  }

  private void update(int batches, double rate) {
    try (NDManager scope = manager.newSubManager()) {
      PtNDArray[] gradients = new PtNDArray[batches];
      for (int i = 0; i < batches; i++) {
        gradients[i] = (PtNDArray) thetas.get(i).getGradient();
        gradients[i].attach(scope);
      }
      call(
          "adamw",
          scope,
          IValue.listFrom(thetas.toArray(PtNDArray[]::new)),
          IValue.listFrom(gradients),
          IValue.from((PtNDArray) m),
          IValue.from((PtNDArray) v),
          IValue.from((PtNDArray) decay),
          IValue.from(rate),
          IValue.from(1 - Math.pow(M_DECAY, steps)),
          IValue.from(1 - Math.pow(V_DECAY, steps)));
    }
  }

  private long[] bestHere(Batch batch) {
    JniUtils.setGraphExecutorOptimize(false);
    try (NDManager scope = manager.newSubManager()) {
      IValue[] inputs =
          inputs(thetas.get(0), batch, scope).stream()
              .map(array -> IValue.from((PtNDArray) array))
              .toArray(IValue[]::new);
      return call("best", scope, inputs).toLongArray();
    }
  }

  private NDList inputs(NDArray theta, Batch batch, NDManager scope) {
    return new NDList(
        theta,
        cos,
        sin,
        scope.create(batch.ids(), new Shape(batch.rows(), batch.columns())),
        scope.create(batch.at()));
  }

  private NDArray call(String method, NDManager scope, IValue... inputs) {
    try (IValue result = IValueUtils.runMethod(block, method, inputs)) {
      NDArray array = result.toTensor(manager);
      array.attach(scope);
      return array;
    } finally {
      for (IValue input : inputs) {
        input.close();
      }
    }
  }

  private <T> List<T> all(List<Callable<T>> tasks) {
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> future : workers.invokeAll(tasks)) {
        results.add(future.get());
      }
      return results;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a training worker failed at step " + steps, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("training was interrupted at step " + steps, e);
    }
  }

  private NDArray angles(boolean cosine) {
    int width = shape.headWidth();
    float[] table = new float[shape.context() * width];
    for (int position = 0; position < shape.context(); position++) {
      for (int i = 0; i < width; i++) {
        double angle = position / Math.pow(ModelShape.ROPE_THETA, 2.0 * (i % (width / 2)) / width);
        table[position * width + i] = (float) (cosine ? Math.cos(angle) : Math.sin(angle));
      }
    }
    return manager.create(table, new Shape(shape.context(), width));
  }

  private String source() {
    String template;
    try (InputStream in =
        Objects.requireNonNull(
            Network.class.getResourceAsStream("llama-train.torchscript"),
            "llama-train.torchscript is missing")) {
      template = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read llama-train.torchscript", e);
    }
    List<Integer> sizes = parameters.slices().stream().map(Parameters.Slice::size).toList();
    return template
        .replace("${sizes}", sizes.toString())
        .replace("${epsilon}", String.format(Locale.ROOT, "%.6f", ModelShape.NORM_EPSILON))
        .replace("${vocabulary}", String.valueOf(shape.vocabulary()))
        .replace("${width}", String.valueOf(shape.width()))
        .replace("${3width}", String.valueOf(3 * shape.width()))
        .replace("${layers}", String.valueOf(shape.layers()))
        .replace("${3heads}", String.valueOf(3 * shape.heads()))
        .replace("${headWidth}", String.valueOf(shape.headWidth()))
        .replace("${hidden}", String.valueOf(shape.hidden()))
        .replace("${2hidden}", String.valueOf(2 * shape.hidden()));
  }

  @Override
  public void close() {
    workers.shutdownNow();
    manager.close();
    script.close();
  }
}
