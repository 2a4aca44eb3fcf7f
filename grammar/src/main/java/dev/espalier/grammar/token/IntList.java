package dev.espalier.grammar.token;

import java.util.Arrays;

/** A growing list of ints. Mutable, for one thread. */
final class IntList {
  private static final int[] NONE = {};

  int[] items = NONE;
  int size;

  void add(int item) {
    if (size == items.length) {
      items = Arrays.copyOf(items, Math.max(16, 2 * size));
    }
    items[size++] = item;
  }

  int[] toArray() {
    return size == 0 ? NONE : Arrays.copyOf(items, size);
  }
}
