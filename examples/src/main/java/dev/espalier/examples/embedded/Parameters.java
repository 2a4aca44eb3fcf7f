package dev.espalier.examples.embedded;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Where each weight matrix lies in the one flat vector that holds them all.
 *
 * <p>Order: embeddings; per layer attention norm, query-key-value, attention output, feed-forward
 * norm, gate-up, down; final norm. A matrix is (outputs, inputs), row after row. One vector makes
 * the optimiser one call and a checkpoint one array.
 */
final class Parameters {
  /** One slice of the vector; {@code columns} is 0 for a vector of gains. */
  record Slice(String name, int offset, int rows, int columns) {
    int size() {
      return columns == 0 ? rows : rows * columns;
    }
  }

  private final List<Slice> slices = new ArrayList<>();
  private final int size;

  Parameters(ModelShape shape) {
    int d = shape.width();
    add("model.embed_tokens.weight", shape.vocabulary(), d);
    for (int layer = 0; layer < shape.layers(); layer++) {
      String at = "model.layers." + layer + ".";
      add(at + "input_layernorm.weight", d, 0);
      add(at + "self_attn.qkv_proj.weight", 3 * d, d);
      add(at + "self_attn.o_proj.weight", d, d);
      add(at + "post_attention_layernorm.weight", d, 0);
      add(at + "mlp.gate_up_proj.weight", 2 * shape.hidden(), d);
      add(at + "mlp.down_proj.weight", d, shape.hidden());
    }
    add("model.norm.weight", d, 0);
    Slice last = slices.get(slices.size() - 1);
    size = last.offset + last.size();
  }

  private void add(String name, int rows, int columns) {
    int offset = 0;
    if (!slices.isEmpty()) {
      Slice last = slices.get(slices.size() - 1);
      offset = last.offset + last.size();
    }
    slices.add(new Slice(name, offset, rows, columns));
  }

  List<Slice> slices() {
    return slices;
  }

  int size() {
    return size;
  }

  /**
   * Normal weights of standard deviation 1/√inputs, those that write to the residual stream scaled
   * down; gains of one.
   */
  float[] initial(long seed, int layers) {
    Random random = new Random(seed);
    float[] theta = new float[size];
    for (Slice slice : slices) {
      boolean writes = slice.name.contains("o_proj") || slice.name.contains("down_proj");
      double deviation =
          slice.name.contains("embed")
              ? 0.04
              : Math.sqrt(1.0 / Math.max(1, slice.columns))
                  * (writes ? Math.sqrt(0.5 / layers) : 1);
      for (int i = 0; i < slice.size(); i++) {
        theta[slice.offset + i] =
            slice.columns == 0 ? 1 : (float) (deviation * random.nextGaussian());
      }
    }
    return theta;
  }

  /** Weight decay per parameter: {@code rate} for matrices, none for gains. */
  float[] decay(float rate) {
    float[] decay = new float[size];
    for (Slice slice : slices) {
      if (slice.columns > 0) {
        Arrays.fill(decay, slice.offset, slice.offset + slice.size(), rate);
      }
    }
    return decay;
  }
}
