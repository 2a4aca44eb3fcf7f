package dev.espalier.grammar.token;

import java.util.Arrays;

/**
 * What is left of tokens after a lexeme was left inside them: the suffixes behind every accepting
 * place, merged into one trie, each with its tokens. Tokens that stay in the lexeme anyway are not
 * in it. Immutable, shared by threads.
 */
public final class ResidualTrie {
  // Laid out like TokenTrie: depth-first, node 0 the root, children of node i from i + 1 on, the
  // next sibling at end[i], tokens of node i at ids[first[i]] .. ids[first[i + 1]].
  private final byte[] bytes;
  private final int[] end;
  private final int[] first;
  private final int[] ids;

  private ResidualTrie(Builder b) {
    bytes = Arrays.copyOf(b.bytes, b.size);
    end = Arrays.copyOf(b.end, b.size);
    first = Arrays.copyOf(b.first, b.size + 1);
    first[b.size] = b.ids.size;
    ids = b.ids.toArray();
  }

  /**
   * The suffixes behind some nodes.
   *
   * @param leaving nodes of the trie at which the lexeme may end
   * @param staying tokens to leave out, one bit each
   */
  static ResidualTrie of(TokenTrie trie, int[] leaving, long[] staying) {
    return new ResidualTrie(new Builder(trie, leaving, staying));
  }

  /** Number of nodes, the root included. */
  public int size() {
    return bytes.length;
  }

  /** The byte that leads to a node, 0 to 255. */
  public int byteAt(int node) {
    return bytes[node] & 0xFF;
  }

  /** The first node after a node's subtree. */
  public int end(int node) {
    return end[node];
  }

  /** Where the tokens of a node start among {@link #token}. */
  public int firstToken(int node) {
    return first[node];
  }

  /** The {@code i}th token. */
  public int token(int i) {
    return ids[i];
  }

  private static final class Builder {
    private final TokenTrie trie;
    private final long[] staying;
    private final int[] leavingBefore; // by place of a token in trie order
    byte[] bytes = new byte[64];
    int[] end = new int[64];
    int[] first = new int[64];
    int size;
    final IntList ids = new IntList();

    Builder(TokenTrie trie, int[] leaving, long[] staying) {
      this.trie = trie;
      this.staying = staying;
      int tokens = trie.firstToken(trie.end(0));
      leavingBefore = new int[tokens + 1];
      for (int t = 0; t < tokens; t++) {
        leavingBefore[t + 1] = leavingBefore[t] + (stays(trie.token(t)) ? 0 : 1);
      }
      node(0);
      merge(leaving, leaving.length);
      end[0] = size;
    }

    private boolean stays(int token) {
      return (staying[token >>> 6] & (1L << token)) != 0;
    }

    // Whether some token of the subtree does not stay.
    private boolean leaves(int node) {
      return leavingBefore[trie.firstToken(trie.end(node))] > leavingBefore[trie.firstToken(node)];
    }

    private int node(int b) {
      if (size + 1 >= bytes.length) {
        bytes = Arrays.copyOf(bytes, 2 * size);
        end = Arrays.copyOf(end, 2 * size);
        first = Arrays.copyOf(first, 2 * size);
      }
      bytes[size] = (byte) b;
      first[size] = ids.size;
      return size++;
    }

    // Appends the merged subtrees below some nodes of the trie.
    private void merge(int[] nodes, int count) {
      if (count == 1) {
        copy(nodes[0]);
        return;
      }
      int[] counts = new int[256];
      int most = 0;
      for (int k = 0; k < count; k++) {
        for (int c = nodes[k] + 1; c < trie.end(nodes[k]); c = trie.end(c)) {
          if (leaves(c)) {
            counts[trie.byteAt(c)]++;
            most++;
          }
        }
      }
      if (most == 0) {
        return;
      }
      int[] place = new int[257]; // where each byte's children start
      for (int b = 0; b < 256; b++) {
        place[b + 1] = place[b] + counts[b];
      }
      int[] children = new int[most];
      int[] next = Arrays.copyOf(place, 256);
      for (int k = 0; k < count; k++) {
        for (int c = nodes[k] + 1; c < trie.end(nodes[k]); c = trie.end(c)) {
          if (leaves(c)) {
            children[next[trie.byteAt(c)]++] = c;
          }
        }
      }
      for (int b = 0; b < 256; b++) {
        if (counts[b] > 0) {
          int[] same = Arrays.copyOfRange(children, place[b], place[b + 1]);
          int me = node(b);
          for (int c : same) {
            tokensAt(c);
          }
          merge(same, same.length);
          end[me] = size;
        }
      }
    }

    private void copy(int node) {
      for (int c = node + 1; c < trie.end(node); c = trie.end(c)) {
        if (leaves(c)) {
          int me = node(trie.byteAt(c));
          tokensAt(c);
          copy(c);
          end[me] = size;
        }
      }
    }

    private void tokensAt(int node) {
      for (int t = trie.firstToken(node); t < trie.firstToken(node + 1); t++) {
        if (!stays(trie.token(t))) {
          ids.add(trie.token(t));
        }
      }
    }
  }
}
