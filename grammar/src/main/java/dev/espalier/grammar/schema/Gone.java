package dev.espalier.grammar.schema;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** The listed names of a {@link KeySpace} that can come no more. Immutable, compared by content. */
final class Gone {
  static final Gone NONE = new Gone(new long[0]);

  private final long[] words;
  private final int hash;

  private Gone(long[] words) {
    this.words = words;
    hash = Arrays.hashCode(words);
  }

  boolean contains(int name) {
    return name >> 6 < words.length && ((words[name >> 6] >>> name) & 1) != 0;
  }

  /** Whether any of these names but one is gone. */
  boolean holdsSome(BitSet names, int but) {
    for (int w = 0; w < words.length; w++) {
      for (long left = words[w]; left != 0; left &= left - 1) {
        int name = (w << 6) + Long.numberOfTrailingZeros(left);
        if (name != but && names.get(name)) {
          return true;
        }
      }
    }
    return false;
  }

  /** These and more. */
  Gone with(BitSet more) {
    long[] added = more.toLongArray();
    long[] all = Arrays.copyOf(words, Math.max(words.length, added.length));
    for (int i = 0; i < added.length; i++) {
      all[i] |= added[i];
    }
    return Arrays.equals(all, words) ? this : new Gone(all);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return this == o || (o instanceof Gone g && g.hash == hash && Arrays.equals(g.words, words));
  }
}
