package dev.espalier.grammar.cfg;

import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.token.LexemeState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Looks for places where a text that is read by a lexer may get stuck: a terminal has to end, but
 * whatever may follow it begins with bytes that go on with what is being read, as a letter after
 * {@code [a-z]+}.
 */
final class DeadEnds {
  // The parser's stack is left out: after a terminal, everything comes that comes after it
  // anywhere. So where nothing is found there is nothing; what is found may turn out to be
  // impossible in the context that it would need.
  private static final int MAX_STATES = 8_000;
  private static final int MAX_FORMS = 20_000;
  private static final int MAX_CALLS = 400_000; // of all forms together
  private static final int MAX_STEPS =
      600_000; // of terminals over a byte, each a miss of the cache
  private static final int MAX_TERMINALS = 4_000; // read together first, over some 150 bytes
  private static final int MAX_WARNINGS = 8;
  private static final String TOO_LARGE =
      "the grammar is too large to tell whether a text can get stuck between its terminals";

  private static final ByteSet NUMBER = ByteSet.anyOf("0123456789.eE+-");

  /** A terminal that is being read; the symbol is null for what is ignored. */
  private record Reading(@Nullable Symbol symbol, LexemeState state) {}

  private record Place(BitSet context, Set<Reading> read) {}

  private final List<Symbol> symbols;
  private final Symbol start;
  private final @Nullable LexemeState skip;
  private final Map<Symbol, BitSet> follow = new HashMap<>();
  private final Set<String> found = new TreeSet<>();
  private int steps;

  private DeadEnds(List<Symbol> symbols, Symbol start, @Nullable LexemeState skip) {
    this.symbols = symbols;
    this.start = start;
    this.skip = skip;
  }

  /** Warnings about a grammar, for people; none if no text can get stuck. */
  static List<String> of(List<Symbol> symbols, Symbol start, @Nullable LexemeState skip) {
    DeadEnds d = new DeadEnds(symbols, start, skip);
    if (symbols.stream().filter(Symbol::isTerminal).count() > MAX_TERMINALS || !d.findFollow()) {
      return List.of(TOO_LARGE);
    }
    d.checkConstraints();
    // First as if every terminal were read everywhere, which is fast and mostly enough.
    Set<String> first = new TreeSet<>(d.found);
    if (d.explore(false) && d.found.equals(first)) {
      return List.copyOf(first);
    }
    d.found.retainAll(first);
    if (!d.explore(true)) {
      return List.of(TOO_LARGE);
    }
    return d.found.stream().limit(MAX_WARNINGS).toList();
  }

  // The terminals that may come after each symbol; false if there are too many places.
  private boolean findFollow() {
    record Tail(Symbol caller, Symbol called) {}
    List<Tail> tails = new ArrayList<>();
    for (Symbol s : symbols) {
      follow.put(s, new BitSet());
    }
    int seenForms = 0;
    int seenCalls = 0;
    for (Symbol s : symbols) {
      Form body = s.body;
      if (body == null) {
        continue;
      }
      Set<Form> seen = new HashSet<>(List.of(body));
      ArrayDeque<Form> todo = new ArrayDeque<>(seen);
      while (!todo.isEmpty()) {
        if (++seenForms > MAX_FORMS) {
          return false;
        }
        for (Form.Call call : todo.remove().calls()) {
          Form.Call[] then = call.rest().calls();
          seenCalls += 1 + then.length;
          if (seenCalls > MAX_CALLS) {
            return false;
          }
          for (Form.Call next : then) {
            follow.getOrDefault(call.symbol(), new BitSet()).or(next.symbol().reach());
          }
          if (call.rest().nullable) {
            tails.add(new Tail(s, call.symbol()));
          }
          if (seen.add(call.rest())) {
            todo.add(call.rest());
          }
        }
      }
    }
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Tail t : tails) {
        BitSet to = follow.getOrDefault(t.called, new BitSet());
        int before = to.cardinality();
        to.or(follow.getOrDefault(t.caller, new BitSet()));
        changed |= to.cardinality() > before;
      }
    }
    return true;
  }

  private boolean explore(boolean contextual) {
    Set<Place> seen = new HashSet<>();
    ArrayDeque<Place> todo = new ArrayDeque<>();
    BitSet all = new BitSet();
    all.set(0, symbols.size());
    push(begin(contextual ? start.reach() : all, !contextual), seen, todo);
    while (!todo.isEmpty()) {
      if (seen.size() > MAX_STATES) {
        return false;
      }
      Place p = todo.remove();
      ByteSet more = ByteSet.NONE;
      Reading lazy = null;
      for (Reading r : p.read) {
        more = more.or(r.state.first());
        lazy = r.state.endsLazily() ? r : lazy;
      }
      BitSet after = end(p, lazy == null ? more : ByteSet.NONE, lazy);
      if (contextual && !after.isEmpty()) {
        push(begin(after, true), seen, todo);
      }
      for (int b = lazy == null ? more.next(0) : -1; b >= 0; b = more.next(b + 1)) {
        steps += p.read.size();
        if (steps > MAX_STEPS) {
          return false;
        }
        Set<Reading> next = new LinkedHashSet<>();
        for (Reading r : p.read) {
          LexemeState to = r.state.step(b);
          if (!to.isDead()) {
            next.add(new Reading(r.symbol, to));
          }
        }
        push(new Place(p.context, next), seen, todo);
        Set<Reading> others = new LinkedHashSet<>(next);
        if (others.removeIf(r -> r.symbol != null && r.symbol.inner != null)) {
          push(new Place(p.context, others), seen, todo); // some may have come to their limits
        }
      }
    }
    return true;
  }

  private static void push(Place p, Set<Place> seen, ArrayDeque<Place> todo) {
    if (seen.add(p)) {
      todo.add(p);
    }
  }

  private Place begin(BitSet context, boolean skips) {
    Set<Reading> read = new LinkedHashSet<>();
    for (int i = context.nextSetBit(0); i >= 0; i = context.nextSetBit(i + 1)) {
      LexemeState l = symbols.get(i).reads();
      if (l != null) {
        read.add(new Reading(symbols.get(i), l));
      }
    }
    if (skips && skip != null) {
      read.add(new Reading(null, skip));
    }
    return new Place(context, read);
  }

  // What may come after the terminals that can end here. Notes those that what follows cannot end.
  private BitSet end(Place p, ByteSet more, @Nullable Reading lazy) {
    BitSet after = new BitSet();
    for (Reading r : p.read) {
      if (lazy != null && !r.state.endsLazily()) {
        found.add(name(lazy) + " is lazy and may end " + name(r) + " before it is complete");
      } else if (r.state.accepts()) {
        BitSet next = r.symbol == null ? p.context : follow.getOrDefault(r.symbol, new BitSet());
        after.or(next);
        if (skip == null || within(skip.first(), more)) {
          checkNext(r, next, more);
        }
      }
    }
    return after;
  }

  // Of constraints inside the grammar only numbers may go on where they may end.
  private void checkConstraints() {
    for (Symbol s : symbols) {
      if (s.inner != null
          && s.reads() == null
          && s.inner.first().contains('0')
          && (skip == null || within(skip.first(), NUMBER))) {
        checkNext(new Reading(s, LexemeState.DEAD), follow.getOrDefault(s, new BitSet()), NUMBER);
      }
    }
  }

  private void checkNext(Reading r, BitSet next, ByteSet more) {
    for (int i = next.nextSetBit(0); i >= 0; i = next.nextSetBit(i + 1)) {
      LexemeState l = symbols.get(i).reads();
      if (l != null && within(l.first(), more)) {
        found.add(
            "after "
                + name(r)
                + ", a text may get stuck where "
                + symbols.get(i).name
                + " has to follow:"
                + " all that it can begin with would still belong to what is being read");
      }
    }
  }

  private static boolean within(ByteSet some, ByteSet all) {
    return some.and(all.complement()).isEmpty();
  }

  private static String name(Reading r) {
    return r.symbol == null ? "what is ignored" : r.symbol.name;
  }
}
