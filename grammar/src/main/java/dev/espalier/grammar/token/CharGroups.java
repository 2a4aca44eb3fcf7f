package dev.espalier.grammar.token;

/**
 * A partition of characters into groups by their first byte, so that a set of groups is one word:
 * what an automaton loops on, and what a subtree of the trie is made of.
 */
public final class CharGroups {
  /** Number of groups. */
  public static final int COUNT;

  /** Every group. */
  public static final long ALL;

  /** Stands for bytes that are no well-formed UTF-8; never looped on. */
  public static final long MALFORMED = 1L << 63;

  /** Characters that a JSON string spells as they are. */
  public static final long PLAIN;

  private static final byte[] OF = new byte[256]; // -1 for bytes that start no character

  static {
    int n = 0;
    java.util.Arrays.fill(OF, (byte) -1);
    n = group(n, 0x00, 0x1F);
    n = group(n, '0', '9');
    n = group(n, 'A', 'F');
    n = group(n, 'G', 'Z');
    n = group(n, 'a', 'f');
    n = group(n, 'g', 'z');
    for (int b = 0x20; b < 0x80; b++) {
      if (OF[b] < 0) {
        n = group(n, b, b);
      }
    }
    // Lead bytes; those that pattern classes like to split stand alone.
    n = group(n, 0xC2, 0xC2);
    n = group(n, 0xC3, 0xC3);
    n = group(n, 0xC4, 0xCB);
    n = group(n, 0xCC, 0xDF);
    n = group(n, 0xE0, 0xE0);
    n = group(n, 0xE1, 0xE1);
    n = group(n, 0xE2, 0xE2);
    n = group(n, 0xE3, 0xE3);
    n = group(n, 0xE4, 0xEC);
    n = group(n, 0xED, 0xEE);
    n = group(n, 0xEF, 0xEF);
    n = group(n, 0xF0, 0xF4);
    COUNT = n;
    ALL = (1L << n) - 1;
    PLAIN = ALL & ~(bit('"') | bit('\\') | bit(0));
  }

  private CharGroups() {}

  private static int group(int n, int from, int to) {
    for (int b = from; b <= to; b++) {
      OF[b] = (byte) n;
    }
    return n + 1;
  }

  /** The group of characters that start with this byte, as one bit; {@link #MALFORMED} if none. */
  public static long bit(int b) {
    return OF[b] < 0 ? MALFORMED : 1L << OF[b];
  }

  /** What may follow inside a character: the lowest byte times 256 plus the highest. */
  static final int ANY_FOLLOWING = 0x80BF;

  /** What may come second in a character that starts with this byte, as {@link #ANY_FOLLOWING}. */
  static int firstFollowing(int b) {
    return switch (b) {
      case 0xE0 -> 0xA0BF; // no overlong forms
      case 0xED -> 0x809F; // no surrogates
      case 0xF0 -> 0x90BF;
      case 0xF4 -> 0x808F; // nothing beyond U+10FFFF
      default -> ANY_FOLLOWING;
    };
  }

  /** How many bytes follow this first byte of a character. */
  static int following(int b) {
    return b < 0xC0 ? 0 : b < 0xE0 ? 1 : b < 0xF0 ? 2 : 3;
  }
}
