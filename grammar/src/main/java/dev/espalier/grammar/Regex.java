package dev.espalier.grammar;

import dev.espalier.CompiledConstraint;
import dev.espalier.Constraint;
import dev.espalier.Texts;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.regex.RegexParser;
import java.time.Duration;

/**
 * The texts that match a regular expression as a whole. The syntax is the common ground of ECMA-262
 * (with the {@code u} flag) and {@code java.util.regex}; where the two disagree, ECMA-262 wins:
 * {@code .} stops at {@code \n \r U+2028 U+2029} unless {@code (?s)} is on, {@code $} is the very
 * end, {@code \s} is Unicode white space, {@code \d}, {@code \w} and {@code \b} are ASCII.
 *
 * <p>Characters are Unicode scalar values; generated text is well-formed UTF-8. Lookarounds,
 * anchors and word boundaries are exact, inside repetitions too, unless a lookbehind has more than
 * a hundred things to remember there. Back-references are read where the group matches few texts,
 * such as a quote or a separator, and possessive quantifiers behind one character. Atomic groups
 * are refused, with the place.
 */
public final class Regex implements Constraint {
  private static final int SHOWN = 80; // chars

  private final String pattern;
  private final Budgets budgets;
  private final Expr language;
  private final Duration spent; // on reading it
  private final CompiledOnce compiled = new CompiledOnce();

  private Regex(String pattern, Budgets budgets) {
    this.pattern = pattern;
    this.budgets = budgets;
    WorkBudget reading = budgets.reading(Duration.ZERO, "reading the regular expression");
    language = reading.spend(() -> RegexParser.whole(pattern));
    spent = reading.spent();
  }

  /**
   * The texts that match {@code pattern} from beginning to end. Flags are written in the pattern:
   * {@code (?i)} ignores case by Unicode's simple mappings, {@code (?m)} makes {@code ^} and {@code
   * $} hold at line ends, {@code (?s)} lets the dot match them.
   *
   * @throws GrammarSyntaxException if the pattern is malformed or not regular, naming the place
   * @throws dev.espalier.BudgetExceededException if it takes more than its {@link Budgets}, or its
   *     assertions combine in too many ways
   */
  public static Regex of(String pattern) {
    return of(pattern, Budgets.DEFAULT);
  }

  /** The same with budgets of its own. */
  public static Regex of(String pattern, Budgets budgets) {
    return new Regex(pattern, budgets);
  }

  /** The pattern as it was given. */
  public String pattern() {
    return pattern;
  }

  @Override
  public CompiledConstraint compile(Vocabulary vocabulary) {
    return compiled.get(
        vocabulary,
        v -> {
          String name = "the regular expression '" + Texts.shortened(pattern, SHOWN) + "'";
          return new CompiledLexeme(language, v, name, budgets, spent);
        });
  }

  @Override
  public String toString() {
    return "Regex.of(\"" + pattern + "\")";
  }
}
