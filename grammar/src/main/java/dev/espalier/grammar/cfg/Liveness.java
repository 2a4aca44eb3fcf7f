package dev.espalier.grammar.cfg;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Decides of single states whether any text leads from them to an end, by looking for one. For
 * grammars of which {@link DeadEnds} could not show that all states are live. Used under its
 * machine's lock.
 */
final class Liveness {
  private static final int SEARCH = 2_000; // states; beyond it a state counts as live
  private static final int WORK = 100_000; // likewise; steps of a terminal over a byte
  private static final int MAX_VAIN = 8; // searches that decided nothing, after which none is made

  private final Machine machine;
  private int vain;

  Liveness(Machine machine) {
    this.machine = machine;
  }

  boolean isLive(ParseState state) {
    if (state.liveness == ParseState.UNKNOWN && vain < MAX_VAIN) {
      search(state);
    }
    return state.liveness != ParseState.DEAD;
  }

  // Breadth first. All states on the way to an end are live; if none is found, all that were met
  // are dead.
  private void search(ParseState from) {
    Map<ParseState, ParseState> cameFrom = new LinkedHashMap<>();
    ArrayDeque<ParseState> todo = new ArrayDeque<>();
    long work = 0;
    cameFrom.put(from, from);
    todo.add(from);
    while (!todo.isEmpty()) {
      ParseState state = todo.remove();
      if (state.liveness == ParseState.LIVE || machine.mayEnd(state)) {
        for (ParseState s = state; ; s = cameFrom.getOrDefault(s, from)) {
          s.liveness = ParseState.LIVE;
          if (s == from) {
            return;
          }
        }
      }
      work += machine.lexer.costOfSuccessors(state);
      if (cameFrom.size() > SEARCH || work > WORK) {
        from.liveness = ParseState.LIVE;
        vain++;
        return;
      }
      for (ParseState next : machine.lexer.successors(state)) {
        if (!next.isDead()
            && next.liveness != ParseState.DEAD
            && cameFrom.putIfAbsent(next, state) == null) {
          todo.add(next);
        }
      }
    }
    for (ParseState s : cameFrom.keySet()) {
      s.liveness = ParseState.DEAD;
    }
  }
}
