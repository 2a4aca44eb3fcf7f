package dev.espalier;

import java.util.Arrays;

/** A growing list of ints. */
final class IntList {
  private int[] items = new int[16];
  private int size;

  IntList() {}

  IntList(int[] initial) {
    items = initial.clone();
    size = initial.length;
  }

  void add(int item) {
    if (size == items.length) {
      items = Arrays.copyOf(items, Math.max(16, 2 * size));
    }
    items[size++] = item;
  }

  void addAll(int[] more) {
    for (int item : more) {
      add(item);
    }
  }

  int get(int i) {
    return items[i];
  }

  int size() {
    return size;
  }

  void clear() {
    size = 0;
  }

  void removeFirst(int n) {
    System.arraycopy(items, n, items, 0, size - n);
    size -= n;
  }

  int[] toArray() {
    return Arrays.copyOf(items, size);
  }

  int[] toArray(int from, int to) {
    return Arrays.copyOfRange(items, from, to);
  }
}
