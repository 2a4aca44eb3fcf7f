package dev.espalier.grammar.token;

import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.LiteralPlace;

/**
 * Reads the tokens of a trie node's subtree from a place inside many literal texts. Mutable, for
 * one thread and one pass.
 */
final class LiteralWalk {
  // The texts and the vocabulary are two sorted tries, and what both have is found by going through
  // them together: in time proportional to the smaller one at each node, without making the states
  // of a lexeme's automaton, of which there is one per byte of every text. Only where a text is
  // complete are there states again.
  private final Lexeme lexeme;
  private final TokenTrie trie;
  private final LiteralPlace place;

  final IntList tokens = new IntList(); // that stay inside the lexeme
  final IntList forced = new IntList(); // nodes at which the lexeme, complete, cannot go on
  private ByteSet ambiguous = ByteSet.NONE;
  int live;
  long beyond;

  LiteralWalk(Lexeme lexeme, LiteralPlace place) {
    this.lexeme = lexeme;
    this.place = place;
    trie = lexeme.tables.trie();
  }

  void from(int node) {
    read(node, place.from(), place.to(), place.depth());
  }

  /** The bytes that went on in the lexeme where it might have ended as well. */
  ByteSet ambiguous() {
    return ambiguous;
  }

  // What comes after a node, inside some of the texts, all of which go on.
  private void read(int node, int from, int to, int depth) {
    int low = from;
    for (int c = node + 1, stop = trie.end[node]; c < stop && low < to; c = trie.end[c]) {
      int b = trie.byteAt(c);
      low = place.firstWith(b, low, to, depth);
      if (low == to || place.byteAt(low, depth) != b) {
        continue;
      }
      int high = place.firstWith(b + 1, low, to, depth);
      live++;
      trie.tokensAt(c, tokens);
      if (trie.end[c] > c + 1) {
        if (place.length(low) == depth + 1) {
          read(c, lexeme.state(place.state(low, high, depth + 1)));
        } else {
          read(c, low, high, depth + 1);
        }
      }
      low = high;
    }
  }

  private void read(int node, LexemeState state) {
    for (int c = node + 1, stop = trie.end[node]; c < stop; c = trie.end[c]) {
      LexemeState next = state.step(trie.byteAt(c));
      if (!next.isDead()) {
        live++;
        trie.tokensAt(c, tokens);
        if (state.accepts()) {
          ambiguous = ambiguous.or(ByteSet.of(trie.byteAt(c)));
        }
        if (trie.end[c] > c + 1) {
          read(c, next);
        }
      } else if (state.accepts()) {
        forced.add(c);
        beyond += trie.end[c] - c;
      }
    }
  }
}
