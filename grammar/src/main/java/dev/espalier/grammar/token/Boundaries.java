package dev.espalier.grammar.token;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where tokens fall out of a lexeme: the trie nodes at which its automaton dies. A token stays
 * inside if and only if no such node is on its path. Immutable.
 */
final class Boundaries {
  final TokenTrie trie;
  private final int[] nodes; // ascending; no one is below another
  private final int[] forced; // those before which the lexeme may end
  private final int @Nullable [] tops; // the only subtrees with tokens that stay; null for all

  /** From what {@link LexemeWalk#dead} holds, and {@link LexemeWalk#tops}. */
  Boundaries(TokenTrie trie, int[] marked, int @Nullable [] tops) {
    this.trie = trie;
    this.tops = tops;
    int n = 0;
    for (int node : marked) {
      n += node >= 0 ? 1 : 0;
    }
    forced = new int[n];
    nodes = marked;
    n = 0;
    for (int i = 0; i < marked.length; i++) {
      if (marked[i] >= 0) {
        forced[n++] = marked[i];
      } else {
        marked[i] = ~marked[i];
      }
    }
  }

  /** The nodes before which the lexeme may end, and at which it dies. */
  int[] forced() {
    return forced;
  }

  /** Whether the deep ones are just these, marked as they came. */
  boolean hasDeep(DeepNodes deep, IntList marked) {
    int k = 0;
    for (int node : nodes) {
      if (deep.contains(node)) {
        if (k == marked.size || marked.items[k] != marked(node)) {
          return false;
        }
        k++;
      }
    }
    return k == marked.size;
  }

  /** The same, the deep ones replaced by others, which are marked. */
  Boundaries withDeep(DeepNodes deep, IntList marked) {
    IntList merged = new IntList();
    int k = 0;
    for (int node : nodes) {
      if (!deep.contains(node)) {
        k = addUpTo(node, marked, k, merged);
        merged.add(marked(node));
      }
    }
    addUpTo(trie.size(), marked, k, merged);
    return new Boundaries(trie, merged.toArray(), tops);
  }

  private int marked(int node) {
    return Arrays.binarySearch(forced, node) >= 0 ? node : ~node;
  }

  private static int addUpTo(int node, IntList from, int start, IntList to) {
    int k = start;
    while (k < from.size && (from.items[k] ^ (from.items[k] >> 31)) < node) {
      to.add(from.items[k++]);
    }
    return k;
  }

  /** The place of the first boundary at or after a node. */
  int firstFrom(int node) {
    int k = Arrays.binarySearch(nodes, node);
    return k < 0 ? ~k : k;
  }

  /** The same, where it is known not to be before place {@code k}. */
  int firstFrom(int node, int k) {
    int from = k;
    while (from < nodes.length && nodes[from] < node) {
      from++;
    }
    return from;
  }

  /** The node of the boundary at a place; beyond all nodes behind the last one. */
  int at(int k) {
    return k < nodes.length ? nodes[k] : Integer.MAX_VALUE;
  }

  /** How many tokens strictly below a node stay inside, if all boundaries are below it. */
  int staying(int node) {
    int n = 0;
    for (int r = 0; r < ranges(); r++) {
      n += trie.first[to(node, r)] - trie.first[from(node, r)];
    }
    for (int fall : nodes) {
      n -= trie.first[trie.end[fall]] - trie.first[fall];
    }
    return n;
  }

  private int ranges() {
    return tops == null ? 1 : tops.length;
  }

  private int from(int node, int range) {
    return tops == null ? node + 1 : tops[range];
  }

  private int to(int node, int range) {
    return trie.end[tops == null ? node : tops[range]];
  }

  /** They themselves, in the trie's order. */
  int[] ids(int node, int staying) {
    int[] ids = new int[staying];
    int n = 0;
    int k = 0;
    for (int r = 0; r < ranges(); r++) {
      int from = trie.first[from(node, r)];
      for (; k < nodes.length && nodes[k] < to(node, r); k++) {
        int to = trie.first[nodes[k]];
        System.arraycopy(trie.ids, from, ids, n, to - from);
        n += to - from;
        from = trie.first[trie.end[nodes[k]]];
      }
      int to = trie.first[to(node, r)];
      System.arraycopy(trie.ids, from, ids, n, to - from);
      n += to - from;
    }
    return ids;
  }

  /** They themselves, one bit each. */
  long[] bits(int node, int staying) {
    int all = trie.ids.length;
    long[] words;
    if (node == 0 && tops == null && staying > all / 2) {
      words = trie.everything();
      for (int fall : nodes) {
        for (int t = trie.first[fall], to = trie.first[trie.end[fall]]; t < to; t++) {
          words[trie.ids[t] >>> 6] &= ~(1L << trie.ids[t]);
        }
      }
      return words;
    }
    words = new long[(trie.vocabularySize() + 63) >>> 6];
    int k = 0;
    for (int r = 0; r < ranges(); r++) {
      int from = trie.first[from(node, r)];
      for (; k < nodes.length && nodes[k] < to(node, r); k++) {
        mark(from, trie.first[nodes[k]], words);
        from = trie.first[trie.end[nodes[k]]];
      }
      mark(from, trie.first[to(node, r)], words);
    }
    return words;
  }

  private void mark(int from, int to, long[] words) {
    for (int t = from; t < to; t++) {
      words[trie.ids[t] >>> 6] |= 1L << trie.ids[t];
    }
  }

  /** They themselves, one bit each, where others have these bits and differ in deep ones alone. */
  long[] bitsAfter(Boundaries others, long[] bits, DeepNodes deep) {
    long[] words = bits.clone();
    for (int fall : others.nodes) {
      if (deep.contains(fall)) {
        for (int t = trie.first[fall], to = trie.first[trie.end[fall]]; t < to; t++) {
          words[trie.ids[t] >>> 6] |= 1L << trie.ids[t];
        }
      }
    }
    for (int fall : nodes) {
      if (deep.contains(fall)) {
        for (int t = trie.first[fall], to = trie.first[trie.end[fall]]; t < to; t++) {
          words[trie.ids[t] >>> 6] &= ~(1L << trie.ids[t]);
        }
      }
    }
    return words;
  }
}
