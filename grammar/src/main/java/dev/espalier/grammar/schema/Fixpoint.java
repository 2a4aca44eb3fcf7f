package dev.espalier.grammar.schema;

import dev.espalier.BudgetExceededException;
import dev.espalier.grammar.automaton.WorkBudget;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers to questions that ask each other, in circles too: the least fixpoint, found on demand. A
 * question that is asked while it is open is answered with no. Mutable, for one thread at a time.
 */
final class Fixpoint {
  // A yes was derived from answers that could only be too pessimistic, so it stands. A no may lean
  // on an open question having been taken for no. It is kept meanwhile and shares the fate of the
  // outermost question it leans on: if that turns out to be no, and leans on nothing itself, the
  // whole circle is settled; if it is yes, what was found inside is thrown away. So every yes costs
  // one more look at a circle at most, where forgetting each leaning no would cost exponentially.

  private static final int MAX_DEPTH = 400;
  private static final int UNITS = 20; // of work, that an answer takes at least
  private static final int NOTHING = Integer.MAX_VALUE; // leaned on

  private final List<Leaning<?, ?>> trail = new ArrayList<>(); // in the order they were found
  private int open;
  private int leaned = NOTHING; // the outermost open question that the present answer leans on

  /** An answer for as long as what it leans on is open. */
  private static final class Leaning<K, V> {
    final Table<K, V> table;
    final K question;
    final V answer;
    int on;

    Leaning(Table<K, V> table, K question, V answer, int on) {
      this.table = table;
      this.question = question;
      this.answer = answer;
      this.on = on;
    }

    void settle() {
      table.leaning.remove(question);
      table.settled.put(question, answer);
    }

    void drop() {
      table.leaning.remove(question);
    }
  }

  /** The answers to one kind of question. */
  static final class Table<K, V> {
    private final Map<K, V> settled = new HashMap<>();
    private final Map<K, Leaning<K, V>> leaning = new HashMap<>();
    private final Map<K, Integer> open = new HashMap<>();
  }

  private <K, V> @Nullable V known(Table<K, V> table, K question) {
    V settled = table.settled.get(question);
    if (settled != null) {
      return settled;
    }
    Leaning<K, V> l = table.leaning.get(question);
    if (l == null) {
      return null;
    }
    leaned = Math.min(leaned, l.on);
    return l.answer;
  }

  /** Whether something holds, where {@code answerer} may ask anything of this object. */
  <K> boolean ask(Table<K, Boolean> table, K question, BooleanSupplier answerer) {
    Boolean known = known(table, question);
    if (known != null) {
      return known;
    }
    Integer asked = table.open.get(question);
    if (asked != null) {
      leaned = Math.min(leaned, asked);
      return false;
    }
    checkBudget();
    int mine = open++;
    int begin = trail.size();
    int outer = leaned;
    table.open.put(question, mine);
    leaned = NOTHING;
    boolean answered = false;
    try {
      boolean yes = answerer.getAsBoolean();
      answered = true;
      close(table, question, yes, mine, begin);
      return yes;
    } catch (StackOverflowError e) { // a thread with a small stack, or levels with many frames
      if (mine > 0) {
        throw e; // until there is room again
      }
      throw undecided();
    } finally {
      open--;
      table.open.remove(question);
      if (!answered) {
        forget(begin, false);
      }
      leaned = Math.min(outer, leaned);
    }
  }

  private <K> void close(Table<K, Boolean> table, K question, boolean yes, int mine, int begin) {
    if (yes || leaned >= mine) {
      forget(begin, !yes);
      table.settled.put(question, yes);
      leaned = NOTHING;
      return;
    }
    for (Leaning<?, ?> l : trail.subList(begin, trail.size())) {
      l.on = Math.min(l.on, leaned);
    }
    lean(table, question, false);
  }

  /** A thing worked out from answers; the more of them are yes, the more it holds. */
  <K, V> V find(Table<K, V> table, K question, Supplier<V> finder) {
    V known = known(table, question);
    if (known != null) {
      return known;
    }
    int outer = leaned;
    leaned = NOTHING;
    try {
      V found = Objects.requireNonNull(finder.get());
      if (leaned == NOTHING) {
        table.settled.put(question, found);
      } else {
        lean(table, question, found);
      }
      return found;
    } finally {
      leaned = Math.min(outer, leaned);
    }
  }

  private <K, V> void lean(Table<K, V> table, K question, V answer) {
    Leaning<K, V> l = new Leaning<>(table, question, answer, leaned);
    table.leaning.put(question, l);
    trail.add(l);
  }

  private void forget(int from, boolean settle) {
    if (from == trail.size()) {
      return; // nearly always
    }
    List<Leaning<?, ?>> since = trail.subList(from, trail.size());
    since.forEach(settle ? Leaning::settle : Leaning::drop);
    since.clear();
  }

  private void checkBudget() {
    if (open >= MAX_DEPTH) {
      throw undecided();
    }
    WorkBudget.check(UNITS);
  }

  private static BudgetExceededException undecided() {
    return new BudgetExceededException(
        "depth",
        MAX_DEPTH,
        "it is undecided whether the schema can be satisfied; simplify it or raise the budget");
  }
}
