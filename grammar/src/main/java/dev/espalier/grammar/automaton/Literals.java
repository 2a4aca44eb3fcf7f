package dev.espalier.grammar.automaton;

import java.util.Arrays;
import java.util.Collection;

/** Many texts, sorted and each once: what a trie of them is read from as far as it is needed. */
final class Literals {
  private final byte[] bytes; // of all texts, one after the other
  private final int[] start; // where each begins, and where the last one ends
  private final int hash;

  Literals(Collection<byte[]> texts) {
    byte[][] all = texts.toArray(new byte[0][]);
    Arrays.sort(all, Arrays::compareUnsigned);
    int n = 0;
    int length = 0;
    for (int i = 0; i < all.length; i++) {
      if (i == 0 || !Arrays.equals(all[i], all[i - 1])) {
        length = Math.addExact(length, all[i].length);
        all[n++] = all[i];
      }
    }
    bytes = new byte[length];
    start = new int[n + 1];
    for (int i = 0; i < n; i++) {
      System.arraycopy(all[i], 0, bytes, start[i], all[i].length);
      start[i + 1] = start[i] + all[i].length;
    }
    hash = 31 * Arrays.hashCode(start) + Arrays.hashCode(bytes);
  }

  int size() {
    return start.length - 1;
  }

  /** The length of a text in bytes. */
  int length(int i) {
    return start[i + 1] - start[i];
  }

  /** A byte of a text, 0 to 255. */
  int byteAt(int i, int at) {
    return bytes[start[i] + at] & 0xFF;
  }

  /** What is behind so many bytes of a text. */
  byte[] from(int i, int at) {
    return Arrays.copyOfRange(bytes, start[i] + at, start[i + 1]);
  }

  /**
   * The first text in {@code (from, to)} whose byte at {@code depth} is not that of {@code from}.
   */
  int nextBranch(int from, int to, int depth) {
    int b = byteAt(from, depth);
    int i = from + 1;
    while (i < to && byteAt(i, depth) == b) {
      i++;
    }
    return i;
  }

  /** Every byte that occurs. */
  ByteSet bytes() {
    boolean[] seen = new boolean[256];
    for (byte b : bytes) {
      seen[b & 0xFF] = true;
    }
    ByteSet set = ByteSet.NONE;
    for (int b = 0; b < 256; b++) {
      set = seen[b] ? set.or(ByteSet.of(b)) : set;
    }
    return set;
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public boolean equals(Object o) {
    return o == this
        || (o instanceof Literals l
            && hash == l.hash
            && Arrays.equals(start, l.start)
            && Arrays.equals(bytes, l.bytes));
  }
}
