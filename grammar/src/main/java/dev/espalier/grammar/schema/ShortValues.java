package dev.espalier.grammar.schema;

import dev.espalier.BudgetExceededException;
import dev.espalier.grammar.automaton.WorkBudget;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Values that satisfy what is asked of them: the flattest, and of those a short one. Mutable
 * caches, used under the machine's lock.
 */
final class ShortValues {
  // Values are built by rising height, which a recursive schema cannot escape.

  static final int MAX_HEIGHT = 24;
  private static final int MAX_PARTS = 20_000; // members and items of one completion

  private record Flat(Formula verdicts, int height) {}

  /** What comes next in a container: the key of a member, and what its value is to satisfy. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Next(int key, Formula wanted, Formula rest, byte[] value) {}

  private final Machine machine;
  private final ShortItems items;
  private final ShortMembers members;
  private final DifferentValues different;
  private final Map<Flat, byte[]> known = new HashMap<>();
  private int parts;

  ShortValues(Machine machine) {
    this.machine = machine;
    items = new ShortItems(machine, this);
    members = new ShortMembers(machine, this);
    different = new DifferentValues(machine);
  }

  ShortItems items() {
    return items;
  }

  ShortMembers members() {
    return members;
  }

  DifferentValues different() {
    return different;
  }

  /** Begins a completion. */
  void begin() {
    parts = 0;
  }

  /** Counts in a member or an item, or a step from one to the next. */
  void countPart() {
    WorkBudget.check(WayOut.UNITS);
    if (parts++ > MAX_PARTS) {
      throw new BudgetExceededException("parts", MAX_PARTS, "a completion has more");
    }
  }

  /** A value that satisfies a formula over verdicts; null if none was found. */
  byte @Nullable [] of(Formula verdicts) {
    for (int height = 0; height <= MAX_HEIGHT; height++) {
      byte[] value = of(verdicts, height);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  /** The same of a value that is no higher: a scalar or an empty container has the height 0. */
  byte @Nullable [] of(Formula verdicts, int height) {
    Flat key = new Flat(verdicts, height);
    byte[] value = known.get(key);
    if (value == null) {
      value = build(verdicts, height);
      known.put(key, value == null ? new byte[0] : value);
    }
    return value == null || value.length == 0 ? null : value;
  }

  private byte @Nullable [] build(Formula verdicts, int height) {
    if (verdicts.isFalse()) {
      return null;
    }
    byte[] best = height == 0 ? null : of(verdicts, height - 1);
    if (best != null) {
      return best;
    }
    for (JsonType type : JsonType.values()) {
      if (!machine.liveness().satisfiable(verdicts, type)) {
        continue;
      }
      Formula owed = machine.expansion().of(verdicts, type);
      byte[] made =
          switch (type) {
            case NULL -> "null".getBytes(StandardCharsets.UTF_8);
            case TRUE -> "true".getBytes(StandardCharsets.UTF_8);
            case FALSE -> "false".getBytes(StandardCharsets.UTF_8);
            case STRING -> {
              byte[] rest = WayOut.toEnd(machine.text(owed, List.of()));
              yield rest == null ? null : WayOut.joined(new byte[] {'"'}, rest);
            }
            case NUMBER -> WayOut.toEnd(machine.number(owed, List.of()));
            case ARRAY -> array(owed, height);
            case OBJECT -> object(machine.spaces().of(owed, verdicts, List.of()), owed, height);
          };
      if (made != null && (best == null || made.length < best.length)) {
        best = made;
      }
    }
    return best;
  }

  private byte @Nullable [] array(Formula owed, int height) {
    if (machine.progress().end(owed).isTrue()) {
      return new byte[] {'[', ']'};
    }
    byte[] inside = height == 0 ? null : items.items(owed, height - 1);
    return inside == null ? null : WayOut.joined(new byte[] {'['}, inside, new byte[] {']'});
  }

  private byte @Nullable [] object(KeySpace space, Formula owed, int height) {
    if (machine.progress().end(owed).isTrue()) {
      return new byte[] {'{', '}'};
    }
    byte[] inside =
        height == 0 ? null : members.members(space, owed, Gone.NONE, Set.of(), height - 1);
    return inside == null ? null : WayOut.joined(new byte[] {'{'}, inside, new byte[] {'}'});
  }

  // ---- parts of containers

  /**
   * A value for one branch whose rest can be met; one that leaves nothing owed if there is one.
   *
   * @param key of the member, -1 for an item
   */
  @Nullable Next split(Formula then, int height, int key, Predicate<Formula> alive) {
    List<Next> found = new ArrayList<>(1);
    splits(
        then,
        height,
        key,
        alive,
        next -> {
          boolean last = machine.progress().end(next.rest).isTrue();
          if (last || found.isEmpty()) {
            found.clear();
            found.add(next);
          }
          return last;
        });
    return found.isEmpty() ? null : found.get(0);
  }

  /** A value for every branch whose rest can be met, until one is what is looked for. */
  void splits(Formula then, int height, int key, Predicate<Formula> alive, Predicate<Next> found) {
    for (Formula branch : machine.formulas().branches(then)) {
      List<Formula> remaining = branch.remaining();
      Formula left = machine.formulas().and(remaining);
      Formula plain = machine.formulas().and(branch.asked());
      List<Formula> ways =
          left.remembers
              ? machine.liveness().keepRemembering(plain, remaining, key < 0, alive)
              : List.of(plain);
      for (Formula wanted : ways) {
        byte[] value = of(wanted, height);
        if (value != null) {
          Formula rest = machine.remember(left, value);
          if (alive.test(rest) && found.test(new Next(key, wanted, rest, value))) {
            return;
          }
        }
      }
    }
  }
}
