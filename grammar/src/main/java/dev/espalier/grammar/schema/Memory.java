package dev.espalier.grammar.schema;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a state keeps of its text because later text depends on it: open items of arrays whose items
 * must differ, and a property name that may come only once. One text from the outermost start on,
 * and where in it each of them begins. Immutable.
 */
final class Memory {
  private static final Memory NOTHING = new Memory(new byte[0], new int[0]);

  private final byte[] text;
  private final int[] starts; // ascending

  private Memory(byte[] text, int[] starts) {
    this.text = text;
    this.starts = starts;
  }

  /** With one more start, here. */
  static Memory open(@Nullable Memory before) {
    Memory m = before == null ? NOTHING : before;
    int[] more = Arrays.copyOf(m.starts, m.starts.length + 1);
    more[m.starts.length] = m.text.length;
    return new Memory(m.text, more);
  }

  Memory append(byte b) {
    byte[] longer = Arrays.copyOf(text, text.length + 1);
    longer[text.length] = b;
    return new Memory(longer, starts);
  }

  /** The text since the last start. */
  byte[] last() {
    return Arrays.copyOfRange(text, starts[starts.length - 1], text.length);
  }

  /** Without the last start; null if it was the only one. */
  @Nullable Memory close() {
    return starts.length == 1 ? null : new Memory(text, Arrays.copyOf(starts, starts.length - 1));
  }
}
