package dev.espalier;

/** A stated budget (states, memory, depth, time) ran out; nothing was loosened instead. */
public final class BudgetExceededException extends EspalierException {
  private static final long serialVersionUID = 1L;

  private final String budget;
  private final long limit;

  /**
   * @param budget name of the budget as its option is called, such as {@code states}
   * @param limit its value
   * @param detail what was being built, and how to raise the budget or shrink the input
   */
  public BudgetExceededException(String budget, long limit, String detail) {
    super("budget '" + budget + "' of " + limit + " is exceeded: " + detail);
    this.budget = budget;
    this.limit = limit;
  }

  /** Name of the budget. */
  public String budget() {
    return budget;
  }

  /** The limit that was in force. */
  public long limit() {
    return limit;
  }
}
