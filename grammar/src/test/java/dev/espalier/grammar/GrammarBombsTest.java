package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint;
import dev.espalier.Constraint;
import dev.espalier.EspalierException;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.token.Vocabularies;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Texts of grammars that are made to hurt, in every language that there is: each becomes a machine
 * that makes masks, or is refused with the budget that it exceeds, in little time of its thread.
 */
class GrammarBombsTest {
  // The budget is two seconds. This tells a machine that is slow or busy from work without end.
  private static final double MOST_SECONDS = 12;

  private static final int STEPS = 10;
  private static final int SIZE = 60_000; // chars
  private static final Vocabulary VOCABULARY = Vocabularies.large(2_000, 1);

  private static String text(String begin, IntFunction<String> part, String end) {
    StringBuilder out = new StringBuilder(begin);
    for (int i = 0; out.length() < SIZE; i++) {
      out.append(part.apply(i));
    }
    return out.append(end).toString();
  }

  // Rules or terminals each of which refers to the next; the last one is what is given.
  private static String chain(String begin, IntFunction<String> line, String last) {
    StringBuilder out = new StringBuilder(begin);
    int i = 0;
    for (; out.length() < SIZE; i++) {
      out.append(line.apply(i));
    }
    return out.append(last.replace("#", Integer.toString(i))).toString();
  }

  // ---- named sources, for all who try what hurts

  static Arguments lark(String name, String source) {
    return Arguments.of("lark, " + name, (Supplier<Constraint>) () -> Grammar.lark(source));
  }

  static Arguments gbnf(String name, String source) {
    return Arguments.of("gbnf, " + name, (Supplier<Constraint>) () -> Grammar.gbnf(source));
  }

  static Arguments regex(String name, String pattern) {
    return Arguments.of("regex, " + name, (Supplier<Constraint>) () -> Regex.of(pattern));
  }

  private static Arguments built(String name, Supplier<Constraint> grammar) {
    return Arguments.of("built, " + name, grammar);
  }

  static Stream<Arguments> bombs() {
    return Stream.of(larks(), gbnfs(), regexes(), builders()).flatMap(s -> s);
  }

  private static Stream<Arguments> larks() {
    String terminals = "start: T0\n";
    return Stream.of(
        lark(
            "sequences",
            text("start: \"a\"", i -> " \"x" + i + "\" N", "\nN: /[a-z]+/\n%ignore \" \"")),
        lark("what is ignored", text("start: \"a\"\n", i -> "%ignore \"i" + i + "\"\n", "")),
        lark(
            "regular expressions",
            chain(
                "start: r0\n",
                i -> "r%d: /[a-z]{1,9}x?%d|(foo|bar)+\\d/ r%d?\n".formatted(i, i, i + 1),
                "r#: \"b\"\n")),
        lark("one text", "start: \"" + "ab".repeat(SIZE / 2) + "\""),
        lark("a regular expression of alternatives", text("start: /x(", i -> i + "b?|", "z)/")),
        lark(
            "terminals in terminals",
            chain(terminals, i -> "T%d: \"a\" T%d\n".formatted(i, i + 1), "T#: \"b\"")),
        lark(
            "terminals that double",
            chain(terminals, i -> "T%d: T%d T%d\n".formatted(i, i + 1, i + 1), "T#: \"b\"")),
        lark("counts in counts", "start: " + nested("(\"a\"", " \"b\"){0,1000}", 40)),
        lark("negations", "start: A\nA: " + "~".repeat(SIZE) + "\"a\""),
        lark(
            "what holds together",
            text("start: A\nA: /.*/", i -> " & /.*a.{%d}b.*/".formatted(i % 300), "")),
        lark("one thing left out again and again", text("start: ", i -> "[\"a\"] ", "")),
        lark(
            "terminals at one place",
            text("start: ", i -> "/k[a-z]{2,5}" + i + "/ N | ", "N\nN: /[a-z]+/")),
        lark(
            "a rule of alternatives",
            text("start: w+\nw: N", i -> " | \"w" + i + "\" N", "\nN: /[a-z]+/\n%ignore \" \"")),
        lark("cases", text("start: \"w\"i", i -> " | \"Word" + i + "\"i", "")),
        lark("bars", "start: " + "| ".repeat(SIZE / 2)));
  }

  private static Stream<Arguments> gbnfs() {
    return Stream.of(
        gbnf("one text", "root ::= \"" + "ab".repeat(SIZE / 2) + "\""),
        gbnf("counts", "root ::= (\"a\" root? | [a-z]{0,1000000}){1000000}"),
        gbnf("what may be left out", text("root ::=", i -> " (\"a" + i + "\" root)?", "")),
        gbnf("other tokens", text("root ::=", i -> " !<[" + i % 900 + "]>", "")),
        gbnf(
            "left recursion",
            chain(
                "root ::= r0\n",
                i -> "r%d ::= r%d \"b\" | \"a\"\n".formatted(i, i + 1),
                "r# ::= r0")),
        gbnf("a circle that is ambiguous", circle(900)),
        gbnf("many parses", "root ::= s s s s s s\ns ::= (\"a\" s?)* (s | \"b\")*"),
        gbnf(
            "alternatives",
            text("root ::= (", i -> "[a-z]{0,%d} \"x\" | ".formatted(i), "\"e\")*")),
        gbnf("nesting", "root ::= " + "(".repeat(SIZE)));
  }

  private static String circle(int rules) {
    StringBuilder out = new StringBuilder("root ::= r0\n");
    for (int i = 0; i < rules; i++) {
      out.append(
          "r%d ::= r%d \"b\" | r%d r%d | \"a\"\n"
              .formatted(i, (i + 1) % rules, i * 7 % rules, (i * 13 + 5) % rules));
    }
    return out.toString();
  }

  private static Stream<Arguments> regexes() {
    return Stream.of(
        regex("one text", "ab".repeat(SIZE / 2)),
        regex("what may be left out", "a?".repeat(SIZE / 2)),
        regex("stars", "a*b*".repeat(SIZE / 4)),
        regex("dots", ".*a".repeat(SIZE / 3)),
        regex("properties", "\\p{L}\\P{Lu}".repeat(SIZE / 12)),
        regex("cases", "(?i)" + "abkx".repeat(SIZE / 4)),
        regex("alternatives", text("(", i -> "[a-z]{0,%d}b%d|".formatted(i % 900, i), ")*")),
        regex("lookaheads", text("", i -> "(?=.*a" + i + ")", ".*")),
        regex("what must not come", text("", i -> "(?!.*a" + i + ")", ".*")),
        regex("lookbehinds", text("", i -> "(?<=a%d)b%d|".formatted(i % 10, i), "x")),
        regex("word boundaries", "(?:" + "\\ba+\\b ".repeat(1_000) + ")*"),
        regex("counts in counts", nested("(a", "b){0,1000}", 200)),
        regex("back-references", "(a|b)".repeat(50) + "\\1\\2"));
  }

  private static Stream<Arguments> builders() {
    return Stream.of(
        built("texts", () -> Grammar.or(parts(20_000, i -> Grammar.literal("text " + i * 7919L)))),
        built(
            "alternatives",
            () ->
                Grammar.or(
                        parts(20_000, i -> Grammar.seq(Grammar.literal("t" + i), Grammar.ref("x"))))
                    .where("x", Grammar.regex("[a-z]*"))),
        built(
            "nesting",
            () -> {
              Grammar g = Grammar.literal("x");
              for (int i = 0; i < 3_000; i++) {
                g = Grammar.seq(Grammar.literal("("), g, Grammar.literal(")"));
              }
              return g;
            }),
        built(
            "doubling",
            () -> {
              Grammar g = Grammar.ref("r");
              for (int i = 0; i < 40; i++) {
                g = Grammar.seq(g, g);
              }
              return g.where("r", Grammar.or(Grammar.literal("x"), Grammar.ref("r")));
            }),
        built(
            "rules one by one",
            () -> {
              Grammar g = Grammar.ref("r0");
              for (int i = 0; i < 400; i++) {
                g = g.where("r" + i, Grammar.or(Grammar.literal("x"), Grammar.ref("r" + (i + 1))));
              }
              return g.where("r400", Grammar.literal("y"));
            }),
        built(
            "repetitions",
            () -> {
              Grammar g = Grammar.literal("x");
              for (int i = 0; i < 50; i++) {
                g = Grammar.repeat(g, 0, 1_000_000);
              }
              return g;
            }));
  }

  private static Grammar[] parts(int n, IntFunction<Grammar> part) {
    return IntStream.range(0, n).mapToObj(part).toArray(Grammar[]::new);
  }

  private static String nested(String begin, String end, int times) {
    return begin.repeat(times) + end.repeat(times);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bombs")
  void aBombWorksOrSaysWhich(String name, Supplier<Constraint> constraint) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    String outcome = "works";
    try {
      walk(constraint.get().compile(VOCABULARY));
    } catch (EspalierException e) {
      assertThat(e).isInstanceOfAny(BudgetExceededException.class, GrammarSyntaxException.class);
      outcome = e.getMessage();
      assertThat(outcome).hasSizeBetween(20, 1_000);
    }
    double seconds = (threads.getCurrentThreadCpuTime() - start) / 1e9;
    System.out.printf(Locale.ROOT, "%-40s %.2f s  %.150s%n", name, seconds, outcome);
    assertThat(seconds).isLessThan(MOST_SECONDS);
  }

  private static void walk(CompiledConstraint compiled) {
    TokenMask mask = new TokenMask(VOCABULARY.size());
    CompiledConstraint.State state = compiled.start();
    for (int i = 0; i < STEPS && state != null; i++) {
      mask.clear();
      state.fillMask(mask);
      int token = mask.first();
      state = token < 0 ? null : state.advance(token);
    }
  }

  @Test
  void aMegabyteWorks() {
    StringBuilder rules = new StringBuilder("start: r0*\n");
    int i = 0;
    for (; rules.length() < 1 << 20; i++) {
      rules.append("r%d: \"a%d\" r%d? /[bc]+/ | \"(\" r%d \")\"\n".formatted(i, i, i + 1, i / 2));
    }
    String source = rules.append("r").append(i).append(": \"b\"\n").toString();
    try {
      CompiledConstraint compiled = Grammar.lark(source).compile(VOCABULARY);
      assertThat(compiled.check("a0bc((a0c)b)").accepted()).isFalse();
      assertThat(compiled.check("a0bca0c").accepted()).isTrue();
    } catch (BudgetExceededException e) {
      assertThat(e.budget()).isEqualTo("time"); // on a slow machine
    }
  }
}
