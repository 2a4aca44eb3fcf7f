package dev.espalier;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the members of a {@link DenseRow} above a threshold: by its index, so that only fours of
 * tokens with a large enough maximum are looked at, or, where that would be most of them, by
 * walking the row. Mutable, for one thread.
 */
final class Collector {
  /** With more fours than this above a threshold the row is walked, not the index. */
  private static final int MANY = 6000;

  private final DenseRow row;
  private final int[] reaching; // the fours
  private long[] keys = new long[0]; // keys[0, n)
  private int n;

  Collector(DenseRow row) {
    this.row = row;
    reaching = new int[row.index.room()];
  }

  /**
   * Gathers the keys of the members whose logit is at least {@code least}, which is finite.
   *
   * @param pending an edit that lowers and has not been made, or null
   */
  int collect(float least, @Nullable SparseEdit pending, double scale) {
    n = 0;
    int fours = row.index.reaching(least, reaching);
    if (fours > MANY) {
      row.settle();
      collectRow(least);
      return n;
    }
    room(Math.min(fours * 4, row.size));
    float[] array = row.unedited();
    if (array != null) {
      collectPlain(array, fours, least);
    } else {
      collectEdited(fours, least);
    }
    if (!row.unrestricted()) {
      dropOthers();
    }
    if (pending != null) {
      lower(pending, scale, least);
    }
    return n;
  }

  /** Takes tokens from the array. */
  private void collectPlain(float[] array, int fours, float least) {
    long[] out = keys;
    int to = 0;
    for (int i = 0; i < fours; i++) {
      int end = row.index.endOfFour(reaching[i]);
      for (int id = reaching[i]; id < end; id += BlockIndex.PLANE) {
        float x = array[id];
        out[to] = Keys.key(x, id);
        to += BlockIndex.reaches(x, least);
      }
    }
    n = to;
  }

  private void collectEdited(int fours, float least) {
    for (int i = 0; i < fours; i++) {
      int end = row.index.endOfFour(reaching[i]);
      for (int id = reaching[i]; id < end; id += BlockIndex.PLANE) {
        float x = row.value(id);
        if (x >= least) {
          keys[n++] = Keys.key(x, id);
        }
      }
    }
  }

  private void collectRow(float least) {
    room(row.size);
    long[] out = keys;
    int to = 0;
    for (int s = 0; s < row.segments(); s++) {
      row.members(s, row.scratch);
      int from = s * DenseRow.SEGMENT;
      for (int i = 0; i < DenseRow.SEGMENT; i++) {
        float x = row.scratch[i];
        if (x >= least) {
          out[to++] = Keys.key(x, from + i);
        }
      }
    }
    n = to;
  }

  /** Keeps the members of what has been collected. */
  private void dropOthers() {
    int kept = 0;
    for (int i = 0; i < n; i++) {
      long key = keys[i];
      if (row.member(key)) {
        keys[kept++] = key;
      }
    }
    n = kept;
  }

  /** Makes the pending edit on what has been collected, and drops what it takes below. */
  private void lower(SparseEdit edit, double scale, float least) {
    int kept = 0;
    for (int i = 0; i < n; i++) {
      long key = keys[i];
      int argument = edit.argument(Keys.id(key));
      if (argument != 0) {
        float x = DenseRow.edited(edit, Keys.logit(key), argument, scale);
        if (x < least) {
          continue;
        }
        key = Keys.key(x, Keys.id(key));
      }
      keys[kept++] = key;
    }
    n = kept;
  }

  /** Gathers the keys of the members whose logit is +∞. */
  int collectInfinite() {
    n = 0;
    for (int id = 0; id < row.size; id++) {
      if (row.value(id) == Float.POSITIVE_INFINITY && row.allowed(id)) {
        room(n + 1);
        keys[n++] = Keys.key(Float.POSITIVE_INFINITY, id);
      }
    }
    return n;
  }

  /** Room for so many keys, and one that does not count. */
  private void room(int wanted) {
    if (keys.length <= wanted) {
      keys = Arrays.copyOf(keys, Math.max(1024, Math.min(row.size + 1, 2 * wanted)));
    }
  }

  /** What has been gathered, unordered; may be reordered. */
  long[] keys() {
    return keys;
  }
}
