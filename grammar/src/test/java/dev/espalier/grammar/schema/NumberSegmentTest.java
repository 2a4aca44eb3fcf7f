package dev.espalier.grammar.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.grammar.token.Segment;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NumberSegmentTest {
  private static final String BYTES = "0123456789.-eE+";

  private static BigDecimal decimal(Random r) {
    return new BigDecimal(r.nextInt(400) - 200).movePointLeft(r.nextInt(4) == 0 ? r.nextInt(4) : 0);
  }

  private static Formula random(Formulas f, Random r, int depth) {
    if (depth == 0) {
      return switch (r.nextInt(6)) {
        case 0 -> f.atom(new Atom.MultipleOf(BigDecimal.ONE));
        case 3 -> f.atom(new Atom.Plain());
        case 1 -> f.atom(new Atom.MultipleOf(decimal(r).abs().add(new BigDecimal("0.001"))));
        case 2 -> {
          Set<BigDecimal> values = new HashSet<>();
          values.add(Constants.normal(decimal(r)));
          values.add(Constants.normal(new BigDecimal(7)));
          yield f.atom(new Atom.OneOfNumbers(values));
        }
        default -> f.atom(new Atom.Bound(decimal(r), r.nextBoolean(), r.nextBoolean()));
      };
    }
    Formula a = random(f, r, depth - 1);
    Formula b = random(f, r, depth - 1);
    return switch (r.nextInt(5)) {
      case 0 -> f.or(a, b);
      case 1 -> f.not(a);
      case 2 -> f.one(List.of(a, b));
      default -> f.and(a, b);
    };
  }

  private static @Nullable NumberPrefix read(@Nullable NumberPrefix from, String text) {
    NumberPrefix p = from;
    for (int i = 0; i < text.length() && p != null; i++) {
      p = p.step(text.charAt(i));
    }
    return p;
  }

  private static String text(Random r) {
    StringBuilder s = new StringBuilder();
    NumberPrefix p = NumberPrefix.EMPTY;
    for (int k = r.nextInt(9); k >= 0 || !p.complete(); k--) {
      char c = BYTES.charAt(r.nextInt(BYTES.length()));
      NumberPrefix next = p.step(c);
      if (next != null) {
        p = next;
        s.append(c);
      }
    }
    return s.toString();
  }

  /** Every number that is read to its end is accepted exactly if the formula holds for it. */
  @Test
  void acceptsExactlyTheNumbersOfTheFormula() {
    Random r = new Random(5);
    for (int round = 0; round < 100; round++) {
      Formulas formulas = new Formulas(100_000);
      Formula f = random(formulas, r, 1 + r.nextInt(2));
      boolean some = NumberSegment.satisfiable(formulas, f);
      NumberSegment segment = some ? new NumberSegment(formulas, f, List.of()) : null;
      for (int k = 0; k < 100; k++) {
        String text = text(r);
        boolean accepted = false;
        if (segment != null) {
          int q = segment.start();
          for (int i = 0; i < text.length() && q >= 0; i++) {
            q = segment.next(q, text.charAt(i));
          }
          accepted = q >= 0 && segment.endLabel(q) >= 0;
        }
        assertThat(accepted)
            .as("%s on %s", f, text)
            .isEqualTo(NumberGoal.holds(f, new BigDecimal(text), !text.matches(".*[.eE].*")));
      }
    }
  }

  /** What is refused has no short completion, and what is kept leads on. */
  @Test
  void aPrefixIsKeptExactlyIfItCanBeCompleted() {
    Random r = new Random(6);
    int dead = 0;
    for (int round = 0; round < 60; round++) {
      Formulas formulas = new Formulas(100_000);
      Formula f = random(formulas, r, 1);
      if (!NumberSegment.satisfiable(formulas, f)) {
        continue;
      }
      NumberSegment segment = new NumberSegment(formulas, f, List.of());
      for (int walk = 0; walk < 5; walk++) {
        int q = segment.start();
        NumberPrefix p = NumberPrefix.EMPTY;
        for (int k = r.nextInt(6); k > 0; k--) {
          char c = BYTES.charAt(r.nextInt(BYTES.length()));
          NumberPrefix next = p.step(c);
          if (next == null) {
            continue;
          }
          int to = segment.next(q, c);
          if (to == Segment.DEAD) {
            dead++;
            assertThat(completes(next, f, 2)).as("%s after %s%s", f, p.digits, c).isFalse();
            break;
          }
          p = next;
          q = to;
        }
        if (segment.endLabel(q) < 0) {
          boolean leadsOn = false;
          for (int i = 0; i < BYTES.length(); i++) {
            leadsOn |= segment.next(q, BYTES.charAt(i)) >= 0;
          }
          assertThat(leadsOn).as("a way on from %s under %s", p.digits, f).isTrue();
        }
      }
    }
    assertThat(dead).isGreaterThan(10);
  }

  @Test
  void digitsThatNoListedValueBeginsWithAreOneState() {
    Formulas formulas = new Formulas(1000);
    Atom listed = new Atom.OneOfNumbers(Set.of(new BigDecimal("1.05E+4"), new BigDecimal(-21)));
    NumberSegment segment =
        new NumberSegment(formulas, formulas.not(formulas.atom(listed)), List.of());
    assertThat(state(segment, "37"))
        .isEqualTo(state(segment, "48"))
        .isEqualTo(state(segment, "106"));
    assertThat(state(segment, "10")).isNotEqualTo(state(segment, "106"));
    assertThat(state(segment, "105")).isNotEqualTo(state(segment, "1050"));
    assertThat(segment.endLabel(state(segment, "10500"))).isNegative();
    assertThat(segment.endLabel(state(segment, "-2.1e1"))).isNegative();
    assertThat(segment.endLabel(state(segment, "105"))).isNotNegative();
  }

  private static int state(NumberSegment segment, String text) {
    int q = segment.start();
    for (int i = 0; i < text.length(); i++) {
      q = segment.next(q, text.charAt(i));
    }
    return q;
  }

  /** Whether an exponent leads to a number that is wanted, held against trying all of them. */
  @Test
  void anExponentThatHasBegunIsKeptExactlyIfSomeExponentWillDo() {
    Random r = new Random(15);
    int kept = 0;
    int refused = 0;
    for (int round = 0; round < 300; round++) {
      Formulas formulas = new Formulas(100_000);
      Formula f = formulas.and(random(formulas, r, r.nextInt(2)), random(formulas, r, 0));
      List<NumberGoal> goals = NumberGoal.of(formulas, f);
      for (int k = 0; k < 6; k++) {
        String begun = text(r).replaceAll("[eE].*", "") + "e";
        begun += new String[] {"", "-", "+", "1", "-0", "20"}[r.nextInt(6)];
        NumberPrefix p = Objects.requireNonNull(read(NumberPrefix.EMPTY, begun));
        boolean expected = false;
        for (int digits = 0; digits <= 3 && !expected; digits++) {
          int count = (int) Math.pow(10, digits);
          for (int n = 0; n < count && !expected; n++) {
            String tail = digits == 0 ? "" : Integer.toString(count + n).substring(1);
            for (String sign : List.of("", "-")) {
              NumberPrefix end = read(p, sign + tail);
              expected |= end != null && end.complete() && NumberGoal.holds(f, end.value(), false);
            }
          }
        }
        NumberPrefix at = p;
        assertThat(goals.stream().anyMatch(g -> g.reachable(at)))
            .as("%s after %s, round %d", f, begun, round)
            .isEqualTo(expected);
        kept += expected ? 1 : 0;
        refused += expected ? 0 : 1;
      }
    }
    assertThat(kept).isGreaterThan(100);
    assertThat(refused).isGreaterThan(100);
  }

  /** Also where a limit is the first number that no longer begins with the digits. */
  @Test
  void digitsAreKeptExactlyIfAMultipleWithinTheLimitsBeginsWithThem() {
    Random r = new Random(17);
    int kept = 0;
    for (int round = 0; round < 400; round++) {
      Formulas formulas = new Formulas(100_000);
      int unit = 1 + r.nextInt(12);
      int low = r.nextInt(120) - 90;
      int high = low + r.nextInt(60);
      boolean lowIn = r.nextBoolean();
      boolean highIn = r.nextBoolean();
      List<String> numbers = new ArrayList<>();
      for (int n = low; n <= high; n++) {
        if (n % unit == 0 && (lowIn || n > low) && (highIn || n < high)) {
          numbers.add(Integer.toString(n));
        }
      }
      Formula f =
          formulas.and(
              List.of(
                  formulas.atom(new Atom.Plain()),
                  formulas.atom(new Atom.MultipleOf(new BigDecimal(unit))),
                  formulas.atom(new Atom.Bound(new BigDecimal(low), true, lowIn)),
                  formulas.atom(new Atom.Bound(new BigDecimal(high), false, highIn))));
      List<NumberGoal> goals = NumberGoal.of(formulas, f);
      for (int n = -120; n <= 120; n++) {
        String begun = Integer.toString(n);
        NumberPrefix p = Objects.requireNonNull(read(NumberPrefix.EMPTY, begun));
        boolean expected = numbers.stream().anyMatch(x -> x.startsWith(begun));
        assertThat(goals.stream().anyMatch(g -> g.reachable(p)))
            .as("%s after %s, round %d", f, begun, round)
            .isEqualTo(expected);
        kept += expected ? 1 : 0;
      }
    }
    assertThat(kept).isGreaterThan(2_000);
  }

  /** Where any digits may come, some digits more always lead to a number that is wanted. */
  @Test
  void nothingIsADeadEndWhereAnyDigitsMayCome() {
    Random r = new Random(16);
    int endless = 0;
    for (int round = 0; round < 400; round++) {
      Formulas formulas = new Formulas(100_000);
      Formula f = formulas.atom(new Atom.Bound(decimal(r), r.nextInt(4) > 0, r.nextBoolean()));
      if (r.nextBoolean()) {
        f = formulas.and(f, formulas.atom(new Atom.MultipleOf(unit(r))));
      }
      if (r.nextBoolean()) {
        f = formulas.and(f, formulas.not(formulas.atom(new Atom.MultipleOf(unit(r)))));
      }
      if (!NumberSegment.satisfiable(formulas, f)) {
        continue;
      }
      NumberSegment segment = new NumberSegment(formulas, f, List.of());
      int digit = '1' + r.nextInt(9);
      int q = segment.next(segment.start(), digit);
      if (q < 0 || !segment.keepsDigits(q)) {
        continue;
      }
      NumberPrefix p = Objects.requireNonNull(NumberPrefix.EMPTY.step(digit));
      for (int k = r.nextInt(30); k > 0; k--) {
        p = Objects.requireNonNull(p.step('0' + r.nextInt(10)));
      }
      boolean found = false;
      for (int n = 10_000; n < 20_000 && !found; n++) {
        NumberPrefix whole = Objects.requireNonNull(read(p, Integer.toString(n).substring(1)));
        found = NumberGoal.holds(f, whole.value(), true);
        for (int tenth = 1; tenth < 10 && !found; tenth++) {
          NumberPrefix end = Objects.requireNonNull(read(whole, "." + tenth + "7"));
          NumberPrefix shorter = Objects.requireNonNull(read(whole, "." + tenth));
          found = NumberGoal.holds(f, end.value(), false);
          found |= NumberGoal.holds(f, shorter.value(), false);
        }
      }
      assertThat(found).as("%s after %s", f, p.digits).isTrue();
      endless++;
    }
    assertThat(endless).isGreaterThan(50);
  }

  /** Multiples of several units and of none of others lie far apart; the way to one is computed. */
  @Test
  void multiplesFarApartAreFoundWithoutASearch() {
    Random r = new Random(11);
    int found = 0;
    int open = 0;
    for (int round = 0; round < 200; round++) {
      Formulas formulas = new Formulas(100_000);
      Formula f =
          formulas.atom(new Atom.Bound(decimal(r).movePointRight(4), r.nextBoolean(), true));
      for (int k = 1 + r.nextInt(4); k > 0; k--) {
        f = formulas.and(f, formulas.atom(new Atom.MultipleOf(unit(r))));
        f = formulas.and(f, formulas.not(formulas.atom(new Atom.MultipleOf(unit(r)))));
      }
      if (!NumberSegment.satisfiable(formulas, f)) {
        continue;
      }
      NumberSegment segment = new NumberSegment(formulas, f, List.of());
      int q = segment.start();
      for (int steps = 0; steps < 8; steps++) {
        byte[] way = segment.wayOut(q);
        open += segment.endLabel(q) < 0 ? 1 : 0;
        if (way != null) {
          found++;
          int end = q;
          for (byte b : way) {
            end = segment.next(end, b);
          }
          assertThat(segment.endLabel(end))
              .as("%s, round %d: %s", f, round, new String(way, StandardCharsets.US_ASCII))
              .isNotNegative();
        }
        int next = Segment.DEAD;
        while (next < 0) {
          next = segment.next(q, "-.0123456789".charAt(r.nextInt(12)));
        }
        q = next;
      }
    }
    assertThat(found).isGreaterThan(open / 2).isGreaterThan(500);
  }

  private static BigDecimal unit(Random r) {
    return new BigDecimal(1 + r.nextInt(60)).movePointLeft(r.nextInt(3) == 0 ? 1 : 0);
  }

  private static boolean completes(NumberPrefix p, Formula f, int more) {
    if (p.complete() && NumberGoal.holds(f, p.value(), p.plain())) {
      return true;
    }
    for (int i = 0; i < BYTES.length() && more > 0; i++) {
      NumberPrefix next = p.step(BYTES.charAt(i));
      if (next != null && completes(next, f, more - 1)) {
        return true;
      }
    }
    return false;
  }

  /** Prefixes that share an abstraction share every verdict to come. */
  @Test
  void theAbstractionLosesNothing() {
    Random r = new Random(9);
    for (int round = 0; round < 25; round++) {
      Formula f = random(new Formulas(100_000), r, 0);
      Atom.OfNumber atom = (Atom.OfNumber) Objects.requireNonNull(f.literal());
      Map<List<Object>, List<NumberPrefix>> classes = new HashMap<>();
      for (int k = 0; k < 400; k++) {
        String text = text(r);
        NumberPrefix p = read(NumberPrefix.EMPTY, text.substring(0, r.nextInt(text.length() + 1)));
        if (p != null) {
          List<Object> key = List.of(p.syntaxKey(), p.negative, NumberAbstraction.of(atom, p));
          classes.computeIfAbsent(key, any -> new ArrayList<>()).add(p);
        }
      }
      for (List<NumberPrefix> same : classes.values()) {
        for (int k = 0; k < 30; k++) {
          String more = text(r);
          String tail = more.substring(r.nextInt(more.length()));
          Set<Object> verdicts = new HashSet<>();
          for (NumberPrefix p : same) {
            NumberPrefix end = read(p, tail);
            boolean complete = end != null && end.complete();
            verdicts.add(complete ? NumberGoal.holds(f, end.value(), end.plain()) : "open");
          }
          assertThat(verdicts).as("%s then %s", f, tail).hasSize(1);
        }
      }
    }
  }
}
