package dev.espalier.sampling;

import java.util.Arrays;

/**
 * Token ids to small numbers, 0 where nothing was put. Entries lie side by side in order of
 * insertion, found by open addressing; clearing costs what was put in. Mutable, for one sequence.
 */
final class IntIntMap {
  private int[] slots; // entry + 1, 0 where free; the length is a power of two
  private int[] keys; // keys[0, size), at most half as many as slots
  private int[] values;
  private int size;

  IntIntMap() {
    allocate(64);
  }

  IntIntMap(IntIntMap other) {
    slots = other.slots.clone();
    keys = other.keys.clone();
    values = other.values.clone();
    size = other.size;
  }

  private void allocate(int capacity) {
    slots = new int[capacity];
    keys = new int[capacity / 2];
    values = new int[capacity / 2];
    size = 0;
  }

  int size() {
    return size;
  }

  /** The keys; the first {@link #size} count, do not write. */
  int[] keys() {
    return keys;
  }

  /** The values, in the order of {@link #keys}; do not write. */
  int[] values() {
    return values;
  }

  int get(int key) {
    int entry = slots[find(key)];
    return entry == 0 ? 0 : values[entry - 1];
  }

  void add(int key, int delta) {
    put(key, get(key) + delta);
  }

  void put(int key, int value) {
    int at = find(key);
    if (slots[at] == 0) {
      if (size == keys.length) {
        rebuild();
        at = find(key);
      }
      keys[size++] = key;
      slots[at] = size;
    }
    values[slots[at] - 1] = value;
  }

  void clear() {
    if (size > 0) {
      Arrays.fill(slots, 0);
      size = 0;
    }
  }

  /** The slot of a key, or the free one where it would be. */
  private int find(int key) {
    int mask = slots.length - 1;
    int at = (key * 0x9E3779B9) >>> 7 & mask;
    while (slots[at] != 0 && keys[slots[at] - 1] != key) {
      at = (at + 1) & mask;
    }
    return at;
  }

  /** Drops entries whose number is 0, and doubles the room if that leaves more than half. */
  private void rebuild() {
    int[] oldKeys = keys;
    int[] oldValues = values;
    int old = size;
    int live = 0;
    for (int i = 0; i < old; i++) {
      live += oldValues[i] != 0 ? 1 : 0;
    }
    allocate(live > old / 2 ? 2 * slots.length : slots.length);
    for (int i = 0; i < old; i++) {
      if (oldValues[i] != 0) {
        put(oldKeys[i], oldValues[i]);
      }
    }
  }
}
