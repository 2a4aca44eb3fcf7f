package dev.espalier.grammar.regex;

import dev.espalier.BudgetExceededException;
import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What lookbehinds of several characters have seen of a text: a state for each way in which their
 * automata can stand together between two characters. For one thread.
 */
final class Histories {
  // A lookbehind holds where the automaton of "any text that ends in a match" accepts. The texts
  // that lead from one state to another are a language too, given by an equation for every state.

  /** The state of the empty text. */
  static final int START = 0;

  private static final int MOST = 100; // states

  private final String name; // of the equations, less their number
  private final List<Expr> lookbehinds = new ArrayList<>(List.of(Utf8.TEXT));
  private final List<List<Expr>> states =
      new ArrayList<>(); // the first part is TEXT between characters
  private final Map<List<Expr>, Integer> numbers = new HashMap<>();
  private final List<Map<Integer, ByteSet>> steps = new ArrayList<>();

  Histories(String name) {
    this.name = name;
  }

  /**
   * One more lookbehind, before any state is asked for; its number.
   *
   * @param endingHere the texts behind which it holds
   */
  int add(Expr endingHere) {
    lookbehinds.add(endingHere);
    return lookbehinds.size() - 1;
  }

  /** The number of states. */
  int size() {
    if (states.isEmpty()) {
      number(lookbehinds);
      for (int s = 0; lookbehinds.size() > 1 && s < states.size(); s++) {
        steps.add(stepsFrom(states.get(s)));
      }
    }
    return states.size();
  }

  private int number(List<Expr> state) {
    Integer known = numbers.putIfAbsent(state, states.size());
    if (known != null) {
      return known;
    }
    if (states.size() == MOST) {
      throw new BudgetExceededException(
          "states", MOST, "lookbehinds inside repetitions have too much to remember");
    }
    states.add(state);
    return states.size() - 1;
  }

  private Map<Integer, ByteSet> stepsFrom(List<Expr> state) {
    Map<Integer, ByteSet> out = new LinkedHashMap<>();
    for (int b = 0; b < 256; b++) {
      if (state.get(0).step(b) != Expr.NONE) {
        int at = b;
        int to = number(state.stream().map(e -> e.step(at)).toList());
        out.merge(to, ByteSet.of(b), ByteSet::or);
      }
    }
    return out;
  }

  /** Whether a lookbehind holds in a state. */
  boolean holds(int state, int lookbehind) {
    size();
    return states.get(state).get(lookbehind).accepts();
  }

  /** The texts of a language by the state to which they lead. */
  Map<Integer, Expr> after(int state, Expr texts) {
    if (lookbehinds.size() == 1 || texts == Expr.NONE) {
      return texts == Expr.NONE ? Map.of() : Map.of(START, texts);
    }
    Map<Integer, Expr> out = new LinkedHashMap<>();
    for (int to = 0; to < size(); to++) {
      if (states.get(to).get(0) == Utf8.TEXT) {
        Expr some = Expr.and(texts, leading(state, to));
        if (!some.isEmpty(RegexCompiler.SEARCH)) {
          out.put(to, some);
        }
      }
    }
    return out;
  }

  private final Map<Long, Expr> ways = new HashMap<>(); // by both states

  private Expr leading(int from, int to) {
    Expr known = ways.get((long) from * MOST + to);
    if (known != null) {
      return known;
    }
    Expr way = Expr.loop(name + "#" + from + ">" + to, from == to);
    ways.put((long) from * MOST + to, way);
    List<Expr> parts = new ArrayList<>();
    steps.get(from).forEach((s, bytes) -> parts.add(Expr.seq(Expr.bytes(bytes), leading(s, to))));
    if (from == to) {
      parts.add(Expr.EMPTY);
    }
    way.define(Expr.or(parts));
    return way;
  }
}
