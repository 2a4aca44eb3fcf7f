package dev.espalier.grammar.token;

import dev.espalier.Vocabulary;
import dev.espalier.grammar.automaton.ByteSet;
import java.util.Arrays;

/**
 * The text tokens of a vocabulary as a flat trie in depth-first order. Special and unused ids are
 * not in it. Immutable, shared by threads.
 */
public final class TokenTrie {
  /** Longer tokens are rare, and mostly rules and indentation. */
  public static final int SHORT = 32;

  private static final int[] DEEP = {16, SHORT};

  // Node 0 is the root, the empty text. The children of node i start at i + 1; the next sibling of
  // node i is end[i], and [i, end[i]) is its subtree. first[i] .. first[i + 1] is the slice of
  // `ids` of the tokens that end at node i, so the tokens of a subtree are one slice as well.
  final byte[] bytes;
  final int[] end;
  final int[] first;
  final int[] ids;
  final DeepNodes[] deep; // by rising limit
  final long[] groups; // of the bytes below a node, see ByteGroups
  private final int[] top = new int[256]; // children of the root by their byte, or -1
  private int tops; // how many of them there are
  private final long[] everything;
  private final int depth;
  private final int vocabularySize;

  /** As it was before. */
  TokenTrie(
      byte[] bytes,
      int[] end,
      int[] first,
      int[] ids,
      long[] groups,
      long[] everything,
      DeepNodes[] deep,
      int depth,
      int vocabularySize) {
    this.bytes = bytes;
    this.end = end;
    this.first = first;
    this.ids = ids;
    this.groups = groups;
    this.everything = everything;
    this.deep = deep;
    this.depth = depth;
    this.vocabularySize = vocabularySize;
    fillTop();
  }

  private TokenTrie(Builder b, int vocabularySize) {
    bytes = Arrays.copyOf(b.bytes, b.size);
    end = Arrays.copyOf(b.end, b.size);
    first = Arrays.copyOf(b.first, b.size + 1);
    first[b.size] = b.ids.size;
    ids = b.ids.toArray();
    depth = b.depth;
    this.vocabularySize = vocabularySize;
    groups = ByteGroups.below(this);
    deep = Arrays.stream(DEEP).mapToObj(n -> new DeepNodes(this, n)).toArray(DeepNodes[]::new);
    fillTop();
    everything = new long[(vocabularySize + 63) >>> 6];
    for (int id : ids) {
      everything[id >>> 6] |= 1L << id;
    }
  }

  private void fillTop() {
    Arrays.fill(top, -1);
    for (int c = 1; c < bytes.length; c = end[c]) {
      top[byteAt(c)] = c;
      tops++;
    }
  }

  /** The trie of a vocabulary; linear in its bytes. {@link TokenTables#of} caches it. */
  public static TokenTrie of(Vocabulary vocabulary) {
    return new TokenTrie(new Builder(vocabulary), vocabulary.size());
  }

  /** Number of nodes, the root included. */
  public int size() {
    return bytes.length;
  }

  /** Number of ids of the vocabulary, in the trie or not. */
  public int vocabularySize() {
    return vocabularySize;
  }

  /** Length of the longest token in bytes. */
  public int depth() {
    return depth;
  }

  /** The last byte of a node's text, 0 to 255; meaningless for the root. */
  public int byteAt(int node) {
    return bytes[node] & 0xFF;
  }

  /** The first node after a node's subtree, which is its next sibling if it has one. */
  public int end(int node) {
    return end[node];
  }

  /** The bytes that its children are reached by. */
  public ByteSet bytesBelow(int node) {
    ByteSet set = ByteSet.NONE;
    for (int c = node + 1; c < end[node]; c = end[c]) {
      set = set.or(ByteSet.of(byteAt(c)));
    }
    return set;
  }

  /** The child of a node by its byte, or -1; linear in the number of children but at the root. */
  public int child(int node, int b) {
    if (node == 0) {
      return top[b];
    }
    for (int c = node + 1; c < end[node]; c = end[c]) {
      if ((bytes[c] & 0xFF) == b) {
        return c;
      }
    }
    return -1;
  }

  /** The number of bytes that tokens begin with. */
  int firstBytes() {
    return tops;
  }

  /** Whether some token ends at the node. */
  public boolean hasTokens(int node) {
    return first[node] < first[node + 1];
  }

  /**
   * Where the tokens of this node start among {@link #token}; those of a subtree are contiguous.
   */
  public int firstToken(int node) {
    return first[node];
  }

  /** The {@code i}th token in trie order. */
  public int token(int i) {
    return ids[i];
  }

  /** A new set of all tokens in the trie, one bit each. */
  long[] everything() {
    return everything.clone();
  }

  /** The node of a text, or -1 if no token begins with it. */
  public int find(byte[] text) {
    int node = 0;
    for (byte b : text) {
      int child = node + 1;
      while (child < end[node] && bytes[child] != b) {
        child = end[child];
      }
      if (child >= end[node]) {
        return -1;
      }
      node = child;
    }
    return node;
  }

  void tokensBelow(int node, IntList out) {
    for (int i = first[node]; i < first[end[node]]; i++) {
      out.add(ids[i]);
    }
  }

  void tokensAt(int node, IntList out) {
    for (int i = first[node]; i < first[node + 1]; i++) {
      out.add(ids[i]);
    }
  }

  /** Sorts by bytes, most significant first, and lays nodes out as it goes. */
  private static final class Builder {
    private static final int INSERTION_SORT = 12;

    private final Vocabulary vocabulary;
    private final int[] scratch;
    byte[] bytes;
    int[] end;
    int[] first;
    int size;
    int depth;
    final IntList ids = new IntList();

    Builder(Vocabulary vocabulary) {
      this.vocabulary = vocabulary;
      int[] sorted = new int[vocabulary.size()];
      int n = 0;
      for (int id = 0; id < sorted.length; id++) {
        if (vocabulary.isText(id)) {
          sorted[n++] = id;
        }
      }
      int capacity = Math.max(16, 3 * n);
      bytes = new byte[capacity];
      end = new int[capacity];
      first = new int[capacity];
      scratch = new int[n];
      sort(sorted, 0, n, 0);
      layOut(sorted, n);
    }

    private int byteOf(int id, int at) {
      return at < vocabulary.byteLength(id) ? vocabulary.byteAt(id, at) & 0xFF : -1;
    }

    // Radix sort; all ids of the slice share their first `at` bytes. Recursion is bounded by
    // splitting only where more than one distinct byte is left: a run of equal bytes loops.
    private void sort(int[] a, int from, int to, int at) {
      while (to - from > INSERTION_SORT) {
        int[] start = new int[258];
        for (int i = from; i < to; i++) {
          start[byteOf(a[i], at) + 2]++;
        }
        int byteOfAll = byteOf(a[from], at);
        if (start[byteOfAll + 2] == to - from) {
          if (byteOfAll < 0) {
            return; // all end here
          }
          at++;
          continue;
        }
        for (int b = 1; b < 258; b++) {
          start[b] += start[b - 1];
        }
        for (int i = from; i < to; i++) {
          scratch[from + start[byteOf(a[i], at) + 1]++] = a[i];
        }
        System.arraycopy(scratch, from, a, from, to - from);
        // start[k + 1] is now where the group of byte k ends
        for (int b = 0; b < 256; b++) {
          if (start[b + 1] - start[b] > 1) {
            sort(a, from + start[b], from + start[b + 1], at + 1);
          }
        }
        return;
      }
      for (int i = from + 1; i < to; i++) {
        int id = a[i];
        int j = i - 1;
        for (; j >= from && compare(a[j], id, at) > 0; j--) {
          a[j + 1] = a[j];
        }
        a[j + 1] = id;
      }
    }

    private int compare(int x, int y, int at) {
      for (int i = at; ; i++) {
        int bx = byteOf(x, i);
        int by = byteOf(y, i);
        if (bx != by || bx < 0) {
          return Integer.compare(bx, by);
        }
      }
    }

    private void layOut(int[] sorted, int n) {
      int[] path = new int[16]; // nodes from the root to the last one
      int length = 0;
      path[0] = node(0);
      for (int k = 0; k < n; k++) {
        int id = sorted[k];
        int bytesOfId = vocabulary.byteLength(id);
        int common = 0;
        while (common < length
            && common < bytesOfId
            && (bytes[path[common + 1]] & 0xFF) == byteOf(id, common)) {
          common++;
        }
        while (length > common) {
          end[path[length--]] = size;
        }
        if (path.length <= bytesOfId) {
          path = Arrays.copyOf(path, 2 * bytesOfId + 1);
        }
        while (length < bytesOfId) {
          int b = byteOf(id, length);
          path[++length] = node(b);
        }
        depth = Math.max(depth, bytesOfId);
        ids.add(id);
      }
      for (; length >= 0; length--) {
        end[path[length]] = size;
      }
    }

    // Tokens are appended right after their node, so a node's slice starts at the current count.
    private int node(int b) {
      if (size + 1 >= bytes.length) {
        int capacity = 2 * bytes.length;
        bytes = Arrays.copyOf(bytes, capacity);
        end = Arrays.copyOf(end, capacity);
        first = Arrays.copyOf(first, capacity);
      }
      bytes[size] = (byte) b;
      first[size] = ids.size;
      return size++;
    }
  }
}
