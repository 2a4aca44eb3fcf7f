package dev.espalier.grammar.token;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The nodes of a vocabulary's trie that are more than so many bytes deep: there are few, and they
 * are all that tells a counter that is far from its end from one without an end. Immutable.
 */
final class DeepNodes {
  final int limit; // bytes
  final int[] paths; // they and the nodes above them, ascending, without the root
  final int[] pathEnds; // where among these a node's subtree ends
  private final BitSet deep;

  DeepNodes(TokenTrie trie, int limit) {
    this.limit = limit;
    int n = trie.size();
    deep = new BitSet(n);
    BitSet onPath = new BitSet(n);
    int[] path = new int[trie.depth() + 2];
    int length = 0;
    for (int i = 1; i < n; i++) {
      while (i >= trie.end[path[length]]) {
        length--;
      }
      path[++length] = i;
      if (length > limit) {
        deep.set(i);
        for (int k = length; k > 0 && !onPath.get(path[k]); k--) {
          onPath.set(path[k]);
        }
      }
    }
    paths = onPath.stream().toArray();
    pathEnds = new int[paths.length];
    for (int i = 0; i < paths.length; i++) {
      int at = Arrays.binarySearch(paths, trie.end[paths[i]]);
      pathEnds[i] = at < 0 ? ~at : at;
    }
  }

  boolean contains(int node) {
    return deep.get(node);
  }

  /** Where among the paths the subtree of a node begins, itself left out. */
  int firstBelow(int node) {
    int at = Arrays.binarySearch(paths, node + 1);
    return at < 0 ? ~at : at;
  }
}
