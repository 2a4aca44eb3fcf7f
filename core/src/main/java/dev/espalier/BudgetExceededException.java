package dev.espalier;

import org.jspecify.annotations.Nullable;

/** A stated budget (states, memory, depth, time) ran out; nothing was loosened instead. */
public final class BudgetExceededException extends EspalierException {
  private static final long serialVersionUID = 1L;

  private final String budget;
  private final long limit;
  private final String detail;
  private final String place; // empty if it is not known

  /**
   * @param budget name of the budget as its option is called, such as {@code states}
   * @param limit its value
   * @param detail what was being built, and how to raise the budget or shrink the input
   */
  public BudgetExceededException(String budget, long limit, String detail) {
    this(budget, limit, detail, "", null);
  }

  private BudgetExceededException(
      String budget,
      long limit,
      String detail,
      String place,
      @Nullable BudgetExceededException cause) {
    super("budget '" + budget + "' of " + limit + " is exceeded" + place + ": " + detail, cause);
    this.budget = budget;
    this.limit = limit;
    this.detail = detail;
    this.place = place;
  }

  /**
   * The same with a word on where it happened; itself if it has one already.
   *
   * @param where such as {@code #/properties/a}; empty if that is not known
   */
  public BudgetExceededException at(String where) {
    return where.isEmpty() || !place.isEmpty()
        ? this
        : new BudgetExceededException(budget, limit, detail, " at " + where, this);
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
