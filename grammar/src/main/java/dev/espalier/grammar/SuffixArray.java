package dev.espalier.grammar;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The suffixes of a text that begin at borders, sorted. All that begin with the same bytes are a
 * range, so a span of the text is a range and a length. Immutable.
 */
final class SuffixArray {
  private final byte[] text;
  private final BitSet borders; // where spans begin and end; the text's end is one as well
  private final int[] suffixes; // sorted

  private SuffixArray(byte[] text, BitSet borders, int[] suffixes) {
    this.text = text;
    this.borders = borders;
    this.suffixes = suffixes;
  }

  /** Sorts by prefixes of doubling length (Manber and Myers, 1990): n log n in the worst case. */
  static SuffixArray of(byte[] text, BitSet borders) {
    int[] all = sort(text);
    int[] some = new int[borders.cardinality()];
    int n = 0;
    for (int at : all) {
      if (borders.get(at)) {
        some[n++] = at;
      }
    }
    return new SuffixArray(text, (BitSet) borders.clone(), some);
  }

  private static int[] sort(byte[] text) {
    int n = text.length;
    int[] order = new int[n];
    int[] rank = new int[n];
    int[] bySecond = new int[n];
    int[] count = new int[Math.max(257, n + 1)];
    for (int i = 0; i < n; i++) {
      rank[i] = text[i] & 0xFF;
      bySecond[i] = i;
    }
    distribute(bySecond, rank, order, count, 256);
    for (int length = 1, ranks = 256; length < n; length *= 2) {
      int k = 0;
      for (int i = Math.max(0, n - length); i < n; i++) {
        bySecond[k++] = i; // nothing behind the first half sorts first
      }
      for (int i = 0; i < n; i++) {
        if (order[i] >= length) {
          bySecond[k++] = order[i] - length;
        }
      }
      distribute(bySecond, rank, order, count, ranks);
      int[] next = bySecond;
      int r = 0;
      int before = order[0];
      int rankBefore = rank[before];
      int secondBefore = before + length < n ? rank[before + length] : -1;
      int[] fresh = new int[n];
      for (int i = 1; i < n; i++) {
        int at = order[i];
        int second = at + length < n ? rank[at + length] : -1;
        if (rank[at] != rankBefore || second != secondBefore) {
          r++;
        }
        rankBefore = rank[at];
        secondBefore = second;
        fresh[at] = r;
      }
      fresh[order[0]] = 0;
      bySecond = next;
      rank = fresh;
      ranks = r + 1;
      if (ranks == n) {
        break;
      }
    }
    return order;
  }

  // A stable counting sort of `from` by rank.
  private static void distribute(int[] from, int[] rank, int[] to, int[] count, int ranks) {
    Arrays.fill(count, 0, ranks + 1, 0);
    for (int r : rank) {
      count[r + 1]++;
    }
    for (int r = 0; r < ranks; r++) {
      count[r + 1] += count[r];
    }
    for (int at : from) {
      to[count[rank[at]]++] = at;
    }
  }

  /** Number of suffixes: the range of the empty span is all of them. */
  int size() {
    return suffixes.length;
  }

  /** The first suffix of a range whose byte at a depth is at least {@code b}. */
  int lower(int from, int to, int depth, int b) {
    int low = from;
    int high = to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      int at = suffixes[middle] + depth;
      if (at < text.length && (text[at] & 0xFF) >= b) {
        high = middle;
      } else {
        low = middle + 1; // one that has ended sorts first
      }
    }
    return low;
  }

  /** The byte of a suffix at a depth, -1 behind its end. */
  int byteAt(int suffix, int depth) {
    int at = suffixes[suffix] + depth;
    return at < text.length ? text[at] & 0xFF : -1;
  }

  /** Whether one of the spans of a range ends at a border. */
  boolean mayEnd(int from, int to, int depth) {
    for (int i = from; i < to; i++) {
      int at = suffixes[i] + depth;
      if (at == text.length || borders.get(at)) {
        return true;
      }
    }
    return false;
  }

  /** The fewest bytes with which one of the spans of a range goes on to a border. */
  byte[] rest(int from, int to, int depth) {
    int nearest = suffixes[from] + depth;
    int length = Integer.MAX_VALUE;
    for (int i = from; i < to && length > 0; i++) {
      int at = suffixes[i] + depth;
      int border = at >= text.length ? at : borders.nextSetBit(at);
      int n = (border < 0 ? text.length : border) - at;
      if (n < length) {
        nearest = at;
        length = n;
      }
    }
    return Arrays.copyOfRange(text, nearest, nearest + length);
  }
}
