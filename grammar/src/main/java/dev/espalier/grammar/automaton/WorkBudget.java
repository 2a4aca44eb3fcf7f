package dev.espalier.grammar.automaton;

import dev.espalier.BudgetExceededException;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What reading, compiling or looking at a regular expression or a grammar may cost: a thread's own
 * time, and parts that are made, which are memory. Past either, the work ends in a {@link
 * BudgetExceededException}. Mutable, for one thread at a time.
 */
public final class WorkBudget {
  // What is costly is done far below those who know what it is for: a derivative, a set of
  // characters. So the budget in force belongs to the thread, and is asked wherever something new
  // is made.

  /** What reading and compiling a text may take together. */
  public static final Duration TIME_TO_COMPILE = Duration.ofMillis(1_500);

  /** What reading, compiling and any one mask or step may take together. */
  public static final Duration TIME_OF_A_STEP = Duration.ofSeconds(2);

  /** What one byte may take of it, where nobody says more. */
  public static final Duration TIME_OF_A_BYTE = TIME_OF_A_STEP.dividedBy(2);

  /** What the search for an end of a text may take. */
  public static final Duration TIME_OF_A_COMPLETION = Duration.ofSeconds(2);

  /** Parts that may be made of one text, of some 200 bytes each. */
  public static final int PARTS_TO_COMPILE = 700_000;

  private static final int PLACE = 4; // units that reading a word counts as
  private static final int PART = 16; // units that making one counts as
  private static final int BETWEEN_LOOKS =
      1024; // units, of some 50 ns; a look takes as much as ten
  private static final String ADVICE =
      "; make it smaller, with fewer alternatives and counts, or give it larger budgets";

  private static final String OURS = "dev.espalier.grammar.";

  /** The budget in force for a thread, if there is one. */
  private static final class Holder {
    private final WorkBudget step = new WorkBudget("a step", TIME_OF_A_BYTE); // for all steps
    private @Nullable WorkBudget budget;
  }

  private static final ThreadLocal<Holder> IN_FORCE = ThreadLocal.withInitial(Holder::new);

  private String doing;
  private Duration whole; // of which some may have been spent before
  private final ThreadClock clock;
  private final int mostParts;
  private int parts;
  private @Nullable String source; // that is being read
  private int offset;

  /**
   * A budget of time, and of the parts that a text may have unless it is given more.
   *
   * @param doing what it is for, as in "reading the grammar"
   */
  public WorkBudget(String doing, Duration time) {
    this(doing, time, time, PARTS_TO_COMPILE);
  }

  /**
   * What is left of a larger budget.
   *
   * @param doing what it is for, as in "reading the grammar"
   * @param whole all of the time, of which messages speak
   * @param rest of it, perhaps negative
   */
  public WorkBudget(String doing, Duration whole, Duration rest, int parts) {
    this.doing = doing;
    this.whole = whole;
    clock = new ThreadClock(rest, BETWEEN_LOOKS);
    mostParts = parts;
  }

  /**
   * For the rest of some work of which a part is done: what is left, but a quarter at least, so
   * that what was begun at the last moment can still be finished.
   *
   * @param spent on that part
   */
  public static WorkBudget after(Duration spent, String doing, Duration whole, int parts) {
    return new WorkBudget(doing, whole, orAQuarter(whole.minus(spent), whole), parts);
  }

  private static Duration orAQuarter(Duration left, Duration whole) {
    Duration least = whole.dividedBy(4);
    return left.compareTo(least) < 0 ? least : left;
  }

  /** The time since the work began. */
  public Duration spent() {
    return clock.spent();
  }

  /** What is left for one step of a time that this work is part of; a quarter at least. */
  public Duration leftOf(Duration time) {
    return orAQuarter(time.minus(whole).plus(clock.left()), time);
  }

  /** The same for the work that is being done. */
  public static Duration left(Duration time) {
    WorkBudget budget = IN_FORCE.get().budget;
    return budget == null ? time : budget.leftOf(time);
  }

  /** Does some work within this budget, or within one that is in force already. */
  public <T> T spend(Supplier<T> work) {
    Holder holder = IN_FORCE.get();
    if (holder.budget != null) {
      return work.get();
    }
    clock.restart();
    clock.look();
    parts = 0;
    holder.budget = this;
    try {
      return work.get();
    } catch (StackOverflowError e) {
      throw tooDeep(doing + where());
    } finally {
      holder.budget = null;
      source = null;
    }
  }

  private static BudgetExceededException tooDeep(String doing) {
    return new BudgetExceededException("nesting", 0, doing + " needs too deep a stack");
  }

  /**
   * Begins a step, paid for alone unless a budget is in force; {@link #end} belongs in a {@code
   * finally}. For those who cannot afford an object for each: what this costs is some nanoseconds.
   *
   * @return whether it was begun, and has to be ended
   */
  public static boolean begin(String doing, Duration time) {
    Holder holder = IN_FORCE.get();
    if (holder.budget != null) {
      return false;
    }
    WorkBudget step = holder.step;
    step.doing = doing;
    step.whole = time;
    step.clock.restart(time);
    step.parts = 0;
    step.source = null;
    holder.budget = step;
    return true;
  }

  /** Ends the step that this thread has begun. */
  public static void end() {
    IN_FORCE.get().budget = null;
  }

  /** Does some work within the budget that is in force, or else within that of one byte. */
  public static <T> T step(Supplier<T> work) {
    if (!begin("a step", TIME_OF_A_BYTE)) {
      return work.get();
    }
    try {
      return work.get();
    } catch (StackOverflowError e) {
      throw tooDeep("a step");
    } finally {
      end();
    }
  }

  /**
   * Does some work that nobody in particular pays for: what is made once and stays for all, as the
   * language of a format does.
   */
  public static <T> T outside(Supplier<T> work) {
    Holder holder = IN_FORCE.get();
    WorkBudget budget = holder.budget;
    if (budget == null) {
      return work.get();
    }
    holder.budget = null;
    budget.clock.pause();
    try {
      return work.get();
    } finally {
      budget.clock.resume();
      holder.budget = budget;
    }
  }

  /**
   * Looks for a way to the end of a text, within the budget that is in force or else within {@link
   * #TIME_OF_A_COMPLETION}; without one in force, null where the search is given up.
   */
  public static byte @Nullable [] completion(Supplier<byte @Nullable []> search) {
    if (!begin("a completion", TIME_OF_A_COMPLETION)) {
      return search.get();
    }
    try {
      return search.get();
    } catch (BudgetExceededException | StackOverflowError e) {
      return null;
    } finally {
      end();
    }
  }

  /** Called wherever something is done that may be done very often. */
  public static void check() {
    check(1);
  }

  /**
   * As {@link #check()}, where it is much that is done.
   *
   * @param units of some 50 ns
   */
  public static void check(int units) {
    WorkBudget budget = IN_FORCE.get().budget;
    if (budget != null) {
      budget.look(units);
    }
  }

  /**
   * As {@link #check()}, by who reads a text and knows the place.
   *
   * @param offset in chars
   */
  public static void check(String source, int offset) {
    WorkBudget budget = IN_FORCE.get().budget;
    if (budget == null) {
      return;
    }
    String outer = budget.source;
    if (outer == null || outer.length() <= source.length()) { // a text may be read inside another
      budget.source = source;
      budget.offset = offset;
    }
    budget.look(PLACE);
  }

  /** As {@link #check()}, where what is made stays. */
  public static void part() {
    WorkBudget budget = IN_FORCE.get().budget;
    if (budget == null) {
      return;
    }
    if (++budget.parts > budget.mostParts && !isMakingAClass()) {
      throw new BudgetExceededException(
          "parts", budget.mostParts, budget.doing + budget.where() + " makes more" + ADVICE);
    }
    budget.look(PART);
  }

  private void look(int units) {
    if (clock.isLate(units)) {
      if (isMakingAClass()) {
        clock.askLater();
        return;
      }
      throw new BudgetExceededException(
          "time", whole.toMillis(), doing + where() + " takes more milliseconds" + ADVICE);
    }
  }

  // A class of ours whose initialiser ends in an exception can never be used again, by anybody. So
  // one that is under way is let finish, and what it took is noticed after it.
  private static boolean isMakingAClass() {
    return StackWalker.getInstance().walk(frames -> frames.anyMatch(WorkBudget::makesAClass));
  }

  private static boolean makesAClass(StackWalker.StackFrame frame) {
    return frame.getMethodName().equals("<clinit>") && frame.getClassName().startsWith(OURS);
  }

  private String where() {
    String text = source;
    if (text == null) {
      return "";
    }
    String before = text.substring(0, Math.min(offset, text.length()));
    long line = 1 + before.chars().filter(c -> c == '\n').count();
    return ", at line " + line + ", column " + (before.length() - before.lastIndexOf('\n')) + ",";
  }
}
