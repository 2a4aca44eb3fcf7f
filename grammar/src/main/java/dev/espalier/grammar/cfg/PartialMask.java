package dev.espalier.grammar.cfg;

import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.token.LexemeMask;
import dev.espalier.grammar.token.ResidualTrie;
import dev.espalier.grammar.token.TokenTrie;
import org.jspecify.annotations.Nullable;

/**
 * What some tokens, or rests of tokens, do when read from the beginning of a symbol or from inside
 * a lexeme, whatever comes after it. Filled in once, under the machine's lock.
 */
final class PartialMask {
  /** Tokens that end before the symbol does, one bit each; null for none. */
  final long @Nullable [] bits;

  /** More of them. */
  final int[] ids;

  /** Or the readings that this one is the union of, none of which is such a union; else empty. */
  final PartialMask[] pieces;

  /** What is left of tokens when the symbol is complete. */
  final Rest[] rests;

  /** Different for different readings of a machine. */
  final int number;

  /** The number of the last mask that this was put into. */
  int mark;

  private static final PartialMask[] NO_PIECES = {};

  PartialMask(int number, long @Nullable [] bits, int[] ids, Rest[] rests) {
    this.number = number;
    this.bits = bits;
    this.ids = ids;
    this.rests = rests;
    pieces = NO_PIECES;
  }

  PartialMask(int number, PartialMask[] pieces, Rest[] rests) {
    this.number = number;
    this.pieces = pieces;
    this.rests = rests;
    bits = null;
    ids = new int[0];
  }

  boolean isEmpty() {
    return bits == null && ids.length == 0;
  }

  /**
   * Tokens, each without its beginning: what the vocabulary's trie holds below a node, or merged
   * suffixes, or what leaves a lexeme. Equal only to itself.
   */
  static final class Rest {
    final int number;
    final int node; // negative unless it is a subtree of the vocabulary's trie
    final @Nullable ResidualTrie suffixes;
    final @Nullable LexemeMask leaving;

    /** Whether the lexeme before might have gone on with these bytes as well. */
    final boolean ambiguous;

    /** If leaving: whether all that leaves is merged before it is read, whatever comes next. */
    final boolean merged;

    private final ByteSet first; // the bytes they begin with
    Rest @Nullable [] pieces; // if leaving, where that was asked for
    private final @Nullable Rest[] resolved = new Rest[2]; // if leaving: the two sets of suffixes

    private Rest(
        int number,
        int node,
        @Nullable ResidualTrie suffixes,
        @Nullable LexemeMask leaving,
        boolean ambiguous,
        ByteSet first) {
      this.number = number;
      this.node = node;
      this.suffixes = suffixes;
      this.leaving = leaving;
      this.ambiguous = ambiguous;
      this.first = first;
      merged = leaving != null && (leaving.isWide() || leaving.isNearlyClosed());
    }

    static Rest subtree(int number, int node, TokenTrie trie) {
      return new Rest(number, node, null, null, false, trie.bytesBelow(node));
    }

    static Rest suffixes(int number, ResidualTrie suffixes, boolean ambiguous) {
      return new Rest(number, -1, suffixes, null, ambiguous, suffixes.first());
    }

    static Rest leaving(int number, LexemeMask mask) {
      return new Rest(number, -1, null, mask, false, ByteSet.ALL);
    }

    boolean beginsWithin(ByteSet set) {
      return first.intersects(set);
    }

    @Nullable Rest resolved(boolean all) {
      return resolved[all ? 1 : 0];
    }

    void resolve(boolean all, Rest rest) {
      resolved[all ? 1 : 0] = rest;
    }

    @Override
    public int hashCode() {
      return number * 0x9E3779B9;
    }

    @Override
    public boolean equals(@Nullable Object o) {
      return this == o;
    }
  }
}
