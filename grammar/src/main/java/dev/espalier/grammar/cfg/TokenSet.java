package dev.espalier.grammar.cfg;

import dev.espalier.TokenMask;
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
  void addTo(TokenMask mask) {
    if (bits != null) {
      mask.addWords(bits);
    }
    mask.addAll(ids, 0, ids.length);
  }
}
