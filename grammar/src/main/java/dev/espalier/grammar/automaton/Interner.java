package dev.espalier.grammar.automaton;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes equal values the same object for as long as somebody uses one. Safe for threads; holds its
 * values weakly, so an automaton that nobody needs any more leaves no trace.
 */
final class Interner<T> {
  private static final int CLEARED_AT_ONCE = 4;

  private final ToIntFunction<T> hash;
  private final BiPredicate<T, T> same;
  private final ConcurrentHashMap<Object, Entry> table = new ConcurrentHashMap<>();
  private final ReferenceQueue<T> cleared = new ReferenceQueue<>();

  /** Values that are {@code same} must have the same {@code hash}. */
  Interner(ToIntFunction<T> hash, BiPredicate<T, T> same) {
    this.hash = hash;
    this.same = same;
  }

  private final class Entry extends WeakReference<T> {
    private final int hash;

    Entry(T value) {
      super(value, cleared);
      hash = Interner.this.hash.applyAsInt(value);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object o) {
      if (this == o) {
        return true;
      }
      if (!(o instanceof Interner<?>.Entry) || o.hashCode() != hash) {
        return false;
      }
      @SuppressWarnings("unchecked") // a table holds the entries of its own interner only
      T other = ((Entry) o).get();
      T mine = get();
      return mine != null && other != null && same.test(mine, other);
    }
  }

  /** The one object equal to {@code value} that everybody shares. */
  T intern(T value) {
    // A few at a time: after a large automaton has gone, nobody shall pay for all of it at once.
    for (int i = 0; i < CLEARED_AT_ONCE; i++) {
      Object gone = cleared.poll();
      if (gone == null) {
        break;
      }
      table.remove(gone);
    }
    Entry mine = new Entry(value);
    while (true) {
      Entry known = table.putIfAbsent(mine, mine);
      if (known == null) {
        return value;
      }
      T shared = known.get();
      if (shared != null) {
        return shared;
      }
      table.remove(known, known); // cleared between look-up and get
    }
  }
}
