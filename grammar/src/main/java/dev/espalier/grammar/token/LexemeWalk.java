package dev.espalier.grammar.token;

import dev.espalier.grammar.automaton.ByteSet;

/**
 * Reads the tokens of a trie node's subtree from a lexeme's state, by one depth-first pass.
 * Mutable, for one thread and one pass.
 */
final class LexemeWalk {
  // The hot loop of a first mask: 270,000 nodes of a vocabulary of 128,000 tokens at some 3 ns. So
  // the trie and the automaton are read as bare arrays.
  private final Lexeme lexeme;
  private final TokenTrie trie;
  private final byte[] classOf = new byte[256];
  private final boolean[] ambiguousClass;
  private final int[] ends; // of the open subtrees
  private final int[] entries; // of their nodes' states, as in the lexeme's table, less 2

  /** Nodes at which the lexeme is dead; {@code ~node} where it could not end before, either. */
  final IntList dead = new IntList();

  private long loopsWhereItMayEnd;
  int live;
  long beyond;

  LexemeWalk(Lexeme lexeme) {
    this.lexeme = lexeme;
    trie = lexeme.tables.trie();
    for (int b = 0; b < 256; b++) {
      classOf[b] = (byte) lexeme.classes.of(b);
    }
    ambiguousClass = new boolean[lexeme.width];
    ends = new int[trie.depth() + 2];
    entries = new int[trie.depth() + 2];
  }

  void from(LexemeState state, int node) {
    byte[] bytes = trie.bytes;
    int[] end = trie.end;
    long[] groups = trie.groups;
    int[] table = lexeme.table();
    int lastEntry = -1;
    long outside = -1; // the groups that do not lead back to the last entry's state
    int depth = 0;
    int stop = end[node];
    ends[0] = stop;
    entries[0] = (state.entry() - 2) & ~1; // not left before its first byte
    for (int i = node + 1; i < stop; ) {
      while (i >= ends[depth]) {
        depth--;
      }
      int at = entries[depth];
      int c = classOf[bytes[i] & 0xFF] & 0xFF;
      int entry = table[(at >> 1) + c];
      if (entry == Lexeme.UNKNOWN) {
        entry = lexeme.compute(at >> 1, c);
        table = lexeme.table();
      }
      int next = end[i];
      if (entry == Lexeme.DEAD) {
        if ((at & 1) != 0) {
          beyond += next - i;
          dead.add(i);
        } else {
          dead.add(~i);
        }
        i = next;
        continue;
      }
      if ((at & 1) != 0) {
        ambiguousClass[c] = true;
      }
      live++;
      if (next > i + 1) {
        if (entry != lastEntry) {
          lastEntry = entry;
          outside = ~lexeme.loops(entry);
        }
        if ((groups[i] & outside) == 0) { // all of the subtree stays in this state
          live += next - i - 1;
          if ((entry & 1) != 0) {
            loopsWhereItMayEnd |= groups[i];
          }
          i = next;
          continue;
        }
        ends[++depth] = next;
        entries[depth] = entry - 2;
      }
      i++;
    }
  }

  /** As {@link #from}, for deep nodes alone: adds what is dead among them. */
  void deep(DeepNodes deep, LexemeState state, int node) {
    int[] nodes = deep.paths;
    int[] table = lexeme.table();
    int depth = 0;
    int stop = trie.end[node];
    ends[0] = stop;
    entries[0] = (state.entry() - 2) & ~1;
    for (int k = deep.firstBelow(node); k < nodes.length && nodes[k] < stop; ) {
      int i = nodes[k];
      while (i >= ends[depth]) {
        depth--;
      }
      int at = entries[depth];
      int c = classOf[trie.byteAt(i)] & 0xFF;
      int entry = table[(at >> 1) + c];
      if (entry == Lexeme.UNKNOWN) {
        entry = lexeme.compute(at >> 1, c);
        table = lexeme.table();
      }
      if (entry == Lexeme.DEAD) {
        if (deep.contains(i)) {
          dead.add((at & 1) != 0 ? i : ~i);
        }
        k = deep.pathEnds[k];
        continue;
      }
      if ((at & 1) != 0) {
        ambiguousClass[c] = true;
      }
      ends[++depth] = trie.end[i];
      entries[depth] = entry - 2;
      k++;
    }
  }

  /** The bytes that went on in the lexeme where it might have ended as well. */
  ByteSet ambiguous() {
    ByteSet set = ByteSet.NONE;
    for (int b = 0; b < 256; b++) {
      long group = b < 128 ? ByteGroups.of(b) : ByteGroups.BEYOND_ASCII;
      if (ambiguousClass[classOf[b] & 0xFF] || (loopsWhereItMayEnd & group) != 0) {
        set = set.or(ByteSet.of(b));
      }
    }
    return set;
  }

  /**
   * Collects the nodes at which the lexeme goes on though it might have ended before, and below
   * which some token leaves it.
   */
  void ambiguous(LexemeState state, int node, Boundaries boundaries, IntList out) {
    int[] table = lexeme.table();
    int depth = 0;
    int stop = trie.end[node];
    ends[0] = stop;
    entries[0] = (state.entry() - 2) & ~1;
    int k = boundaries.firstFrom(node + 1);
    for (int i = node + 1; i < stop; ) {
      int next = trie.end[i];
      k = boundaries.firstFrom(i, k);
      if (boundaries.at(k) >= next) { // no token of the subtree leaves
        i = next;
        continue;
      }
      while (i >= ends[depth]) {
        depth--;
      }
      int at = entries[depth];
      int c = classOf[trie.byteAt(i)] & 0xFF;
      int entry = table[(at >> 1) + c];
      if (entry == Lexeme.UNKNOWN) {
        entry = lexeme.compute(at >> 1, c);
        table = lexeme.table();
      }
      if (entry == Lexeme.DEAD) {
        i = next;
        continue;
      }
      if ((at & 1) != 0) {
        out.add(i);
      }
      ends[++depth] = next;
      entries[depth] = entry - 2;
      i++;
    }
  }
}
