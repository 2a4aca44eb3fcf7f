package dev.espalier.grammar;

import static dev.espalier.grammar.GrammarBombsTest.gbnf;
import static dev.espalier.grammar.GrammarBombsTest.lark;
import static dev.espalier.grammar.GrammarBombsTest.regex;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint;
import dev.espalier.Constraint;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.token.Vocabularies;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Threads with little stack: servers have them, and what is deep shows there first. */
class SmallStackTest {
  private static final int STACK = 256 << 10; // bytes; a thread has a megabyte unless told
  private static final Vocabulary VOCABULARY = Vocabularies.random(new Random(1), 300, "abc (1)");

  // What the work throws in a thread of its own; null if nothing.
  private static Throwable thrown(Runnable work) {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread thread = new Thread(null, work, "small stack", STACK);
    thread.setUncaughtExceptionHandler((t, e) -> thrown.set(e));
    thread.start();
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return thrown.get();
  }

  private static String lines(int n, IntFunction<String> line) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < n; i++) {
      out.append(line.apply(i)).append('\n');
    }
    return out.toString();
  }

  private static void accepts(Supplier<Constraint> constraint, String text) {
    Throwable thrown =
        thrown(
            () -> {
              CompiledConstraint compiled = constraint.get().compile(VOCABULARY);
              compiled.start().forced();
              assertThat(compiled.check(text).accepted()).isTrue();
            });
    assertThat(thrown).isNull();
  }

  @Test
  void aLongChainOfRulesThatBeginWithOneAnother() {
    int n = 4_000;
    String chain = lines(n, i -> "r%d ::= r%d \"b\" | \"a\" root".formatted(i, i + 1));
    accepts(
        () -> Grammar.gbnf("root ::= r0 | \"c\"\n" + chain + "r" + n + " ::= \"(\" root \")\""),
        "(c)" + "b".repeat(n));
  }

  @Test
  void aLongSequenceOfWhatMayBeLeftOut() {
    accepts(() -> Regex.of("a?".repeat(1_000) + "b"), "a".repeat(300) + "b");
  }

  @Test
  void deepTexts() {
    String text = "(".repeat(5_000) + "a" + " )".repeat(5_000);
    accepts(() -> Grammar.lark("start: \"(\" start \")\" | \"a\"\n%ignore \" \""), text);
    accepts(() -> Grammar.gbnf("root ::= \"(\" root \" \"? \")\" | \"a\""), text);
    accepts(() -> Grammar.gbnf("root ::= \"(\" root \" \"? \")\"? | \"a\""), text);
  }

  static Stream<Arguments> nested() {
    String open = "(".repeat(400);
    String close = ")".repeat(400);
    return Stream.of(
        lark("groups", "start: " + open + "\"a\"" + close),
        lark("repeated groups", "start: " + open + "\"a\" \"b\"" + ")+".repeat(400)),
        lark("negations", "start: A\nA: " + "~".repeat(20_000) + "\"a\""),
        lark(
            "terminals",
            lines(450, i -> "T%d: T%d \"b\"".formatted(i, i + 1)) + "T450: \"a\"\nstart: T0"),
        lark(
            "rules", lines(5_000, i -> "r%d: r%d".formatted(i, i + 1)) + "r5000: \"a\"\nstart: r0"),
        gbnf("groups", "root ::= " + open + "\"a\"" + close),
        gbnf(
            "repetitions",
            "root ::= " + "(".repeat(50) + "\"a\" root" + (")" + "*".repeat(400)).repeat(50)),
        gbnf(
            "rules",
            "root ::= r0\n"
                + lines(5_000, i -> "r%d ::= r%d".formatted(i, i + 1))
                + "r5000 ::= \"a\""),
        regex("groups", open + "a" + close),
        regex("repeated groups", open + "a" + "b)*".repeat(400)),
        regex("lookaheads", "(?=a".repeat(400) + ")".repeat(400) + "a{400}"),
        regex("lookarounds in repetitions", "(?:\\b".repeat(300) + "a" + ")*".repeat(300)),
        Arguments.of("builder", (Supplier<Constraint>) SmallStackTest::builder));
  }

  private static Constraint builder() {
    Grammar g = Grammar.ref("r");
    for (int i = 0; i < 2_000; i++) {
      g = Grammar.optional(Grammar.seq(Grammar.literal("("), g));
    }
    return g.where("r", Grammar.literal("a")).capture("all");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nested")
  void whatIsNestedWorksOrSaysSo(String name, Supplier<Constraint> constraint) {
    Throwable thrown =
        thrown(
            () -> {
              CompiledConstraint.State state = constraint.get().compile(VOCABULARY).start();
              TokenMask mask = new TokenMask(VOCABULARY.size());
              for (int i = 0; i < 5 && state != null; i++) {
                state.forced();
                mask.clear();
                state.fillMask(mask);
                state = mask.first() < 0 ? null : state.advance(mask.first());
              }
            });
    System.out.println(name + ": " + (thrown == null ? "works" : thrown));
    if (thrown != null) {
      assertThat(thrown)
          .isInstanceOfAny(BudgetExceededException.class, GrammarSyntaxException.class);
    }
  }
}
