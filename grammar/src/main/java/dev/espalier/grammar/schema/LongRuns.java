package dev.espalier.grammar.schema;

import dev.espalier.grammar.schema.Context.Phase;
import dev.espalier.grammar.schema.DifferentValues.Spelled;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Items of which so many are owed that they are not read one by one: a million alike, or a thousand
 * that must all differ. Used under the machine's lock.
 */
final class LongRuns {
  // Two are read, which shows how items are laid out, and the last ones are. The state between
  // follows from what the others pay of the debt.

  private static final int MANY_ALIKE = WayOut.LONG_RUN;
  private static final int MANY_DIFFERENT = 16;
  private static final int LAST = 2; // of those that differ, read by the machine

  private final Machine machine;
  private final ShortValues values;

  LongRuns(Machine machine, ShortValues values) {
    this.machine = machine;
    this.values = values;
  }

  /** Whether a run of items comes after a comma. */
  static boolean begins(Frame f) {
    return count(f.owed) > (f.owed.remembers ? MANY_DIFFERENT : MANY_ALIKE);
  }

  /** The state near the end of a run; null if none begins here. */
  @Nullable JsonState of(JsonState s, ByteArrayOutputStream out) {
    Frame f = s.context.frame;
    if (s.context.phase != Phase.VALUE || !f.sides.isEmpty() || !f.pending.isEmpty()) {
      return null;
    }
    if (!f.remembers()) {
      return s.remembers() ? null : alike(s, out);
    }
    for (Frame outer = f.parent; outer != null; outer = outer.parent) {
      if (outer.remembers()) {
        return null;
      }
    }
    return different(s, out);
  }

  // How many items are owed, where the same is asked of all that come; 0 where it is not.
  private static int count(Formula owed) {
    int min = 0;
    for (Formula part : owed.conjuncts()) {
      if (part.atom instanceof Atom.MinItems items) {
        min = Math.max(min, items.n());
      } else if (!(part.atom instanceof Atom.MaxItems)
          && !(part.atom instanceof Atom.Unique)
          && !(part.atom instanceof Atom.Items rules
              && rules.index() >= rules.rules().prefixLength())) {
        return 0;
      }
    }
    return min;
  }

  private @Nullable JsonState alike(JsonState s, ByteArrayOutputStream out) {
    Frame f = s.context.frame;
    byte[] value = begins(f) ? values.of(s.context.obligation) : null;
    if (value == null) {
      return null;
    }
    byte[] item = WayOut.joined(value, new byte[] {','});
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    JsonState first = WayOut.feed(s, item, read);
    int begin = read.size();
    JsonState second = first == null ? null : WayOut.feed(first, item, read);
    if (second == null || second.context.phase != Phase.VALUE) {
      return null;
    }
    byte[] repeated = Arrays.copyOfRange(read.toByteArray(), begin, read.size());
    int more = count(f.owed) - MANY_ALIKE;
    if ((long) more * repeated.length > WayOut.MAX_BYTES) {
      return null;
    }
    out.writeBytes(read.toByteArray());
    for (int i = 0; i < more; i++) {
      out.writeBytes(repeated);
    }
    return machine.afterAlike(second, more);
  }

  // From the beginning of an item on, to that of one of the last.
  private @Nullable JsonState different(JsonState s, ByteArrayOutputStream out) {
    Frame f = s.context.frame;
    int owed = count(f.owed); // after the one that begins here
    if (owed <= MANY_DIFFERENT) {
      return null;
    }
    byte[] first = values.of(s.context.obligation);
    SchemaNode value = first == null ? null : machine.values().read(first);
    List<Spelled> items = value == null ? null : values.different().of(f.owed, value, owed);
    if (first == null || items == null) {
      return null;
    }
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    JsonState one = WayOut.feed(s, withComma(first), read);
    int begin = read.size();
    JsonState two = one == null ? null : WayOut.feed(one, withComma(items.get(0).text()), read);
    if (two == null || two.context.phase != Phase.VALUE) {
      return null;
    }
    byte[] shown = Arrays.copyOfRange(read.toByteArray(), begin, read.size());
    int space = 0;
    while (Character.isWhitespace(shown[space])) {
      space++;
    }
    byte[] before = Arrays.copyOf(shown, space);
    byte[] after = Arrays.copyOfRange(shown, space + items.get(0).text().length, shown.length);
    Set<SchemaNode> taken = new LinkedHashSet<>(List.of(Objects.requireNonNull(value)));
    for (Spelled item : items.subList(0, owed - LAST)) {
      if (taken.size() > 1) {
        read.writeBytes(WayOut.joined(before, item.text(), after));
      }
      taken.add(item.value());
    }
    JsonState later = machine.afterDifferent(f, taken.size() - 1, taken);
    if (later != null) {
      out.writeBytes(read.toByteArray());
    }
    return later;
  }

  private static byte[] withComma(byte[] item) {
    return WayOut.joined(item, new byte[] {','});
  }
}
