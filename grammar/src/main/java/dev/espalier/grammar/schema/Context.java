package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.token.Segment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
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

  // What makes two contexts one.
  final Phase phase;
  final Segment segment;
  final Frame frame;
  final Formula obligation; // on the value that starts here, or that is being read
  final int key; // that was read, for COLON; the verdicts on what was pending, for VALUE_END
  final @Nullable Frame closing; // the array as it is if it ends here instead of taking an item

  final int hash;
  final Machine machine;

  // Filled from null to their one value under the machine's lock; read without it.
  private volatile @Nullable Boolean readsNames;
  private static final Context[] NO_EXITS = {};
  private static final JsonState[] NO_STATES = {};
  private static final int DENSE = 1024; // labels from here on are not places of an array

  private volatile @Nullable Context[] exits = NO_EXITS;
  private @Nullable Map<Integer, Context> rareExits; // under the machine's lock
  private volatile @Nullable JsonState[] states = NO_STATES; // hashed by position, open addressing
  private int stateCount;

  Context(
      Machine machine,
      Phase phase,
      Segment segment,
      Frame frame,
      Formula obligation,
      int key,
      @Nullable Frame closing) {
    this.machine = machine;
    this.phase = phase;
    this.segment = segment;
    this.frame = frame;
    this.obligation = obligation;
    this.key = key;
    this.closing = closing;
    int h = Unique.mixed(System.identityHashCode(segment), phase.hashCode());
    h = Unique.mixed(Unique.mixed(h, frame.hash), obligation.id);
    hash = Unique.mixed(Unique.mixed(h, key), closing == null ? 0 : closing.hash);
  }

  // Their parts are hash-consed before, so they compare by identity.
  static boolean same(Context x, Context y) {
    return x.segment == y.segment
        && x.frame == y.frame
        && x.obligation == y.obligation
        && x.key == y.key
        && x.phase == y.phase
        && x.closing == y.closing;
  }

  /** Where an exit leads; {@link Machine#refused} if nowhere. */
  Context exit(int label) {
    Context[] e = exits;
    Context known = label < e.length ? e[label] : null;
    return known != null ? known : slowExit(label);
  }

  private Context slowExit(int label) {
    synchronized (machine) {
      if (label >= DENSE) {
        return rareExit(label);
      }
      if (label >= exits.length) {
        exits = Arrays.copyOf(exits, Math.max(label + 1, 2 * exits.length));
      }
      Context c = exits[label];
      if (c == null) {
        c = leave(label);
        exits[label] = c;
      }
      return c;
    }
  }

  private Context leave(int label) {
    boolean begun = WorkBudget.begin("a step", machine.stepTime);
    try {
      return machine.leave(this, label);
    } finally {
      if (begun) {
        WorkBudget.end();
      }
    }
  }

  /** A schema that speaks of what comes here, for messages; empty if none does. */
  String place() {
    Set<Atom> atoms = new LinkedHashSet<>();
    obligation.collectAtoms(atoms);
    frame.owed.collectAtoms(atoms);
    for (Atom a : atoms) {
      if (a instanceof Atom.Verdict v) {
        return v.schema().toString();
      } else if (a instanceof Atom.Members m) {
        return m.rules().others().toString();
      } else if (a instanceof Atom.Items i) {
        return i.rules().at(i.index()).toString();
      }
    }
    return "";
  }

  // Where thirty schemas judge a value, a label has thirty bits, of which few combinations come.
  private Context rareExit(int label) {
    Map<Integer, Context> known = rareExits;
    if (known == null) {
      known = new HashMap<>();
      rareExits = known;
    }
    Context c = known.get(label);
    if (c == null) {
      c = leave(label);
      known.put(label, c);
    }
    return c;
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
    JsonState known = find(states, position);
    return known != null ? known : slowState(position);
  }

  private static @Nullable JsonState find(@Nullable JsonState[] table, int position) {
    if (table.length == 0) {
      return null;
    }
    int mask = table.length - 1;
    int i = position & mask;
    JsonState s = table[i];
    while (s != null && s.position != position) {
      i = (i + 1) & mask;
      s = table[i];
    }
    return s;
  }

  private static void put(@Nullable JsonState[] table, JsonState state) {
    int mask = table.length - 1;
    int i = state.position & mask;
    while (table[i] != null) {
      i = (i + 1) & mask;
    }
    table[i] = state;
  }

  private JsonState slowState(int position) {
    synchronized (machine) {
      JsonState s = find(states, position);
      if (s == null) {
        s = new JsonState(this, position, remembers() ? Memory.open(null) : null);
        if (3 * ++stateCount >= 2 * states.length) { // never full, so that a search ends
          JsonState[] larger = new JsonState[Math.max(2, 2 * states.length)];
          for (JsonState other : states) {
            if (other != null) {
              put(larger, other);
            }
          }
          put(larger, s);
          states = larger;
        } else {
          put(states, s);
        }
        machine.count(1);
      }
      return s;
    }
  }

  JsonState start() {
    return state(segment.start());
  }
}
