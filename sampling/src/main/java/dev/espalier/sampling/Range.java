package dev.espalier.sampling;

/** The numbers a parameter may take; NaN is in none of them. */
record Range(double low, boolean lowIncluded, double high, boolean highIncluded) {
  static Range closed(double low, double high) {
    return new Range(low, true, high, true);
  }

  /** All but the lower bound. */
  static Range above(double low, double high) {
    return new Range(low, false, high, true);
  }

  /** All but the upper bound, infinity for none. */
  static Range below(double low, double high) {
    return new Range(low, true, high, false);
  }

  static Range open(double low, double high) {
    return new Range(low, false, high, false);
  }

  double check(String method, String parameter, double value) {
    boolean inside =
        (lowIncluded ? value >= low : value > low) && (highIncluded ? value <= high : value < high);
    if (!inside) {
      throw new ParameterException(
          method + ": " + parameter + " is " + value + ", allowed is " + this);
    }
    return value;
  }

  static int atLeast(String method, String parameter, int least, int value) {
    if (value < least) {
      throw new ParameterException(
          method + ": " + parameter + " is " + value + ", allowed is " + least + " or more");
    }
    return value;
  }

  @Override
  public String toString() {
    return (lowIncluded ? "[" : "(") + text(low) + ", " + text(high) + (highIncluded ? "]" : ")");
  }

  private static String text(double bound) {
    if (Double.isInfinite(bound)) {
      return bound < 0 ? "-∞" : "∞";
    }
    return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
  }
}
