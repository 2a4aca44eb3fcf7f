package dev.espalier.grammar.token;

import dev.espalier.grammar.automaton.ByteSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the tokens of a trie node's subtree from a lexeme's state, by one depth-first pass.
 * Mutable, for one thread and one pass.
 */
final class LexemeWalk {
  // The hot loop of a first mask. A vocabulary of 128,000 tokens has 270,000 nodes; most are
  // skipped with a subtree that stays where it is, and each of the others is a line of memory that
  // has to be fetched. So the trie and the automaton are read as bare arrays.
  private final Lexeme lexeme;
  private final TokenTrie trie;
  private final byte[] classOf = new byte[256];
  private final boolean[] ambiguousClass;
  private final int[] ends; // of the open subtrees
  private final int[] entries; // of their nodes' states, as in the lexeme's table, less 2
  private final long[] outside; // the groups that do not lead these states back to themselves
  private int last; // of the open subtrees, for walks of few nodes
  private int[] cells = {}; // the lexeme's table, for them as well

  /** Nodes at which the lexeme is dead; {@code ~node} where it could not end before, either. */
  final IntList dead = new IntList();

  /** The only subtrees that it went into, ascending; null for all below the node. */
  int @Nullable [] tops;

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
    outside = new long[trie.depth() + 2];
  }

  void from(LexemeState state, int node) {
    ByteSet first = node == 0 ? state.first() : ByteSet.ALL;
    if (2 * first.size() > trie.firstBytes()) { // looking children up would gain nothing
      walk(state, node + 1, trie.end(node));
      return;
    }
    IntList children = new IntList();
    for (int b = first.next(0); b >= 0; b = first.next(b + 1)) {
      int child = trie.child(0, b);
      if (child >= 0) {
        children.add(child);
        walk(state, child, trie.end(child));
      }
    }
    tops = children.toArray();
  }

  // The nodes from one to another, all of them below the one that the state belongs to.
  private void walk(LexemeState state, int from, int stop) {
    byte[] bytes = trie.bytes;
    int[] end = trie.end;
    long[] groupsBelow = trie.groups;
    int[] table = lexeme.table();
    boolean accepts = state.accepts();
    int depth = 0;
    ends[0] = stop;
    entries[0] = (state.entry() - 2) & ~1; // not left before its first byte
    outside[0] = ~lexeme.loops(state.entry());
    for (int i = from; i < stop; ) {
      while (i >= ends[depth]) {
        depth--;
      }
      int b = bytes[i] & 0xFF;
      long groups = groupsBelow[i];
      int next = end[i];
      int at = entries[depth];
      if ((ByteGroups.with(b, groups) & outside[depth]) == 0) {
        live += next - i; // the node and its subtree stay in this state
        if ((at & 1) != 0) {
          loopsWhereItMayEnd |= ByteGroups.with(b, groups);
        } else if (depth == 0 && accepts) {
          loopsWhereItMayEnd |= groups;
        }
        i = next;
        continue;
      }
      int c = classOf[b] & 0xFF;
      int entry = table[(at >> 1) + c];
      if (entry == Lexeme.UNKNOWN) {
        entry = lexeme.compute(at >> 1, c);
        table = lexeme.table();
      }
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
        long others = ~lexeme.loops(entry);
        if ((groups & others) == 0) { // all of the subtree stays in this state
          live += next - i - 1;
          if ((entry & 1) != 0) {
            loopsWhereItMayEnd |= groups;
          }
          i = next;
          continue;
        }
        ends[++depth] = next;
        entries[depth] = entry - 2;
        outside[depth] = others;
      }
      i++;
    }
  }

  /** As {@link #from}, for deep nodes alone: adds what is dead among them. */
  void deep(DeepNodes deep, LexemeState state, int node) {
    int[] nodes = deep.paths;
    int stop = trie.end[node];
    begin(state, node);
    for (int k = deep.firstBelow(node); k < nodes.length && nodes[k] < stop; ) {
      int i = nodes[k];
      int entry = read(i);
      if (entry == Lexeme.DEAD) {
        if (deep.contains(i)) {
          dead.add(mightEndBefore() ? i : ~i);
        }
        k = deep.pathEnds[k];
        continue;
      }
      if (mightEndBefore()) {
        ambiguousClass[classOf[trie.byteAt(i)] & 0xFF] = true;
      }
      open(i, entry);
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
    begin(state, node);
    int k = boundaries.firstFrom(node + 1);
    for (int i = node + 1, stop = trie.end[node]; i < stop; ) {
      k = boundaries.firstFrom(i, k);
      if (boundaries.at(k) >= trie.end[i]) { // no token of the subtree leaves
        i = trie.end[i];
        continue;
      }
      int entry = read(i);
      if (entry == Lexeme.DEAD) {
        i = trie.end[i];
        continue;
      }
      if (mightEndBefore()) {
        out.add(i);
      }
      open(i, entry);
      i++;
    }
  }

  // ---- the path of a walk of few nodes

  private void begin(LexemeState state, int node) {
    last = 0;
    ends[0] = trie.end[node];
    entries[0] = (state.entry() - 2) & ~1; // not left before its first byte
    cells = lexeme.table();
  }

  // The entry at a node, from the last open subtree that holds it.
  private int read(int node) {
    while (node >= ends[last]) {
      last--;
    }
    int row = entries[last] >> 1;
    int c = classOf[trie.byteAt(node)] & 0xFF;
    int entry = cells[row + c];
    if (entry == Lexeme.UNKNOWN) {
      entry = lexeme.compute(row, c);
      cells = lexeme.table();
    }
    return entry;
  }

  // Whether the lexeme may end before the node that was just read.
  private boolean mightEndBefore() {
    return (entries[last] & 1) != 0;
  }

  private void open(int node, int entry) {
    ends[++last] = trie.end[node];
    entries[last] = entry - 2;
  }
}
