package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.WorkBudget;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Items that pay what an array owes. Used under the machine's lock. */
final class ShortItems {
  private static final int SPARE_ITEMS = 2; // that pay off nothing, before others do
  private static final int MAX_DEBTS = 5_000; // of one array, on the way to its nearest end

  private final Machine machine;
  private final ShortValues values;

  ShortItems(Machine machine, ShortValues values) {
    this.machine = machine;
    this.values = values;
  }

  /** Items after which an array can be closed that owes some; null if none are found. */
  byte @Nullable [] of(Frame f) {
    for (int height = 0; height <= ShortValues.MAX_HEIGHT; height++) {
      byte[] items = items(f.owed, height);
      if (items != null) {
        return items;
      }
    }
    return null;
  }

  /** The same where an item has to come: what it is decides how many more have to. */
  byte @Nullable [] begun(Context c) {
    Formula owed = machine.formulas().and(c.frame.owed, c.obligation);
    for (int height = 0; height <= ShortValues.MAX_HEIGHT; height++) {
      byte[] items = itemsOf(owed, height);
      if (items != null) {
        return items;
      }
    }
    return null;
  }

  /** An array's debt, and the item by which it came about. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Debt(Formula owed, @Nullable Debt before, byte[] item) {}

  /** Items after which the array can be closed, no higher; null if none are found. */
  byte @Nullable [] items(Formula owed, int height) {
    if (owed.remembers) {
      byte[] different = different(owed);
      return different == null ? remembering(owed, height) : different;
    }
    return itemsOf(machine.progress().item(owed), height);
  }

  private byte @Nullable [] different(Formula owed) {
    int n = nearing(new Debt(owed, null, new byte[0]), 0).most;
    List<DifferentValues.Spelled> items = values.different().of(owed, n);
    return items == null
        ? null
        : listed(items.stream().map(DifferentValues.Spelled::text).toList());
  }

  // The same, of what is owed by an item that is about to begin and all after it. Each item pays
  // one of a count at most, so the largest count says how many are to come at least (A*: Hart,
  // Nilsson and Raphael, 1968). Of debts equally near, one is followed that has been paid more of.
  private byte @Nullable [] itemsOf(Formula begun, int height) {
    Set<Formula> seen = new HashSet<>();
    PriorityQueue<Nearing> queue = new PriorityQueue<>(FEWEST_ITEMS_FIRST);
    Debt none = new Debt(begun, null, new byte[0]);
    addDebts(new Nearing(none, 0, 0, 0), begun, seen, queue, height);
    while (!queue.isEmpty() && seen.size() < MAX_DEBTS) {
      WorkBudget.check(WayOut.UNITS);
      Nearing at = queue.remove();
      if (machine.progress().end(at.debt.owed).isTrue()) {
        return listed(at.debt);
      }
      addDebts(at, machine.progress().item(at.debt.owed), seen, queue, height);
    }
    return null;
  }

  private void addDebts(
      Nearing from, Formula item, Set<Formula> seen, PriorityQueue<Nearing> queue, int height) {
    machine
        .formulas()
        .anyBranch(
            item,
            literals -> true,
            branch -> {
              Debt next = after(from.debt, branch, seen, height);
              Nearing then = next == null ? null : nearing(next, from.items + 1);
              if (then != null && then.items + then.most <= MAX_DEBTS) {
                queue.add(then);
              }
              return false;
            });
  }

  private @Nullable Debt after(Debt debt, Formula branch, Set<Formula> seen, int height) {
    Formula rest = machine.formulas().and(branch.remaining());
    if (seen.contains(rest) || !machine.liveness().array(rest)) {
      return null;
    }
    byte[] value = values.of(machine.formulas().and(branch.asked()), height);
    return value != null && seen.add(rest) ? new Debt(rest, debt, value) : null;
  }

  private static byte[] listed(Debt last) {
    ArrayDeque<byte[]> items = new ArrayDeque<>();
    for (Debt d = last; d.before != null; d = d.before) {
      items.push(d.item);
    }
    return listed(items);
  }

  private static byte[] listed(Iterable<byte[]> items) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] item : items) {
      if (out.size() > 0) {
        out.write(',');
      }
      out.writeBytes(item);
    }
    return out.toByteArray();
  }

  // Where what follows depends on the items' values there is no end of debts; those are followed
  // first that leave the least to come, and few items that pay off nothing.
  private byte @Nullable [] remembering(Formula owed, int height) {
    Set<Formula> seen = new HashSet<>();
    PriorityQueue<Nearing> queue = new PriorityQueue<>(NEAREST_FIRST);
    Nearing first = nearing(new Debt(owed, null, new byte[0]), 0);
    int idle = SPARE_ITEMS + height + prefixLeft(owed);
    queue.add(first);
    while (!queue.isEmpty() && seen.size() < MAX_DEBTS) {
      values.countPart();
      Nearing at = queue.remove();
      if (machine.progress().end(at.debt.owed).isTrue()) {
        return listed(at.debt);
      }
      for (Formula branch : machine.formulas().branches(at.debt.owed)) {
        values.splits(
            machine.progress().item(branch),
            height,
            -1,
            r -> machine.liveness().array(r),
            next -> {
              Nearing then = nearing(new Debt(next.rest(), at.debt, next.value()), at.items + 1);
              if (then.items <= first.sum - then.sum + idle && seen.add(next.rest())) {
                queue.add(then);
              }
              return false;
            });
      }
    }
    return null;
  }

  /**
   * A debt, and how far it is from being paid.
   *
   * @param most the largest of its counts, which as many items have to pay
   * @param sum of its counts
   * @param items that led to it
   */
  private record Nearing(Debt debt, int most, int sum, int items) {}

  private static final Comparator<Nearing> NEAREST_FIRST =
      Comparator.comparingInt(Nearing::sum).thenComparingInt(Nearing::items);

  private static final Comparator<Nearing> FEWEST_ITEMS_FIRST =
      Comparator.<Nearing>comparingInt(n -> n.items + n.most).thenComparingInt(Nearing::sum);

  private static Nearing nearing(Debt debt, int items) {
    int min = 0;
    int most = 0;
    int contained = 0;
    for (Formula literal : debt.owed.conjuncts()) {
      Atom a = literal.literal();
      boolean not = literal.isNegated();
      int few = 0; // items that are to satisfy a schema
      if (a instanceof Atom.MinItems m && !not) {
        min = Math.max(min, m.n());
      } else if (a instanceof Atom.MaxItems m && not) {
        min = Math.max(min, m.n() + 1);
      } else if (a instanceof Atom.MinContains m && !not) {
        few = m.n();
      } else if (a instanceof Atom.MaxContains m && not) {
        few = m.n() + 1;
      }
      most = Math.max(most, few);
      contained += few;
    }
    return new Nearing(debt, Math.max(min, most), min + contained, items);
  }

  private static int prefixLeft(Formula owed) {
    int left = 0;
    for (Formula literal : owed.conjuncts()) {
      if (literal.literal() instanceof Atom.Items items) {
        left = Math.max(left, items.rules().prefixLength() - items.index());
      }
    }
    return left;
  }
}
