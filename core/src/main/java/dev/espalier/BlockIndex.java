package dev.espalier;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Maxima of a row at two levels, so that the best of 128,000 logits are found by looking at a few
 * hundred. Mutable, for one thread.
 *
 * <p>A row is cut into segments of 4,096. A block is 16 elements of a segment, 256 apart: token
 * {@code id} is in block {@code (id >>> 12) * 256 + (id & 255)}. A super-block is every 512th
 * block. The strides make both reductions element-wise, which compilers vectorise; a 128k row has
 * 8,192 blocks and 512 super-blocks and takes one pass. Segments are copied to a scratch array
 * first, because JDK 17 vectorises loops only over arrays that begin at zero; so arrays and direct
 * buffers cost the same.
 */
final class BlockIndex {
  static final int SEGMENT = FastExp.SEGMENT;
  static final int LANES = 16;
  static final int PER_SEGMENT = SEGMENT / LANES;
  static final int SUPERS = 512;
  private static final int BUCKETS = 2048;

  final int count;
  final float[] blocks; // maximum of each block, padded with −∞ to a multiple of SUPERS
  final float[] supers = new float[SUPERS];
  private final float[] segment = new float[SEGMENT];
  private final float[] quarter = new float[SEGMENT / 4];
  private final float[] maxima = new float[PER_SEGMENT];
  private final float[] stripe = new float[SUPERS];
  private final int[] histogram = new int[BUCKETS];
  private boolean supersStale;

  BlockIndex(int size) {
    int segments = (size + SEGMENT - 1) / SEGMENT;
    count = segments * PER_SEGMENT;
    blocks = new float[(count + SUPERS - 1) / SUPERS * SUPERS];
  }

  static int blockOf(int id) {
    return ((id >>> 12) << 8) | (id & 255);
  }

  /** The first id of a block; the others follow 256 apart. */
  static int firstOf(int block) {
    return ((block >>> 8) << 12) | (block & 255);
  }

  /** One pass over the row; if {@code sums} are given they take the segments along. */
  void build(DenseRow row, @Nullable ExpSums sums) {
    for (int s = 0; s < count / PER_SEGMENT; s++) {
      row.segment(s, segment);
      reduce(segment, quarter, maxima);
      System.arraycopy(maxima, 0, blocks, s * PER_SEGMENT, PER_SEGMENT);
      if (sums != null) {
        float top = largest(maxima, PER_SEGMENT);
        if (Float.isFinite(top)) {
          sums.add(segment, top);
        }
      }
    }
    Arrays.fill(blocks, count, blocks.length, Float.NEGATIVE_INFINITY);
    supersStale = true;
  }

  /** The 256 block maxima of a segment. Math.max hands NaN on. */
  static void reduce(float[] x, float[] quarter, float[] out) {
    for (int i = 0; i < SEGMENT / 4; i++) {
      quarter[i] =
          Math.max(
              Math.max(x[i], x[i + SEGMENT / 4]),
              Math.max(x[i + SEGMENT / 2], x[i + 3 * (SEGMENT / 4)]));
    }
    for (int i = 0; i < PER_SEGMENT; i++) {
      out[i] =
          Math.max(
              Math.max(quarter[i], quarter[i + PER_SEGMENT]),
              Math.max(quarter[i + 2 * PER_SEGMENT], quarter[i + 3 * PER_SEGMENT]));
    }
  }

  /** The largest of x[0, n), n a multiple of 4; NaN if one is NaN. */
  static float largest(float[] x, int n) {
    float a = x[0];
    float b = x[1];
    float c = x[2];
    float d = x[3];
    for (int i = 4; i < n; i += 4) {
      a = Math.max(a, x[i]);
      b = Math.max(b, x[i + 1]);
      c = Math.max(c, x[i + 2]);
      d = Math.max(d, x[i + 3]);
    }
    return Math.max(Math.max(a, b), Math.max(c, d));
  }

  /** Says that a block's maximum is now {@code max}. */
  void update(int block, float max) {
    blocks[block] = max;
    supersStale = true;
  }

  float[] supers() {
    if (supersStale) {
      System.arraycopy(blocks, 0, supers, 0, SUPERS);
      for (int from = SUPERS; from < blocks.length; from += SUPERS) {
        System.arraycopy(blocks, from, stripe, 0, SUPERS);
        for (int i = 0; i < SUPERS; i++) {
          supers[i] = Math.max(supers[i], stripe[i]);
        }
      }
      supersStale = false;
    }
    return supers;
  }

  /** The largest logit of the row; NaN if one is NaN. */
  float max() {
    return largest(supers(), SUPERS);
  }

  /**
   * A threshold that at least {@code k} elements reach, not far below the kth largest: the kth
   * largest super-block or block maximum, each of which some element attains.
   */
  float threshold(int k) {
    if (k <= SUPERS / 2) {
      System.arraycopy(supers(), 0, stripe, 0, SUPERS);
      return Keys.kthLargest(stripe, SUPERS, k);
    }
    if (k > count / 2) {
      return Float.NEGATIVE_INFINITY;
    }
    return blockThreshold(k);
  }

  /** By a histogram over the range of the block maxima; exact up to a bucket, always low enough. */
  private float blockThreshold(int k) {
    float top = max();
    float low = top;
    for (int b = 0; b < count; b++) {
      float x = blocks[b];
      low = x < low && x > Float.NEGATIVE_INFINITY ? x : low;
    }
    if (!(top - low < Float.POSITIVE_INFINITY) || top == low) {
      return low;
    }
    float scale = (BUCKETS - 1) / (top - low);
    Arrays.fill(histogram, 0);
    for (int b = 0; b < count; b++) {
      histogram[bucket(top, blocks[b], scale)]++;
    }
    int reached = 0;
    int last = 0;
    while (last < BUCKETS - 1 && (reached += histogram[last]) < k) {
      last++;
    }
    float threshold = top;
    for (int b = 0; b < count; b++) {
      float x = blocks[b];
      if (x < threshold && bucket(top, x, scale) <= last) {
        threshold = x;
      }
    }
    return threshold;
  }

  private static int bucket(float top, float x, float scale) {
    return (int) Math.min((top - x) * scale, BUCKETS - 1f);
  }

  /** Number of blocks whose maximum reaches a threshold. */
  int blocksReaching(float threshold) {
    int n = 0;
    for (int b = 0; b < count; b++) {
      n += blocks[b] >= threshold ? 1 : 0;
    }
    return n;
  }
}
