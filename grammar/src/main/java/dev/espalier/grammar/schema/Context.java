package dev.espalier.grammar.schema;

import dev.espalier.grammar.token.Segment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A segment at a place in the document: what its exits mean. Hash-consed by its {@link Machine};
 * where exits lead is found on first use.
 */
final class Context {
  enum Phase {
    VALUE,
    STRING,
    NUMBER,
    KEY_START,
    KEY,
    COLON,
    AFTER,
    /** An item or member has ended whose own value decides what follows; no state stands here. */
    VALUE_END,
    END
  }

  /**
   * What makes two contexts one.
   *
   * @param obligation on the value that starts here, or that is being read
   * @param key that was read, for {@link Phase#COLON}; the verdicts on what was pending, for {@link
   *     Phase#VALUE_END}
   * @param closing the array as it is if it ends here instead of taking a first item
   */
  record Meaning(
      Phase phase,
      Segment segment,
      Frame frame,
      Formula obligation,
      int key,
      @Nullable Frame closing) {}

  final Machine machine;
  final Phase phase;
  final Segment segment;
  final Frame frame;
  final Meaning meaning;

  // Filled from null to their one value under the machine's lock; read without it.
  private volatile @Nullable Boolean readsNames;
  private volatile @Nullable Context[] exits = new Context[4];
  private volatile @Nullable JsonState[] states = new JsonState[8];

  Context(Machine machine, Meaning meaning) {
    this.machine = machine;
    this.meaning = meaning;
    phase = meaning.phase;
    segment = meaning.segment;
    frame = meaning.frame;
  }

  /** Where an exit leads; {@link Machine#refused} if nowhere. */
  Context exit(int label) {
    Context[] e = exits;
    Context known = label < e.length ? e[label] : null;
    return known != null ? known : slowExit(label);
  }

  private Context slowExit(int label) {
    synchronized (machine) {
      if (label >= exits.length) {
        exits = Arrays.copyOf(exits, Math.max(label + 1, 2 * exits.length));
      }
      Context c = exits[label];
      if (c == null) {
        c = machine.leave(this, label);
        exits[label] = c;
      }
      return c;
    }
  }

  /** Whether a state here keeps its text from the start of this segment on. */
  boolean remembers() {
    if (phase != Phase.KEY) {
      return phase == Phase.VALUE && frame.remembers();
    }
    Boolean known = readsNames;
    if (known == null) {
      synchronized (machine) {
        known = machine.readsNames(this);
        readsNames = known;
      }
    }
    return known;
  }

  /** The state at a position in the segment, reached with a memory of the text before. */
  JsonState state(int position, @Nullable Memory memory) {
    if (memory == null) {
      return state(position);
    }
    machine.count(1);
    return new JsonState(this, position, memory);
  }

  /** The state at a position in the segment. */
  JsonState state(int position) {
    JsonState[] s = states;
    JsonState known = position < s.length ? s[position] : null;
    return known != null ? known : slowState(position);
  }

  private JsonState slowState(int position) {
    synchronized (machine) {
      if (position >= states.length) {
        states = Arrays.copyOf(states, Math.max(position + 1, 2 * states.length));
      }
      JsonState s = states[position];
      if (s == null) {
        s = new JsonState(this, position, remembers() ? Memory.open(null) : null);
        states[position] = s;
        machine.count(1);
      }
      return s;
    }
  }

  JsonState start() {
    return state(segment.start());
  }
}
