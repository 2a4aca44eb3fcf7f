package dev.espalier.grammar.token;

import dev.espalier.grammar.automaton.ByteSet;

/**
 * A walk over the trie that reads no token made of characters a segment loops on: those come as
 * {@link Slice slices}. Mutable, for one walk.
 */
final class SlicedWalk {
  // A word pattern would walk half the vocabulary after each space; with slices below that place,
  // too, a walk touches only the places where tokens leave what the automaton loops on.

  private static final int BIG = 128; // tokens in a subtree that are worth a slice
  private static final int SOME = 4; // and to be looked at together
  private static final int FEW = 8; // bytes that are looked up instead of sieved

  private final Segment segment;
  private final TokenTables tables;
  private final TokenTrie trie;
  private final View.Collector out = new View.Collector();

  SlicedWalk(Segment segment, TokenTables tables) {
    this.segment = segment;
    this.tables = tables;
    trie = tables.trie();
  }

  /** The view of some tokens from a state. */
  View view(int state, Suffixes suffixes) {
    for (int top : suffixes.nodes) {
      if (suffixes.consumed) {
        read(top, state);
      } else {
        step(top, state);
      }
    }
    return out.view(tables);
  }

  private void step(int node, int state) {
    int next = segment.next(state, trie.byteAt(node));
    if (next >= 0) {
      trie.tokensAt(node, out.stay);
      if (trie.end(node) > node + 1) {
        read(node, next);
      }
    } else if (next != Segment.DEAD) {
      out.exit(next, node);
    }
  }

  // What comes after a node.
  private void read(int node, int state) {
    int end = trie.end(node);
    int tokens = trie.firstToken(end) - trie.firstToken(node + 1);
    if (tokens >= SOME) {
      Loop loop = segment.loop(state, tokens >= BIG);
      if (loop != null) {
        if (loop.most() >= trie.depth() && (trie.groups[node] & ~loop.bytes()) == 0) {
          for (int t = trie.firstToken(node + 1); t < trie.firstToken(end); t++) {
            out.stay.add(trie.token(t)); // nothing else below
          }
          return;
        } else if (tokens >= BIG) {
          readAround(node, state, loop);
          return;
        }
      }
    }
    ByteSet live = segment.live(state);
    if (live != null && live.size() <= FEW) {
      for (int b = live.next(0); b >= 0; b = live.next(b + 1)) {
        int child = trie.child(node, b);
        if (child >= 0) {
          step(child, state);
        }
      }
      return;
    }
    for (int c = node + 1; c < end; c = trie.end(c)) {
      if (live == null || live.contains(trie.byteAt(c))) {
        step(c, state);
      }
    }
  }

  private void readAround(int node, int state, Loop loop) {
    Slice slice = Slice.of(tables, node, loop.groups());
    int count = slice.count(loop.most());
    if (count > View.MANY) {
      out.bits(slice.bits(loop.most(), tables));
    } else {
      for (int i = 0; i < count; i++) {
        out.stay.add(slice.stay[i]);
      }
    }
    boolean counts = loop.most() < Integer.MAX_VALUE;
    int deadByte = -1;
    int chars = -1;
    int at = state;
    for (int i = 0; i < slice.frontier.length; i++) {
      int f = slice.frontier[i];
      int b = trie.byteAt(f);
      if (b == deadByte || slice.frontierChars[i] > loop.most()) {
        continue;
      }
      if (counts && slice.frontierChars[i] != chars) {
        chars = slice.frontierChars[i];
        at = chars == 0 ? state : loop.after().applyAsInt(chars);
      }
      if (!counts && segment.next(state, b) == Segment.DEAD) {
        deadByte = b;
        continue;
      }
      step(f, at);
    }
  }
}
