package dev.espalier.grammar.token;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The tokens below a trie node that are made of some groups of characters alone, and where others
 * leave these groups: what an automaton that loops on the groups sees without being asked. Shared
 * by all constraints over a vocabulary. Immutable but for its caches.
 */
final class Slice {
  private record Key(int node, long groups) {}

  final int[] stay; // tokens, by rising number of characters begun
  private final int[] ends; // ends[n]: how many of them begin at most n characters
  final int[] frontier; // nodes whose byte starts a character of no group, one way by the other
  final int[] wayEnds; // of those with one byte behind as many characters
  final int[] wayChars; // characters begun before them
  private long @Nullable [][] bits;

  private Slice(Builder b) {
    int longest = 0;
    for (int i = 0; i < b.chars.size; i++) {
      longest = Math.max(longest, b.chars.items[i]);
    }
    ends = new int[longest + 1];
    for (int i = 0; i < b.chars.size; i++) {
      ends[b.chars.items[i]]++;
    }
    for (int n = 1; n <= longest; n++) {
      ends[n] += ends[n - 1];
    }
    stay = new int[b.tokens.size];
    int[] at = ends.clone();
    for (int i = b.tokens.size - 1; i >= 0; i--) {
      stay[--at[b.chars.items[i]]] = b.tokens.items[i];
    }
    frontier = new int[b.nodes.size];
    long[] order = new long[frontier.length]; // byte, characters, node
    for (int i = 0; i < order.length; i++) {
      int node = b.nodes.items[i];
      order[i] = ((long) b.trie.byteAt(node) << 55) | ((long) b.nodeChars.items[i] << 31) | node;
    }
    Arrays.sort(order);
    IntList ways = new IntList();
    for (int i = 0; i < order.length; i++) {
      frontier[i] = (int) (order[i] & Integer.MAX_VALUE);
      if (i > 0 && order[i] >>> 31 != order[i - 1] >>> 31) {
        ways.add(i);
      }
    }
    if (order.length > 0) {
      ways.add(order.length);
    }
    wayEnds = ways.toArray();
    wayChars = new int[wayEnds.length];
    for (int w = 0; w < wayEnds.length; w++) {
      wayChars[w] = (int) (order[wayEnds[w] - 1] >>> 31) & 0xFFFFFF;
    }
  }

  static Slice of(TokenTables tables, int node, long groups) {
    return tables.cached(
        new Key(node, groups),
        t -> {
          Builder b = new Builder(t, groups, node);
          b.read(node, 0);
          return new Slice(b);
        });
  }

  /** Number of tokens that begin at most so many characters. */
  int count(int chars) {
    return ends[Math.min(chars, ends.length - 1)];
  }

  /** The largest number of characters that a token of the slice begins. */
  int longest() {
    return ends.length - 1;
  }

  /** The tokens that begin at most so many characters, one bit each; do not write. */
  synchronized long[] bits(int chars, TokenTables tables) {
    if (bits == null) {
      bits = new long[ends.length][];
    }
    int n = Math.min(chars, ends.length - 1);
    long[] known = bits[n];
    if (known == null) {
      known = tables.bits(stay, ends[n]);
      bits[n] = known;
    }
    return known;
  }

  private static final class Builder {
    final TokenTrie trie;
    private final long groups;
    private final long bytes; // of which these characters are all
    private final CharCounts counts;
    private final int top;
    final IntList tokens = new IntList();
    final IntList chars = new IntList();
    final IntList nodes = new IntList();
    final IntList nodeChars = new IntList();

    Builder(TokenTables tables, long groups, int node) {
      trie = tables.trie();
      this.groups = groups;
      bytes = ByteGroups.within(groups);
      counts = tables.charCounts();
      top = node;
    }

    // The children of a node where a character may begin.
    void read(int node, int begun) {
      if ((trie.groups[node] & ~bytes) == 0) { // nothing else below
        for (int t = trie.firstToken(node + 1); t < trie.firstToken(trie.end(node)); t++) {
          tokens.add(trie.token(t));
          chars.add(counts.between(top, t));
        }
        return;
      }
      for (int c = node + 1; c < trie.end(node); c = trie.end(c)) {
        int b = trie.byteAt(c);
        long group = CharGroups.bit(b);
        if ((group & groups) != 0) {
          within(c, CharGroups.following(b), CharGroups.firstFollowing(b), begun + 1);
        } else if (group != CharGroups.MALFORMED) {
          nodes.add(c);
          nodeChars.add(begun);
        }
      }
    }

    // A node inside or at the end of a character that has so many bytes left.
    private void within(int node, int left, int range, int begun) {
      for (int t = trie.firstToken(node); t < trie.firstToken(node + 1); t++) {
        tokens.add(trie.token(t));
        chars.add(begun);
      }
      if (left == 0) {
        read(node, begun);
        return;
      }
      for (int c = node + 1; c < trie.end(node); c = trie.end(c)) {
        int b = trie.byteAt(c);
        if (b >= (range >> 8) && b <= (range & 0xFF)) {
          within(c, left - 1, CharGroups.ANY_FOLLOWING, begun);
        }
      }
    }
  }
}
