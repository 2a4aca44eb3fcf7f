package dev.espalier.examples.embedded;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Which half of the world an example is drawn from.
 *
 * <p>Every word, date and time belongs to exactly one split, decided by a hash of its text, so that
 * a value drawn for {@link #HELD_OUT} cannot occur in any training example, however long the
 * training runs.
 */
public enum Split {
  /** Four fifths of all values; the only ones the model ever sees while it learns. */
  TRAIN,
  /** The reserved fifth. */
  HELD_OUT;

  private static final int SHARES = 5;

  /** Whether values with this text, in any case, may be drawn for this split. */
  boolean admits(String text) {
    return reserved(text.toLowerCase(Locale.ROOT)) == (this == HELD_OUT);
  }

  // FNV-1a with a final avalanche, since neighbouring dates differ in the last byte only.
  private static boolean reserved(String text) {
    int hash = 0x811c9dc5;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x01000193;
    }
    hash = (hash ^ (hash >>> 16)) * 0x7feb352d;
    hash ^= hash >>> 15;
    return Integer.remainderUnsigned(hash, SHARES) == 0;
  }
}
