package dev.espalier;

/**
 * Σ exp and Σ x·exp over a row, fed segment by segment, without knowing the maximum beforehand.
 * Mutable, for one thread.
 *
 * <p>Sums are kept relative to the largest logit so far and rescaled when a larger one comes (the
 * online softmax of Milakov and Gimelshein 2018). Elements run through {@link FastExp#floats}; a
 * tree adds 16 floats, doubles add the rest.
 */
final class ExpSums {
  private static final int SEGMENT = FastExp.SEGMENT;

  /**
   * Bound of the relative error of {@link #sum}: of an exponential {@link FastExp#FLOAT_ERROR}; of
   * its argument, rounded up to three times (difference, scale, product) at 32 at most, 3 · 32 ·
   * 2⁻²⁴ = 5.8e-6; of four float additions 2.4e-7; and the floor, 2²⁰ · e⁻³² = 1.4e-8.
   */
  static final double ERROR = FastExp.FLOAT_ERROR + 6.1e-6;

  private final float[] argument = new float[SEGMENT];
  private final float[] exponential = new float[SEGMENT];
  private final float[] quarter = new float[SEGMENT / 4];
  private final float[] sixteenth = new float[SEGMENT / 16];

  private double scale;
  private double max;
  private double sum; // Σ exp((x − max) · scale)
  private double moment; // Σ exp((x − max) · scale) · (x − max) · scale
  private boolean withMoment;

  void start(double newScale, boolean wantMoment) {
    scale = newScale;
    withMoment = wantMoment;
    max = Double.NEGATIVE_INFINITY;
    sum = 0;
    moment = 0;
  }

  /**
   * Adds a segment.
   *
   * @param x logits, −∞ where there is none
   * @param top the largest of them, finite or −∞
   */
  void add(float[] x, float top) {
    if (top == Float.NEGATIVE_INFINITY) {
      return;
    }
    FastExp.arguments(x, top, (float) scale, argument);
    FastExp.floats(argument, exponential);
    double segment = total(exponential);
    double segmentMoment = 0;
    if (withMoment) {
      for (int i = 0; i < SEGMENT; i++) {
        exponential[i] *= argument[i];
      }
      segmentMoment = total(exponential);
    }
    if (top > max) {
      moment = shifted(moment, sum, (max - top) * scale);
      sum *= FastExp.exp((max - top) * scale);
      max = top;
    }
    double by = (top - max) * scale;
    double factor = FastExp.exp(by);
    sum += factor * segment;
    moment += shifted(segmentMoment, segment, by);
  }

  /** A moment when every argument moves by {@code by} ≤ 0. */
  private static double shifted(double moment, double sum, double by) {
    double factor = FastExp.exp(by);
    return factor == 0 ? 0 : factor * (moment + sum * by);
  }

  private double total(float[] x) {
    float[] q = quarter;
    for (int i = 0; i < SEGMENT / 4; i++) {
      q[i] = (x[i] + x[i + SEGMENT / 4]) + (x[i + SEGMENT / 2] + x[i + 3 * (SEGMENT / 4)]);
    }
    float[] s = sixteenth;
    for (int i = 0; i < SEGMENT / 16; i++) {
      s[i] = (q[i] + q[i + SEGMENT / 16]) + (q[i + SEGMENT / 8] + q[i + 3 * (SEGMENT / 16)]);
    }
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    for (int i = 0; i < SEGMENT / 16; i += 4) {
      a += s[i];
      b += s[i + 1];
      c += s[i + 2];
      d += s[i + 3];
    }
    return (a + b) + (c + d);
  }

  /** The largest logit added; −∞ if none was. */
  double max() {
    return max;
  }

  /** Σ exp((x − max) · scale). */
  double sum() {
    return sum;
  }

  /** Entropy of the law, in nats. */
  double entropy() {
    return Math.log(sum) - moment / sum;
  }
}
