package dev.espalier;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A long logits row as candidates: the row itself, read in place; sparse edits laid over it; a
 * mask; and an interval of {@link Keys} outside of which everything has been cut. A truncation
 * therefore costs one key, however many tokens survive. Mutable, for one thread.
 *
 * <p>One edit that only lowers may be pending. Until {@link #settle}, the index bounds the lowered
 * logits from above, and {@link #collect} looks up what it has found: a few hundred tokens at most,
 * where the edit may have thousands.
 *
 * <p>Logits here are raw: the temperature's factor is an argument where it matters.
 */
final class DenseRow {
  static final int SEGMENT = FastExp.SEGMENT;

  /** Beyond this share of edited tokens the index is built over the edits, not mended. */
  private static final int MANY_EDITS = 16;

  final int size;
  private final int segments;
  private float @Nullable [] array;
  private @Nullable FloatBuffer buffer; // read for single tokens, until it is copied whole
  private float[] copied = new float[0];
  private long @Nullable [] mask;

  // Members have keys in [floor, cut].
  private long floor;
  private long cut;

  private final Overlay edits;
  private @Nullable SparseEdit pending; // lowers; not among the edits yet
  private double pendingScale;

  final BlockIndex index;
  private boolean indexed;

  private final Collector collector;
  final float[] scratch = new float[SEGMENT];

  DenseRow(int size) {
    this.size = size;
    segments = (size + SEGMENT - 1) / SEGMENT;
    edits = new Overlay(size);
    index = new BlockIndex(size);
    collector = new Collector(this);
  }

  int segments() {
    return segments;
  }

  /** Starts with a row and a mask, neither of them copied; a buffer will be, for the index. */
  void load(LogitsRow row, long @Nullable [] allowed) {
    array = row.array();
    buffer = array == null ? row.host() : null;
    mask = allowed;
    floor = Long.MIN_VALUE;
    cut = Keys.LAST;
    edits.clear();
    pending = null;
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
  float value(int id) {
    return edits.has(id) ? edits.get(id) : raw(id);
  }

  private boolean member(float x, int id) {
    return inside(x, id) && allowed(id);
  }

  /** Whether a token with this key is a member. */
  boolean member(long key) {
    return key <= cut && key >= floor && allowed(Keys.id(key));
  }

  /** Whether the mask has the token. */
  boolean allowed(int id) {
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
    edits.put(id, x);
    if (indexed) {
      index.mend(this, id, before, x);
    }
  }

  /** Whether {@link #edit} may be called: nothing has been cut. */
  boolean takes(SparseEdit edit) {
    return unrestrictedByCuts() && (!indexed || (edit.lowers() && edits.size() == 0));
  }

  /** Edits many tokens; late, and perhaps not at all, if that only lowers them. */
  void edit(SparseEdit edit, double scale) {
    settle();
    if (edit.lowers() && edits.size() == 0) {
      pending = edit;
      pendingScale = scale;
    } else {
      apply(edit, scale);
    }
  }

  /**
   * Whether an edit has not been made yet, which {@link #collect} regards and nothing else does.
   */
  boolean isPending() {
    return pending != null;
  }

  /** Makes the pending edit. */
  void settle() {
    SparseEdit edit = pending;
    if (edit != null) {
      pending = null;
      apply(edit, pendingScale);
    }
  }

  private void apply(SparseEdit edit, double scale) {
    int n = edit.size();
    int[] ids = edit.tokens();
    int[] arguments = edit.arguments();
    for (int i = 0; i < n; i++) {
      int id = ids[i];
      if (arguments[i] == 0 || id >= size) {
        continue;
      }
      float x = value(id);
      if (Float.isNaN(x) || Float.isInfinite(x) || !allowed(id)) {
        continue; // no candidate, or seen to when the index is built
      }
      float y = edited(edit, x, arguments[i], scale);
      edits.put(id, y);
      if (indexed) {
        index.mend(this, id, x, y);
      }
    }
  }

  /** The raw logit that an edit makes of one. */
  static float edited(SparseEdit edit, float x, int argument, double scale) {
    if (scale == 1) {
      return edit.apply(x, argument);
    }
    double y = edit.apply((float) (x * scale), argument) / scale;
    return (float) Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, y));
  }

  private boolean inside(float x, int id) {
    long key = Keys.key(x, id);
    return key <= cut && key >= floor;
  }

  /** Replaces the interval by edits: a survivor is about to get a logit outside of it. */
  private void materialise() {
    for (int id = 0; id < size; id++) {
      if (!inside(value(id), id)) {
        edits.put(id, Float.NEGATIVE_INFINITY);
      }
    }
    floor = Long.MIN_VALUE;
    cut = Keys.LAST;
    indexed = false;
  }

  // ---- segments

  /** A segment with edits, mask and interval not regarded; −∞ beyond the row. */
  void segment(int s, float[] out) {
    copy(s * SEGMENT, SEGMENT, out, 0);
  }

  /** The logits from a token on, as {@link #segment}; both ends are multiples of 64. */
  void copy(int from, int length, float[] out, int at) {
    int there = Math.max(0, Math.min(length, size - from));
    if (there > 0) {
      System.arraycopy(array(), from, out, at, there);
    }
    if (there < length) {
      Arrays.fill(out, at + there, at + length, Float.NEGATIVE_INFINITY);
    }
    edits.patch(from, from + there, out, at);
  }

  /**
   * The row as an array, without edits. A buffer is copied at once: no loop over one is vectorised,
   * and copying it by pieces, each looked at while it is near, takes longer.
   */
  private float[] array() {
    float[] a = array;
    if (a == null) {
      if (copied.length < size) {
        copied = new float[size];
      }
      a = copied;
      FloatBuffer b = buffer;
      if (b == null) {
        throw new IllegalStateException("nothing has been loaded");
      }
      b.get(0, a, 0, size);
      array = a;
    }
    return a;
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

  /** Number of members; one pass over the row. */
  int count() {
    int members = 0;
    for (int s = 0; s < segments; s++) {
      members(s, scratch);
      for (float x : scratch) {
        members += x != Float.NEGATIVE_INFINITY ? 1 : 0;
      }
    }
    return members;
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
        edits.put(id, Float.NEGATIVE_INFINITY);
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

  /** Whether every token is a member, as far as is known without looking at the row. */
  boolean gapless() {
    return unrestricted() && !edits.isHoled();
  }

  /** Whether nothing has been cut; a mask there may be. */
  boolean unrestrictedByCuts() {
    return cut == Keys.LAST && floor == Long.MIN_VALUE;
  }

  /** The row's array if that is all there is to know, else null. */
  float @Nullable [] plain() {
    return unrestricted() ? unedited() : null;
  }

  /** The row's array if no logit has been laid over it, else null. */
  float @Nullable [] unedited() {
    return edits.size() == 0 ? array : null;
  }

  void buildIndex() {
    float[] a = array();
    if (edits.size() > size / MANY_EDITS) {
      index.build(this);
    } else {
      index.build(a);
      for (int i = 0; i < edits.size(); i++) {
        int id = edits.id(i);
        index.mend(this, id, a[id], edits.get(id));
      }
    }
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
    return collector.collect(Math.max(threshold, -Float.MAX_VALUE), pending, pendingScale);
  }

  /** Gathers the keys of the members whose logit is +∞. */
  int collectInfinite() {
    return collector.collectInfinite();
  }

  /** The keys of the last {@link #collect}, unordered; may be reordered. */
  long[] keys() {
    return collector.keys();
  }
}
