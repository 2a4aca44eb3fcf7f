package dev.espalier.grammar.token;

import dev.espalier.grammar.automaton.ByteSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What some tokens do when read from one segment state: which stay inside the segment, and for each
 * way out, where the others go on. A machine adds up a mask from views. Immutable, shared by
 * threads and by every constraint over the vocabulary.
 */
public final class View {
  /** More tokens than this are kept as a bit set. */
  static final int MANY = 600;

  private final long @Nullable [] bits;
  private final int[] ids;
  private final List<Exit> exits;
  private final @Nullable Except except;

  View(long @Nullable [] bits, int[] ids, List<Exit> exits) {
    this(bits, ids, exits, null);
  }

  private View(long @Nullable [] bits, int[] ids, List<Exit> exits, @Nullable Except except) {
    this.bits = bits;
    this.ids = ids;
    this.exits = List.copyOf(exits);
    this.except = except;
  }

  /** Tokens that stay, one bit each, if they are many; do not write. */
  public long @Nullable [] bits() {
    return bits;
  }

  /** Tokens that stay and are not in {@link #bits}; do not write. */
  public int[] ids() {
    return ids;
  }

  /** The ways out, by step result. */
  public List<Exit> exits() {
    return exits;
  }

  /** In what this view differs from the parts above, which it shares with another; mostly null. */
  public @Nullable Except except() {
    return except;
  }

  /**
   * In what a view differs from one whose parts it shares.
   *
   * @param stay tokens that do not stay, though they are listed
   * @param places nodes of the trie at which no exit is taken, though they are listed
   * @param instead exits besides
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Except(int[] stay, int[] places, List<Exit> instead) {
    /** Every token that is taken back, in any order. */
    public int[] gone(TokenTables tables) {
      IntList out = new IntList();
      for (int token : stay) {
        out.add(token);
      }
      for (int node : places) {
        tables.trie().tokensBelow(node, out);
      }
      return out.toArray();
    }
  }

  /** The same view with parts of its own. */
  public View settled(TokenTables tables) {
    Except e = except;
    if (e == null) {
      return this;
    }
    long[] ownBits = bits == null ? null : bits.clone();
    IntList ownIds = new IntList();
    for (int id : ids) {
      if (Arrays.stream(e.stay).noneMatch(t -> t == id)) {
        ownIds.add(id);
      }
    }
    if (ownBits != null) {
      for (int token : e.stay) {
        ownBits[token >>> 6] &= ~(1L << token);
      }
    }
    List<Exit> own = new ArrayList<>(e.instead);
    for (Exit exit : exits) {
      own.add(new Exit(exit.step, exit.rest.without(e.places, tables)));
    }
    return new View(ownBits, ownIds.toArray(), own);
  }

  /**
   * One way out of the segment.
   *
   * @param step label and whether the byte is consumed, see {@link Segment#exit}
   * @param rest where the tokens that take it go on
   */
  public record Exit(int step, Suffixes rest) {}

  /** The same view under other labels. */
  public View relabelled(int label) {
    if (except == null && exits.stream().allMatch(e -> Segment.label(e.step) == label)) {
      return this;
    }
    return new View(
        bits,
        ids,
        relabelled(exits, label),
        except == null
            ? null
            : new Except(except.stay, except.places, relabelled(except.instead, label)));
  }

  private static List<Exit> relabelled(List<Exit> exits, int label) {
    List<Exit> r = new ArrayList<>(exits.size());
    for (Exit e : exits) {
      r.add(new Exit(Segment.exit(label, Segment.consumes(e.step)), e.rest));
    }
    return r;
  }

  /**
   * A view that differs from a known one only along a few paths: where the text may still become
   * one of some names. Walks those paths alone.
   *
   * @param base the view of a segment that stays wherever this one stays, off the paths leaves
   *     wherever this one leaves, by one way only, and never leaves without consuming
   * @param onPath the bytes that may go on along a path or leave the segment, null for a state of
   *     {@code segment} that is on no path
   */
  public static View corrected(
      View base,
      Segment segment,
      int state,
      IntFunction<@Nullable ByteSet> onPath,
      Suffixes suffixes,
      TokenTables tables) {
    if (base.exits.isEmpty()) {
      return base;
    }
    Exit usual = base.exits.get(0);
    Paths paths = new Paths(suffixes.trie, segment, onPath, usual.step);
    ByteSet first = onPath.apply(state);
    for (int top : suffixes.nodes) {
      if (first == null) {
        break;
      } else if (suffixes.consumed) {
        paths.read(top, state, first);
      } else if (first.contains(paths.trie.byteAt(top))) {
        paths.step(top, state);
      }
    }
    IntList places = new IntList();
    for (int i = 0; i < paths.left.size; i++) {
      if (Arrays.binarySearch(usual.rest.nodes, paths.left.items[i]) >= 0) {
        places.add(paths.left.items[i]);
      }
    }
    return places.size == 0
        ? base
        : new View(
            base.bits,
            base.ids,
            base.exits,
            new Except(new int[0], places.toArray(), paths.out.view(tables).exits));
  }

  /** Reads along the paths of some names. Mutable, for one view. */
  private static final class Paths {
    final TokenTrie trie;
    private final Segment segment;
    private final IntFunction<@Nullable ByteSet> onPath;
    private final int usual;
    final IntList left = new IntList(); // where the usual step is not taken
    final Collector out = new Collector();

    Paths(TokenTrie trie, Segment segment, IntFunction<@Nullable ByteSet> onPath, int usual) {
      this.trie = trie;
      this.segment = segment;
      this.onPath = onPath;
      this.usual = usual;
    }

    void read(int node, int state, ByteSet bytes) {
      for (int b = bytes.next(0); b >= 0; b = bytes.next(b + 1)) {
        int child = trie.child(node, b);
        if (child >= 0) {
          step(child, state);
        }
      }
    }

    void step(int node, int state) {
      int next = segment.next(state, trie.byteAt(node));
      if (next >= 0) {
        ByteSet bytes = trie.end(node) > node + 1 ? onPath.apply(next) : null;
        if (bytes != null) {
          read(node, next, bytes);
        }
      } else if (next != usual) {
        left.add(node);
        if (next != Segment.DEAD) {
          out.exit(next, node);
        }
      }
    }
  }

  /**
   * A view that differs from another of the same segment only along a few paths, and only in where
   * it leaves. Walks those paths from both states at once.
   *
   * @param base the view from {@code baseState}
   * @param onPath the bytes after which the states that follow may differ, null if they never do
   * @return null if one of them stays where the other does not, or that is not seen
   */
  public static @Nullable View beside(
      View base,
      Segment segment,
      int baseState,
      int state,
      IntFunction<@Nullable ByteSet> onPath,
      Suffixes suffixes,
      TokenTables tables) {
    if (base.except != null) {
      return null;
    }
    Pairs pairs = new Pairs(suffixes.trie, segment, onPath);
    ByteSet first = onPath.apply(state);
    for (int top : suffixes.nodes) {
      if (first == null) {
        break;
      } else if (suffixes.consumed) {
        pairs.read(top, baseState, state, first);
      } else if (first.contains(pairs.trie.byteAt(top))) {
        pairs.step(top, baseState, state);
      }
    }
    if (pairs.apart) {
      return null;
    }
    return pairs.left.size == 0
        ? base
        : new View(
            base.bits,
            base.ids,
            base.exits,
            new Except(new int[0], pairs.left.toArray(), pairs.out.view(tables).exits));
  }

  /** Reads from two states at once. Mutable, for one view. */
  private static final class Pairs {
    final TokenTrie trie;
    private final Segment segment;
    private final IntFunction<@Nullable ByteSet> onPath;
    final IntList left = new IntList(); // where the first one's exit is not taken
    final Collector out = new Collector();
    boolean apart; // one stays and the other does not, or may do so

    Pairs(TokenTrie trie, Segment segment, IntFunction<@Nullable ByteSet> onPath) {
      this.trie = trie;
      this.segment = segment;
      this.onPath = onPath;
    }

    void read(int node, int baseState, int state, ByteSet bytes) {
      for (int b = bytes.next(0); b >= 0 && !apart; b = bytes.next(b + 1)) {
        int child = trie.child(node, b);
        if (child >= 0) {
          step(child, baseState, state);
        }
      }
    }

    void step(int node, int baseState, int state) {
      int base = segment.next(baseState, trie.byteAt(node));
      int next = segment.next(state, trie.byteAt(node));
      if (base == next) {
        return;
      }
      if (base < 0 && next < 0) {
        left.add(node);
        if (next != Segment.DEAD) {
          out.exit(next, node);
        }
      } else if (base < 0 || next < 0) {
        apart = true;
      } else if (trie.end(node) > node + 1) {
        ByteSet bytes = onPath.apply(next);
        if (bytes != null) {
          read(node, base, next, bytes);
        } else {
          apart = true; // a short list of texts has swallowed the name: they differ anywhere
        }
      }
    }
  }

  /**
   * A view that differs from a known one only in its exits: reads the text before each of them.
   *
   * @param base stays wherever this one does and leaves wherever this one may leave
   */
  public static View ending(
      View base, Segment segment, int state, Suffixes suffixes, TokenTables tables) {
    IntList ends = new IntList();
    for (Exit e : base.exits) {
      for (int node : e.rest.nodes) {
        ends.add(node);
      }
    }
    int[] sorted = ends.toArray();
    Arrays.sort(sorted);
    Collector out = new Collector();
    TokenTrie trie = suffixes.trie;
    int at = 0;
    for (int top : suffixes.nodes) {
      int from = suffixes.consumed ? top + 1 : top;
      at = readToEnds(trie, from, trie.end(top), sorted, at, segment, state, out);
    }
    return new View(base.bits, base.ids, out.view(tables).exits);
  }

  /**
   * The view from a state that differs from this one's only in tokens of more than {@link
   * TokenTrie#SHORT} bytes, and stays nowhere else.
   *
   * @param there what this one does with them
   * @param here what that one does
   */
  public View beyondShort(LongTokens there, LongTokens here, TokenTables tables) {
    Collector out = new Collector();
    for (int i = 0; i < here.nodes.size; i++) {
      out.exit(here.steps.items[i], here.nodes.items[i]);
    }
    Except more = new Except(there.staysNot(here), there.nodes.toArray(), out.view(tables).exits);
    return new View(bits, ids, exits, more);
  }

  // Siblings from a node on; `at` is the first exit that is not behind them. Returns the next one.
  private static int readToEnds(
      TokenTrie trie,
      int from,
      int to,
      int[] ends,
      int first,
      Segment segment,
      int state,
      Collector out) {
    int at = first;
    for (int c = from; c < to && at < ends.length && ends[at] < to; c = trie.end(c)) {
      if (ends[at] >= trie.end(c)) {
        continue;
      }
      int next = segment.next(state, trie.byteAt(c));
      if (ends[at] == c) {
        at++;
        if (next < Segment.DEAD) {
          out.exit(next, c);
        }
      } else if (next >= 0) {
        at = readToEnds(trie, c + 1, trie.end(c), ends, at, segment, next, out);
      } else {
        while (at < ends.length && ends[at] < trie.end(c)) {
          at++;
        }
      }
    }
    return at;
  }

  /** Gathers a view. Mutable, for one thread. */
  static final class Collector {
    final IntList stay = new IntList();
    private final IntList steps = new IntList();
    private final List<IntList> nodes = new ArrayList<>();
    private long @Nullable [] shared; // tokens that stay, many at once; not to be written
    private boolean own; // `shared` is a copy of this collector

    /** Adds many tokens that stay. */
    void bits(long[] more) {
      if (shared == null) {
        shared = more;
        return;
      }
      if (!own) {
        shared = shared.clone();
        own = true;
      }
      for (int i = 0; i < more.length; i++) {
        shared[i] |= more[i];
      }
    }

    void exit(int step, int node) {
      int at = 0;
      while (at < steps.size && steps.items[at] != step) {
        at++;
      }
      if (at == steps.size) {
        steps.add(step);
        nodes.add(new IntList());
      }
      nodes.get(at).add(node);
    }

    View view(TokenTables tables) {
      List<Exit> exits = new ArrayList<>(steps.size);
      for (int i = 0; i < steps.size; i++) {
        int step = steps.items[i];
        int[] sorted = nodes.get(i).toArray();
        Arrays.sort(sorted);
        exits.add(new Exit(step, tables.suffixes(sorted, Segment.consumes(step))));
      }
      if (stay.size <= MANY) {
        return new View(
            shared == null || !own ? shared : tables.charge(shared), stay.toArray(), exits);
      }
      if (shared != null) {
        long[] all = own ? shared : shared.clone();
        for (int i = 0; i < stay.size; i++) {
          all[stay.items[i] >>> 6] |= 1L << stay.items[i];
        }
        return new View(tables.charge(all), new int[0], exits);
      }
      return new View(tables.bits(stay.items, stay.size), new int[0], exits);
    }
  }
}
