package dev.espalier.grammar.schema;

import dev.espalier.grammar.token.Segment;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Scalars for items that must all differ and of which the same is asked, found all at once: one
 * after another, each would be looked for among those that all before it have left. Used under the
 * machine's lock.
 */
final class DifferentValues {
  /** A value, and one of its texts. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Spelled(SchemaNode value, byte[] text) {}

  private static final int LONGEST_NUMBER = 1_000; // digits that are written out

  private final Machine machine;

  DifferentValues(Machine machine) {
    this.machine = machine;
  }

  /** So many items of an array that owes them; null if they are not this simple. */
  @Nullable List<Spelled> of(Formula owed, int n) {
    return of(owed, new HashSet<>(), n);
  }

  /** The same after another item. */
  @Nullable List<Spelled> of(Formula owed, SchemaNode before, int n) {
    return of(owed, new HashSet<>(Set.of(before)), n);
  }

  private @Nullable List<Spelled> of(Formula owed, Set<SchemaNode> gone, int n) {
    List<Formula> asked = new ArrayList<>();
    for (Formula part : owed.conjuncts()) {
      if (part.atom instanceof Atom.Items items && items.index() >= items.rules().prefixLength()) {
        asked.add(machine.formulas().verdict(items.rules().at(items.index())));
      } else if (part.atom instanceof Atom.Unique unique) {
        gone.addAll(unique.seen());
      } else if (!(part.atom instanceof Atom.MinItems) && !(part.atom instanceof Atom.MaxItems)) {
        return null;
      }
    }
    return find(machine.formulas().and(asked), gone, n);
  }

  private @Nullable List<Spelled> find(Formula asked, Set<SchemaNode> gone, int n) {
    List<Spelled> found = new ArrayList<>();
    Set<SchemaNode> few = machine.values().few(asked, n + gone.size());
    if (few != null) {
      for (SchemaNode value : few) {
        byte[] text = found.size() == n || gone.contains(value) ? null : spelled(value);
        if (text != null) {
          found.add(new Spelled(value, text));
        }
      }
      return found.size() == n ? found : null;
    }
    Formula number = machine.expansion().of(asked, JsonType.NUMBER);
    if (machine.liveness().satisfiable(asked, JsonType.NUMBER)) {
      add(machine.number(number, List.of()), "", gone, n, found);
    }
    Formula text = machine.expansion().of(asked, JsonType.STRING);
    if (found.size() < n && machine.liveness().satisfiable(asked, JsonType.STRING)) {
      add(machine.text(text, List.of()), "\"", gone, n, found);
    }
    return found.size() == n ? found : null;
  }

  private void add(Segment segment, String begin, Set<SchemaNode> gone, int n, List<Spelled> out) {
    Set<SchemaNode> taken = new HashSet<>(gone);
    // A number has more than one text.
    for (byte[] rest : WayOut.texts(segment, 2 * (n + gone.size()))) {
      byte[] text = WayOut.joined(ascii(begin), rest);
      SchemaNode value = machine.values().read(text);
      if (out.size() < n && taken.add(value)) {
        out.add(new Spelled(value, text));
      }
    }
  }

  // As the machine reads it; null for a container, and for a number that is long.
  private static byte @Nullable [] spelled(SchemaNode value) {
    JsonNode json = value.json().get("const");
    if (json == null || json.isContainer()) {
      return null;
    }
    if (json.isString()) {
      byte[] text = json.stringValue().getBytes(StandardCharsets.UTF_8);
      return WayOut.joined(new byte[] {'"'}, StringSegment.spelled(text));
    }
    if (json.isNumber()) {
      BigDecimal number = json.decimalValue();
      boolean isLong = Math.abs((long) number.scale()) + number.precision() > LONGEST_NUMBER;
      return isLong ? null : ascii(number.toPlainString());
    }
    return ascii(json.toString());
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
