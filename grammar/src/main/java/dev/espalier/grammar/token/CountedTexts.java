package dev.espalier.grammar.token;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Views of "any text of so many characters", all from the vocabulary's plain tokens by their
 * characters and one walk of the others. One per vocabulary; immutable but for its cache.
 */
public final class CountedTexts {
  private record Range(Segment any, int min, int max) {}

  private final Segment any;
  private final int step; // the one way out
  private final Slice plain; // tokens that stay and have no escape
  private final int[] stay; // and the others, by rising count
  private final int[] stayEnds; // stayEnds[n]: how many of them begin at most n characters
  private final long[] @Nullable [] bits; // of all, one bit each, found on first use
  private final int[] exits; // trie nodes
  private final int[] exitCounts;
  private final int longest;

  private CountedTexts(TokenTables tables, Segment any, IntUnaryOperator escape) {
    this.any = any;
    plain = Slice.of(tables, 0, CharGroups.PLAIN);
    Walk walk = new Walk(tables.trie(), any, escape);
    for (int w = 0, i = 0; w < plain.wayEnds.length; w++) {
      for (; i < plain.wayEnds[w]; i++) {
        walk.read(plain.frontier[i], plain.wayChars[w]);
      }
    }
    step = walk.way;
    exits = walk.nodes.toArray();
    exitCounts = walk.nodeCounts.toArray();
    int max = plain.longest();
    for (int i = 0; i < walk.counts.size; i++) {
      max = Math.max(max, walk.counts.items[i]);
    }
    for (int c : exitCounts) {
      max = Math.max(max, c);
    }
    longest = max;
    int[] start = new int[max + 2];
    for (int i = 0; i < walk.counts.size; i++) {
      start[walk.counts.items[i] + 1]++;
    }
    for (int c = 0; c <= max; c++) {
      start[c + 1] += start[c];
    }
    stayEnds = Arrays.copyOfRange(start, 1, max + 2);
    bits = new long[max + 1][];
    stay = new int[walk.tokens.size];
    for (int i = 0; i < walk.tokens.size; i++) {
      stay[start[walk.counts.items[i]]++] = walk.tokens.items[i];
    }
  }

  /** What comes after the plain beginnings of tokens. Mutable, for one construction. */
  private static final class Walk {
    private final TokenTrie trie;
    private final Segment any;
    private final IntUnaryOperator escape;
    private final int[] ends;
    private final int[] states;
    private final int[] count; // characters begun
    final IntList tokens = new IntList();
    final IntList counts = new IntList();
    final IntList nodes = new IntList();
    final IntList nodeCounts = new IntList();
    int way = Segment.DEAD;

    Walk(TokenTrie trie, Segment any, IntUnaryOperator escape) {
      this.trie = trie;
      this.any = any;
      this.escape = escape;
      ends = new int[trie.depth() + 2];
      states = new int[trie.depth() + 2];
      count = new int[trie.depth() + 2];
    }

    void read(int top, int before) {
      int depth = 0;
      states[0] = any.start();
      ends[0] = trie.size();
      count[0] = before;
      for (int i = top; i < trie.end(top); ) {
        while (i >= ends[depth]) {
          depth--;
        }
        int b = trie.byteAt(i);
        int next = any.next(states[depth], b);
        if (next >= 0) {
          // A character begins with a plain byte that continues none, or with a backslash.
          boolean plain = escape.applyAsInt(states[depth]) == 0;
          boolean begins = plain && (b & 0xC0) != 0x80;
          count[depth + 1] = count[depth] + (begins ? 1 : 0);
          for (int t = trie.firstToken(i); t < trie.firstToken(i + 1); t++) {
            tokens.add(trie.token(t));
            counts.add(count[depth + 1]);
          }
          ends[++depth] = trie.end(i);
          states[depth] = next;
          i++;
        } else {
          if (next != Segment.DEAD) {
            way = next;
            nodes.add(i);
            nodeCounts.add(count[depth]);
          }
          i = trie.end(i);
        }
      }
    }
  }

  /**
   * The counted view of a segment.
   *
   * @param any accepts any text and is left by one way
   * @param escape 0 for a state of {@code any} outside an escape sequence
   */
  public static CountedTexts of(TokenTables tables, Segment any, IntUnaryOperator escape) {
    return tables.cached(any, t -> new CountedTexts(t, any, escape));
  }

  /** The vocabulary as seen where {@code min} to {@code max} characters are to come. */
  public View view(int min, int max, TokenTables tables) {
    int least = Math.min(min, longest + 1);
    int most = Math.min(max, longest);
    if (least == 0 && most == longest) {
      return any.view(any.start(), tables);
    }
    return tables.cached(new Range(any, least, most), t -> build(least, most, t));
  }

  private View build(int least, int most, TokenTables tables) {
    View.Collector exit = new View.Collector();
    for (int i = 0; i < exits.length; i++) {
      if (exitCounts[i] >= least && exitCounts[i] <= most) {
        exit.exit(step, exits[i]);
      }
    }
    List<View.Exit> ways = exit.view(tables).exits();
    int n = plain.count(most);
    if (n + stayEnds[most] > View.MANY) {
      return new View(bits(most, tables), new int[0], ways);
    }
    int[] ids = Arrays.copyOf(plain.stay, n + stayEnds[most]);
    System.arraycopy(stay, 0, ids, n, stayEnds[most]);
    return new View(null, ids, ways);
  }

  // Lower bounds do not matter to tokens that stay, so all of one upper bound share their bits.
  private synchronized long[] bits(int most, TokenTables tables) {
    long[] known = bits[most];
    if (known == null) {
      known = plain.bits(most, tables);
      if (stayEnds[most] > 0) {
        known = known.clone();
        for (int i = 0; i < stayEnds[most]; i++) {
          known[stay[i] >>> 6] |= 1L << stay[i];
        }
        tables.charge(known);
      }
      bits[most] = known;
    }
    return known;
  }
}
