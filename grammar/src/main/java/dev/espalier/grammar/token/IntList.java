package dev.espalier.grammar.token;

import java.util.Arrays;

/** A growing list of ints. Mutable, for one thread. */
public final class IntList {
  private static final int[] NONE = {};

  int[] items = NONE;
  int size;

  /** Appends one. */
  public void add(int item) {
    if (size == items.length) {
      items = Arrays.copyOf(items, Math.max(16, 2 * size));
    }
    items[size++] = item;
  }

  boolean sameAs(IntList o) {
    return Arrays.equals(items, 0, size, o.items, 0, o.size);
  }

  /** How many there are. */
  public int size() {
    return size;
  }

  /** A copy. */
  public int[] toArray() {
    return size == 0 ? NONE : Arrays.copyOf(items, size);
  }
}
