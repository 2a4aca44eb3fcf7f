package dev.espalier.grammar.automaton;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** Many texts, sorted and each once: what a trie of them is read from as far as it is needed. */
final class Literals {
  private final byte[][] sorted;
  private final int hash;

  Literals(Collection<byte[]> texts) {
    byte[][] all = texts.toArray(new byte[0][]);
    Arrays.sort(all, Arrays::compareUnsigned);
    List<byte[]> distinct = new ArrayList<>(all.length);
    for (int i = 0; i < all.length; i++) {
      if (i == 0 || !Arrays.equals(all[i], all[i - 1])) {
        distinct.add(all[i].clone());
      }
    }
    sorted = distinct.toArray(new byte[0][]);
    hash = Arrays.deepHashCode(sorted);
  }

  int size() {
    return sorted.length;
  }

  byte[] get(int i) {
    return sorted[i];
  }

  /**
   * The first text in {@code (from, to)} whose byte at {@code depth} is not that of {@code from}.
   */
  int nextBranch(int from, int to, int depth) {
    byte b = sorted[from][depth];
    int i = from + 1;
    while (i < to && sorted[i][depth] == b) {
      i++;
    }
    return i;
  }

  /** Every byte that occurs. */
  ByteSet bytes() {
    boolean[] seen = new boolean[256];
    for (byte[] text : sorted) {
      for (byte b : text) {
        seen[b & 0xFF] = true;
      }
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
        || (o instanceof Literals l && hash == l.hash && Arrays.deepEquals(sorted, l.sorted));
  }
}
