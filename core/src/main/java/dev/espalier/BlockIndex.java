package dev.espalier;

import java.util.Arrays;

/**
 * Maxima of a row at two levels, so that the best of 128,000 logits are found by looking at a few
 * hundred. Mutable, for one thread.
 *
 * <p>A block is 16 tokens, 8,192 apart: of every 131,072 tokens, a group, token {@code id} is in
 * block {@code id & 8191}. A super-block is every 512th block. A 128k row has 8,192 blocks and 512
 * super-blocks and takes one pass.
 *
 * <p>The strides make all reductions element-wise, which compilers vectorise. They are constants,
 * and source and target of a loop have the same index, because JDK 17 vectorises only where it can
 * compare all addresses; so an array is read in place, in four streams.
 */
final class BlockIndex {
  static final int LANES = 16;

  /** From one token of a block to the next. */
  static final int STRIDE = 8192;

  static final int SUPERS = 512;
  private static final int GROUP = LANES * STRIDE;

  /** The first of two reductions joins tokens that are so far apart. */
  static final int PLANE = GROUP / 4;

  /** So many blocks mostly lie in different super-blocks. */
  private static final int FEW = 64;

  /** So many super-blocks are reached when about 1,200 blocks are. */
  private static final int MANY_SUPERS = SUPERS * 9 / 10;

  private static final int PIECE = 1024;
  private static final int BUCKETS = 2048;

  private final int size;
  final float[] blocks; // maximum of each block, −∞ where it is empty
  private final float[] supers = new float[SUPERS];

  // From g * GROUP on, for group g: PLANE maxima of 4 tokens each, then STRIDE maxima of 4 of
  // these.
  private final float[] planes;

  private final float[] pieces = new float[4 * PIECE];
  private final float[] joined = new float[PIECE];
  private final float[] stripe = new float[SUPERS];
  private final float[] selected = new float[SUPERS];
  private final int[] histogram = new int[BUCKETS];
  private boolean supersStale;

  BlockIndex(int size) {
    this.size = size;
    int groups = (size + GROUP - 1) / GROUP;
    blocks = new float[groups * STRIDE];
    planes = new float[planeRoom(size) + STRIDE];
  }

  /** Length of an array with a place for the first token of every four. */
  static int planeRoom(int size) {
    return (size - 1) / GROUP * GROUP + PLANE;
  }

  /** Whether a token is the first of its four. */
  static boolean isFirstPlane(int id) {
    return (id & (GROUP - 1)) < PLANE;
  }

  static int blockOf(int id) {
    return ((id >>> 17) << 13) | (id & (STRIDE - 1));
  }

  /** The first id of a block; the others follow {@link #STRIDE} apart. */
  static int firstOf(int block) {
    return ((block >>> 13) << 17) | (block & (STRIDE - 1));
  }

  /** One past the last id that a block can hold. */
  int endOf(int block) {
    return Math.min(size, ((block >>> 13) + 1) << 17);
  }

  /** The same for four of its tokens. */
  int endOfFour(int first) {
    return Math.min(size, (first & -GROUP) + GROUP);
  }

  /** One pass over an array. */
  void build(float[] row) {
    for (int from = 0; from < size; from += GROUP) {
      int all = Math.max(from, Math.min(from + PLANE, size - 3 * PLANE));
      int three = Math.max(all, Math.min(from + PLANE, size - 2 * PLANE));
      int two = Math.max(three, Math.min(from + PLANE, size - PLANE));
      int one = Math.min(from + PLANE, size);
      join4(row, planes, from, all);
      join3(row, planes, all, three);
      join2(row, planes, three, two);
      System.arraycopy(row, two, planes, two, one - two);
      Arrays.fill(planes, one, from + PLANE, Float.NEGATIVE_INFINITY);
      finish(from);
    }
  }

  /** One pass over a row with edits, of which pieces are copied. */
  void build(DenseRow row) {
    for (int from = 0; from < size; from += GROUP) {
      for (int piece = from; piece < from + PLANE; piece += PIECE) {
        for (int p = 0; p < 4; p++) {
          row.copy(piece + p * PLANE, PIECE, pieces, p * PIECE);
        }
        joinPieces(pieces, joined);
        System.arraycopy(joined, 0, planes, piece, PIECE);
      }
      finish(from);
    }
  }

  private void finish(int from) {
    joinLanes(planes, from, from + STRIDE);
    System.arraycopy(planes, from + PLANE, blocks, from / LANES, STRIDE);
    supersStale = true;
  }

  // Math.max hands NaN on.

  private static void join4(float[] x, float[] out, int from, int end) {
    for (int i = from; i < end; i++) {
      out[i] = Math.max(Math.max(x[i], x[i + PLANE]), Math.max(x[i + 2 * PLANE], x[i + 3 * PLANE]));
    }
  }

  private static void join3(float[] x, float[] out, int from, int end) {
    for (int i = from; i < end; i++) {
      out[i] = Math.max(Math.max(x[i], x[i + PLANE]), x[i + 2 * PLANE]);
    }
  }

  private static void join2(float[] x, float[] out, int from, int end) {
    for (int i = from; i < end; i++) {
      out[i] = Math.max(x[i], x[i + PLANE]);
    }
  }

  private static void joinPieces(float[] x, float[] out) {
    for (int i = 0; i < PIECE; i++) {
      out[i] = Math.max(Math.max(x[i], x[i + PIECE]), Math.max(x[i + 2 * PIECE], x[i + 3 * PIECE]));
    }
  }

  private static void joinLanes(float[] x, int from, int end) {
    for (int i = from; i < end; i++) {
      x[i + PLANE] =
          Math.max(Math.max(x[i], x[i + STRIDE]), Math.max(x[i + 2 * STRIDE], x[i + 3 * STRIDE]));
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

  /** Keeps the index true where the logit of a token has changed. */
  void mend(DenseRow row, int id, float before, float after) {
    int four = (id & -GROUP) + (id & (PLANE - 1));
    if (after >= planes[four]) {
      planes[four] = after;
    } else if (!(before < planes[four])) { // it was the maximum, or something is NaN
      float max = Float.NEGATIVE_INFINITY;
      int end = endOfFour(four);
      for (int i = four; i < end; i += PLANE) {
        max = Math.max(max, row.value(i));
      }
      planes[four] = max;
    } else {
      return;
    }
    int first = (id & -GROUP) + (id & (STRIDE - 1));
    blocks[blockOf(id)] =
        Math.max(
            Math.max(planes[first], planes[first + STRIDE]),
            Math.max(planes[first + 2 * STRIDE], planes[first + 3 * STRIDE]));
    supersStale = true;
  }

  /** Room that {@link #reaching} needs. */
  int room() {
    return 5 * blocks.length + 1;
  }

  /**
   * Finds the fours whose maximum reaches a threshold: tokens found[i] + {0, 1, 2, 3} · {@link
   * #PLANE}. Two steps down from the blocks, since every token of a block lies in another cache
   * line.
   *
   * @param least finite
   * @param found of length {@link #room}
   * @return how many there are
   */
  int reaching(float least, int[] found) {
    int n = blocksReaching(least, found);
    // Fours are written behind the blocks, then moved.
    int end = n;
    for (int i = 0; i < n; i++) {
      int first = firstOf(found[i]);
      for (int four = first; four < first + PLANE; four += STRIDE) {
        found[end] = four;
        end += reaches(planes[four], least);
      }
    }
    System.arraycopy(found, n, found, 0, end - n);
    return end - n;
  }

  private int blocksReaching(float least, int[] found) {
    float[] s = supers();
    int reached = 0;
    for (int j = 0; j < SUPERS; j++) {
      reached += reaches(s[j], least);
    }
    int n = 0;
    if (reached < SUPERS / 2) {
      for (int j = 0; j < SUPERS; j++) {
        if (s[j] >= least) {
          for (int b = j; b < blocks.length; b += SUPERS) {
            found[n] = b;
            n += reaches(blocks[b], least);
          }
        }
      }
    } else {
      for (int b = 0; b < blocks.length; b++) {
        found[n] = b;
        n += reaches(blocks[b], least);
      }
    }
    return n;
  }

  /**
   * 1 if x ≥ least, else 0, without a jump: which of many numbers pass cannot be predicted, and a
   * wrong guess waits for the number to come from a far cache. Neither is NaN, and one is finite.
   */
  static int reaches(float x, float least) {
    return 1 + (Float.floatToRawIntBits(x - least) >> 31);
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

  /** A threshold that about {@code k} elements reach, seldom fewer, or all if it is −∞. */
  float threshold(int k) {
    if (k > blocks.length / 2) {
      return Float.NEGATIVE_INFINITY;
    }
    // Where n blocks reach a threshold, about SUPERS · (1 − exp(−n / SUPERS)) super-blocks do.
    double n = k + 2 * Math.sqrt(k);
    int j = k <= FEW ? k : (int) (SUPERS * -Math.expm1(-n / SUPERS));
    if (j >= SUPERS * 0.95) {
      return blockThreshold(k);
    }
    System.arraycopy(supers(), 0, stripe, 0, SUPERS);
    return Keys.kthLargest(stripe, selected, SUPERS, j);
  }

  /** By a histogram over the range of the block maxima; exact up to a bucket, always low enough. */
  private float blockThreshold(int k) {
    float top = max();
    float low = top;
    for (int b = 0; b < blocks.length; b++) {
      float x = blocks[b];
      low = x < low && x > Float.NEGATIVE_INFINITY ? x : low;
    }
    if (!(top - low < Float.POSITIVE_INFINITY) || top == low) {
      return low;
    }
    float scale = (BUCKETS - 1) / (top - low);
    Arrays.fill(histogram, 0);
    for (int b = 0; b < blocks.length; b++) {
      histogram[bucket(top, blocks[b], scale)]++;
    }
    int reached = 0;
    int last = 0;
    while (last < BUCKETS - 1 && (reached += histogram[last]) < k) {
      last++;
    }
    float threshold = top;
    for (int b = 0; b < blocks.length; b++) {
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

  /** Whether some thousand tokens or fewer reach a threshold, to judge by the super-blocks. */
  boolean fewReach(float threshold) {
    float[] s = supers();
    int n = 0;
    for (int j = 0; j < SUPERS; j++) {
      n += s[j] >= threshold ? 1 : 0;
    }
    return n <= MANY_SUPERS;
  }
}
