package dev.espalier.djl;

import ai.djl.pytorch.jni.IValue;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of all layers for one sequence or several that share a prefix. Guarded by the
 * decoder's pass lock.
 *
 * <p>Forks share the tensors. A sequence may append in place while nobody has written beyond its
 * own end: then the others, which see only their own length, notice nothing. Otherwise it copies
 * first. So of a sequence and its forks, the first to go on copies nothing.
 */
final class KvCache {
  /** Positions of a first allocation; later ones double. */
  private static final int BLOCK = 64;

  private final NativeDecoder model;
  private final IValue tensors; // List[Tensor], replaced in place when it grows
  private int capacity;
  private int written; // positions that some sequence has filled
  private int users = 1;

  private KvCache(NativeDecoder model, IValue tensors, int capacity, int written) {
    this.model = model;
    this.tensors = tensors;
    this.capacity = capacity;
    this.written = written;
  }

  /** The tensors, for a step. */
  IValue tensors() {
    return tensors;
  }

  KvCache share() {
    users++;
    return this;
  }

  void release() {
    if (--users == 0) {
      model.natives().free(tensors);
    }
  }

  /**
   * A sequence of {@code length} no longer needs what is behind: the only user may overwrite it.
   */
  void truncated(int length) {
    if (users == 1) {
      written = length;
    }
  }

  /**
   * A cache in which a sequence that holds {@code length} positions of {@code old} may write up to
   * {@code end}: the old one, grown where needed, or a copy. Takes over the sequence's use of it.
   */
  static KvCache writable(@Nullable KvCache old, NativeDecoder model, int length, int end) {
    if (old == null) {
      int capacity = model.capacity(end, BLOCK);
      return new KvCache(model, model.newCache(capacity), capacity, end);
    }
    if (old.users > 1 && old.written != length) {
      int capacity = model.capacity(end, BLOCK);
      IValue copy = model.copyCache(old.tensors, length, capacity);
      old.release();
      return new KvCache(model, copy, capacity, end);
    }
    if (end > old.capacity) {
      int capacity = model.capacity(end, 2 * old.capacity);
      model.growCache(old.tensors, length, capacity);
      old.capacity = capacity;
    }
    old.written = end;
    return old;
  }
}
