package dev.espalier.grammar.token;

import java.util.Arrays;

/**
 * Where tokens fall out of a lexeme: the trie nodes at which its automaton dies. A token stays
 * inside if and only if no such node is on its path. Immutable.
 */
final class Boundaries {
  final TokenTrie trie;
  private final int[] nodes; // ascending; no one is below another
  private final int[] forced; // those before which the lexeme may end

  /** From what {@link LexemeWalk#dead} holds. */
  Boundaries(TokenTrie trie, int[] marked) {
    this.trie = trie;
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

  boolean contains(int node) {
    return Arrays.binarySearch(nodes, node) >= 0;
  }

  /** Whether a token of the node's subtree, the node itself included, falls out in the subtree. */
  boolean below(int node) {
    int at = Arrays.binarySearch(nodes, node);
    if (at >= 0) {
      return true;
    }
    at = ~at;
    return at < nodes.length && nodes[at] < trie.end[node];
  }
}
