package dev.espalier;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * A few candidates in arrays, where everything is plain arithmetic: the shape of {@link Candidates}
 * under a narrow mask, of short rows, and of long ones once little is left. Logits are raw.
 * Mutable, for one thread.
 */
final class CandidateList {
  /** So many are sorted at once. */
  private static final int FEW = 24;

  private static final float MAX = Float.MAX_VALUE;

  private final int limit;
  private int[] ids = new int[64];
  private float[] values = new float[64];
  private int n;
  private boolean ascending; // ids[0, n) ascend
  private int sorted; // slots [0, sorted) hold the best, in order
  private long[] order = new long[0]; // scratch: keys, or ids with slots
  private double[] masses = new double[0]; // scratch of walk, by slot

  /** Room grows to {@code limit} and not beyond, unless more is needed. */
  CandidateList(int limit) {
    this.limit = limit;
  }

  // ---- filling

  /** Takes the tokens of a mask, ascending; see {@link #purge}. */
  void load(LogitsRow row, TokenMask mask) {
    n = 0;
    room(mask.cardinality());
    if (mask.isListed()) {
      n = mask.cardinality();
      System.arraycopy(mask.ids(), 0, ids, 0, n);
      for (int i = 1; i < n; i++) {
        if (ids[i] < ids[i - 1]) {
          Arrays.sort(ids, 0, n);
          break;
        }
      }
      if (n > 0 && ids[n - 1] >= row.size()) {
        throw new IllegalArgumentException(
            "the mask allows token " + ids[n - 1] + " of " + row.size());
      }
    } else {
      long[] words = mask.words();
      for (int w = 0; w < words.length; w++) {
        for (long bits = words[w]; bits != 0; bits &= bits - 1) {
          int id = (w << 6) + Long.numberOfTrailingZeros(bits);
          if (id < row.size()) {
            ids[n++] = id;
          }
        }
      }
    }
    fill(row);
  }

  /** Takes all tokens. */
  void load(LogitsRow row) {
    room(row.size());
    n = row.size();
    for (int i = 0; i < n; i++) {
      ids[i] = i;
    }
    fill(row);
  }

  private void fill(LogitsRow row) {
    float[] array = row.array();
    if (array != null) {
      for (int i = 0; i < n; i++) {
        values[i] = array[ids[i]];
      }
    } else {
      FloatBuffer host = row.host();
      for (int i = 0; i < n; i++) {
        values[i] = host.get(ids[i]);
      }
    }
    ascending = true;
    purge(false);
  }

  /**
   * Takes −∞ out, all but +∞ if that is there, and NaN if {@code bad} says so; else NaN is reported
   * at the first use.
   */
  void purge(boolean bad) {
    boolean infinite = false;
    for (int i = 0; i < n; i++) {
      infinite |= values[i] == Float.POSITIVE_INFINITY;
    }
    int kept = 0;
    for (int i = 0; i < n; i++) {
      float x = values[i];
      boolean out = Float.isNaN(x) ? bad : infinite ? x < Float.POSITIVE_INFINITY : x < -MAX;
      if (!out) {
        values[kept] = infinite && !Float.isNaN(x) ? 0 : x;
        ids[kept++] = ids[i];
      }
    }
    n = kept;
    sorted = 0;
  }

  /** Takes the tokens of some keys, of which the first {@code inOrder} are sorted. */
  void take(long[] keys, int length, int inOrder) {
    room(length);
    for (int i = 0; i < length; i++) {
      ids[i] = Keys.id(keys[i]);
      values[i] = Keys.logit(keys[i]);
    }
    n = length;
    ascending = false;
    sorted = inOrder;
  }

  /** Gives all candidates one logit. */
  void level() {
    Arrays.fill(values, 0, n, 0);
  }

  private void room(int wanted) {
    if (ids.length < wanted) {
      ids = new int[Math.max(wanted, Math.min(limit, 2 * ids.length))];
      values = new float[ids.length];
    }
  }

  // ---- looking

  int size() {
    return n;
  }

  int id(int slot) {
    return ids[slot];
  }

  float value(int slot) {
    return values[slot];
  }

  /** The logit of a token; −∞ if it is not there. */
  float logit(int id) {
    int slot = slot(id);
    float x = slot < 0 ? Float.NEGATIVE_INFINITY : values[slot];
    if (Float.isNaN(x)) {
      throw notANumber(id);
    }
    return x;
  }

  private int slot(int id) {
    if (ascending) {
      return Math.max(Arrays.binarySearch(ids, 0, n, id), -1);
    }
    for (int i = 0; i < n; i++) {
      if (ids[i] == id) {
        return i;
      }
    }
    return -1;
  }

  /** The largest logit; −∞ if there is none. */
  float max() {
    float m = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      m = Math.max(m, values[i]);
    }
    if (Float.isNaN(m)) {
      check();
    }
    return m;
  }

  /** Reports a logit that is NaN. */
  void check() {
    for (int i = 0; i < n; i++) {
      if (Float.isNaN(values[i])) {
        throw notANumber(ids[i]);
      }
    }
  }

  static NoAdmissibleTokenException notANumber(int id) {
    return new NoAdmissibleTokenException(
        "the logit of token " + id + " is NaN; the model's weights or input are broken");
  }

  /** The candidates as keys, in a scratch array. */
  long[] keys() {
    if (order.length < n) {
      order = new long[Math.max(n, 2 * order.length)];
    }
    for (int i = 0; i < n; i++) {
      order[i] = Keys.key(values[i], ids[i]);
    }
    return order;
  }

  // ---- editing and cutting

  /** Gives a token another logit, if it is there; −∞ takes it out. */
  void set(int id, float x) {
    int slot = slot(id);
    if (slot < 0) {
      return;
    }
    if (x == Float.NEGATIVE_INFINITY) {
      n--;
      System.arraycopy(ids, slot + 1, ids, slot, n - slot);
      System.arraycopy(values, slot + 1, values, slot, n - slot);
    } else {
      values[slot] = x;
    }
    sorted = 0;
  }

  /** How many slots hold the best, in order. */
  int sorted() {
    return sorted;
  }

  /** Sorts the best {@code wanted} to the front; returns how many there are. */
  int rank(int wanted) {
    int k = Math.min(wanted, n);
    if (k > sorted) {
      check();
      long[] keys = keys();
      boolean part = n > k + k / 2;
      if (part) {
        Keys.select(keys, n, k);
      }
      Keys.sort(keys, 0, part ? k : n);
      take(keys, n, part ? k : n);
    }
    return k;
  }

  /** Keeps the first slots. */
  void keepFirst(int k) {
    n = Math.min(n, k);
    sorted = Math.min(sorted, n);
  }

  /** Takes the first slots out. */
  void dropFirst(int k) {
    n -= k;
    sorted = Math.max(0, sorted - k);
    System.arraycopy(ids, k, ids, 0, n);
    System.arraycopy(values, k, values, 0, n);
  }

  /** Keeps what has a logit of {@code least} or more; what is sorted stays so. */
  void keepFrom(float least) {
    int kept = 0;
    for (int i = 0; i < n; i++) {
      if (values[i] >= least) {
        values[kept] = values[i];
        ids[kept++] = ids[i];
      }
    }
    keepFirst(kept);
  }

  // ---- drawing

  /** The token, by ascending id, at which Σ exp((x − max) · scale) exceeds a target. */
  int walk(double target, double max, double scale) {
    if (order.length < n || masses.length < n) {
      order = new long[Math.max(n, 2 * order.length)];
      masses = new double[order.length];
    }
    for (int i = 0; i < n; i++) {
      order[i] = ((long) ids[i] << 32) | i;
      masses[i] = FastExp.exp((values[i] - max) * scale);
    }
    int from = 0;
    int end = n;
    double reached = 0;
    if (!ascending) {
      // Sort only the part that holds the token: halves are told apart by their masses.
      while (end - from > FEW) {
        int p = Keys.partition(order, from, end - 1);
        double left = reached;
        for (int i = from; i <= p; i++) {
          left += masses[(int) order[i]];
        }
        if (left > target) {
          end = p + 1;
        } else {
          from = p + 1;
          reached = left;
        }
      }
      Keys.sort(order, from, end);
    }
    int last = -1;
    for (int i = from; i < end; i++) {
      int slot = (int) order[i];
      if (masses[slot] > 0) {
        reached += masses[slot];
        last = ids[slot];
        if (reached > target) {
          return last;
        }
      }
    }
    return last >= 0 ? last : lastWithMass();
  }

  /** The last token that has any mass: rounding left none above the target. */
  private int lastWithMass() {
    int last = -1;
    for (int i = 0; i < n; i++) {
      last = masses[i] > 0 ? Math.max(last, ids[i]) : last;
    }
    return last;
  }
}
