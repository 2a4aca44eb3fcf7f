package dev.espalier.grammar.schema;

import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The objects of one kind that a machine has made, each meaning once, so that they compare by
 * identity from then on. Used under the machine's lock.
 */
final class Unique<T> {
  // Most of what a machine holds stands in such a table: no key is kept beside a value, and no
  // entry around it. Open addressing, at most half full.
  private int[] hashes = new int[32]; // beside their values, which a search rarely looks at
  private @Nullable Object[] values = new Object[32];
  private int size;

  private final ToIntFunction<T> hash;
  private final BiPredicate<T, T> same;

  /**
   * Values that are {@code same} must have the same {@code hash}, which is made by {@link #mixed}.
   */
  Unique(ToIntFunction<T> hash, BiPredicate<T, T> same) {
    this.hash = hash;
    this.same = same;
  }

  /** The one that means the same, null if there is none yet. */
  @Nullable T find(T like) {
    int wanted = hash.applyAsInt(like);
    int mask = values.length - 1;
    for (int i = wanted & mask; values[i] != null; i = (i + 1) & mask) {
      if (hashes[i] == wanted) {
        @SuppressWarnings("unchecked") // only those are added
        T known = (T) Objects.requireNonNull(values[i]);
        if (same.test(known, like)) {
          return known;
        }
      }
    }
    return null;
  }

  /** Adds one that was not found. */
  void add(T value) {
    if (2 * ++size > values.length) {
      grow();
    }
    put(value, hash.applyAsInt(value));
  }

  /**
   * A hash with one part more. Values differ by little here and there, and sums of small
   * differences would often be equal.
   */
  static int mixed(int hash, int part) {
    int sum = (hash + part) * 0x9E3779B9; // as in Fibonacci hashing
    return sum ^ (sum >>> 15);
  }

  private void grow() {
    int[] oldHashes = hashes;
    @Nullable Object[] oldValues = values;
    hashes = new int[2 * oldHashes.length];
    values = new Object[2 * oldValues.length];
    for (int i = 0; i < oldValues.length; i++) {
      Object value = oldValues[i];
      if (value != null) {
        put(value, oldHashes[i]);
      }
    }
  }

  private void put(Object value, int valueHash) {
    int mask = values.length - 1;
    int i = valueHash & mask;
    while (values[i] != null) {
      i = (i + 1) & mask;
    }
    hashes[i] = valueHash;
    values[i] = value;
  }
}
