package dev.espalier.grammar.cfg;

import dev.espalier.BudgetExceededException;
import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.ShortestText;
import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.token.LexemeState;
import dev.espalier.grammar.token.TokenTrie;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A way from one state to an end of the text. Mutable, for one question and one thread. */
final class Completion {
  // What is left of the rules is written down with their shortest texts: from every place of the
  // state down the stack, by Dijkstra's algorithm over its frames. Nothing shorter is an end, so if
  // the machine takes it, it is a shortest way. It always does but where a lexer joins what was
  // meant to be two terminals. Then the same lengths guide a search of the machine's states: first
  // for any way (best first), then, for as long as that is cheap, for a shorter one (A*). All that
  // is returned was read by the machine. Where terminals count tokens the search reads tokens, and
  // is the only way: some texts can be spelled in as few tokens as are left, others cannot.

  private static final int NONE = Yields.NONE;
  private static final int STATES = 200_000; // of a terminal that is being read
  private static final int ANY = 100_000; // states of the machine that the first search makes
  private static final int BEST = 10_000; // and the second one
  private static final int GREED = 1 << 8; // how much longer a way may be for one byte nearer

  // All bytes, those first that look well.
  private static final int[] BYTES =
      IntStream.concat("abcdefghijklmnopqrstuvwxyz0123456789 ".chars(), IntStream.range(0, 256))
          .distinct()
          .toArray();

  /**
   * What is left below a frame.
   *
   * @param bytes the fewest, {@link Yields#NONE} if there is no way
   * @param by the return that they are written with; null at the bottom
   */
  private record Left(int bytes, @Nullable Return by) {
    static final Left NO_WAY = new Left(NONE, null);
  }

  private record Return(Frame from, Form rest, Frame below) {}

  private record Settled(Frame frame, Left left) {}

  /**
   * A place in a text.
   *
   * @param node of the vocabulary's trie: what was read of a token; the root where tokens are not
   *     counted
   */
  private record Place(ParseState state, int node) {}

  /** A place and how it was reached. */
  private record Met(Place place, @Nullable Met before, int last, int length, long rank) {
    byte[] bytes() {
      byte[] out = new byte[length];
      for (Met m = this; m.before != null; m = m.before) {
        out[m.length - 1] = (byte) m.last;
      }
      return out;
    }
  }

  private final Machine machine;
  private final Yields yields;
  private final Map<Frame, Left> below = new HashMap<>();
  private final Map<LexemeState, byte[]> lexemes = new HashMap<>(); // what is left of them
  private final Map<Inner, byte[]> inners = new HashMap<>();
  private int @Nullable [] samples;

  Completion(Machine machine, Yields yields) {
    this.machine = machine;
    this.yields = yields;
  }

  /**
   * Bytes after which the text may end: as few as can be, unless terminals are read by a lexer that
   * joins them, or a constraint inside the grammar knows no shortest way itself. Null if there are
   * none, since only tokens without bytes lead on.
   *
   * @throws BudgetExceededException if the search was given up
   */
  byte @Nullable [] of(ParseState state) {
    if (machine.mayEnd(state)) {
      return new byte[0];
    }
    if (left(state) == NONE) {
      return null;
    }
    byte[] straight = write(state);
    if (!machine.counts() && ends(state, straight)) {
      return straight;
    }
    byte[] any = search(state, GREED, NONE, ANY);
    byte[] best = any == null ? null : search(state, 1, any.length, BEST);
    return best == null ? any : best;
  }

  private boolean ends(ParseState from, byte[] bytes) {
    ParseState s = from;
    for (int i = 0; i < bytes.length && !s.isDead(); i++) {
      WorkBudget.check();
      s = machine.step(s, bytes[i] & 0xFF);
    }
    return machine.mayEnd(s);
  }

  // ---- what is left, at least

  private int left(ParseState state) {
    int fewest = machine.mayEnd(state) ? 0 : NONE;
    for (int i = 0; fewest > 0 && i < places(state); i++) {
      fewest = Math.min(fewest, left(state, i));
    }
    return fewest;
  }

  private static int places(ParseState s) {
    return s.lexemes.length + s.inners.length + s.forms.length;
  }

  private int left(ParseState s, int place) {
    int inner = place - s.lexemes.length;
    int form = inner - s.inners.length;
    if (inner < 0) {
      return sum(length(left(s.lexemes[place])), s.lexemeFrames[place]);
    } else if (form < 0) {
      return sum(length(left(s.inners[inner])), s.innerFrames[inner]);
    }
    return sum(yields.least(s.forms[form]), s.formFrames[form]);
  }

  private static int length(byte @Nullable [] text) {
    return text == null ? NONE : text.length;
  }

  private int sum(int bytes, Frame frame) {
    return bytes == NONE ? NONE : sum(bytes, left(frame).bytes);
  }

  private static int sum(int a, int b) {
    long both = (long) a + b;
    return both > Yields.MAX_BYTES ? NONE : (int) both;
  }

  private byte @Nullable [] left(LexemeState lexeme) {
    byte[] known = lexemes.get(lexeme);
    if (known == null) {
      known = ShortestText.of(lexeme.expr(), STATES);
      if (known != null) {
        lexemes.put(lexeme, known);
      }
    }
    return known;
  }

  private byte @Nullable [] left(Inner inner) {
    byte[] known = inners.get(inner);
    if (known == null) {
      known = inner.state.completion();
      if (known != null) {
        inners.put(inner, known);
      }
    }
    return known;
  }

  private Left left(Frame frame) {
    Left known = below.get(frame);
    if (known == null) {
      settle(frame);
      known = below.getOrDefault(frame, Left.NO_WAY);
    }
    return known;
  }

  // All frames that a frame returns to, from the bottom up.
  private void settle(Frame top) {
    Map<Frame, List<Return>> above = new HashMap<>();
    ArrayDeque<Frame> todo = new ArrayDeque<>(List.of(top));
    PriorityQueue<Settled> queue =
        new PriorityQueue<>((a, b) -> Integer.compare(a.left.bytes, b.left.bytes));
    above.put(top, new ArrayList<>(1));
    while (!todo.isEmpty()) {
      Frame frame = todo.removeLast();
      Left known = below.get(frame);
      if (known != null) {
        queue.add(new Settled(frame, known));
        continue;
      }
      Frame.Returns returns = machine.returns(frame);
      Form[] rests = returns.rests();
      WorkBudget.check(1 + rests.length);
      if (rests.length == 0) {
        queue.add(new Settled(frame, new Left(0, null)));
      }
      for (int i = 0; i < rests.length; i++) {
        Frame to = returns.below()[i];
        List<Return> from = above.get(to);
        if (from == null) {
          from = new ArrayList<>(1);
          above.put(to, from);
          todo.add(to);
        }
        from.add(new Return(frame, rests[i], to));
      }
    }
    Map<Frame, Left> settled = new HashMap<>();
    while (!queue.isEmpty()) {
      Settled next = queue.remove();
      if (settled.putIfAbsent(next.frame, next.left) != null) {
        continue;
      }
      WorkBudget.check();
      for (Return r : above.getOrDefault(next.frame, List.of())) {
        int bytes = sum(yields.least(r.rest), next.left.bytes);
        if (bytes != NONE && !settled.containsKey(r.from)) {
          queue.add(new Settled(r.from, new Left(bytes, r)));
        }
      }
    }
    for (Frame frame : above.keySet()) {
      below.put(frame, settled.getOrDefault(frame, Left.NO_WAY));
    }
  }

  // The shortest of what is left, which there must be.
  private byte[] write(ParseState s) {
    int place = 0;
    for (int i = 1; i < places(s); i++) {
      place = left(s, i) < left(s, place) ? i : place;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int inner = place - s.lexemes.length;
    int form = inner - s.inners.length;
    Frame frame;
    if (inner < 0) {
      frame = s.lexemeFrames[place];
      write(left(s.lexemes[place]), out);
    } else if (form < 0) {
      frame = s.innerFrames[inner];
      write(left(s.inners[inner]), out);
    } else {
      frame = s.formFrames[form];
      yields.write(s.forms[form], out);
    }
    for (Return r = left(frame).by; r != null; r = left(r.below).by) {
      yields.write(r.rest, out);
    }
    return out.toByteArray();
  }

  private static void write(byte @Nullable [] text, ByteArrayOutputStream out) {
    if (text != null) {
      out.writeBytes(text);
    }
  }

  // ---- where the machine reads it otherwise

  // The first way to an end that is shorter than so many bytes: the shortest one if a byte nearer
  // is worth one, null if there is none or it takes too many states.
  private byte @Nullable [] search(ParseState from, int greed, int length, int states) {
    Map<Place, Integer> nearest = new HashMap<>();
    PriorityQueue<Met> queue =
        new PriorityQueue<>(
            (a, b) ->
                a.rank == b.rank
                    ? Integer.compare(b.length, a.length)
                    : Long.compare(a.rank, b.rank));
    TokenTrie trie = machine.tables.trie();
    boolean counts = machine.counts();
    queue.add(new Met(new Place(from, 0), null, 0, 0, 0));
    nearest.put(queue.element().place, 0);
    while (!queue.isEmpty() && nearest.size() < states) {
      Met met = queue.remove();
      ParseState state = met.place.state;
      int node = met.place.node;
      if (met.length > nearest.getOrDefault(met.place, met.length)) {
        continue;
      } else if (node == 0 && machine.mayEnd(state)) {
        return met.bytes();
      }
      ByteSet first = machine.first(state);
      List<Place> found = new ArrayList<>(2);
      for (int b : counts ? BYTES : samples()) {
        int child = counts ? trie.child(node, b) : 0;
        ParseState next = child >= 0 && first.contains(b) ? machine.step(state, b) : machine.dead();
        if (next.isDead()) {
          continue;
        }
        found.clear();
        if (!counts || trie.hasTokens(child)) {
          found.add(new Place(machine.tokenEnded(next), 0));
        }
        if (counts && trie.end(child) > child + 1) {
          found.add(new Place(next, child));
        }
        for (Place place : found) {
          int steps = met.length + 1;
          if (!place.state.isDead() && steps < nearest.getOrDefault(place, NONE)) {
            nearest.put(place, steps);
            int left = left(place.state);
            if (sum(steps, left) < length) {
              queue.add(new Met(place, met, b, steps, steps + (long) greed * left));
            }
          }
        }
      }
    }
    return null;
  }

  // One byte of each class.
  private int[] samples() {
    int[] known = samples;
    if (known == null) {
      BitSet seen = new BitSet();
      known =
          Arrays.stream(BYTES)
              .filter(
                  b -> {
                    boolean isNew = !seen.get(machine.classes.of(b));
                    seen.set(machine.classes.of(b));
                    return isNew;
                  })
              .toArray();
      samples = known;
    }
    return known;
  }
}
