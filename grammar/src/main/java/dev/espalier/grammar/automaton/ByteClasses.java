package dev.espalier.grammar.automaton;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A partition of the 256 bytes: no automaton over the given sets tells two bytes of a class apart.
 * Immutable.
 */
public final class ByteClasses {
  private final byte[] classOf = new byte[256];
  private final int[] sample; // the first byte of each class

  private ByteClasses(Collection<ByteSet> sets) {
    // Each byte's signature is a sum of random words, one for every set that holds it.
    long[] signature = new long[256];
    long word = 0x9E3779B97F4A7C15L;
    for (ByteSet set : sets) {
      word ^= word << 13;
      word ^= word >>> 7;
      word ^= word << 17;
      for (int b = set.next(0); b >= 0; b = set.next(b + 1)) {
        signature[b] += word;
      }
    }
    int[] first = new int[256]; // of each class
    int n = 0;
    for (int b = 0; b < 256; b++) {
      int c = b > 0 && signature[b] == signature[b - 1] ? classOf[b - 1] & 0xFF : 0;
      while (c < n && signature[first[c]] != signature[b]) {
        c++;
      }
      if (c == n) {
        first[n++] = b;
      }
      classOf[b] = (byte) c;
    }
    sample = Arrays.copyOf(first, n); // a large grammar has many, of few classes each
  }

  /** The classes that no state of the expressions' automata distinguishes. */
  public static ByteClasses of(Collection<Expr> expressions) {
    Set<ByteSet> sets = new HashSet<>();
    Set<Expr> seen = new HashSet<>();
    for (Expr e : expressions) {
      Shape.collectSets(e, sets, seen);
    }
    return new ByteClasses(sets);
  }

  /** The classes of one expression. */
  public static ByteClasses of(Expr expression) {
    return of(List.of(expression));
  }

  /** Number of classes, 1 to 256. */
  public int size() {
    return sample.length;
  }

  /** The class of a byte, from 0. */
  public int of(int b) {
    return classOf[b] & 0xFF;
  }

  /** A byte of the class. */
  public int sample(int c) {
    return sample[c];
  }
}
