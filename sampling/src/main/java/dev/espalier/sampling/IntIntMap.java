package dev.espalier.sampling;

import java.util.Arrays;

/**
 * Token ids to small numbers, 0 where nothing was put. Open addressing; clearing costs what was put
 * in. Mutable, for one sequence.
 */
final class IntIntMap {
  private int[] keys; // id + 1, 0 where free; the length is a power of two
  private int[] values;
  private int[] places; // places[0, size) are the slots in use, in order of insertion
  private int size;

  IntIntMap() {
    allocate(64);
  }

  IntIntMap(IntIntMap other) {
    keys = other.keys.clone();
    values = other.values.clone();
    places = other.places.clone();
    size = other.size;
  }

  private void allocate(int capacity) {
    keys = new int[capacity];
    values = new int[capacity];
    places = new int[capacity / 2];
    size = 0;
  }

  int size() {
    return size;
  }

  int key(int i) {
    return keys[places[i]] - 1;
  }

  int value(int i) {
    return values[places[i]];
  }

  int get(int key) {
    int at = find(key);
    return keys[at] == 0 ? 0 : values[at];
  }

  void add(int key, int delta) {
    put(key, get(key) + delta);
  }

  void put(int key, int value) {
    int at = find(key);
    if (keys[at] == 0) {
      if (size == places.length) {
        rebuild();
        at = find(key);
      }
      keys[at] = key + 1;
      places[size++] = at;
    }
    values[at] = value;
  }

  void clear() {
    for (int i = 0; i < size; i++) {
      keys[places[i]] = 0;
    }
    size = 0;
  }

  private int find(int key) {
    int mask = keys.length - 1;
    int at = (key * 0x9E3779B9) >>> 7 & mask;
    while (keys[at] != 0 && keys[at] != key + 1) {
      at = (at + 1) & mask;
    }
    return at;
  }

  /** Drops entries whose number is 0, and doubles the room if that leaves more than half. */
  private void rebuild() {
    int[] oldKeys = keys;
    int[] oldValues = values;
    int[] oldPlaces = Arrays.copyOf(places, size);
    int live = 0;
    for (int place : oldPlaces) {
      live += oldValues[place] != 0 ? 1 : 0;
    }
    allocate(live > oldPlaces.length / 2 ? 2 * oldKeys.length : oldKeys.length);
    for (int place : oldPlaces) {
      if (oldValues[place] != 0) {
        put(oldKeys[place] - 1, oldValues[place]);
      }
    }
  }
}
