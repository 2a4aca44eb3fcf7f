package dev.espalier.grammar.token;

import dev.espalier.grammar.automaton.ByteSet;
import java.util.Arrays;

/**
 * The 256 bytes in at most 61 groups, so that a set of bytes is one long: an approximation, but one
 * under which the subtrees of a vocabulary's trie can be told apart by the characters that end a
 * lexeme. Punctuation and white space stand alone; letters and digits, which seldom end one without
 * their like, stand together.
 */
final class ByteGroups {
  /** Bytes of well-formed characters beyond ASCII. */
  static final long BEYOND_ASCII = 1L << 62;

  /** Bytes that belong to no well-formed character, or to one that began before. */
  static final long BROKEN = 1L << 63;

  /** Stands at nodes inside a character, where what is below does not begin with one. */
  private static final long INSIDE = 1L << 61;

  private static final long[] OF = new long[256];

  static {
    int groups = 0;
    String together = "af gz AF GZ 09 ";
    for (int i = 0; i < together.length(); i += 3) {
      for (int b = together.charAt(i); b <= together.charAt(i + 1); b++) {
        OF[b] = 1L << groups;
      }
      groups++;
    }
    for (int b = ' '; b < 127; b++) {
      OF[b] = OF[b] != 0 ? OF[b] : 1L << groups++;
    }
    for (int b : new int[] {'\t', '\n', '\r'}) {
      OF[b] = 1L << groups++;
    }
    for (int b = 0; b < 128; b++) {
      OF[b] = OF[b] != 0 ? OF[b] : 1L << groups; // other control characters
    }
    Arrays.fill(OF, 128, 256, BEYOND_ASCII);
  }

  private ByteGroups() {}

  /** The group of an ASCII character, as a bit. */
  static long of(int ascii) {
    return OF[ascii];
  }

  /** The groups of a byte that may begin a character, and of the bytes below its node. */
  static long with(int b, long below) {
    return OF[b] | (below & ~INSIDE);
  }

  /** The groups all of whose characters belong to some {@link CharGroups}. */
  static long within(long charGroups) {
    long some = 0;
    long not = 0;
    for (int b = 0; b < 0xF5; b++) {
      long group = CharGroups.bit(b);
      if (group != CharGroups.MALFORMED) {
        long mine = b < 128 ? OF[b] : BEYOND_ASCII;
        if ((group & charGroups) != 0) {
          some |= mine;
        } else {
          not |= mine;
        }
      }
    }
    return some & ~not;
  }

  /**
   * The groups all of whose bytes lead a state back to itself; beyond ASCII, all of whose
   * characters do.
   */
  static long loops(LexemeState state) {
    ByteSet back = state.endsLazily() ? ByteSet.NONE : state.expr().loops();
    if (back.isEmpty()) {
      return 0;
    }
    long not = 0;
    long some = 0;
    for (int b = 0; b < 128; b++) {
      if (back.contains(b)) {
        some |= OF[b];
      } else {
        not |= OF[b];
      }
    }
    long loops = some & ~not;
    return loops != 0 && absorbsTheRest(state) ? loops | BEYOND_ASCII : loops;
  }

  private static boolean absorbsTheRest(LexemeState state) {
    int[][] ranges = { // of well-formed UTF-8: lead bytes, second bytes, number of further bytes
      {0xC2, 0xDF, 0x80, 0xBF, 0}, {0xE0, 0xE0, 0xA0, 0xBF, 1}, {0xE1, 0xEC, 0x80, 0xBF, 1},
      {0xED, 0xED, 0x80, 0x9F, 1}, {0xEE, 0xEF, 0x80, 0xBF, 1}, {0xF0, 0xF0, 0x90, 0xBF, 2},
      {0xF1, 0xF3, 0x80, 0xBF, 2}, {0xF4, 0xF4, 0x80, 0x8F, 2}
    };
    for (int[] r : ranges) {
      LexemeState last = null;
      for (int lead = r[0]; lead <= r[1]; lead++) {
        LexemeState s = state.step(lead);
        if (s != last && !absorbs(s, state, r[2], r[3], r[4])) {
          return false;
        }
        last = s;
      }
    }
    return true;
  }

  private static boolean absorbs(LexemeState s, LexemeState back, int from, int to, int more) {
    LexemeState last = null;
    for (int b = from; b <= to; b++) {
      LexemeState next = s.step(b);
      if (next == last) {
        continue;
      }
      last = next;
      if (more == 0 ? next != back : !absorbs(next, back, 0x80, 0xBF, more - 1)) {
        return false;
      }
    }
    return true;
  }

  /**
   * The groups of the bytes below every node of a trie. A node inside a character has a bit of its
   * own set, since what is below it does not begin with one.
   */
  static long[] below(TokenTrie trie) {
    int n = trie.size();
    long[] groups = new long[n];
    int[] parent = new int[n];
    int[] utf8 = new int[n]; // what the character at a node still needs, see next
    for (int i = 1, up = 0; i < n; i++) {
      while (i >= trie.end[up]) {
        up = parent[up];
      }
      parent[i] = up;
      utf8[i] = next(utf8[up], trie.byteAt(i));
      up = i;
    }
    for (int i = n - 1; i > 0; i--) {
      int b = trie.byteAt(i);
      groups[parent[i]] |= groups[i] | (b < 128 ? OF[b] : utf8[i] < 0 ? BROKEN : BEYOND_ASCII);
      groups[i] |= utf8[i] == 0 ? 0 : utf8[i] < 0 ? BROKEN : INSIDE;
    }
    return groups;
  }

  // States: 0 at a character's beginning, 1 to 3 with so many bytes missing, -1 malformed; 0x100
  // and up with the range of the second byte restricted.
  private static int next(int state, int b) {
    switch (state) {
      case 0 -> {
        if (b < 0x80) {
          return 0;
        } else if (b < 0xC2 || b > 0xF4) {
          return -1;
        } else if (b < 0xE0) {
          return 1;
        } else if (b < 0xF0) {
          return b == 0xE0 || b == 0xED ? 0x100 | b : 2;
        }
        return b == 0xF0 || b == 0xF4 ? 0x100 | b : 3;
      }
      case 1, 2, 3 -> {
        return b >= 0x80 && b < 0xC0 ? state - 1 : -1;
      }
      case 0x1E0 -> {
        return b >= 0xA0 && b < 0xC0 ? 1 : -1;
      }
      case 0x1ED -> {
        return b >= 0x80 && b < 0xA0 ? 1 : -1;
      }
      case 0x1F0 -> {
        return b >= 0x90 && b < 0xC0 ? 2 : -1;
      }
      case 0x1F4 -> {
        return b >= 0x80 && b < 0x90 ? 2 : -1;
      }
      default -> {
        return -1;
      }
    }
  }
}
