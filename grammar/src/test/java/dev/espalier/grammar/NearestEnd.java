package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CompiledConstraint;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Ways to the end of a text, found by trying all bytes. */
public final class NearestEnd {
  private NearestEnd() {}

  /** Bytes to the nearest end, -1 if there is none among so many states. */
  public static int of(CompiledConstraint.State from, int states) {
    Map<CompiledConstraint.State, Integer> seen = new HashMap<>(Map.of(from, 0));
    ArrayDeque<CompiledConstraint.State> todo = new ArrayDeque<>(List.of(from));
    while (!todo.isEmpty() && seen.size() < states) {
      CompiledConstraint.State at = todo.remove();
      if (at.mayEnd()) {
        return seen.get(at);
      }
      for (int b = 0; b < 256; b++) {
        CompiledConstraint.State next = at.step((byte) b);
        if (next != null && seen.putIfAbsent(next, seen.get(at) + 1) == null) {
          todo.add(next);
        }
      }
    }
    return -1;
  }

  /** The completion of a state, which must end the text with as few bytes as any. */
  public static String exact(CompiledConstraint.State from, int states, String what) {
    String found = checked(from, what);
    int nearest = of(from, states);
    int length = from.completion().length;
    assertThat(nearest < 0 ? length : nearest).as("'%s' %s", found, what).isEqualTo(length);
    return found;
  }

  /** The completion of a state as text, after which the text may end. */
  public static String checked(CompiledConstraint.State from, String what) {
    byte[] bytes = from.completion();
    assertThat(bytes).as("no completion: " + what).isNotNull();
    CompiledConstraint.State s = from;
    for (int i = 0; i < bytes.length && s != null; i++) {
      s = s.step(bytes[i]);
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    assertThat(s).as("'%s' leads nowhere: %s", text, what).isNotNull();
    assertThat(s.mayEnd()).as("'%s' leads to no end: %s", text, what).isTrue();
    return text;
  }
}
