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

  /** As they were before. */
  DeepNodes(int limit, int[] paths, int[] pathEnds, long[] deep) {
    this.limit = limit;
    this.paths = paths;
    this.pathEnds = pathEnds;
    this.deep = BitSet.valueOf(deep);
  }

  /** Whether its numbers can be those of a trie with so many nodes. */
  boolean isWithin(int nodes) {
    for (int i = 0; i < paths.length; i++) {
      boolean ascends = paths[i] > (i == 0 ? 0 : paths[i - 1]);
      if (!ascends || paths[i] >= nodes || pathEnds[i] <= i || pathEnds[i] > paths.length) {
        return false;
      }
    }
    return deep.length() <= nodes;
  }

  /** One bit per node of the trie, the last ones left out if they are not set. */
  long[] bits() {
    return deep.toLongArray();
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
