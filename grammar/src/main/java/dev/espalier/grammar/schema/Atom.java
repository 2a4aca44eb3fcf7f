package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.Expr;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One assertion about what is still to come: the derivative of a keyword by what has been read.
 * Records, so equal assertions are equal; the identity of nodes and rules is theirs.
 */
sealed interface Atom {
  /** The value that is being read satisfies this schema. The only atom about a child. */
  record Verdict(SchemaNode schema) implements Atom {}

  // ---- objects

  /** A member of this name comes. */
  record HasKey(String name) implements Atom {}

  /** At least {@code n} more members come. */
  record MinProperties(int n) implements Atom {}

  /** At most {@code n} more members come. */
  record MaxProperties(int n) implements Atom {}

  /** Every further member's value satisfies what the rules say for its name. */
  record Members(MemberRules rules) implements Atom {}

  /** Every further member's name is in the language. */
  record KeyNames(Expr names) implements Atom {}

  // ---- arrays

  /** At least {@code n} more items come. */
  record MinItems(int n) implements Atom {}

  /** At most {@code n} more items come. */
  record MaxItems(int n) implements Atom {}

  /** The item at {@code index}, which is next, and all after it satisfy the rules. */
  record Items(ItemRules rules, int index) implements Atom {}

  /** At least {@code n} further items satisfy the schema. */
  record MinContains(SchemaNode schema, int n) implements Atom {}

  /** At most {@code n} further items satisfy the schema. */
  record MaxContains(SchemaNode schema, int n) implements Atom {}

  /** All further items differ from each other and from these values. Knows a value at its end. */
  record Unique(Set<SchemaNode> seen) implements Atom {
    public Unique {
      seen = Set.copyOf(seen);
    }
  }

  // ---- arrays and objects

  /** What is still to come of the object or array, put as a value of its own, is none of these. */
  record NoneOf(Set<JsonNode> values) implements Atom {
    public NoneOf {
      values = Set.copyOf(values);
    }
  }

  /**
   * The same while an item or a member's value is being read.
   *
   * @param rests what must not come after it, by its own value
   */
  record NoneOfAfter(Map<JsonNode, Set<JsonNode>> rests) implements Atom {
    public NoneOfAfter {
      rests = Map.copyOf(rests);
    }
  }

  /** Whether the assertion depends on whole values, so that they must be remembered. */
  default boolean remembers() {
    return this instanceof Unique || this instanceof NoneOf || this instanceof NoneOfAfter;
  }

  // ---- strings

  /** The unescaped text is in the language, which holds well-formed UTF-8 only. */
  record Text(Expr language) implements Atom {}

  // ---- numbers

  /** An assertion about a number's value. */
  sealed interface OfNumber extends Atom permits Bound, MultipleOf, OneOfNumbers, Plain {}

  /** At least (or at most) the limit; the limit itself only if {@code inclusive}. */
  record Bound(BigDecimal limit, boolean lower, boolean inclusive) implements OfNumber {
    public Bound {
      limit = limit.signum() == 0 ? BigDecimal.ZERO : limit.stripTrailingZeros();
    }
  }

  /** A multiple of {@code unit}, which is positive; an integer is a multiple of one. */
  record MultipleOf(BigDecimal unit) implements OfNumber {
    public MultipleOf {
      unit = unit.stripTrailingZeros();
    }
  }

  /** Spelled without fraction and exponent: up to draft 4, {@code 1.0} is no integer. */
  record Plain() implements OfNumber {}

  /** One of these values, each without trailing zeros. */
  final class OneOfNumbers implements OfNumber {
    private final Set<BigDecimal> values;
    private volatile @Nullable NavigableSet<String> digits; // of the values, found on first use

    OneOfNumbers(Set<BigDecimal> values) {
      this.values = Set.copyOf(values);
    }

    Set<BigDecimal> values() {
      return values;
    }

    /** The digits of a number without sign, point, and zeros before and behind. */
    static String digits(BigDecimal value) {
      return value.signum() == 0 ? "" : withoutZerosBehind(value.unscaledValue().abs().toString());
    }

    static String withoutZerosBehind(String digits) {
      int end = digits.length();
      while (end > 0 && digits.charAt(end - 1) == '0') {
        end--;
      }
      return digits.substring(0, end);
    }

    /** Whether the digits of some value begin with these; logarithmic in the number of values. */
    boolean someBeginsWith(String begun) {
      NavigableSet<String> all = digits;
      if (all == null) {
        all = new TreeSet<>();
        for (BigDecimal value : values) {
          all.add(digits(value));
        }
        digits = all;
      }
      String least = all.ceiling(begun);
      return least != null && least.startsWith(begun);
    }

    @Override
    public int hashCode() {
      return values.hashCode();
    }

    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof OneOfNumbers other && other.values.equals(values);
    }

    @Override
    public String toString() {
      return "OneOfNumbers" + values;
    }
  }

  /**
   * {@code properties}, {@code patternProperties} and {@code additionalProperties} of one schema.
   */
  final class MemberRules {
    private final Map<String, SchemaNode> named;
    private final List<PatternRule> patterns;
    private final SchemaNode others;
    private final @Nullable JsonNode constant;

    MemberRules(Map<String, SchemaNode> named, List<PatternRule> patterns, SchemaNode others) {
      this(named, patterns, others, null);
    }

    MemberRules(
        Map<String, SchemaNode> named,
        List<PatternRule> patterns,
        SchemaNode others,
        @Nullable JsonNode constant) {
      this.named = named;
      this.patterns = patterns;
      this.others = others;
      this.constant = constant;
    }

    Map<String, SchemaNode> named() {
      return named;
    }

    List<PatternRule> patterns() {
      return patterns;
    }

    SchemaNode others() {
      return others;
    }

    /** The object that these rules spell out, if they come from {@code const} or {@code enum}. */
    @Nullable JsonNode constant() {
      return constant;
    }
  }

  /** What {@code patternProperties} says for names of a language. */
  record PatternRule(Expr names, SchemaNode schema) {}

  /** {@code prefixItems} and {@code items} of one schema. */
  final class ItemRules {
    private final List<SchemaNode> prefix;
    private final SchemaNode rest;
    private final @Nullable JsonNode constant;

    ItemRules(List<SchemaNode> prefix, SchemaNode rest) {
      this(prefix, rest, null);
    }

    ItemRules(List<SchemaNode> prefix, SchemaNode rest, @Nullable JsonNode constant) {
      this.prefix = prefix;
      this.rest = rest;
      this.constant = constant;
    }

    List<SchemaNode> prefix() {
      return prefix;
    }

    int prefixLength() {
      return prefix.size();
    }

    SchemaNode at(int index) {
      return index < prefix.size() ? prefix.get(index) : rest;
    }

    /** The array that these rules spell out, if they come from {@code const} or {@code enum}. */
    @Nullable JsonNode constant() {
      return constant;
    }
  }
}
