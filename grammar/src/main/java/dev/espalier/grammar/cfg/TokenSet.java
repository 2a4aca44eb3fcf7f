package dev.espalier.grammar.cfg;

import dev.espalier.TokenMask;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A finished mask: shared bits of the wide lexemes and a few tokens more. Immutable.
 *
 * @param bits shared with other states; null for none
 * @param ids tokens that are not in {@code bits}
 * @param own whether no other state shares the bits
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never handed out
record TokenSet(long @Nullable [] bits, int[] ids, boolean own) {
  private static final int MANY = 1_000; // tokens; more are kept as bits

  /** The tokens that are marked, one bit each. */
  static TokenSet of(BitSet tokens) {
    if (tokens.cardinality() > MANY) {
      return new TokenSet(tokens.toLongArray(), new int[0], true);
    }
    return new TokenSet(null, tokens.stream().toArray(), true);
  }

  /** What it takes, about, beyond what others share. */
  long bytes() {
    return 64 + 4L * ids.length + (own && bits != null ? 8L * bits.length : 0);
  }

  boolean contains(int token) {
    return bits != null
        ? token >>> 6 < bits.length && (bits[token >>> 6] & (1L << token)) != 0
        : Arrays.binarySearch(ids, token) >= 0;
  }

  void addTo(TokenMask mask) {
    if (bits != null) {
      mask.addWords(bits);
    }
    mask.addAll(ids, 0, ids.length);
  }
}
