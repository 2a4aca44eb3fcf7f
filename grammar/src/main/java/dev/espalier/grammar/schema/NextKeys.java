package dev.espalier.grammar.schema;

import java.util.BitSet;
import java.util.function.IntPredicate;

/**
 * Which keys may come next in an object; each is found out when it is asked about. Mutable cache,
 * used under the machine's lock.
 */
final class NextKeys {
  private final KeySpace space;
  private final IntPredicate mayCome;
  private final BitSet asked = new BitSet();
  private final BitSet may = new BitSet();

  NextKeys(KeySpace space, IntPredicate mayCome) {
    this.space = space;
    this.mayCome = mayCome;
  }

  boolean contains(int key) {
    if (!asked.get(key)) {
      may.set(key, mayCome.test(key));
      asked.set(key);
    }
    return may.get(key);
  }

  boolean isEmpty() {
    if (!may.isEmpty()) {
      return false;
    }
    for (int key = space.keys() - 1; key >= 0; key--) { // other names first: most objects are open
      if (contains(key)) {
        return false;
      }
    }
    return true;
  }

  /** Whether names that are not listed may come. */
  boolean hasOthers() {
    for (int key = space.size(); key < space.keys(); key++) {
      if (contains(key)) {
        return true;
      }
    }
    return false;
  }

  /** Whether every name that is not listed may come. */
  boolean hasAllOthers() {
    for (int key = space.size(); key < space.keys(); key++) {
      if (!contains(key)) {
        return false;
      }
    }
    return true;
  }

  /** All of them; do not write. */
  BitSet all() {
    for (int key = 0; key < space.keys(); key++) {
      contains(key);
    }
    return may;
  }
}
