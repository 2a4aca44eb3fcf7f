package dev.espalier.grammar.automaton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.espalier.BudgetExceededException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WorkBudgetTest {
  private static final int SOME = 1 << 22; // units: far more than a millisecond's worth

  /** A class that takes longer to initialise than those who need it first have time for. */
  private static final class Slow {
    static final int VALUE = work(41) + 1;
  }

  private static int work(int result) {
    for (int i = 0; i < SOME; i++) {
      WorkBudget.check();
    }
    return result;
  }

  private static WorkBudget little() {
    return new WorkBudget("testing", Duration.ofMillis(1));
  }

  @Test
  void aClassThatIsBeingInitialisedIsLetFinish() {
    assertThatExceptionOfType(BudgetExceededException.class)
        .isThrownBy(() -> little().spend(() -> Slow.VALUE + work(0)))
        .withMessageContaining("testing takes more milliseconds");
    assertThat(Slow.VALUE).isEqualTo(42); // NoClassDefFoundError if it was interrupted
  }

  @Test
  void whatStaysForAllIsPaidByNobody() {
    assertThat(little().spend(() -> WorkBudget.outside(() -> work(7)))).isEqualTo(7);
    int after = little().spend(() -> WorkBudget.outside(() -> work(7)) + brief());
    assertThat(after).isEqualTo(8);
    assertThatExceptionOfType(BudgetExceededException.class)
        .isThrownBy(() -> little().spend(() -> WorkBudget.outside(() -> 0) + work(0)));
  }

  // Enough for the clock to be looked at twice.
  private static int brief() {
    WorkBudget.check(1 << 12);
    WorkBudget.check(1 << 12);
    return 1;
  }

  // Work between two looks at the clock, or after the last, would be nobody's.
  @Test
  void allTimeFromTheStartOnIsSpentThoughNobodyLooked() {
    Duration whole = Duration.ofDays(1);
    Duration some = Duration.ofMillis(5);
    WorkBudget budget = new WorkBudget("testing", whole);
    Duration left =
        budget.spend(
            () -> {
              compute(some);
              return WorkBudget.left(whole);
            });
    assertThat(left).isLessThanOrEqualTo(whole.minus(some));
    assertThat(budget.spend(() -> compute(some))).isEqualTo(some);
    assertThat(budget.spent()).isGreaterThanOrEqualTo(some);
  }

  // Takes so much of the thread's own time without a word to any budget.
  private static Duration compute(Duration time) {
    long began = now();
    while (now() - began < time.toNanos()) {
      Thread.onSpinWait();
    }
    return time;
  }

  private static long now() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
