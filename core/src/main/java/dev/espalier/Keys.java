package dev.espalier;

/**
 * Candidates as {@code long} keys, so that comparing two of them is one instruction: ascending keys
 * are descending logits, and of equal logits ascending ids.
 *
 * <p>Layout: the upper 32 bits are the complement of the logit's bits in an order-preserving form,
 * the lower 32 the id. −0 and +0 are one logit.
 */
final class Keys {
  /** After every key of a finite or +∞ logit, before every key of −∞. */
  static final long LAST = key(-Float.MAX_VALUE, Integer.MAX_VALUE);

  /** Ranges this short are sorted by insertion. */
  private static final int INSERTION = 24;

  private Keys() {}

  static long key(float logit, int id) {
    int bits = Float.floatToRawIntBits(logit + 0f);
    return ((long) ~ordered(bits) << 32) | id;
  }

  static float logit(long key) {
    return Float.intBitsToFloat(ordered(~(int) (key >> 32)));
  }

  static int id(long key) {
    return (int) key;
  }

  /** Maps float bits to integers of the same order, and back. */
  private static int ordered(int bits) {
    return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
  }

  /** Quickselect: afterwards the {@code k} smallest of a[0, n) come first, in any order. */
  static void select(long[] a, int n, int k) {
    int lo = 0;
    int hi = n - 1;
    while (hi - lo > INSERTION) {
      int p = partition(a, lo, hi);
      if (k <= p) {
        hi = p;
      } else {
        lo = p + 1;
      }
    }
    insertion(a, lo, hi);
  }

  /** Sorts a[from, to) ascending, without allocating. */
  static void sort(long[] a, int from, int to) {
    int lo = from;
    int hi = to - 1;
    while (hi - lo > INSERTION) {
      int p = partition(a, lo, hi);
      if (p - lo < hi - p) {
        sort(a, lo, p + 1);
        lo = p + 1;
      } else {
        sort(a, p + 1, hi + 1);
        hi = p;
      }
    }
    insertion(a, lo, hi);
  }

  private static void insertion(long[] a, int lo, int hi) {
    for (int i = lo + 1; i <= hi; i++) {
      long x = a[i];
      int j = i - 1;
      while (j >= lo && a[j] > x) {
        a[j + 1] = a[j];
        j--;
      }
      a[j + 1] = x;
    }
  }

  /** Hoare's: a[lo, p] holds nothing larger than a[p + 1, hi], and both are shorter than before. */
  static int partition(long[] a, int lo, int hi) {
    long x = a[lo];
    long y = a[(lo + hi) >>> 1];
    long z = a[hi];
    long pivot = Math.max(Math.min(x, y), Math.min(Math.max(x, y), z));
    int i = lo - 1;
    int j = hi + 1;
    while (true) {
      do {
        i++;
      } while (a[i] < pivot);
      do {
        j--;
      } while (a[j] > pivot);
      if (i >= j) {
        return j;
      }
      long t = a[i];
      a[i] = a[j];
      a[j] = t;
    }
  }

  /**
   * The kth largest of a[0, n), 1 the largest, all below +∞; overwrites both arrays.
   *
   * <p>Quickselect without a jump for an element, since nobody can predict its side, and wrong
   * guesses would take most of the time: it is written to both ends of the other array, and the end
   * where it belongs moves on.
   */
  static float kthLargest(float[] a, float[] scratch, int n, int k) {
    float[] from = a;
    float[] to = scratch;
    int lo = 0;
    int hi = n - 1;
    while (hi - lo > INSERTION) {
      float x = from[lo];
      float y = from[(lo + hi) >>> 1];
      float z = from[hi];
      float pivot = Math.max(Math.min(x, y), Math.min(Math.max(x, y), z));
      int l = lo;
      int r = hi;
      if (pivot > Float.NEGATIVE_INFINITY) {
        for (int i = lo; i <= hi; i++) {
          float v = from[i];
          to[l] = v;
          to[r] = v;
          int larger = Float.floatToRawIntBits(pivot - v) >>> 31;
          l += larger;
          r -= 1 - larger;
        }
      }
      if (l == lo) { // nothing is larger than the pivot: many equals
        break;
      }
      if (k - 1 < l) {
        hi = l - 1;
      } else {
        lo = l;
      }
      float[] t = from;
      from = to;
      to = t;
    }
    return kthLargest(from, lo, hi, k - 1);
  }

  /** The element of a[lo, hi] that belongs to place {@code at} in descending order. */
  private static float kthLargest(float[] a, int from, int to, int at) {
    int lo = from;
    int hi = to;
    while (lo < hi) {
      float x = a[lo];
      float y = a[(lo + hi) >>> 1];
      float z = a[hi];
      float pivot = Math.max(Math.min(x, y), Math.min(Math.max(x, y), z));
      int i = lo - 1;
      int j = hi + 1;
      while (true) {
        do {
          i++;
        } while (a[i] > pivot);
        do {
          j--;
        } while (a[j] < pivot);
        if (i >= j) {
          break;
        }
        float t = a[i];
        a[i] = a[j];
        a[j] = t;
      }
      if (at <= j) {
        hi = j;
      } else {
        lo = j + 1;
      }
    }
    return a[at];
  }

  /** Sorts d[from, to) ascending, of equals by id ascending, and ids along with it. */
  static void sort(double[] d, int[] ids, int from, int to) {
    int lo = from;
    int hi = to - 1;
    while (hi - lo > INSERTION) {
      int mid = (lo + hi) >>> 1;
      double pivot = d[mid];
      int pivotId = ids[mid];
      int i = lo - 1;
      int j = hi + 1;
      // The middle is never the last of three or more, so that Hoare's halves are both shorter.
      while (true) {
        do {
          i++;
        } while (d[i] < pivot || (d[i] == pivot && ids[i] < pivotId));
        do {
          j--;
        } while (d[j] > pivot || (d[j] == pivot && ids[j] > pivotId));
        if (i >= j) {
          break;
        }
        swap(d, ids, i, j);
      }
      if (j - lo < hi - j) {
        sort(d, ids, lo, j + 1);
        lo = j + 1;
      } else {
        sort(d, ids, j + 1, hi + 1);
        hi = j;
      }
    }
    for (int i = lo + 1; i <= hi; i++) {
      for (int j = i;
          j > lo && (d[j] < d[j - 1] || (d[j] == d[j - 1] && ids[j] < ids[j - 1]));
          j--) {
        swap(d, ids, j, j - 1);
      }
    }
  }

  private static void swap(double[] d, int[] ids, int i, int j) {
    double t = d[i];
    d[i] = d[j];
    d[j] = t;
    int id = ids[i];
    ids[i] = ids[j];
    ids[j] = id;
  }
}
