package dev.espalier.grammar.cfg;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A growing set of pairs (head, frame). The pair of their numbers is its key: no two heads of one
 * machine have the same number. Mutable, for one thread; cleared and used again.
 */
final class Items<T> {
  private static final int SCAN = 16; // up to so many, a scan beats a table

  long[] keys = new long[16];
  @Nullable Object[] heads = new Object[16];
  Frame[] frames = new Frame[16];
  int size;
  private @Nullable Set<Long> table; // of the keys, once they are many

  /** Whether the pair is new. */
  boolean add(T head, int number, Frame frame) {
    long key = ((long) number << 32) | frame.number;
    if (size < SCAN) {
      for (int i = 0; i < size; i++) {
        if (keys[i] == key) {
          return false;
        }
      }
    } else {
      Set<Long> known = table;
      if (known == null) {
        known = new HashSet<>();
        for (int i = 0; i < size; i++) {
          known.add(keys[i]);
        }
        table = known;
      }
      if (!known.add(key)) {
        return false;
      }
    }
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, 2 * size);
      heads = Arrays.copyOf(heads, 2 * size);
      frames = Arrays.copyOf(frames, 2 * size);
    }
    keys[size] = key;
    heads[size] = head;
    frames[size++] = frame;
    return true;
  }

  void clear() {
    size = 0;
    table = null;
  }

  void sort() {
    if (size > 40) {
      sortMany();
      return;
    }
    for (int i = 1; i < size; i++) {
      long k = keys[i];
      Object h = heads[i];
      Frame f = frames[i];
      int j = i - 1;
      for (; j >= 0 && keys[j] > k; j--) {
        keys[j + 1] = keys[j];
        heads[j + 1] = heads[j];
        frames[j + 1] = frames[j];
      }
      keys[j + 1] = k;
      heads[j + 1] = h;
      frames[j + 1] = f;
    }
  }

  /**
   * Leaves out pairs after which nothing comes that does not come after another pair with the same
   * head. Sorted before and after.
   */
  @SuppressWarnings("ReferenceEquality") // equal heads are one object
  void reduce(Frames known) {
    int n = 0;
    for (int i = 0; i < size; i++) {
      if (n > 0 && heads[n - 1] == heads[i]) {
        if (known.within(frames[n - 1], frames[i])) {
          n--;
        } else if (known.within(frames[i], frames[n - 1])) {
          continue;
        }
      }
      keys[n] = keys[i];
      heads[n] = heads[i];
      frames[n++] = frames[i];
    }
    size = n;
  }

  private void sortMany() {
    Integer[] order = new Integer[size];
    for (int i = 0; i < size; i++) {
      order[i] = i;
    }
    long[] k = keys.clone();
    @Nullable Object[] h = heads.clone();
    Frame[] f = frames.clone();
    Arrays.sort(order, (x, y) -> Long.compare(k[x], k[y]));
    for (int i = 0; i < size; i++) {
      keys[i] = k[order[i]];
      heads[i] = h[order[i]];
      frames[i] = f[order[i]];
    }
  }

  /** The heads, in the type of the array given. */
  <A> A[] heads(A[] type) {
    A[] out = Arrays.copyOf(type, size);
    System.arraycopy(heads, 0, out, 0, size);
    return out;
  }

  Frame[] frames() {
    return Arrays.copyOf(frames, size);
  }
}
