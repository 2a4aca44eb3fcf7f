package dev.espalier.grammar.token;

import dev.espalier.grammar.automaton.ByteSet;
import org.jspecify.annotations.Nullable;

/**
 * A walk over the trie that reads no token made of characters a segment loops on: those come as
 * {@link Slice slices}. Mutable, for one walk.
 */
final class SlicedWalk {
  // A word pattern would walk half the vocabulary after each space; with slices below that place,
  // too, a walk touches only the places where tokens leave what the automaton loops on.

  private static final int BIG = 128; // tokens in a subtree that are worth a slice
  private static final int SOME = 4; // and to be looked at together
  private static final long DIGITS = ByteGroups.of('0');
  private static final int FEW = 8; // bytes that are looked up instead of sieved

  private final Segment segment;
  private final TokenTables tables;
  private final TokenTrie trie;
  private final @Nullable Limit limit;
  private final View.Collector out = new View.Collector();

  SlicedWalk(Segment segment, TokenTables tables) {
    this(segment, tables, null);
  }

  /** A walk that counts characters. */
  SlicedWalk(Segment segment, TokenTables tables, @Nullable Limit limit) {
    this.segment = segment;
    this.tables = tables;
    this.limit = limit;
    trie = tables.trie();
  }

  /**
   * The view of some tokens from a state.
   *
   * @param room characters that may come, if they are counted
   */
  View view(int state, Suffixes suffixes, int room) {
    for (int top : suffixes.nodes) {
      if (suffixes.consumed) {
        read(top, state, room);
      } else {
        step(top, state, room);
      }
    }
    return out.view(tables);
  }

  private void step(int node, int state, int room) {
    int b = trie.byteAt(node);
    int next = segment.next(state, b);
    if (next >= 0) {
      int left = room;
      if (limit != null) {
        left -= limit.begins(state, b) ? 1 : 0;
        if (!limit.fits(next, left)) {
          return;
        }
      }
      trie.tokensAt(node, out.stay);
      if (trie.end(node) > node + 1) {
        read(node, next, left);
      }
    } else if (next != Segment.DEAD) {
      out.exit(next, node);
    }
  }

  // What comes after a node.
  private void read(int node, int state, int room) {
    int end = trie.end(node);
    int tokens = trie.firstToken(end) - trie.firstToken(node + 1);
    if (tokens >= SOME) {
      if ((trie.groups[node] & ~DIGITS) == 0 && segment.keepsDigits(state)) {
        stayBelow(node, end);
        return;
      }
      Loop loop = segment.loop(state, tokens >= BIG);
      if (loop != null) {
        int most = most(loop, room);
        if (most >= trie.depth() && (trie.groups[node] & ~loop.bytes()) == 0) {
          stayBelow(node, end); // nothing else below
          return;
        } else if (tokens >= BIG) {
          readAround(node, state, loop, most, room);
          return;
        }
      }
    }
    ByteSet live = segment.live(state);
    if (live != null && live.size() <= FEW) {
      for (int b = live.next(0); b >= 0; b = live.next(b + 1)) {
        int child = trie.child(node, b);
        if (child >= 0) {
          step(child, state, room);
        }
      }
      return;
    }
    for (int c = node + 1; c < end; c = trie.end(c)) {
      if (live == null || live.contains(trie.byteAt(c))) {
        step(c, state, room);
      }
    }
  }

  private void stayBelow(int node, int end) {
    for (int t = trie.firstToken(node + 1); t < trie.firstToken(end); t++) {
      out.stay.add(trie.token(t));
    }
  }

  // How many characters of a loop may come.
  private int most(Loop loop, int room) {
    int low = 0;
    int high = Math.min(loop.most(), Math.min(trie.depth(), room));
    if (limit == null || high <= 0) {
      return limit == null ? loop.most() : 0;
    }
    int home = loop.after().applyAsInt(1);
    if (limit.enough(home) <= room - high) {
      return high;
    }
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (limit.fits(home, room - middle)) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private void readAround(int node, int state, Loop loop, int most, int room) {
    Slice slice = Slice.of(tables, node, loop.groups());
    int count = slice.count(most);
    if (count > View.MANY) {
      out.bits(slice.bits(most, tables));
    } else {
      for (int i = 0; i < count; i++) {
        out.stay.add(slice.stay[i]);
      }
    }
    boolean counts = loop.most() < Integer.MAX_VALUE;
    for (int w = 0, i = 0; w < slice.wayEnds.length; i = slice.wayEnds[w++]) {
      int chars = slice.wayChars[w];
      if (chars > most) {
        continue;
      }
      int at = counts && chars > 0 ? loop.after().applyAsInt(chars) : state;
      if (segment.next(at, trie.byteAt(slice.frontier[i])) == Segment.DEAD) {
        continue;
      }
      for (int k = i; k < slice.wayEnds[w]; k++) {
        step(slice.frontier[k], at, limit == null ? room : room - chars);
      }
    }
  }
}
