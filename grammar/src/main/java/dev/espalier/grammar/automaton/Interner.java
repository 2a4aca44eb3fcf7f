package dev.espalier.grammar.automaton;

import java.lang.ref.WeakReference;
import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiPredicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes equal values the same object for as long as somebody uses one. Safe for threads; holds its
 * values weakly, so an automaton that nobody needs any more leaves no trace.
 */
final class Interner<T> {
  // No reference queue: after a large automaton has gone, the JVM's thread that fills it takes its
  // lock a million times, and who interns then waits for milliseconds. Instead the collector is
  // noticed by what it took, and the table is gone through once, a few entries each time.
  private static final int LOOKED_AT_ONCE = 2;

  private final ToIntFunction<T> hash;
  private final BiPredicate<T, T> same;
  private final ConcurrentHashMap<Object, Entry> table = new ConcurrentHashMap<>();
  private final ReentrantLock sweeping = new ReentrantLock();
  private @Nullable Iterator<Entry> sweep; // under the lock; null while none is under way
  private volatile boolean underWay;
  private volatile WeakReference<Object> untilCollected = new WeakReference<>(new Object());

  /** Values that are {@code same} must have the same {@code hash}. */
  Interner(ToIntFunction<T> hash, BiPredicate<T, T> same) {
    this.hash = hash;
    this.same = same;
  }

  private final class Entry extends WeakReference<T> {
    private final int hash;

    Entry(T value) {
      super(value);
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
    if (underWay || untilCollected.refersTo(null)) {
      sweepSome();
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

  /** How many values are held, some of which may be gone already. */
  int size() {
    return table.size();
  }

  private void sweepSome() {
    if (!sweeping.tryLock()) {
      return; // somebody else is at it
    }
    try {
      Iterator<Entry> at = sweep;
      if (at == null) {
        untilCollected = new WeakReference<>(new Object());
        at = table.values().iterator();
        sweep = at;
        underWay = true;
      }
      for (int i = 0; i < LOOKED_AT_ONCE && at.hasNext(); i++) {
        if (at.next().refersTo(null)) {
          at.remove();
        }
      }
      if (!at.hasNext()) {
        sweep = null;
        underWay = false;
      }
    } finally {
      sweeping.unlock();
    }
  }
}
