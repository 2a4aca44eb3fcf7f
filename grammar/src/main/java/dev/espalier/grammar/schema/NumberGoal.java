package dev.espalier.grammar.schema;

import dev.espalier.BudgetExceededException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * One conjunction of assertions about a number: an interval, a unit, exceptions. Decides exactly
 * whether a text that has begun can still end in such a number.
 */
final class NumberGoal {
  // The texts that go on from digits d (as an integer) have the values [d, d+1) * 10^k, for every k
  // that further digits and the exponent can produce. So the question is whether one of these
  // intervals meets the goal, and only the few k near the goal's own magnitude need a look.

  private static final int MAX_CANDIDATES = 100_000;
  private static final int LONGEST_UNIT = 4_096; // bits
  private static final int FEW_DIGITS = 3; // of a unit that is soon met by any digits
  private static final int NEAR = 1_000; // multiples that are tried
  private static final int MORE_DIGITS = 40; // that may come before the point

  private @Nullable BigDecimal low;
  private boolean lowIncluded = true;
  private @Nullable BigDecimal high;
  private boolean highIncluded = true;
  private @Nullable BigDecimal unit;
  private @Nullable Set<BigDecimal> values;
  private boolean plain; // spelled without fraction and exponent
  private boolean notPlain;
  private @Nullable List<Value> admitted; // of the values, found on first use
  private final List<BigDecimal> notUnits = new ArrayList<>();
  private final Set<BigDecimal> notValues = new HashSet<>();

  /** The goals of a formula over number assertions; reaching any one of them satisfies it. */
  static List<NumberGoal> of(Formulas formulas, Formula f) {
    List<NumberGoal> goals = new ArrayList<>();
    for (Formula branch : formulas.branches(f)) {
      NumberGoal goal = new NumberGoal();
      for (Formula literal : branch.conjuncts()) {
        goal.add((Atom.OfNumber) Objects.requireNonNull(literal.literal()), literal.isNegated());
      }
      goals.add(goal);
    }
    return goals;
  }

  /** The same formula without limits that a tighter one beside them implies. */
  static Formula tightened(Formulas formulas, Formula f) {
    NumberGoal limits = new NumberGoal();
    List<Formula> tight = new ArrayList<>(); // first all but limits
    List<Formula> all = f.conjuncts();
    for (Formula part : all) {
      if (part.literal() instanceof Atom.Bound bound) {
        limits.add(bound, part.isNegated());
      } else {
        tight.add(part);
      }
    }
    if (all.size() - tight.size() <= 1) {
      return f;
    }
    if (limits.low != null) {
      tight.add(formulas.atom(new Atom.Bound(limits.low, true, limits.lowIncluded)));
    }
    if (limits.high != null) {
      tight.add(formulas.atom(new Atom.Bound(limits.high, false, limits.highIncluded)));
    }
    return formulas.and(tight);
  }

  private void add(Atom.OfNumber atom, boolean negated) {
    if (atom instanceof Atom.Bound b) {
      if (b.lower() != negated) {
        raise(b.limit(), b.inclusive() != negated);
      } else {
        lower(b.limit(), b.inclusive() != negated);
      }
    } else if (atom instanceof Atom.MultipleOf m) {
      if (negated) {
        notUnits.add(m.unit());
      } else {
        unit = unit == null ? m.unit() : commonMultiple(unit, m.unit());
      }
    } else if (atom instanceof Atom.Plain) {
      plain |= !negated;
      notPlain |= negated;
      if (!negated) {
        unit = unit == null ? BigDecimal.ONE : commonMultiple(unit, BigDecimal.ONE);
      }
    } else if (atom instanceof Atom.OneOfNumbers one) {
      if (negated) {
        notValues.addAll(one.values());
      } else if (values == null) {
        values = one.values();
      } else {
        Set<BigDecimal> both = new HashSet<>(values);
        both.retainAll(one.values());
        values = both;
      }
    }
  }

  private void raise(BigDecimal limit, boolean included) {
    int order = low == null ? 1 : limit.compareTo(low);
    if (order > 0 || (order == 0 && !included)) {
      low = limit;
      lowIncluded = included;
    }
  }

  private void lower(BigDecimal limit, boolean included) {
    int order = high == null ? -1 : limit.compareTo(high);
    if (order < 0 || (order == 0 && !included)) {
      high = limit;
      highIncluded = included;
    }
  }

  private static BigDecimal commonMultiple(BigDecimal a, BigDecimal b) {
    int scale = Math.max(a.scale(), b.scale());
    BigInteger x = a.setScale(scale).unscaledValue();
    BigInteger y = b.setScale(scale).unscaledValue();
    BigInteger multiple = x.divide(x.gcd(y)).multiply(y);
    if (multiple.bitLength() > LONGEST_UNIT) {
      throw new BudgetExceededException(
          "multiple", LONGEST_UNIT, "the common multiple of many multipleOf has too many bits");
    }
    return new BigDecimal(multiple, scale);
  }

  // With n = d * 10^t * (the unit's own power of ten) and d not ending in zero, a negative t leaves
  // a fraction; else only the residue counts. Never computes the thousand digits of 1e999.
  static boolean isMultiple(BigDecimal n, BigDecimal unit) {
    if (n.signum() == 0) {
      return true;
    }
    BigDecimal d = n.stripTrailingZeros();
    int t = unit.scale() - d.scale();
    if (t < 0) {
      return false;
    }
    BigInteger m = unit.unscaledValue();
    return BigInteger.TEN
            .modPow(BigInteger.valueOf(t), m)
            .multiply(d.unscaledValue())
            .mod(m)
            .signum()
        == 0;
  }

  private boolean admits(BigDecimal n) {
    return isAboveLow(n)
        && isBelowHigh(n)
        && (values == null || values.contains(Constants.normal(n)))
        && (unit == null || isMultiple(n, unit))
        && admitsExceptions(n);
  }

  private boolean isAboveLow(BigDecimal n) {
    return low == null || n.compareTo(low) >= (lowIncluded ? 0 : 1);
  }

  private boolean isBelowHigh(BigDecimal n) {
    return high == null || n.compareTo(high) <= (highIncluded ? 0 : -1);
  }

  private boolean admitsExceptions(BigDecimal n) {
    return !isMultipleOfException(n)
        && (notValues.isEmpty() || !notValues.contains(Constants.normal(n)));
  }

  private boolean isMultipleOfException(BigDecimal n) {
    for (BigDecimal u : notUnits) {
      if (isMultiple(n, u)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether any digits before the point, however many, can still become such a number: there is no
   * limit away from zero, and of the multiples that come again and again some is no exception.
   */
  boolean isEndless(boolean negative) {
    return values == null
        && !(plain && notPlain)
        && (negative ? low : high) == null
        && (unit == null || !isMultipleOfException(unit));
  }

  /** Whether some number that starts with this text fulfils the goal. */
  boolean reachable(NumberPrefix p) {
    if (plain && (notPlain || !p.plain())) {
      return false;
    }
    if (values == null) {
      return reachableByRange(p);
    }
    String digits = Atom.OneOfNumbers.withoutZerosBehind(p.digits);
    for (Value v : admitted()) {
      if (v.digits.startsWith(digits) && exactly(v.number, plain).reachableByRange(p)) {
        return true;
      }
    }
    return false;
  }

  /** One of few numbers, and its digits without zeros before and behind. */
  private record Value(BigDecimal number, String digits) {}

  private List<Value> admitted() {
    List<Value> known = admitted;
    if (known == null) {
      known = new ArrayList<>();
      for (BigDecimal v : Objects.requireNonNull(values)) {
        if (admits(v)) {
          known.add(new Value(v, Atom.OneOfNumbers.digits(v)));
        }
      }
      admitted = known;
    }
    return known;
  }

  /** All numbers that fulfil the goal, if there are at most so many, else null. */
  @Nullable List<BigDecimal> few(int most) {
    if (values != null) {
      List<BigDecimal> some = values.stream().filter(this::admits).toList();
      return some.size() <= most ? some : null;
    }
    if (low == null || high == null) {
      return null;
    }
    if (low.compareTo(high) >= 0) {
      return low.compareTo(high) == 0 && admits(low) ? List.of(low) : List.of();
    }
    if (unit == null) {
      return null;
    }
    List<BigDecimal> found = new ArrayList<>();
    BigInteger n = low.divide(unit, 0, RoundingMode.CEILING).toBigInteger();
    for (int tried = 0; ; tried++) {
      BigDecimal next = unit.multiply(new BigDecimal(n));
      if (next.compareTo(high) > 0) {
        return found;
      }
      if (admits(next)) {
        found.add(next);
      }
      if (found.size() > most || tried > MAX_CANDIDATES) {
        return null;
      }
      n = n.add(BigInteger.ONE);
    }
  }

  private static NumberGoal exactly(BigDecimal v, boolean plain) {
    NumberGoal goal = new NumberGoal();
    goal.plain = plain;
    goal.low = v;
    goal.high = v;
    return goal;
  }

  private boolean reachableByRange(NumberPrefix p) {
    if (p.phase.inExponent()) {
      return reachableByExponent(p);
    }
    if (p.phase == NumberPrefix.Phase.START) {
      return meets(null, true, null, true);
    }
    if (p.phase == NumberPrefix.Phase.MINUS) {
      return meets(null, true, BigDecimal.ZERO, true);
    }
    int most = NumberPrefix.MAX_EXPONENT;
    boolean open = p.phase == NumberPrefix.Phase.INTEGER; // more digits before the point
    int kMin = plain ? 0 : -p.fractionDigits - most;
    int kMax = open ? Integer.MAX_VALUE : most - p.fractionDigits;
    BigInteger d = p.significand();
    if (d.signum() == 0 && plain) {
      return admits(BigDecimal.ZERO); // no digit follows a leading zero
    }
    if (d.signum() == 0) {
      BigDecimal end = NumberPrefix.scaled(BigInteger.ONE, kMax); // the others lie within
      return p.negative
          ? meets(end.negate(), false, BigDecimal.ZERO, true)
          : meets(BigDecimal.ZERO, true, end, false);
    }
    BigDecimal near = p.negative ? high : low; // the goal's end towards zero, seen from this sign
    BigDecimal far = p.negative ? low : high;
    int sign = d.signum();
    if (far != null && far.signum() != sign) {
      return false;
    }
    if (open && isEndless(p.negative)) {
      return true;
    }
    boolean fromZero = near == null || near.signum() != sign;
    int size = p.digits.length();
    long first;
    if (!fromZero) {
      first = place(Objects.requireNonNull(near)) - size - 1L;
    } else if (unit != null) {
      first = place(unit) - size - 1L;
    } else {
      first = (far == null ? 0 : place(far) - size) - 2L; // all of these are small enough
    }
    long last;
    if (far != null) {
      last = place(far) - size + 1L;
    } else {
      int beyond =
          Math.max(
              fromZero ? 0 : place(Objects.requireNonNull(near)), unit == null ? 0 : place(unit));
      last = beyond + 2L;
    }
    first = Math.max(first, kMin);
    last = Math.min(last, kMax);
    if (far == null && unit == null && fromZero) {
      first = last; // every interval lies inside
    }
    if (first > last && fromZero && unit == null && last >= kMin) {
      first = last;
    }
    BigInteger next = d.add(BigInteger.valueOf(sign));
    for (long k = last; k >= first; k--) { // the widest interval first
      BigDecimal from = NumberPrefix.scaled(d, (int) k);
      BigDecimal to = NumberPrefix.scaled(next, (int) k);
      if (sign > 0 ? meets(from, true, to, false) : meets(to, false, from, true)) {
        return true;
      }
    }
    return false;
  }

  // The power of ten just above the first digit.
  private static int place(BigDecimal n) {
    return n.precision() - n.scale();
  }

  private boolean reachableByExponent(NumberPrefix p) {
    if (p.isZeroSoFar()) {
      return admits(BigDecimal.ZERO);
    }
    // With the exponent the number grows away from zero, and once it is a multiple of something it
    // stays one. So the exponents that come into question lie in a row.
    BigInteger d = p.significand();
    IntPredicate late =
        e -> {
          BigDecimal n = NumberPrefix.scaled(d, e - p.fractionDigits);
          return (p.negative ? isBelowHigh(n) : isAboveLow(n))
              && (unit == null || isMultiple(n, unit));
        };
    IntPredicate tooLate =
        e -> {
          BigDecimal n = NumberPrefix.scaled(d, e - p.fractionDigits);
          return !(p.negative ? isAboveLow(n) : isBelowHigh(n)) || isMultipleOfException(n);
        };
    int end = firstExponent(tooLate);
    for (int e = firstExponent(late); e < end; e++) {
      if (p.mayHaveExponent(e) && admits(NumberPrefix.scaled(d, e - p.fractionDigits))) {
        return true;
      }
    }
    return false;
  }

  // The first exponent that passes a test which all later ones pass, too; one too many if none.
  private static int firstExponent(IntPredicate test) {
    int from = -NumberPrefix.MAX_EXPONENT;
    int to = NumberPrefix.MAX_EXPONENT + 1;
    while (from < to) {
      int middle = Math.floorDiv(from + to, 2);
      if (test.test(middle)) {
        to = middle;
      } else {
        from = middle + 1;
      }
    }
    return from;
  }

  /** Whether the numbers wanted are so few among all that a search over digits may miss them. */
  boolean isSparse() {
    return unit != null
        && values == null
        && !notPlain
        && (!notUnits.isEmpty() || unit.precision() > FEW_DIGITS);
  }

  /**
   * Digits behind which a text that has begun is a number of a {@link #isSparse sparse} goal; null
   * if none is near. Looks at multiples of the unit alone, those near zero first.
   */
  @Nullable String wayFrom(NumberPrefix p) {
    if (p.phase == NumberPrefix.Phase.START) {
      String positive = wayFrom(Objects.requireNonNull(p.step('0')), "", true);
      String negative = positive != null ? null : wayFrom(Objects.requireNonNull(p.step('-')));
      return positive != null ? positive : negative == null ? null : "-" + negative;
    }
    if (p.phase == NumberPrefix.Phase.MINUS) {
      return wayFrom(Objects.requireNonNull(p.step('0')), "", true);
    }
    return p.phase.inExponent() ? null : wayFrom(p, p.text(), false);
  }

  private @Nullable String wayFrom(NumberPrefix p, String text, boolean anyDigits) {
    BigDecimal step = Objects.requireNonNull(unit);
    BigInteger d = p.significand().abs();
    boolean grows = anyDigits || p.phase == NumberPrefix.Phase.INTEGER;
    for (int more = 0; more <= (grows ? MORE_DIGITS : 0); more++) {
      BigDecimal from =
          anyDigits ? BigDecimal.ZERO : NumberPrefix.scaled(d, more - p.fractionDigits);
      BigDecimal to = NumberPrefix.scaled(d.add(BigInteger.ONE), more - p.fractionDigits);
      BigDecimal near = p.negative ? high : low;
      BigDecimal far = p.negative ? low : high;
      if (near != null) {
        from = from.max(p.negative ? near.negate() : near);
      }
      if (far != null && from.compareTo(p.negative ? far.negate() : far) > 0) {
        return null;
      }
      BigInteger n = from.divide(step, 0, RoundingMode.CEILING).toBigInteger();
      for (int tried = 0; tried < NEAR; tried++, n = n.add(BigInteger.ONE)) {
        BigDecimal size = step.multiply(new BigDecimal(n));
        if (size.compareTo(to) >= 0) {
          break;
        }
        if (admits(p.negative ? size.negate() : size)) {
          int places = Math.max(0, size.stripTrailingZeros().scale());
          boolean point = p.phase == NumberPrefix.Phase.POINT || p.fractionDigits > 0;
          String whole =
              size.setScale(Math.max(places, point ? Math.max(1, p.fractionDigits) : 0))
                  .toPlainString();
          boolean goesOn = whole.startsWith(text) && whole.length() > text.length();
          return goesOn ? whole.substring(text.length()) : null;
        }
      }
    }
    return null;
  }

  /** Whether the goal holds for some decimal number between two limits; null is no limit. */
  private boolean meets(
      @Nullable BigDecimal from,
      boolean fromIncluded,
      @Nullable BigDecimal to,
      boolean toIncluded) {
    int above = from == null ? -1 : low == null ? 1 : from.compareTo(low);
    int below = to == null ? 1 : high == null ? -1 : to.compareTo(high);
    boolean raised = above > 0 || (above == 0 && !fromIncluded);
    boolean lowered = below < 0 || (below == 0 && !toIncluded);
    return inhabited(
        raised ? from : low,
        raised ? fromIncluded : lowIncluded,
        lowered ? to : high,
        lowered ? toIncluded : highIncluded);
  }

  private boolean inhabited(
      @Nullable BigDecimal a, boolean aIncluded, @Nullable BigDecimal b, boolean bIncluded) {
    if (a != null && b != null) {
      int order = a.compareTo(b);
      if (order >= 0) {
        return order == 0 && aIncluded && bIncluded && admits(a);
      }
    }
    if (unit == null) {
      return true; // decimals are dense: one of them is no exception
    }
    if (isMultipleOfException(unit)) {
      return false; // every candidate is excluded
    }
    if (a == null && b == null) {
      return true;
    }
    if (a == null || b == null) {
      return true; // an endless row of candidates, of which the exceptions leave some
    }
    BigInteger first = a.divide(unit, 0, RoundingMode.CEILING).toBigInteger();
    if (!aIncluded && unit.multiply(new BigDecimal(first)).compareTo(a) == 0) {
      first = first.add(BigInteger.ONE);
    }
    BigInteger last = b.divide(unit, 0, RoundingMode.FLOOR).toBigInteger();
    if (!bIncluded && unit.multiply(new BigDecimal(last)).compareTo(b) == 0) {
      last = last.subtract(BigInteger.ONE);
    }
    int tried = 0;
    for (BigInteger n = first; n.compareTo(last) <= 0; n = n.add(BigInteger.ONE)) {
      if (admitsExceptions(unit.multiply(new BigDecimal(n)))) {
        return true;
      }
      if (++tried > MAX_CANDIDATES) {
        throw new BudgetExceededException(
            "states", MAX_CANDIDATES, "too many excluded numbers in a row; simplify the 'not'");
      }
    }
    return false;
  }

  /**
   * Whether a formula over number assertions holds for a number.
   *
   * @param plain whether it is spelled without fraction and exponent
   */
  static boolean holds(Formula f, BigDecimal n, boolean plain) {
    return switch (f.kind) {
      case TRUE -> true;
      case FALSE -> false;
      case NOT -> !holds(f.parts.get(0), n, plain);
      case AND -> f.parts.stream().allMatch(p -> holds(p, n, plain));
      case OR -> f.parts.stream().anyMatch(p -> holds(p, n, plain));
      case ONE -> f.parts.stream().filter(p -> holds(p, n, plain)).count() == 1;
      case ATOM -> holds((Atom.OfNumber) Objects.requireNonNull(f.atom), n, plain);
    };
  }

  static boolean holds(Atom.OfNumber atom, BigDecimal n, boolean plain) {
    if (atom instanceof Atom.Bound b) {
      int order = n.compareTo(b.limit());
      return order == 0 ? b.inclusive() : (order > 0) == b.lower();
    } else if (atom instanceof Atom.MultipleOf m) {
      return isMultiple(n, m.unit());
    } else if (atom instanceof Atom.Plain) {
      return plain;
    }
    return ((Atom.OneOfNumbers) atom).values().contains(Constants.normal(n));
  }
}
