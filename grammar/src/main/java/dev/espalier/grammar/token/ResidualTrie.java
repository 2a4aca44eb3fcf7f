package dev.espalier.grammar.token;

import dev.espalier.grammar.automaton.ByteSet;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is left of tokens after a lexeme was left inside them: the suffixes behind every place where
 * it may end, merged into one trie, each with its tokens. Tokens that stay in the lexeme anyway are
 * not in it. Nodes are merged when somebody looks below them, since few suffixes can follow a
 * lexeme in a given grammar. Immutable to its users, shared by threads.
 */
public final class ResidualTrie {
  private static final int[] NONE = {};
  private static final int FEW = 64; // nodes; more are sorted by counting
  private static final long INSIDE = 1L << 32;

  // A node stands for places in the vocabulary's trie whose bytes have just been read. At an `out`
  // place the lexeme is dead, so all tokens below are wanted; at an `in` place it is not, and only
  // tokens that fall out further down are.
  private final TokenTrie trie;
  private final @Nullable Boundaries boundaries; // null if there is no `in` place
  private final int[] out;
  private final int[] in;
  private final int byteRead; // -1 in the root
  private final int[] tokens;
  private volatile ResidualTrie @Nullable [] children;

  private ResidualTrie(
      TokenTrie trie, @Nullable Boundaries boundaries, int byteRead, int[] out, int[] in) {
    this.trie = trie;
    this.boundaries = boundaries;
    this.byteRead = byteRead;
    this.out = out;
    this.in = in;
    tokens = byteRead < 0 ? NONE : tokensAt(trie, out);
  }

  /**
   * The suffixes that begin with the bytes of some nodes.
   *
   * @param out nodes at which the lexeme is dead
   * @param in nodes at which it is not, though it may have ended before
   */
  static ResidualTrie of(Boundaries boundaries, int[] out, int[] in) {
    ResidualTrie root = new ResidualTrie(boundaries.trie, boundaries, -1, NONE, NONE);
    root.children = root.byByte(out, out.length, in, in.length);
    return root;
  }

  /** The suffixes that begin with the bytes of some nodes, at all of which the lexeme is dead. */
  static ResidualTrie of(TokenTrie trie, int[] out) {
    ResidualTrie root = new ResidualTrie(trie, null, -1, NONE, NONE);
    root.children = root.byByte(out, out.length, NONE, 0);
    return root;
  }

  /** What comes below some nodes of the vocabulary's trie. */
  public static ResidualTrie below(TokenTrie trie, int[] nodes) {
    return new ResidualTrie(trie, null, -1, nodes, NONE);
  }

  /** The nodes of the vocabulary's trie below which everything is in this one; do not write. */
  public int[] outside() {
    return out;
  }

  /** The bytes that its suffixes begin with. */
  public ByteSet first() {
    ByteSet set = ByteSet.NONE;
    for (ResidualTrie child : children()) {
      set = set.or(ByteSet.of(child.byteRead));
    }
    return set;
  }

  /** What is below this node, without what is below {@link #outside}; null for nothing. */
  public @Nullable ResidualTrie insideOnly() {
    return in.length == 0 ? null : new ResidualTrie(trie, boundaries, -1, NONE, in);
  }

  /** The byte that leads here, 0 to 255. */
  public int byteRead() {
    return byteRead;
  }

  /** The tokens that end here; do not write. */
  public int[] tokens() {
    return tokens;
  }

  /** The longer suffixes, by their next byte; do not write. */
  public ResidualTrie[] children() {
    ResidualTrie[] known = children;
    if (known == null) {
      known = expand();
      children = known;
    }
    return known;
  }

  private ResidualTrie[] expand() {
    IntList outside = new IntList();
    IntList inside = new IntList();
    for (int node : out) {
      for (int c = node + 1; c < trie.end[node]; c = trie.end[c]) {
        outside.add(c);
      }
    }
    Boundaries falls = boundaries;
    for (int node : in) {
      int k = falls == null ? 0 : falls.firstFrom(node + 1);
      for (int c = node + 1; c < trie.end[node]; c = trie.end[c]) {
        k = falls == null ? 0 : falls.firstFrom(c, k);
        int fall = falls == null ? c : falls.at(k);
        if (fall == c) {
          outside.add(c);
        } else if (fall < trie.end[c]) {
          inside.add(c);
        }
      }
    }
    return byByte(outside.items, outside.size, inside.items, inside.size);
  }

  private ResidualTrie[] byByte(int[] out, int outs, int[] in, int ins) {
    if (outs + ins == 0) {
      return new ResidualTrie[0];
    }
    if (outs + ins == 1) {
      int node = outs > 0 ? out[0] : in[0];
      int[] one = {node};
      return new ResidualTrie[] {
        child(trie.byteAt(node), outs > 0 ? one : NONE, outs > 0 ? NONE : one)
      };
    }
    if (outs + ins <= FEW) {
      return few(out, outs, in, ins);
    }
    int[] outStart = starts(trie, out, outs);
    int[] inStart = starts(trie, in, ins);
    int[] sortedOut = sorted(trie, out, outs, outStart);
    int[] sortedIn = sorted(trie, in, ins, inStart);
    int n = 0;
    for (int x = 0; x < 256; x++) {
      n += outStart[x] < outStart[x + 1] || inStart[x] < inStart[x + 1] ? 1 : 0;
    }
    ResidualTrie[] children = new ResidualTrie[n];
    n = 0;
    for (int x = 0; x < 256; x++) {
      if (outStart[x] < outStart[x + 1] || inStart[x] < inStart[x + 1]) {
        children[n++] =
            child(
                x,
                Arrays.copyOfRange(sortedOut, outStart[x], outStart[x + 1]),
                Arrays.copyOfRange(sortedIn, inStart[x], inStart[x + 1]));
      }
    }
    return children;
  }

  // Sorted by byte, `out` before `in`.
  private ResidualTrie[] few(int[] out, int outs, int[] in, int ins) {
    int n = outs + ins;
    long[] order = new long[n];
    for (int i = 0; i < outs; i++) {
      order[i] = ((long) trie.byteAt(out[i]) << 33) | out[i];
    }
    for (int i = 0; i < ins; i++) {
      order[outs + i] = ((long) trie.byteAt(in[i]) << 33) | INSIDE | in[i];
    }
    Arrays.sort(order);
    ResidualTrie[] children = new ResidualTrie[n];
    int size = 0;
    for (int from = 0, to; from < n; from = to) {
      int b = (int) (order[from] >>> 33);
      int middle = from;
      for (to = from; to < n && order[to] >>> 33 == b; to++) {
        middle += (order[to] & INSIDE) == 0 ? 1 : 0;
      }
      children[size++] = child(b, nodes(order, from, middle), nodes(order, middle, to));
    }
    return Arrays.copyOf(children, size);
  }

  private static int[] nodes(long[] order, int from, int to) {
    int[] nodes = from == to ? NONE : new int[to - from];
    for (int i = from; i < to; i++) {
      nodes[i - from] = (int) (order[i] & 0x7FFF_FFFF);
    }
    return nodes;
  }

  private ResidualTrie child(int b, int[] outside, int[] inside) {
    return new ResidualTrie(trie, boundaries, b, outside, inside);
  }

  private static int[] starts(TokenTrie trie, int[] nodes, int count) {
    int[] start = new int[257];
    for (int i = 0; i < count; i++) {
      start[trie.byteAt(nodes[i]) + 1]++;
    }
    for (int x = 0; x < 256; x++) {
      start[x + 1] += start[x];
    }
    return start;
  }

  private static int[] sorted(TokenTrie trie, int[] nodes, int count, int[] start) {
    int[] next = start.clone();
    int[] sorted = new int[count];
    for (int i = 0; i < count; i++) {
      sorted[next[trie.byteAt(nodes[i])]++] = nodes[i];
    }
    return sorted;
  }

  private static int[] tokensAt(TokenTrie trie, int[] nodes) {
    int n = 0;
    for (int node : nodes) {
      n += trie.first[node + 1] - trie.first[node];
    }
    if (n == 0) {
      return NONE;
    }
    int[] found = new int[n];
    n = 0;
    for (int node : nodes) {
      for (int t = trie.first[node]; t < trie.first[node + 1]; t++) {
        found[n++] = trie.ids[t];
      }
    }
    return found;
  }
}
