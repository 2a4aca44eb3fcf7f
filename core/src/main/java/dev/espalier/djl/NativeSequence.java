package dev.espalier.djl;

import dev.espalier.LmSequence;
import org.jspecify.annotations.Nullable;

/** A sequence of a {@link NativeDecoder}: a length and a cache, which forks share. */
final class NativeSequence implements LmSequence {
  private final NativeDecoder model;
  private @Nullable KvCache cache; // null while empty
  private int length;
  private boolean closed;

  NativeSequence(NativeDecoder model) {
    this.model = model;
  }

  NativeDecoder model() {
    return model;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public LmSequence fork() {
    return model.exclusively(
        () -> {
          checkOpen();
          NativeSequence fork = new NativeSequence(model);
          fork.length = length;
          fork.cache = cache == null ? null : cache.share();
          model.opened(fork);
          return fork;
        });
  }

  @Override
  public void truncate(int to) {
    model.exclusively(
        () -> {
          checkOpen();
          if (to < 0 || to > length) {
            throw new IllegalArgumentException("cannot truncate " + length + " positions to " + to);
          }
          shorten(to);
          return to;
        });
  }

  private void shorten(int to) {
    length = to;
    if (cache != null) {
      cache.truncated(to);
    }
  }

  @Override
  public void keep(int from, int[] slots) {
    model.exclusively(
        () -> {
          checkOpen();
          checkSlots(from, slots);
          int end = from + slots.length;
          if (slots.length > 0 && slots[slots.length - 1] != end - 1) { // else a mere prefix
            KvCache own = KvCache.writable(cache, model, length, length);
            cache = own;
            model.keepInCache(own.tensors(), from, slots);
          }
          shorten(end);
          return end;
        });
  }

  private void checkSlots(int from, int[] slots) {
    int previous = from - 1;
    for (int slot : slots) {
      if (from < 0 || slot <= previous || slot >= length) {
        throw new IllegalArgumentException(
            "slot " + slot + " is not ascending within " + from + ".." + (length - 1));
      }
      previous = slot;
    }
    if (from < 0 || from > length) {
      throw new IllegalArgumentException("cannot keep from " + from + " of " + length);
    }
  }

  /** The cache with room for {@code end} positions, this sequence's own from its length on. */
  KvCache prepare(int end) {
    KvCache own = KvCache.writable(cache, model, length, end);
    cache = own;
    return own;
  }

  /** The pass over {@code end} positions succeeded. */
  void grown(int end) {
    length = end;
  }

  void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the sequence is closed");
    }
  }

  @Override
  public void close() {
    model.closeSequence(this);
  }

  /** Frees the cache; under the pass lock. */
  void free() {
    closed = true;
    if (cache != null) {
      cache.release();
      cache = null;
    }
    length = 0;
  }
}
