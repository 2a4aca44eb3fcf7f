package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.ByteSet;
import java.util.Arrays;
import java.util.List;

/** Names by their bytes; node 0 is the root. Immutable. */
final class NameTrie {
  private static final int MUCH = 4096; // nodes, beyond which names may well share theirs

  // Children of a node are a list: child[n] is the first one, sibling[n] the next.
  private int[] child;
  private int[] sibling;
  private int[] parent;
  private int[] name; // index of the name that ends here, or -1
  private byte[] bytes;
  private final int[] ends; // node by index of the name
  private int size;

  NameTrie(List<byte[]> names) {
    int room = 1;
    for (byte[] n : names) {
      room = Math.min(room + n.length, MUCH);
    }
    child = new int[room];
    sibling = new int[room];
    parent = new int[room];
    name = new int[room];
    bytes = new byte[room];
    ends = new int[names.size()];
    node(-1, 0);
    for (int i = 0; i < names.size(); i++) {
      ends[i] = insert(names.get(i));
      name[ends[i]] = i;
    }
  }

  private int node(int above, int b) {
    if (size == child.length) {
      child = Arrays.copyOf(child, 2 * size);
      sibling = Arrays.copyOf(sibling, 2 * size);
      parent = Arrays.copyOf(parent, 2 * size);
      name = Arrays.copyOf(name, 2 * size);
      bytes = Arrays.copyOf(bytes, 2 * size);
    }
    child[size] = -1;
    sibling[size] = above < 0 ? -1 : child[above];
    parent[size] = above;
    name[size] = -1;
    bytes[size] = (byte) b;
    if (above >= 0) {
      child[above] = size;
    }
    return size++;
  }

  private int insert(byte[] text) {
    int at = 0;
    for (byte b : text) {
      int next = step(at, b & 0xFF);
      at = next < 0 ? node(at, b) : next;
    }
    return at;
  }

  int size() {
    return size;
  }

  /** The node after a byte, or -1. */
  int step(int node, int b) {
    for (int c = child[node]; c >= 0; c = sibling[c]) {
      if (bytes[c] == (byte) b) {
        return c;
      }
    }
    return -1;
  }

  /** The name that ends at a node, or -1. */
  int nameAt(int node) {
    return name[node];
  }

  /** Where a name ends. */
  int end(int index) {
    return ends[index];
  }

  int parent(int node) {
    return parent[node];
  }

  int firstChild(int node) {
    return child[node];
  }

  int sibling(int node) {
    return sibling[node];
  }

  int byteAt(int node) {
    return bytes[node] & 0xFF;
  }

  /** The bytes of a node's children. */
  ByteSet bytesAfter(int node) {
    if (child[node] < 0) {
      return ByteSet.NONE;
    }
    ByteSet set = ByteSet.of(bytes[child[node]] & 0xFF);
    for (int c = sibling[child[node]]; c >= 0; c = sibling[c]) {
      set = set.or(ByteSet.of(bytes[c] & 0xFF));
    }
    return set;
  }
}
