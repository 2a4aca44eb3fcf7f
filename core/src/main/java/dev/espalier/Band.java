package dev.espalier;

/**
 * Finds the few logits of a segment that lie in a band: within {@code width} of {@code radius} on
 * either side of {@code middle}. The test is vector code, as the maximum over blocks of what is
 * positive where a logit passes; it may let some through that lie just outside. Mutable, for one
 * thread.
 */
final class Band {
  private static final int SEGMENT = FastExp.SEGMENT;
  private static final int BLOCKS = SEGMENT / 16;

  private final float[] score = new float[SEGMENT];
  private final float[] quarter = new float[SEGMENT / 4];
  private final float[] maxima = new float[BLOCKS];
  private final int[] places = new int[SEGMENT];

  private float middle;
  private float radius;
  private float width;

  void set(double middle, double radius, double width) {
    this.middle = (float) middle;
    this.radius = (float) radius;
    this.width = (float) width;
  }

  /** How many places of a segment hold a logit in the band; see {@link #places}. */
  int find(float[] x) {
    score(x, middle, radius, width, score);
    reduce(score, quarter, maxima);
    int n = 0;
    for (int block = 0; block < BLOCKS; block++) {
      if (maxima[block] >= 0) {
        for (int i = block; i < SEGMENT; i += BLOCKS) {
          places[n] = i;
          n += score[i] >= 0 ? 1 : 0;
        }
      }
    }
    return n;
  }

  int[] places() {
    return places;
  }

  private static void score(float[] x, float middle, float radius, float width, float[] out) {
    for (int i = 0; i < SEGMENT; i++) {
      out[i] = width - Math.abs(Math.abs(x[i] - middle) - radius);
    }
  }

  /** Maxima of 16 elements each, {@link #BLOCKS} apart. */
  private static void reduce(float[] x, float[] quarter, float[] out) {
    for (int i = 0; i < SEGMENT / 4; i++) {
      quarter[i] =
          Math.max(
              Math.max(x[i], x[i + SEGMENT / 4]),
              Math.max(x[i + SEGMENT / 2], x[i + 3 * (SEGMENT / 4)]));
    }
    for (int i = 0; i < BLOCKS; i++) {
      out[i] =
          Math.max(
              Math.max(quarter[i], quarter[i + BLOCKS]),
              Math.max(quarter[i + 2 * BLOCKS], quarter[i + 3 * BLOCKS]));
    }
  }
}
