package dev.espalier;

import java.util.SplittableRandom;

/** Random logits rows of a wanted entropy, in the shape of a language model's. */
final class Rows {
  private Rows() {}

  /** Heavy-tailed logits, scaled by bisection so that the entropy is {@code nats}. */
  static float[] withEntropy(int size, double nats, long seed) {
    var random = new SplittableRandom(seed);
    double[] shape = new double[size];
    for (int i = 0; i < size; i++) {
      double u = random.nextDouble();
      double normal = Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * random.nextDouble());
      shape[i] = normal - 0.6 * Math.log(-Math.log(random.nextDouble() + 1e-16));
    }
    double low = 0;
    double high = 200;
    for (int i = 0; i < 60; i++) {
      double mid = (low + high) / 2;
      if (entropy(shape, mid) > nats) {
        low = mid;
      } else {
        high = mid;
      }
    }
    float[] row = new float[size];
    for (int i = 0; i < size; i++) {
      row[i] = (float) (shape[i] * high);
    }
    return row;
  }

  static double entropy(double[] x, double scale) {
    double max = Double.NEGATIVE_INFINITY;
    for (double v : x) {
      max = Math.max(max, v);
    }
    double sum = 0;
    double moment = 0;
    for (double v : x) {
      double y = (v - max) * scale;
      double e = Math.exp(y);
      sum += e;
      moment += e * y;
    }
    return Math.log(sum) - moment / sum;
  }
}
