package dev.espalier;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks for the nearest end of a text, byte by byte. */
final class ByteSearch {
  /** Distinct states after which the search gives up. */
  static final int STATES = 100_000;

  private ByteSearch() {}

  private record Way(CompiledConstraint.State state, @Nullable Way before, byte last, int length) {}

  static byte @Nullable [] toEnd(CompiledConstraint.State from) {
    Set<CompiledConstraint.State> seen = new HashSet<>();
    ArrayDeque<Way> queue = new ArrayDeque<>(List.of(new Way(from, null, (byte) 0, 0)));
    seen.add(from);
    while (!queue.isEmpty() && seen.size() < STATES) {
      Way way = queue.remove();
      if (way.state.mayEnd()) {
        byte[] bytes = new byte[way.length];
        for (Way w = way; w.before != null; w = w.before) {
          bytes[w.length - 1] = w.last;
        }
        return bytes;
      }
      for (int b = 0; b < 256; b++) {
        CompiledConstraint.State next = way.state.step((byte) b);
        if (next != null && seen.add(next)) {
          queue.add(new Way(next, way, (byte) b, way.length + 1));
        }
      }
    }
    return null;
  }
}
