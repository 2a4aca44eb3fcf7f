package dev.espalier;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A long logits row as candidates: the row itself, read in place; sparse edits laid over it; a
 * mask; and an interval of {@link Keys} outside of which everything has been cut. A truncation
 * therefore costs one key, however many tokens survive. Mutable, for one thread.
 *
 * <p>Logits here are raw: the temperature's factor is an argument where it matters.
 */
final class DenseRow {
  static final int SEGMENT = FastExp.SEGMENT;

  /** More super-blocks than this reach a threshold: walk the row, not the blocks. */
  private static final int MANY_SUPERS = 200;

  final int size;
  private final int segments;
  private float @Nullable [] array;
  private @Nullable FloatBuffer buffer;
  private long @Nullable [] mask;

  // Members have keys in [floor, cut].
  private long floor;
  private long cut;

  // Token editedIds[i] has logit edited[id], and bit id of editedBits says so.
  private final long[] editedBits;
  private float[] edited = new float[0];
  private int[] editedIds = new int[64];
  private int edits;

  final BlockIndex index;
  private boolean indexed;
  final ExpSums sums = new ExpSums();

  private long[] keys = new long[0]; // keys[0, collected) of the last collect
  private int collected;
  final float[] scratch = new float[SEGMENT];

  DenseRow(int size) {
    this.size = size;
    segments = (size + SEGMENT - 1) / SEGMENT;
    editedBits = new long[(size + 63) >>> 6];
    index = new BlockIndex(size);
  }

  int segments() {
    return segments;
  }

  /** Starts with a row and a mask, neither of them copied. */
  void load(LogitsRow row, long @Nullable [] allowed) {
    array = row.array();
    buffer = array == null ? row.host() : null;
    mask = allowed;
    floor = Long.MIN_VALUE;
    cut = Keys.LAST;
    for (int i = 0; i < edits; i++) {
      editedBits[editedIds[i] >>> 6] = 0;
    }
    edits = 0;
    indexed = false;
  }

  // ---- single tokens

  private float raw(int id) {
    float[] a = array;
    if (a != null) {
      return a[id];
    }
    FloatBuffer b = buffer;
    return b == null ? Float.NEGATIVE_INFINITY : b.get(id);
  }

  /** The logit with edits, whether or not the token is a member. */
  private float value(int id) {
    return (editedBits[id >>> 6] & (1L << id)) != 0 ? edited[id] : raw(id);
  }

  private boolean member(float x, int id) {
    return inside(x, id) && allowed(id);
  }

  private boolean allowed(int id) {
    long[] m = mask;
    return m == null || (m[id >>> 6] & (1L << id)) != 0;
  }

  /** The logit of a member, else −∞; NaN where the row has one. */
  float logit(int id) {
    if (id < 0 || id >= size) {
      return Float.NEGATIVE_INFINITY;
    }
    float x = value(id);
    if (Float.isNaN(x)) {
      return allowed(id) ? x : Float.NEGATIVE_INFINITY;
    }
    return member(x, id) ? x : Float.NEGATIVE_INFINITY;
  }

  /** Lays another logit over a member's. */
  void set(int id, float x) {
    if (x != Float.NEGATIVE_INFINITY && !inside(x, id)) {
      materialise();
    }
    float before = value(id);
    overlay(id, x);
    if (indexed) {
      repair(id, before, x);
    }
  }

  /** Edits many tokens of a row that nothing has restricted yet, before its index is built. */
  void edit(int[] ids, int[] arguments, int n, SparseEdit edit, double scale) {
    if (edited.length == 0) {
      edited = new float[size];
    }
    while (editedIds.length < edits + n) {
      editedIds = Arrays.copyOf(editedIds, 2 * editedIds.length);
    }
    for (int i = 0; i < n; i++) {
      int id = ids[i];
      if (arguments[i] == 0 || id >= size) {
        continue;
      }
      long bit = 1L << id;
      long word = editedBits[id >>> 6];
      boolean before = (word & bit) != 0;
      float x = before ? edited[id] : raw(id);
      if (Float.isNaN(x) || Float.isInfinite(x) || !allowed(id)) {
        continue; // no candidate, or seen to when the index is built
      }
      if (!before) {
        editedBits[id >>> 6] = word | bit;
        editedIds[edits++] = id;
      }
      edited[id] = scale == 1 ? edit.apply(x, arguments[i]) : scaled(edit, x, arguments[i], scale);
    }
  }

  private static float scaled(SparseEdit edit, float x, int argument, double scale) {
    double y = edit.apply((float) (x * scale), argument) / scale;
    return (float) Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, y));
  }

  private boolean inside(float x, int id) {
    long key = Keys.key(x, id);
    return key <= cut && key >= floor;
  }

  private void overlay(int id, float x) {
    if (edited.length == 0) {
      edited = new float[size];
    }
    long bit = 1L << id;
    if ((editedBits[id >>> 6] & bit) == 0) {
      editedBits[id >>> 6] |= bit;
      if (edits == editedIds.length) {
        editedIds = Arrays.copyOf(editedIds, 2 * edits);
      }
      editedIds[edits++] = id;
    }
    edited[id] = x;
  }

  /** Replaces the interval by edits: a survivor is about to get a logit outside of it. */
  private void materialise() {
    for (int id = 0; id < size; id++) {
      if (!inside(value(id), id)) {
        overlay(id, Float.NEGATIVE_INFINITY);
      }
    }
    floor = Long.MIN_VALUE;
    cut = Keys.LAST;
    indexed = false;
  }

  private void repair(int id, float before, float after) {
    int block = BlockIndex.blockOf(id);
    float max = index.blocks[block];
    if (after >= max) {
      index.update(block, after);
    } else if (before >= max) {
      float m = Float.NEGATIVE_INFINITY;
      int first = BlockIndex.firstOf(block);
      int end = Math.min(first + SEGMENT, size);
      for (int i = first; i < end; i += BlockIndex.PER_SEGMENT) {
        m = Math.max(m, value(i));
      }
      index.update(block, m);
    }
  }

  // ---- segments

  /** A segment with edits, mask and interval not regarded; −∞ beyond the row. */
  void segment(int s, float[] out) {
    int from = s * SEGMENT;
    int length = Math.min(SEGMENT, size - from);
    float[] a = array;
    FloatBuffer b = buffer;
    if (a != null) {
      System.arraycopy(a, from, out, 0, length);
    } else if (b != null) {
      b.get(from, out, 0, length);
    }
    if (length < SEGMENT) {
      Arrays.fill(out, length, SEGMENT, Float.NEGATIVE_INFINITY);
    }
    if (edits > 0) {
      int end = (from + length + 63) >>> 6;
      for (int w = from >>> 6; w < end; w++) {
        for (long bits = editedBits[w]; bits != 0; bits &= bits - 1) {
          int id = (w << 6) + Long.numberOfTrailingZeros(bits);
          out[id - from] = edited[id];
        }
      }
    }
  }

  /** A segment of members, −∞ elsewhere. */
  void members(int s, float[] out) {
    segment(s, out);
    int from = s * SEGMENT;
    long[] m = mask;
    if (m != null) {
      int end = Math.min(from + SEGMENT, size);
      for (int w = from >>> 6; w < (end + 63) >>> 6; w++) {
        int base = (w << 6) - from;
        long bits = ~m[w];
        if (bits == -1) {
          Arrays.fill(out, base, base + 64, Float.NEGATIVE_INFINITY);
        } else {
          for (; bits != 0; bits &= bits - 1) {
            out[base + Long.numberOfTrailingZeros(bits)] = Float.NEGATIVE_INFINITY;
          }
        }
      }
    }
    if (cut != Keys.LAST) {
      float low = Keys.logit(cut);
      int lastId = Keys.id(cut);
      for (int i = 0; i < SEGMENT; i++) {
        float x = out[i];
        out[i] = x < low || (x == low && from + i > lastId) ? Float.NEGATIVE_INFINITY : x;
      }
    }
    if (floor != Long.MIN_VALUE) {
      float high = Keys.logit(floor);
      int firstId = Keys.id(floor);
      for (int i = 0; i < SEGMENT; i++) {
        float x = out[i];
        out[i] = x > high || (x == high && from + i < firstId) ? Float.NEGATIVE_INFINITY : x;
      }
    }
  }

  /**
   * Takes the tokens with a certain bad logit out.
   *
   * @param bad NaN or +∞
   * @param allowedToo whether allowed tokens may be taken out as well
   * @return the first allowed token that has it, left in place; or -1
   */
  int remove(float bad, boolean allowedToo) {
    for (int id = 0; id < size; id++) {
      float x = value(id);
      if (Float.isNaN(bad) ? Float.isNaN(x) : x == bad) {
        if (allowed(id) && !allowedToo) {
          return id;
        }
        overlay(id, Float.NEGATIVE_INFINITY);
      }
    }
    indexed = false;
    return -1;
  }

  // ---- index

  /** Whether the index covers the row as it is. */
  boolean indexed() {
    return indexed;
  }

  /** Whether members are simply all tokens with a logit. */
  boolean unrestricted() {
    return mask == null && cut == Keys.LAST && floor == Long.MIN_VALUE;
  }

  /** Whether nothing has been cut; a mask there may be. */
  boolean unrestrictedByCuts() {
    return cut == Keys.LAST && floor == Long.MIN_VALUE;
  }

  void buildIndex(@Nullable ExpSums along) {
    index.build(this, along);
    indexed = true;
  }

  // ---- cutting

  void keepUpTo(long key) {
    cut = Math.min(cut, key);
  }

  void keepFrom(long key) {
    floor = Math.max(floor, key);
  }

  // ---- collecting

  /**
   * Gathers the keys of the members whose logit is at least {@code threshold}; see {@link #keys}.
   * Needs the index.
   */
  int collect(float threshold) {
    float least = Math.max(threshold, -Float.MAX_VALUE);
    collected = 0;
    float[] supers = index.supers();
    int reaching = 0;
    for (int j = 0; j < BlockIndex.SUPERS; j++) {
      reaching += supers[j] >= least ? 1 : 0;
    }
    if (reaching > MANY_SUPERS) {
      collectRow(least);
    } else {
      float[] blocks = index.blocks;
      for (int j = 0; j < BlockIndex.SUPERS; j++) {
        if (supers[j] >= least) {
          for (int b = j; b < blocks.length; b += BlockIndex.SUPERS) {
            if (blocks[b] >= least) {
              collectBlock(b, least);
            }
          }
        }
      }
    }
    return collected;
  }

  private void collectBlock(int block, float least) {
    room(BlockIndex.LANES);
    int first = BlockIndex.firstOf(block);
    int end = Math.min(first + SEGMENT, size);
    for (int id = first; id < end; id += BlockIndex.PER_SEGMENT) {
      float x = value(id);
      if (x >= least && member(x, id)) {
        keys[collected++] = Keys.key(x, id);
      }
    }
  }

  private void collectRow(float least) {
    room(size);
    long[] out = keys;
    int n = 0;
    boolean plain = unrestricted();
    for (int s = 0; s < segments; s++) {
      segment(s, scratch);
      int from = s * SEGMENT;
      for (int i = 0; i < SEGMENT; i++) {
        float x = scratch[i];
        if (x >= least && (plain || member(x, from + i))) {
          out[n++] = Keys.key(x, from + i);
        }
      }
    }
    collected = n;
  }

  private void room(int more) {
    if (keys.length < collected + more) {
      keys =
          Arrays.copyOf(
              keys, Math.min(size + BlockIndex.LANES, Math.max(1024, 2 * (collected + more))));
    }
  }

  /** The keys of the last {@link #collect}, unordered; may be reordered. */
  long[] keys() {
    return keys;
  }
}
