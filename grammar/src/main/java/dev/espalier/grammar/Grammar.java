package dev.espalier.grammar;

import dev.espalier.CompiledConstraint;
import dev.espalier.Constraint;
import dev.espalier.Texts;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.cfg.CompiledGrammar;
import dev.espalier.grammar.cfg.GbnfParser;
import dev.espalier.grammar.cfg.Rules;
import dev.espalier.grammar.cfg.Syntax;
import dev.espalier.grammar.cfg.TokenPattern;
import dev.espalier.grammar.lark.LarkGrammar;
import dev.espalier.grammar.regex.RegexParser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * The texts that a context-free grammar derives. Any grammar will do: ambiguous ones,
 * left-recursive ones, rules that derive nothing. It is read from GBNF or Lark's language, or put
 * together from smaller ones: every grammar can be a part of another.
 *
 * <p>But for Lark's, there is no lexer between characters and rules: a text is in the language if
 * some derivation exists, and every mask is exact. A grammar in Lark's language keeps its lexer
 * when it is a part of another.
 */
public final class Grammar implements Constraint {
  /** More parts than this make too many orders. */
  private static final int MAX_PERMUTED = 12;

  private static final int SHOWN = 60; // chars of a part, in messages

  private final Rules rules;
  private final Budgets budgets;
  private final Duration spent; // on reading it and what it is made of
  private final CompiledOnce compiled = new CompiledOnce();

  private Grammar(Supplier<Rules> rules, Grammar... parts) {
    this(rules, largest(parts), parts);
  }

  private Grammar(Supplier<Rules> rules, Budgets budgets, Grammar... parts) {
    Duration before = Duration.ZERO;
    for (Grammar part : parts) { // one can be a part often
      before = Budgets.longer(before, part.spent);
    }
    this.budgets = budgets;
    WorkBudget reading = budgets.reading(before, "reading the grammar");
    this.rules = reading.spend(rules);
    spent = before.plus(reading.spent());
  }

  private static Budgets largest(Grammar... parts) {
    Budgets all = parts.length == 0 ? Budgets.DEFAULT : parts[0].budgets;
    for (Grammar part : parts) {
      all = part.budgets.equals(all) ? all : all.or(part.budgets);
    }
    return all;
  }

  /**
   * A grammar in llama.cpp's GBNF; texts derive from the rule {@code root}. Literals, character
   * classes, {@code .}, groups, {@code * + ? {m,n}}, all escapes, comments, tokens of the
   * vocabulary by name or number.
   *
   * @throws GrammarSyntaxException with line, column and what was expected there
   */
  public static Grammar gbnf(String source) {
    return gbnf(source, Budgets.DEFAULT);
  }

  /** The same with budgets of its own. */
  public static Grammar gbnf(String source, Budgets budgets) {
    return new Grammar(() -> Rules.ofCharacters(GbnfParser.parse(source), "root"), budgets);
  }

  /**
   * A grammar in Lark's language, as llguidance reads it; texts derive from the rule {@code start}.
   * Between characters and rules stands a lexer: all terminals that may come are read at once, as
   * long as any of them goes on, and those that match then count.
   *
   * @throws GrammarSyntaxException with line, column and what was expected there; also for what is
   *     not supported
   */
  public static Grammar lark(String source) {
    return lark(source, Budgets.DEFAULT);
  }

  /** The same with budgets of its own. */
  public static Grammar lark(String source, Budgets budgets) {
    return new Grammar(() -> LarkGrammar.parse(source), budgets);
  }

  // ---- parts

  /** Exactly this text. */
  public static Grammar literal(String text) {
    return of(new Syntax.Regular(Expr.literal(Utf8.wellFormed(text)), Texts.quote(text, SHOWN)));
  }

  /**
   * The texts that match a regular expression as a whole, see {@link Regex}.
   *
   * @throws GrammarSyntaxException if the pattern is malformed or not regular
   */
  public static Grammar regex(String pattern) {
    return new Grammar(
        () ->
            Rules.of(
                new Syntax.Regular(
                    RegexParser.whole(pattern), '/' + Texts.shortened(pattern, SHOWN) + '/')));
  }

  /** The JSON texts that a schema accepts, read by the schema's own machine. */
  public static Grammar jsonSchema(JsonSchema schema) {
    return constraint(schema, "JSON");
  }

  /**
   * The texts that another constraint accepts.
   *
   * @param name what to call it in messages
   */
  public static Grammar constraint(Constraint constraint, String name) {
    return of(new Syntax.Embedded(constraint, name));
  }

  /**
   * One token of the vocabulary, whatever its bytes are: by name as in {@code <|tool|>}, by number
   * as in {@code <[7]>} or {@code <[7-9,20]>}, any other as in {@code <[^7]>}.
   */
  public static Grammar token(String pattern) {
    return of(new Syntax.Tokens(TokenPattern.of(pattern, pattern, 0)));
  }

  /** A rule by its name; {@link #where} says what it is. */
  public static Grammar ref(String rule) {
    return of(new Syntax.Reference(rule));
  }

  /** One after another. */
  public static Grammar seq(Grammar... parts) {
    return new Grammar(() -> Rules.join(rules(parts), Syntax.Sequence::new), parts);
  }

  /** One of several. */
  public static Grammar or(Grammar... options) {
    if (options.length == 0) {
      throw new IllegalArgumentException("a choice needs at least one option");
    }
    return new Grammar(() -> Rules.join(rules(options), Syntax.Either::new), options);
  }

  /** Once or not at all. */
  public static Grammar optional(Grammar part) {
    return repeat(part, 0, 1);
  }

  /** Any number of times, none included. */
  public static Grammar repeat(Grammar part) {
    return repeat(part, 0, Expr.UNBOUNDED);
  }

  /**
   * Some number of times.
   *
   * @param max {@link Integer#MAX_VALUE} for no limit
   */
  public static Grammar repeat(Grammar part, int min, int max) {
    if (min < 0 || max < min) {
      throw new IllegalArgumentException(
          "a repetition needs 0 <= min <= max, not " + min + " to " + max);
    }
    return new Grammar(
        () -> Rules.join(rules(part), bodies -> new Syntax.Repeat(bodies.get(0), min, max)), part);
  }

  /** At least one item, with a separator between each two. */
  public static Grammar separatedBy(Grammar item, Grammar separator) {
    return separatedBy(item, separator, 1, Expr.UNBOUNDED);
  }

  /**
   * Some number of items, with a separator between each two.
   *
   * @param max {@link Integer#MAX_VALUE} for no limit
   */
  public static Grammar separatedBy(Grammar item, Grammar separator, int min, int max) {
    if (min < 0 || max < 1 || max < min) {
      throw new IllegalArgumentException(
          "a list needs 0 <= min <= max and 1 <= max, not " + min + " to " + max);
    }
    int more = max == Expr.UNBOUNDED ? max : max - 1;
    Grammar list = seq(item, repeat(seq(separator, item), Math.max(0, min - 1), more));
    return min == 0 ? optional(list) : list;
  }

  /** Every part once, in any order; up to 12 parts. */
  public static Grammar permutation(Grammar... parts) {
    return permutation(literal(""), Arrays.asList(parts));
  }

  /** Every part once, in any order, with a separator between each two; up to 12 parts. */
  public static Grammar permutation(Grammar separator, List<Grammar> parts) {
    if (parts.isEmpty() || parts.size() > MAX_PERMUTED) {
      throw new IllegalArgumentException(
          "a permutation takes 1 to " + MAX_PERMUTED + " parts, not " + parts.size());
    }
    List<Rules> all = new ArrayList<>();
    all.add(separator.rules);
    parts.forEach(p -> all.add(p.rules));
    return new Grammar(() -> Rules.permutation(all), parts.toArray(new Grammar[0]));
  }

  /**
   * This grammar with a rule: references to it, here and in the definition, are to the definition.
   * The definition may also refer to rules that were defined before, and to later ones.
   */
  public Grammar where(String rule, Grammar definition) {
    return new Grammar(() -> rules.where(rule, definition.rules), this, definition);
  }

  /**
   * The same texts, remembered under a name: {@code Generation.capture(name)} gives what was
   * generated for this part.
   */
  public Grammar capture(String name) {
    return new Grammar(
        () -> Rules.join(rules(this), bodies -> new Syntax.Capture(name, bodies.get(0))), this);
  }

  /**
   * The same grammar with other budgets, for what is still to be done: putting it together with
   * others, compiling it, steps and masks. A grammar made of others has the largest of theirs.
   */
  public Grammar budgets(Budgets budgets) {
    return new Grammar(() -> rules, budgets, this);
  }

  private static Grammar of(Syntax syntax) {
    return new Grammar(() -> Rules.of(syntax));
  }

  private static List<Rules> rules(Grammar... parts) {
    return Arrays.stream(parts).map(p -> p.rules).toList();
  }

  /**
   * The machine over a vocabulary.
   *
   * @throws dev.espalier.EspalierException if the grammar derives no text, a reference has no
   *     definition, or the vocabulary lacks a token
   * @throws dev.espalier.BudgetExceededException if it takes more than its {@link Budgets}
   */
  @Override
  public CompiledConstraint compile(Vocabulary vocabulary) {
    WorkBudget compiling = budgets.compiling(spent, "compiling the grammar");
    return compiled.get(
        vocabulary, v -> compiling.spend(() -> CompiledGrammar.of(rules, v, budgets.stepTime())));
  }

  @Override
  public String toString() {
    return "Grammar of " + rules.rules().size() + " rules";
  }
}
