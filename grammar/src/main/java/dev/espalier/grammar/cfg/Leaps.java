package dev.espalier.grammar.cfg;

import org.jspecify.annotations.Nullable;

/**
 * Where tokens lead from a state, by token. Grown under the machine's lock, read without: who sees
 * an old table or an old slot asks under the lock.
 */
final class Leaps {
  private record Leap(int token, ParseState to) {}

  private @Nullable Leap[] table = new Leap[8]; // open addressing
  private int size;

  @Nullable ParseState get(int token) {
    @Nullable Leap[] t = table;
    for (int i = slot(token, t.length); ; i = (i + 1) & (t.length - 1)) {
      Leap leap = t[i];
      if (leap == null) {
        return null;
      } else if (leap.token == token) {
        return leap.to;
      }
    }
  }

  void forget() {
    table = new Leap[8];
    size = 0;
  }

  void put(int token, ParseState to) {
    if (2 * ++size > table.length) {
      @Nullable Leap[] larger = new Leap[2 * table.length];
      for (Leap leap : table) {
        if (leap != null) {
          put(leap, larger);
        }
      }
      table = larger;
    }
    put(new Leap(token, to), table);
  }

  private static void put(Leap leap, @Nullable Leap[] table) {
    int i = slot(leap.token, table.length);
    while (table[i] != null) {
      i = (i + 1) & (table.length - 1);
    }
    table[i] = leap;
  }

  private static int slot(int token, int length) {
    int h = token * 0x9E3779B1;
    return (h ^ (h >>> 15)) & (length - 1);
  }
}
