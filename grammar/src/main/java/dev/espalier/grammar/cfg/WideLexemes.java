package dev.espalier.grammar.cfg;

import dev.espalier.grammar.token.LexemeMask;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The lexemes in which one walk stays with many tokens, and the union of those tokens. Unions are
 * remembered from walk to walk. Mutable, for one thread.
 */
final class WideLexemes {
  private static final int UNIONS = 256; // remembered at once

  private final int words; // of a whole vocabulary
  private final Set<LexemeMask> masks = new LinkedHashSet<>();
  private final Map<List<LexemeMask>, long[]> unions = new HashMap<>();

  WideLexemes(int vocabularySize) {
    words = (vocabularySize + 63) >>> 6;
  }

  /** Begins another walk. */
  void clear() {
    masks.clear();
  }

  /** Of a mask that has its tokens as bits. */
  void add(LexemeMask mask) {
    masks.add(mask);
  }

  /** The tokens that stay in one of the lexemes; null for none. Shared, never to be written. */
  long @Nullable [] bits() {
    if (masks.size() < 2) {
      return masks.isEmpty() ? null : masks.iterator().next().bits();
    }
    List<LexemeMask> key = new ArrayList<>(masks);
    long[] union = unions.get(key);
    if (union == null) {
      union = union(key);
      if (unions.size() > UNIONS) {
        unions.clear();
      }
      unions.put(key, union);
    }
    return union;
  }

  private long[] union(List<LexemeMask> of) {
    long[] all = new long[words];
    for (LexemeMask m : of) {
      long[] bits = m.bits();
      for (int i = 0; bits != null && i < bits.length; i++) {
        all[i] |= bits[i];
      }
    }
    return all;
  }

  void forgetUnions() {
    unions.clear();
  }
}
