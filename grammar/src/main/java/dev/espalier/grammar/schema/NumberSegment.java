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
    for (NumberGoal goal : endLabel(state) < 0 ? goals : List.<NumberGoal>of()) {
      String digits = goal.isSparse() ? goal.wayFrom(prefixes.get(state)) : null;
      if (digits != null) {
        return digits.getBytes(StandardCharsets.US_ASCII);
      }
    }
    return null;
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
