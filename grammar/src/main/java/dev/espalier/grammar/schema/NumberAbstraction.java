package dev.espalier.grammar.schema;

import java.math.BigInteger;
import java.util.List;

/**
 * What the future of an assertion depends on. Two prefixes with the same syntax key, sign and
 * abstraction give the same verdict for every continuation, so they can be one state. Each is
 * computed from the exact prefix, and tested against that definition.
 */
final class NumberAbstraction {
  private NumberAbstraction() {}

  static Object of(Atom.OfNumber atom, NumberPrefix p) {
    if (atom instanceof Atom.Bound bound) {
      return compared(bound, p);
    } else if (atom instanceof Atom.MultipleOf multiple) {
      return divided(multiple, p);
    } else if (atom instanceof Atom.Plain) {
      return p.plain();
    }
    return listed((Atom.OneOfNumbers) atom, p);
  }

  // Digits that no value begins with never become one of the values.
  private static Object listed(Atom.OneOfNumbers some, NumberPrefix p) {
    return some.someBeginsWith(Atom.OneOfNumbers.withoutZerosBehind(p.digits))
        ? List.of(p.digits, p.fractionDigits, exponent(p))
        : "none";
  }

  private static Object exponent(NumberPrefix p) {
    return p.exponentNegative ? -1 - p.exponent : p.exponent;
  }

  // The value's place is the power of ten above its first digit. Between numbers of one sign and
  // one place, the digits decide from the left; an exponent moves the place and nothing else.
  private static Object compared(Atom.Bound bound, NumberPrefix p) {
    int sign = bound.limit().signum();
    if (p.isZeroSoFar()) {
      return sign == 0 || p.phase.inExponent() ? "zero" : List.of("zero", p.fractionDigits);
    }
    if (sign == 0 || (sign < 0) != p.negative) {
      return "decided";
    }
    String limit = bound.limit().unscaledValue().abs().toString();
    int place = p.digits.length() - p.fractionDigits;
    int common = Math.min(limit.length(), p.digits.length());
    int order = p.digits.substring(0, common).compareTo(limit.substring(0, common));
    if (order == 0 && p.digits.length() > common) {
      boolean more = !p.digits.substring(common).chars().allMatch(c -> c == '0');
      order = more ? 1 : 0;
    } else if (order == 0 && p.phase.inExponent()) {
      boolean less = !limit.substring(common).chars().allMatch(c -> c == '0');
      order = less ? -1 : 0;
    }
    int matched = order == 0 && !p.phase.inExponent() ? common : -1;
    return List.of(place, Integer.signum(order), matched, exponent(p));
  }

  // With unit = m / 10^s, the number d * 10^e is a multiple exactly if d * 10^(e + s) is one of m.
  // Trailing zeros of d are kept apart: only they can make up for a negative power.
  private static Object divided(Atom.MultipleOf multiple, NumberPrefix p) {
    if (p.isZeroSoFar()) {
      return p.phase.inExponent() ? "zero" : List.of("zero", p.fractionDigits);
    }
    int zeros = 0;
    while (p.digits.charAt(p.digits.length() - 1 - zeros) == '0') {
      zeros++;
    }
    BigInteger m = multiple.unit().unscaledValue();
    BigInteger d = new BigInteger(p.digits.substring(0, p.digits.length() - zeros));
    BigInteger rest = d.mod(m);
    return p.phase.inExponent()
        ? List.of(zeros - p.fractionDigits, rest, exponent(p))
        : List.of(p.fractionDigits, zeros, rest);
  }
}
