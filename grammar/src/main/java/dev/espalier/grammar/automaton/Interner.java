package dev.espalier.grammar.automaton;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.function.ToIntFunction;

/**
 * Makes equal values the same object for as long as somebody uses one. Safe for threads; holds its
 * values weakly, so an automaton that nobody needs any more leaves no trace.
 */
final class Interner<T> {
  // Many small tables: threads rarely meet at one, and to go through one is no pause. A table that
  // is full is rid of what has gone before it grows, and all of them are where a collection leaves
  // many more values than there were. No reference queue: after a large automaton has gone, the
  // JVM's thread that fills it takes its lock a million times, and who interns then waits for
  // milliseconds.
  private static final int TABLES = 1024;
  private static final int FEW = 1 << 12; // values that may stand for nothing
  private static final int GOLDEN = 0x9E3779B9; // spreads what is alike, as Fibonacci hashing does
  private static final int TABLE_SHIFT = 22; // the top bits choose the table

  private final ToIntFunction<T> hash;
  private final BiPredicate<T, T> same;
  private final Table<T>[] tables = tables();
  private final AtomicInteger nextToTidy = new AtomicInteger(TABLES);
  private volatile int tidied; // values that were left the last time
  private volatile WeakReference<Object> untilCollected = new WeakReference<>(new Object());

  /** Values that are {@code same} must have the same {@code hash}. */
  Interner(ToIntFunction<T> hash, BiPredicate<T, T> same) {
    this.hash = hash;
    this.same = same;
  }

  /** Open addressing: never more than three quarters full, at most half after it was renewed. */
  private static final class Table<T> {
    private static final int SMALLEST = 4;
    private static final int NOTHING = 0; // where there is no value; no hash of one

    private int[] hashes = new int[SMALLEST]; // beside their values, which a search rarely looks at
    private WeakReference<T>[] values = places(SMALLEST);
    private int used; // what has gone included

    synchronized T intern(T value, int hash, BiPredicate<T, T> same) {
      int mask = hashes.length - 1;
      int i = hash & mask;
      for (int h = hashes[i]; h != NOTHING; h = hashes[i]) {
        T known = h == hash ? values[i].get() : null;
        if (known != null && same.test(known, value)) {
          return known;
        }
        i = (i + 1) & mask;
      }
      if (4 * (used + 1) > 3 * hashes.length) {
        renew();
      }
      put(new WeakReference<>(value), hash);
      return value;
    }

    private void put(WeakReference<T> value, int hash) {
      int mask = hashes.length - 1;
      int i = hash & mask;
      while (hashes[i] != NOTHING) {
        i = (i + 1) & mask;
      }
      hashes[i] = hash;
      values[i] = value;
      used++;
    }

    /** Lets what has gone go. */
    synchronized void renew() {
      int[] oldHashes = hashes;
      WeakReference<T>[] oldValues = values;
      int there = 0;
      for (int i = 0; i < oldHashes.length; i++) {
        if (oldHashes[i] != NOTHING && oldValues[i].refersTo(null)) {
          oldHashes[i] = NOTHING;
        } else if (oldHashes[i] != NOTHING) {
          there++;
        }
      }
      int length = Math.max(SMALLEST, 4 * Integer.highestOneBit(Math.max(1, there)));
      hashes = new int[length];
      values = places(length);
      used = 0;
      for (int i = 0; i < oldHashes.length; i++) {
        if (oldHashes[i] != NOTHING) {
          put(oldValues[i], oldHashes[i]);
        }
      }
    }

    synchronized int size() {
      return used;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array has no type arguments
    private static <T> WeakReference<T>[] places(int length) {
      return new WeakReference[length];
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // likewise
  private static <T> Table<T>[] tables() {
    Table<T>[] all = new Table[TABLES];
    for (int i = 0; i < TABLES; i++) {
      all[i] = new Table<>();
    }
    return all;
  }

  /** The one object equal to {@code value} that everybody shares. */
  T intern(T value) {
    if (untilCollected.refersTo(null)) {
      noticeCollection();
    }
    if (nextToTidy.get() < TABLES) {
      tidyOne();
    }
    int h = hash.applyAsInt(value) * GOLDEN;
    return tables[h >>> TABLE_SHIFT].intern(value, h == Table.NOTHING ? 1 : h, same);
  }

  /** How many values are held, some of which may be gone already. */
  int size() {
    int sum = 0;
    for (Table<T> t : tables) {
      sum += t.size();
    }
    return sum;
  }

  private synchronized void noticeCollection() {
    if (untilCollected.refersTo(null)) {
      untilCollected = new WeakReference<>(new Object());
      if (size() > 2 * tidied + FEW) {
        nextToTidy.set(0);
      }
    }
  }

  private void tidyOne() {
    int i = nextToTidy.getAndIncrement();
    if (i < TABLES) {
      tables[i].renew();
    }
    if (i == TABLES - 1) {
      tidied = size();
    }
  }
}
