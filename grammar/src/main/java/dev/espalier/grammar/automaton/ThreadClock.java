package dev.espalier.grammar.automaton;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;

/**
 * The clock of a thread's own time, looked at now and then: a pause of the machine, or other work
 * on it, is nobody's fault. Mutable, for one thread at a time.
 */
public final class ThreadClock {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final long budgetNanos;
  private final int between;
  private int calls; // since the start
  private long began; // when it was looked at first, which most work ends before
  private long spent; // at the last look
  private boolean late;

  /**
   * @param budget from the first look on
   * @param between calls of {@link #isLate} between two looks, which take some hundred nanoseconds
   *     each
   */
  public ThreadClock(Duration budget, int between) {
    budgetNanos = budget.toNanos();
    this.between = between;
  }

  /** Begins anew. */
  public void restart() {
    calls = 0;
    spent = 0;
    late = false;
  }

  /** Whether the budget is spent, as far as the last look tells. */
  public boolean isLate() {
    if (++calls % between == 0) {
      long now = THREADS.getCurrentThreadCpuTime();
      if (calls == between) {
        began = now;
      } else {
        spent = now - began;
        late = spent > budgetNanos;
      }
    }
    return late;
  }

  /** The time from the first look to the last. */
  Duration spent() {
    return Duration.ofNanos(spent);
  }

  /** The budget in milliseconds. */
  public long budgetMillis() {
    return budgetNanos / 1_000_000;
  }
}
