package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.token.Segment;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A JSON number under an obligation. It ends before the byte that cannot belong to it; the exit's
 * label tells which of the side formulas hold, bit by bit.
 */
final class NumberSegment extends Segment {
  /**
   * Zeros in a row that a fraction may have. They change no value, so a model that has begun with
   * them need never stop; a spelling with more is refused, as one with a longer exponent is.
   */
  private static final int FRACTION_ZEROS = 16;

  private static final int MORE_DIGITS = 3; // by which a fraction becomes a multiple of any so long

  private static final ByteSet BYTES = ByteSet.anyOf("0123456789-+.eE,]} \t\n\r");

  // A state keeps one prefix that leads to it, in place of all of them: what happens next depends
  // only on the abstraction under which the state is found again.
  private record Key(
      Object syntax, boolean negative, int fractionZeros, List<Object> abstractions) {}

  private final Formula main;
  private final List<Formula> sides;
  private final List<NumberGoal> goals;
  private final List<Atom.OfNumber> atoms = new ArrayList<>();
  private final Map<Key, Integer> ids = new HashMap<>();
  private final List<NumberPrefix> prefixes = new ArrayList<>();
  private final int fractionZeros;

  NumberSegment(Formulas formulas, Formula main, List<Formula> sides) {
    this.main = main;
    this.sides = sides;
    goals = NumberGoal.of(formulas, main);
    Set<Atom> all = new LinkedHashSet<>();
    main.collectAtoms(all);
    sides.forEach(s -> s.collectAtoms(all));
    all.forEach(a -> atoms.add((Atom.OfNumber) a));
    fractionZeros = Math.max(FRACTION_ZEROS, 3 + digits(atoms));
    intern(NumberPrefix.EMPTY);
  }

  /**
   * Digits of the longest number that an atom speaks of, decimal places included: an exponent may
   * move any of them into the fraction. No formula tells values apart by a digit further right, so
   * a longer run of zeros is never the only way on.
   */
  private static int digits(List<Atom.OfNumber> atoms) {
    int digits = 0;
    for (Atom.OfNumber atom : atoms) {
      if (atom instanceof Atom.Bound bound) {
        digits = Math.max(digits, digits(bound.limit()));
      } else if (atom instanceof Atom.MultipleOf multiple) {
        digits = Math.max(digits, digits(multiple.unit()));
      } else if (atom instanceof Atom.OneOfNumbers some) {
        for (BigDecimal value : some.values()) {
          digits = Math.max(digits, digits(value));
        }
      }
    }
    return digits;
  }

  private static int digits(BigDecimal value) {
    return Math.max(value.scale(), value.precision());
  }

  /** Whether any number fulfils the formula. */
  static boolean satisfiable(Formulas formulas, Formula f) {
    return NumberGoal.of(formulas, f).stream().anyMatch(g -> g.reachable(NumberPrefix.EMPTY));
  }

  private int intern(NumberPrefix p) {
    List<Object> abstractions = new ArrayList<>(atoms.size());
    for (Atom.OfNumber a : atoms) {
      abstractions.add(NumberAbstraction.of(a, p));
    }
    int zeros = p.trailingFractionZeros();
    if (zeros > fractionZeros) {
      return DEAD;
    }
    Key key = new Key(p.syntaxKey(), !atoms.isEmpty() && p.negative, zeros, abstractions);
    Integer known = ids.get(key);
    if (known != null) {
      return known;
    }
    boolean live = main.isTrue() || goals.stream().anyMatch(g -> g.reachable(p));
    int id = live ? prefixes.size() : DEAD;
    ids.put(key, id);
    if (live) {
      prefixes.add(p);
    }
    return id;
  }

  @Override
  public int start() {
    return 0;
  }

  @Override
  public synchronized int endLabel(int state) {
    NumberPrefix p = prefixes.get(state);
    if (!p.complete()) {
      return -1;
    }
    if (atoms.isEmpty()) {
      return bits(null, p.plain());
    }
    BigDecimal value = p.value();
    return NumberGoal.holds(main, value, p.plain()) ? bits(value, p.plain()) : -1;
  }

  private int bits(@Nullable BigDecimal value, boolean plain) {
    int bits = 0;
    for (int i = 0; i < sides.size(); i++) {
      Formula side = sides.get(i);
      if (value == null ? side.isTrue() : NumberGoal.holds(side, value, plain)) {
        bits |= 1 << i;
      }
    }
    return bits;
  }

  @Override
  public synchronized byte @Nullable [] wayOut(int state) {
    if (endLabel(state) >= 0) {
      return null;
    }
    NumberPrefix p = prefixes.get(state);
    for (NumberGoal goal : goals) {
      String digits = goal.isSparse() ? goal.wayFrom(p) : null;
      if (digits != null) {
        return digits.getBytes(StandardCharsets.US_ASCII);
      }
    }
    String rest = p.fractionDigits > 0 ? outOfFraction(p) : null;
    return rest == null ? null : rest.getBytes(StandardCharsets.US_ASCII);
  }

  // A long fraction becomes a multiple of what is small by few digits and an exponent that moves
  // the point behind them. Digit by digit, that is too far away to be searched for.
  private @Nullable String outOfFraction(NumberPrefix p) {
    int count = 1;
    for (int digits = 0; digits <= MORE_DIGITS; digits++) {
      for (int n = 0; n < count; n++) {
        String more = digits == 0 ? "" : Integer.toString(count + n).substring(1);
        NumberPrefix longer = p.after(more);
        if (longer == null) {
          return null;
        }
        String exponent = "e" + longer.fractionDigits;
        NumberPrefix whole = longer.after(exponent);
        if (longer.complete() && NumberGoal.holds(main, longer.value(), false)) {
          return more;
        } else if (whole != null && NumberGoal.holds(main, whole.value(), false)) {
          return more + exponent;
        }
      }
      count *= 10;
    }
    return null;
  }

  @Override
  protected boolean keepsDigits(int state) {
    NumberPrefix p = prefixes.get(state);
    return p.phase == NumberPrefix.Phase.INTEGER
        && (main.isTrue() || goals.stream().anyMatch(g -> g.isEndless(p.negative)));
  }

  @Override
  protected ByteSet live(int state) {
    return BYTES;
  }

  @Override
  protected int compute(int state, int b) {
    NumberPrefix next = prefixes.get(state).step(b);
    if (next != null) {
      return intern(next);
    }
    switch (b) {
      case ',', ']', '}', ' ', '\t', '\n', '\r' -> {
        int label = endLabel(state);
        return label < 0 ? DEAD : exit(label, false);
      }
      default -> {
        return DEAD;
      }
    }
  }

  @Override
  public String explain(int state) {
    return "a number" + (main.isTrue() ? "" : " with " + main);
  }
}
