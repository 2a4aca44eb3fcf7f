package dev.espalier;

/** The best members of a long row in order, as far as somebody asked. Mutable, for one thread. */
final class Ranking {
  private long[] keys = new long[0]; // keys[0, reached)
  private int reached;
  private boolean all;

  void drop() {
    reached = 0;
    all = false;
  }

  /**
   * Sorts the {@code wanted} best; returns how many there are. Masks, cuts and a pending edit are
   * not in the index, so that its thresholds may yield too few; then lower ones do.
   */
  int rank(DenseRow row, int wanted) {
    if (wanted <= reached || all) {
      return Math.min(wanted, reached);
    }
    int found;
    int aim = row.isPending() ? wanted + wanted / 4 + 8 : wanted;
    while (true) {
      float threshold = aim >= row.size ? Float.NEGATIVE_INFINITY : row.index.threshold(aim);
      found = row.collect(threshold);
      all = found < wanted;
      if (!all || threshold == Float.NEGATIVE_INFINITY) {
        break;
      }
      aim = aim > row.size / 4 ? row.size : 4 * aim;
    }
    int k = Math.min(wanted, found);
    long[] best = row.keys();
    boolean part = found > k + k / 2;
    if (part) {
      Keys.select(best, found, k);
    }
    Keys.sort(best, 0, part ? k : found);
    if (keys.length < k) {
      keys = new long[Math.max(k, Math.min(row.size, 2 * keys.length))];
    }
    System.arraycopy(best, 0, keys, 0, k);
    reached = k;
    return k;
  }

  int reached() {
    return reached;
  }

  /** The sorted keys; the first {@link #reached} count. */
  long[] keys() {
    return keys;
  }
}
