package dev.espalier.grammar.token;

import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is left of some tokens after a segment was left inside them: a set of trie nodes from which
 * reading goes on. The residual trie of DESIGN 3.1, kept as places in the vocabulary's own trie
 * instead of a copy. Hash-consed per vocabulary, so what was seen from here is remembered.
 */
public final class Suffixes {
  // If `consumed`, the byte at each node has been read: tokens that end there are complete, reading
  // goes on with its children. If not, the byte at each node itself is read next.
  final TokenTrie trie;
  final int[] nodes; // ascending
  final boolean consumed;
  private final int hash;
  private int @Nullable [] complete;
  private final Map<Segment, View> views = new WeakHashMap<>();

  Suffixes(TokenTrie trie, int[] nodes, boolean consumed) {
    this.trie = trie;
    this.nodes = nodes;
    this.consumed = consumed;
    int h = consumed ? 1 : 0;
    for (int n : nodes) {
      h = h * 31 + n;
    }
    hash = h;
  }

  /** The tokens that end exactly where reading would go on; do not write. */
  public synchronized int[] complete() {
    if (complete == null) {
      IntList out = new IntList();
      if (consumed) {
        for (int node : nodes) {
          trie.tokensAt(node, out);
        }
      }
      complete = out.toArray();
    }
    return complete;
  }

  /** The trie nodes whose bytes are read next. */
  public int[] next() {
    if (!consumed) {
      return nodes.clone();
    }
    IntList out = new IntList();
    for (int node : nodes) {
      for (int c = node + 1; c < trie.end(node); c = trie.end(c)) {
        out.add(c);
      }
    }
    return out.toArray();
  }

  /** Every token in these subtrees, whatever comes after; walks them. */
  public int[] all() {
    IntList out = new IntList();
    for (int node : nodes) {
      trie.tokensBelow(node, out);
    }
    return out.toArray();
  }

  /** Whether no token goes on from here. */
  public boolean isEnd() {
    if (!consumed) {
      return nodes.length == 0;
    }
    for (int node : nodes) {
      if (trie.end(node) > node + 1) {
        return false;
      }
    }
    return true;
  }

  /** The same places but for some. */
  public Suffixes without(int[] gone, TokenTables tables) {
    IntList kept = new IntList();
    for (int node : nodes) {
      boolean stays = true;
      for (int g : gone) {
        stays &= g != node;
      }
      if (stays) {
        kept.add(node);
      }
    }
    return kept.size == nodes.length ? this : tables.suffixes(kept.toArray(), consumed);
  }

  /** The places reached by reading a text from here, if any, in any order. */
  public int[] after(byte[] text) {
    IntList found = new IntList();
    for (int top : nodes) {
      int node = consumed ? top : -1;
      for (int i = 0; i < text.length && node >= 0; i++) {
        node = trie.child(node, text[i] & 0xFF);
      }
      if (node >= 0) {
        found.add(node);
      }
    }
    return found.toArray();
  }

  View view(Segment segment, Supplier<View> build) {
    synchronized (views) {
      View known = views.get(segment);
      if (known != null) {
        return known;
      }
    }
    View built = build.get();
    synchronized (views) {
      views.put(segment, built);
    }
    return built;
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Suffixes s
        && s.hash == hash
        && s.trie == trie
        && s.consumed == consumed
        && java.util.Arrays.equals(s.nodes, nodes);
  }
}
