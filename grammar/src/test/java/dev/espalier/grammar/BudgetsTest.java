package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint;
import dev.espalier.Constraint;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.token.Vocabularies;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Random;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a user allows is what a text gets, in every language that there is. */
class BudgetsTest {
  private static final Vocabulary VOCABULARY = Vocabularies.random(new Random(1), 300, "ab01 (x)");
  private static final Budgets LITTLE_TIME = Budgets.DEFAULT.withCompileTime(Duration.ofMillis(4));
  private static final Budgets FEW_PARTS = Budgets.DEFAULT.withParts(500);
  private static final Budgets ENOUGH =
      new Budgets(Duration.ofMinutes(2), Duration.ofMinutes(1), 1 << 24);

  static Stream<Arguments> languages() {
    Function<Budgets, Constraint> regex = b -> Regex.of(text("(", i -> "a" + i + "b?|", "x)*"), b);
    Function<Budgets, Constraint> gbnf =
        b -> Grammar.gbnf(text("root ::= \"x\"", i -> " | \"a" + i + "\" root \")\"", ""), b);
    Function<Budgets, Constraint> lark =
        b -> Grammar.lark(text("start: \"x\"", i -> " | \"a" + i + "\" start \")\"", ""), b);
    return Stream.of(
        Arguments.of("a regular expression", regex),
        Arguments.of("GBNF", gbnf),
        Arguments.of("Lark", lark));
  }

  // Some thousand alternatives, none of which is a text alone.
  private static String text(String begin, IntFunction<String> part, String end) {
    StringBuilder out = new StringBuilder(begin);
    for (int i = 0; i < 6_000; i++) {
      out.append(part.apply(i));
    }
    return out.append(end).toString();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("languages")
  void timeAndPartsAreAsMuchAsIsAllowed(String name, Function<Budgets, Constraint> language) {
    assertThatExceptionOfType(BudgetExceededException.class)
        .isThrownBy(() -> language.apply(LITTLE_TIME).compile(VOCABULARY))
        .satisfies(e -> assertThat(e.budget()).isEqualTo("time"))
        .withMessageContaining("4")
        .withMessageContaining("larger budgets");
    assertThatExceptionOfType(BudgetExceededException.class)
        .isThrownBy(() -> language.apply(FEW_PARTS).compile(VOCABULARY))
        .satisfies(e -> assertThat(e.budget()).isEqualTo("parts"))
        .withMessageContaining("500");
    CompiledConstraint compiled = language.apply(ENOUGH).compile(VOCABULARY);
    assertThat(compiled.check("x").accepted()).isTrue();
  }

  @Test
  void aMegabyteOfAlternativesEndsWhereItsTimeEnds() {
    StringBuilder pattern = new StringBuilder("(");
    for (int i = 0; pattern.length() < 1 << 20; i++) {
      pattern.append("(?:x").append(i).append("|y").append(i * 7).append("z)+|");
    }
    String source = pattern.append("z)*").toString();
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    assertThatThrownBy(
            () -> Regex.of(source, Budgets.DEFAULT.withCompileTime(Duration.ofMillis(200))))
        .isInstanceOf(BudgetExceededException.class)
        .hasMessageContaining("reading the regular expression, at line 1, column");
    assertThat((threads.getCurrentThreadCpuTime() - start) / 1e9).isLessThan(1);
  }

  @Test
  void aStepHasItsOwnTime() {
    Budgets noTime = Budgets.DEFAULT.withStepTime(Duration.ofNanos(1));
    Grammar grammar =
        Grammar.gbnf(text("root ::= \"x\"", i -> " | \"a" + i + "\" root", ""), noTime);
    assertThatExceptionOfType(BudgetExceededException.class)
        .isThrownBy(() -> walk(grammar.compile(VOCABULARY)))
        .satisfies(e -> assertThat(e.budget()).isEqualTo("time"));
    String pattern = text("(", i -> "0" + i + "b?|", "x)*");
    Regex regex = Regex.of(pattern, noTime);
    assertThatExceptionOfType(BudgetExceededException.class)
        .isThrownBy(() -> walk(regex.compile(VOCABULARY)))
        .satisfies(e -> assertThat(e.budget()).isEqualTo("time"));
    walk(grammar.budgets(ENOUGH).compile(VOCABULARY));
    walk(Regex.of(pattern, ENOUGH).compile(VOCABULARY));
  }

  private static void walk(CompiledConstraint compiled) {
    TokenMask mask = new TokenMask(compiled.vocabulary().size());
    CompiledConstraint.State state = compiled.start();
    for (int i = 0; i < 20 && state != null; i++) {
      mask.clear();
      state.fillMask(mask);
      state = mask.first() < 0 ? null : state.advance(mask.first());
    }
  }

  @Test
  void aGrammarMadeOfOthersHasTheLargestOfTheirBudgets() {
    Grammar small = Grammar.literal("(").budgets(Budgets.DEFAULT.withParts(1));
    Grammar[] options = new Grammar[400];
    for (int i = 0; i < options.length; i++) {
      options[i] = Grammar.seq(Grammar.literal("a" + i), Grammar.ref("x"));
    }
    Grammar x = Grammar.or(Grammar.literal("x"), Grammar.seq(small, Grammar.ref("x")));
    Grammar list = Grammar.or(options).where("x", x);
    assertThat(list.compile(VOCABULARY).check("a7((x").accepted()).isTrue();
    assertThatThrownBy(() -> list.budgets(Budgets.DEFAULT.withParts(10)).compile(VOCABULARY))
        .isInstanceOf(BudgetExceededException.class)
        .hasMessageContaining("parts");
  }

  @Test
  void budgetsThatAllowNothingAreRefused() {
    assertThatThrownBy(() -> Budgets.DEFAULT.withParts(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Budgets.DEFAULT.withStepTime(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Budgets.DEFAULT.withCompileTime(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
