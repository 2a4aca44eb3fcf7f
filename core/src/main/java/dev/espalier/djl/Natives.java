package dev.espalier.djl;

import ai.djl.pytorch.jni.IValue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The native values that a model holds beyond one pass: weights, caches, outputs. DJL neither
 * counts nor collects these, so whatever is not freed here is leaked. Thread-safe.
 */
final class Natives implements AutoCloseable {
  private final Set<IValue> alive = ConcurrentHashMap.newKeySet();

  /** Takes a value over; it lives until {@link #free} or {@link #close}. */
  IValue own(IValue value) {
    alive.add(value);
    return value;
  }

  /** Frees a value unless that has been done. */
  void free(IValue value) {
    if (alive.remove(value)) {
      value.close();
    }
  }

  /** Number of values alive. */
  int count() {
    return alive.size();
  }

  @Override
  public void close() {
    for (IValue value : alive) {
      free(value);
    }
  }
}
