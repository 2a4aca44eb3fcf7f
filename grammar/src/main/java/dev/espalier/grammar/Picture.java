package dev.espalier.grammar;

import dev.espalier.CompiledConstraint;
import dev.espalier.CompiledConstraint.State;
import dev.espalier.grammar.automaton.ByteSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Draws the machine of a constraint, for people who want to see a small one. */
public final class Picture {
  private Picture() {}

  /**
   * The machine in Graphviz's language: one node per state, doubly framed where the text may end,
   * one edge per next state, with its bytes. States come in the order in which they are reached;
   * dashed nodes were not looked into. Tokens that a grammar names are not drawn.
   *
   * @param states how many to look into
   */
  public static String dot(CompiledConstraint constraint, int states) {
    Map<State, Integer> numbers = new LinkedHashMap<>();
    ArrayDeque<State> todo = new ArrayDeque<>();
    List<String> edges = new ArrayList<>();
    numbers.put(constraint.start(), 0);
    todo.add(constraint.start());
    int looked = 0;
    while (!todo.isEmpty() && looked < states) {
      State state = todo.remove();
      looked++;
      Map<State, ByteSet> next = new LinkedHashMap<>();
      for (int b = 0; b < 256; b++) {
        State to = state.step((byte) b);
        if (to != null) {
          next.merge(to, ByteSet.of(b), ByteSet::or);
        }
      }
      int from = numbers.getOrDefault(state, 0);
      next.forEach(
          (to, bytes) -> {
            Integer known = numbers.putIfAbsent(to, numbers.size());
            if (known == null) {
              todo.add(to);
            }
            String label = escape(Expected.describe(new byte[0], bytes, false));
            edges.add("  s" + from + " -> s" + numbers.get(to) + " [label=\"" + label + "\"];\n");
          });
    }
    StringBuilder out =
        new StringBuilder("digraph machine {\n  rankdir=LR;\n  node [shape=circle];\n");
    numbers.forEach(
        (state, number) -> {
          String shape = state.mayEnd() ? "doublecircle" : "circle";
          String style = todo.contains(state) ? ", style=dashed" : "";
          out.append("  s")
              .append(number)
              .append(" [shape=")
              .append(shape)
              .append(style)
              .append(", tooltip=\"")
              .append(escape(state.explain()))
              .append("\"];\n");
        });
    edges.forEach(out::append);
    return out.append("}\n").toString();
  }

  private static String escape(String s) {
    return s.replace("\\", "\\\\").replace("\"", "\\\"");
  }
}
