package dev.espalier.grammar.token;

/**
 * How many characters a vocabulary's trie begins on the way to its nodes, and its tokens have.
 * Immutable, one per vocabulary.
 */
final class CharCounts {
  private final short[] toNode;
  private final short[] ofToken; // in trie order

  CharCounts(TokenTrie trie) {
    toNode = new short[trie.size()];
    ofToken = new short[trie.firstToken(trie.size())];
    int[] path = new int[trie.depth() + 2];
    int length = 0;
    for (int i = 1; i < trie.size(); i++) {
      while (i >= trie.end(path[length])) {
        length--;
      }
      boolean begins = (trie.byteAt(i) & 0xC0) != 0x80;
      toNode[i] = (short) (toNode[path[length]] + (begins ? 1 : 0));
      path[++length] = i;
      for (int t = trie.firstToken(i); t < trie.firstToken(i + 1); t++) {
        ofToken[t] = toNode[i];
      }
    }
  }

  /**
   * Characters begun from a node to the end of a token below it, given by its place in the trie.
   */
  int between(int node, int token) {
    return ofToken[token] - toNode[node];
  }
}
