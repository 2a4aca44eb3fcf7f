package dev.espalier.grammar.automaton;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;

/**
 * The clock of a thread's own time, looked at now and then: a pause of the machine, or other work
 * on it, is nobody's fault. Mutable, for one thread at a time.
 */
final class ThreadClock {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private long budgetNanos;
  private final int between;
  private int work; // since the last look, or the start
  private boolean running;
  private long began; // when it was looked at first, which most work ends before
  private long spent; // at the last look
  private boolean late;
  private long paused; // when it was

  /**
   * @param budget from the first look on
   * @param between calls of {@link #isLate()} between two looks, which take some hundred
   *     nanoseconds each
   */
  ThreadClock(Duration budget, int between) {
    budgetNanos = budget.toNanos();
    this.between = between;
  }

  /** Begins anew. */
  void restart() {
    work = 0;
    running = false;
    spent = 0;
    late = false;
  }

  /** Begins anew with another budget. */
  void restart(Duration budget) {
    budgetNanos = budget.toNanos();
    restart();
  }

  /** Whether the budget is spent, as far as the last look tells. */
  boolean isLate() {
    return isLate(1);
  }

  /** The same after work that counts as so many calls. */
  boolean isLate(int calls) {
    work += calls;
    if (work >= between) {
      look();
    }
    return late;
  }

  /** Looks now, at the start or for a figure that is to be exact. */
  void look() {
    work = 0;
    long now = THREADS.getCurrentThreadCpuTime();
    if (running) {
      spent = now - began;
      late = spent > budgetNanos;
    } else {
      running = true;
      began = now;
    }
  }

  /** Forgets being late until the next look. */
  void askLater() {
    late = false;
  }

  /** Stops until {@link #resume}. */
  void pause() {
    paused = THREADS.getCurrentThreadCpuTime();
  }

  void resume() {
    began += THREADS.getCurrentThreadCpuTime() - paused;
  }

  /** What is left of the budget. */
  Duration left() {
    look();
    return Duration.ofNanos(budgetNanos - spent);
  }

  /** The time from the first look on. */
  Duration spent() {
    look();
    return Duration.ofNanos(spent);
  }
}
