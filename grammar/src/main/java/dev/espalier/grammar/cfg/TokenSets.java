package dev.espalier.grammar.cfg;

import dev.espalier.TokenSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The finished masks of a machine, by what they were made of: far fewer than its states. Used under
 * its machine's lock.
 */
final class TokenSets {
  private final Map<Object, TokenSet> known = new HashMap<>();
  private final int words; // of a whole vocabulary
  private long bytes;

  TokenSets(int vocabularySize) {
    words = (vocabularySize + 63) >>> 6;
  }

  /** The parts whose union a mask is, each once, in any order. The one at hand has them marked. */
  private static final class Parts {
    private final PartialMask[] parts;
    private final int hash;

    Parts(PartialMask[] parts, int hash) {
      this.parts = parts;
      this.hash = hash;
    }

    @Override
    public int hashCode() {
      return hash;
    }

    /** Of the one at hand, with another that is kept. */
    @Override
    public boolean equals(@Nullable Object o) {
      if (!(o instanceof Parts p) || p.hash != hash || p.parts.length != parts.length) {
        return false;
      }
      for (PartialMask part : p.parts) {
        if (part.mark != parts[0].mark) {
          return false;
        }
      }
      return true;
    }
  }

  /** Shared bits, told apart by identity, and tokens that are not among them, ascending. */
  @SuppressWarnings({"ArrayRecordComponent", "ArrayEquals"}) // compared by hand
  private record Content(long @Nullable [] bits, int[] ids) {
    @Override
    public int hashCode() {
      return System.identityHashCode(bits) * 31 + Arrays.hashCode(ids);
    }

    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof Content c && bits == c.bits && Arrays.equals(ids, c.ids);
    }
  }

  /**
   * The union of the first {@code n} parts.
   *
   * @param mark that none of them has
   * @param found empty; is empty again afterwards
   */
  TokenSet union(PartialMask[] parts, int n, int mark, TokenCollector found) {
    PartialMask[] each = new PartialMask[n];
    int size = 0;
    int hash = 0;
    for (int i = 0; i < n; i++) {
      PartialMask part = parts[i];
      if (part.mark != mark) {
        part.mark = mark;
        each[size++] = part;
        int h = part.number * 0x9E3779B1;
        hash += (h ^ h >>> 15) * 0x85EBCA6B;
      }
    }
    Parts key = new Parts(size == n ? each : Arrays.copyOf(each, size), hash);
    TokenSet set = known.get(key);
    if (set == null) {
      set = make(key.parts, size, found);
      keep(key, set);
    }
    return set;
  }

  private TokenSet make(PartialMask[] parts, int n, TokenCollector found) {
    List<long[]> wide = new ArrayList<>(); // each once; parts share them
    int listed = 0;
    for (int i = 0; i < n; i++) {
      long[] bits = parts[i].bits;
      listed += parts[i].ids.length;
      if (bits != null && !containsItself(wide, bits)) {
        wide.add(bits);
      }
    }
    if (wide.isEmpty() && listed <= 4 * TokenSet.LIST_LIMIT) {
      for (int i = 0; i < n; i++) {
        found.addAll(parts[i].ids);
      }
      return TokenSet.of(found.drain(null));
    }
    long[] all = wide.isEmpty() ? new long[words] : wide.get(0).clone();
    for (int k = 1; k < wide.size(); k++) {
      long[] bits = wide.get(k);
      for (int w = 0; w < bits.length; w++) {
        all[w] |= bits[w];
      }
    }
    for (int i = 0; i < n; i++) {
      mark(parts[i].ids, all);
    }
    return TokenSet.of(all);
  }

  @SuppressWarnings("ArrayEquals") // by identity
  private static boolean containsItself(List<long[]> arrays, long[] one) {
    for (long[] other : arrays) {
      if (other == one) {
        return true;
      }
    }
    return false;
  }

  private static void mark(int[] ids, long[] words) {
    for (int id : ids) {
      words[id >>> 6] |= 1L << id;
    }
  }

  /** Shared bits, never written again, and more tokens that are not among them, ascending. */
  TokenSet of(long @Nullable [] bits, int[] more) {
    Content key = new Content(bits, more);
    TokenSet set = known.get(key);
    if (set == null) {
      long[] all = bits;
      if (bits != null && more.length > 0) {
        all = bits.clone();
        mark(more, all);
      }
      set = all == null ? TokenSet.of(more) : TokenSet.of(all);
      keep(key, set);
    }
    return set;
  }

  private void keep(Object key, TokenSet set) {
    known.put(key, set);
    bytes += 100 + set.bytes();
  }

  long bytes() {
    return bytes;
  }

  void clear() {
    known.clear();
    bytes = 0;
  }
}
