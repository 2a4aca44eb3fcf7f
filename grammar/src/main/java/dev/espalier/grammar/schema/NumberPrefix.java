package dev.espalier.grammar.schema;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of a JSON number, exactly as far as its value needs it. Exponents have at most
 * {@value #EXPONENT_DIGITS} digits. Immutable.
 */
final class NumberPrefix {
  static final int EXPONENT_DIGITS = 3;
  static final int MAX_EXPONENT = 999;

  enum Phase {
    START,
    MINUS,
    ZERO, // the integer part is 0
    INTEGER,
    POINT,
    FRACTION,
    E,
    EXPONENT_SIGN,
    EXPONENT;

    boolean inExponent() {
      return compareTo(E) >= 0;
    }
  }

  static final NumberPrefix EMPTY = new NumberPrefix(Phase.START, false, "", 0, false, 0, 0);

  final Phase phase;
  final boolean negative;
  final String digits; // of integer part and fraction, without leading zeros
  final int fractionDigits;
  final boolean exponentNegative;
  final int exponent; // absolute
  final int exponentDigits;

  private NumberPrefix(
      Phase phase,
      boolean negative,
      String digits,
      int fractionDigits,
      boolean exponentNegative,
      int exponent,
      int exponentDigits) {
    this.phase = phase;
    this.negative = negative;
    this.digits = digits;
    this.fractionDigits = fractionDigits;
    this.exponentNegative = exponentNegative;
    this.exponent = exponent;
    this.exponentDigits = exponentDigits;
  }

  /** One more byte; null if no JSON number goes on like this. */
  @Nullable NumberPrefix step(int b) {
    boolean digit = b >= '0' && b <= '9';
    boolean e = b == 'e' || b == 'E';
    return switch (phase) {
      case START -> b == '-' ? to(Phase.MINUS, true) : digit ? firstDigit(b) : null;
      case MINUS -> digit ? firstDigit(b) : null;
      case ZERO -> b == '.' ? to(Phase.POINT, negative) : e ? to(Phase.E, negative) : null;
      case INTEGER ->
          digit
              ? withDigit(b, Phase.INTEGER)
              : b == '.' ? to(Phase.POINT, negative) : e ? to(Phase.E, negative) : null;
      case POINT -> digit ? withDigit(b, Phase.FRACTION) : null;
      case FRACTION -> digit ? withDigit(b, phase) : e ? to(Phase.E, negative) : null;
      case E ->
          b == '+' || b == '-'
              ? new NumberPrefix(
                  Phase.EXPONENT_SIGN, negative, digits, fractionDigits, b == '-', 0, 0)
              : digit ? withExponentDigit(b) : null;
      case EXPONENT_SIGN -> digit ? withExponentDigit(b) : null;
      case EXPONENT -> digit && exponentDigits < EXPONENT_DIGITS ? withExponentDigit(b) : null;
    };
  }

  /** After more of the text; null if no JSON number goes on like this. */
  @Nullable NumberPrefix after(String text) {
    NumberPrefix p = this;
    for (int i = 0; i < text.length() && p != null; i++) {
      p = p.step(text.charAt(i));
    }
    return p;
  }

  private NumberPrefix to(Phase next, boolean isNegative) {
    return new NumberPrefix(next, isNegative, digits, fractionDigits, false, 0, 0);
  }

  private NumberPrefix firstDigit(int b) {
    return withDigit(b, b == '0' ? Phase.ZERO : Phase.INTEGER);
  }

  private NumberPrefix withDigit(int b, Phase next) {
    String longer = digits.isEmpty() && b == '0' ? "" : digits + (char) b;
    int fraction = next == Phase.FRACTION ? fractionDigits + 1 : 0;
    return new NumberPrefix(next, negative, longer, fraction, false, 0, 0);
  }

  private NumberPrefix withExponentDigit(int b) {
    return new NumberPrefix(
        Phase.EXPONENT,
        negative,
        digits,
        fractionDigits,
        exponentNegative,
        10 * exponent + b - '0',
        exponentDigits + 1);
  }

  /** Whether the number may end here. */
  boolean complete() {
    return switch (phase) {
      case ZERO, INTEGER, FRACTION, EXPONENT -> true;
      default -> false;
    };
  }

  /** How many zeros the fraction ends in so far; 0 outside the fraction. */
  int trailingFractionZeros() {
    int n = 0;
    while (phase == Phase.FRACTION
        && n < fractionDigits
        && (n >= digits.length() || digits.charAt(digits.length() - 1 - n) == '0')) {
      n++;
    }
    return n;
  }

  /** Whether the exponent that has begun, or is about to, can become this one. */
  boolean mayHaveExponent(int e) {
    if (phase != Phase.E && e != 0 && e < 0 != exponentNegative) {
      return false;
    }
    int begun = Math.abs(e);
    for (int digits = exponentDigits; digits <= EXPONENT_DIGITS; digits++) {
      if (digits > 0 && begun == exponent) {
        return true;
      }
      begun /= 10;
    }
    return false;
  }

  /** Whether there is neither a point nor an exponent so far. */
  boolean plain() {
    return phase.compareTo(Phase.POINT) < 0;
  }

  boolean isZeroSoFar() {
    return digits.isEmpty();
  }

  /** The value of a complete number, without trailing zeros. */
  BigDecimal value() {
    int e = exponentNegative ? -exponent : exponent;
    return Constants.normal(scaled(significand(), e - fractionDigits));
  }

  /** The digits as a signed integer. */
  BigInteger significand() {
    BigInteger n = digits.isEmpty() ? BigInteger.ZERO : new BigInteger(digits);
    return negative ? n.negate() : n;
  }

  static BigDecimal scaled(BigInteger n, int power) {
    return new BigDecimal(n, -power);
  }

  /** A text without sign or exponent that has these digits. */
  String text() {
    String all = "0".repeat(Math.max(0, fractionDigits + 1 - digits.length())) + digits;
    int point = all.length() - fractionDigits;
    return plain() ? all : all.substring(0, point) + "." + all.substring(point);
  }

  /** What the syntax of the rest depends on. */
  Object syntaxKey() {
    return phase == Phase.EXPONENT ? exponentDigits : phase;
  }
}
