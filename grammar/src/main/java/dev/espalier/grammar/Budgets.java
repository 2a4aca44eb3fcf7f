package dev.espalier.grammar;

import dev.espalier.grammar.automaton.WorkBudget;
import java.time.Duration;

/**
 * What a regular expression or a grammar may cost; whatever exceeds one ends in a {@link
 * dev.espalier.BudgetExceededException} that names it. Times are of the thread that does the work,
 * so that a busy machine is nobody's fault. Raise them for texts that are large and trusted, lower
 * them where strangers send the texts.
 *
 * @param compileTime for reading a text and compiling it for one vocabulary, together; a second and
 *     a half unless changed
 * @param stepTime for one step or one mask, less what reading and compiling took, but a quarter of
 *     it at least; two seconds unless changed. Most take microseconds
 * @param parts of expressions and rules that reading or compiling may make, some 200 bytes each;
 *     700,000 unless changed
 */
public record Budgets(Duration compileTime, Duration stepTime, int parts) {
  /** The budgets of whatever is made without any. */
  public static final Budgets DEFAULT =
      new Budgets(
          WorkBudget.TIME_TO_COMPILE, WorkBudget.TIME_OF_A_STEP, WorkBudget.PARTS_TO_COMPILE);

  /**
   * Budgets that allow something.
   *
   * @throws IllegalArgumentException if one of them is zero or negative
   */
  public Budgets {
    if (isNothing(compileTime) || isNothing(stepTime) || parts < 1) {
      throw new IllegalArgumentException("budgets need positive times and parts from 1");
    }
  }

  private static boolean isNothing(Duration time) {
    return time.isNegative() || time.isZero();
  }

  /** These budgets with another time for reading and compiling. */
  public Budgets withCompileTime(Duration time) {
    return new Budgets(time, stepTime, parts);
  }

  /** These budgets with another time for a step or a mask. */
  public Budgets withStepTime(Duration time) {
    return new Budgets(compileTime, time, parts);
  }

  /** These budgets with another number of parts. */
  public Budgets withParts(int number) {
    return new Budgets(compileTime, stepTime, number);
  }

  /** The larger of each. */
  Budgets or(Budgets o) {
    return new Budgets(
        longer(compileTime, o.compileTime), longer(stepTime, o.stepTime), Math.max(parts, o.parts));
  }

  /** The longer of two times. */
  static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? b : a;
  }

  // A text is read once and compiled for each vocabulary, so each gets a share that the other one
  // cannot take: what is read at the last moment can still be compiled.
  private Duration least() {
    return compileTime.dividedBy(4);
  }

  /** For reading a text, or putting one together from parts that took some time already. */
  WorkBudget reading(Duration spent, String doing) {
    Duration rest = compileTime.minus(least()).minus(spent);
    return new WorkBudget(doing, compileTime, rest, parts);
  }

  /** For compiling what took some time to read. */
  WorkBudget compiling(Duration spent, String doing) {
    return WorkBudget.after(spent, doing, compileTime, parts);
  }
}
