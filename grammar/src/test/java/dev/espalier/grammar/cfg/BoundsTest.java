package dev.espalier.grammar.cfg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.sun.management.ThreadMXBean;
import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.Choice;
import dev.espalier.grammar.Grammar;
import dev.espalier.grammar.GrammarSyntaxException;
import dev.espalier.grammar.Regex;
import dev.espalier.grammar.token.TokenTables;
import dev.espalier.grammar.token.Vocabularies;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is meant to hurt works in little time, or ends in an exception that names the budget. */
class BoundsTest {
  // One for each test, so that what its tables remember goes with it.
  private final Vocabulary words = words();

  private static Vocabulary words() {
    List<byte[]> tokens = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      tokens.add(new byte[] {(byte) b});
    }
    Random r = new Random(3);
    for (int i = 0; i < 3000; i++) {
      byte[] word = new byte[2 + r.nextInt(7)];
      for (int k = 0; k < word.length; k++) {
        word[k] = (byte) "aabbc() .,0".charAt(r.nextInt(11));
      }
      tokens.add(word);
    }
    tokens.add("a".repeat(90).getBytes(StandardCharsets.UTF_8));
    return Vocabularies.of(tokens);
  }

  private void walk(CompiledConstraint constraint, int steps) {
    TokenMask mask = new TokenMask(words.size());
    CompiledConstraint.State state = constraint.start();
    for (int i = 0; i < steps && state != null; i++) {
      mask.clear();
      state.fillMask(mask);
      int token = mask.first();
      state = token < 0 ? null : state.advance(token);
    }
  }

  // The bound is two seconds, printed above it on a machine at rest; this only tells a slow machine
  // from a search without end.
  private static final int MOST_SECONDS = 20;
  private static final long MOST_BYTES = 256L << 20;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  // The thread's own time, so that other work on the machine does not count. Who allocated less
  // than the bound cannot hold more; only of the others is it worth the time to collect garbage,
  // twice, which is seconds where other tests have filled the heap.
  private void worksOrSaysWhy(Supplier<CompiledConstraint> compile, int steps) {
    long allocated = allocated();
    long start = THREADS.getCurrentThreadCpuTime();
    AtomicReference<CompiledConstraint> compiled = new AtomicReference<>();
    assertThatCode(
            () -> {
              try {
                compiled.set(compile.get());
                walk(compiled.get(), steps);
              } catch (BudgetExceededException | GrammarSyntaxException e) {
                assertThat(e).hasMessageMatching("(?s).{20,}");
              }
            })
        .doesNotThrowAnyException();
    double seconds = (THREADS.getCurrentThreadCpuTime() - start) / 1e9;
    allocated = allocated() - allocated;
    long held = allocated;
    if (held >= MOST_BYTES) {
      long with = inUse();
      compiled.set(null); // held until here
      TokenTables.of(words).clear();
      held = Math.max(0, with - inUse());
    }
    System.out.printf(
        Locale.ROOT,
        "%.2f s, %d MB allocated, at most %d held%n",
        seconds,
        allocated >> 20,
        held >> 20);
    assertThat(seconds).isLessThan(MOST_SECONDS);
    assertThat(held).isLessThan(MOST_BYTES);
  }

  private static long allocated() {
    return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  private static long inUse() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(a|a)*",
        "((a*)*)*b",
        "(a?){300}a{300}",
        ".{0,100000}",
        "((a{0,100}){0,100}){0,100}",
        "(.*a.*){40}",
        "(a|b)*a(a|b){30}",
      })
  void regexesMeantToHurt(String pattern) {
    worksOrSaysWhy(() -> Regex.of(pattern).compile(words), 60);
  }

  @Test
  void groupsNestedAHundredThousandDeep() {
    String nested = "(".repeat(100_000) + "a" + ")".repeat(100_000);
    worksOrSaysWhy(() -> Regex.of(nested).compile(words), 5);
    worksOrSaysWhy(() -> Grammar.gbnf("root ::= " + nested).compile(words), 5);
  }

  @Test
  void rulesThatBeginWithOneAnother() {
    StringBuilder chain = new StringBuilder("root ::= r0 root | \"a\"\n");
    for (int i = 0; i < 20_000; i++) {
      chain
          .append("r")
          .append(i)
          .append(" ::= r")
          .append((i + 1) % 20_000)
          .append(" \"b\" | \"a\"\n");
    }
    worksOrSaysWhy(() -> Grammar.gbnf(chain.toString()).compile(words), 5);
  }

  @Test
  void aHundredThousandTexts() {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      texts.add("a" + Integer.toString(i * 7919, 3).replace('0', 'a').replace('1', 'b'));
    }
    worksOrSaysWhy(() -> Choice.of(texts).compile(words), 20);
    worksOrSaysWhy(() -> Regex.of("x(" + String.join("|", texts) + ")").compile(words), 20);
    String long1 = "a".repeat(100_000);
    worksOrSaysWhy(() -> Choice.of(long1, long1 + "b", "b").compile(words), 20);
  }

  @Test
  void twentyThousandRulesThatMayBegin() {
    StringBuilder rules = new StringBuilder("root ::= r0");
    for (int i = 1; i < 20_000; i++) {
      rules.append(" | r").append(i);
    }
    for (int i = 0; i < 20_000; i++) {
      rules.append("\nr%d ::= \"(%d\" root \")\" | \"x%d\"".formatted(i, i, i));
    }
    worksOrSaysWhy(() -> Grammar.gbnf(rules.toString()).compile(words), 20);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "root ::= root root | \"a\" |",
        "root ::= root root root | root root | [a-c. ] |",
        "root ::= x*\nx ::= \"a\"* y?\ny ::= x | \"b\"",
        "root ::= (\"a\" root? \"b\"?)",
        "root ::= \"(\" root \")\" root | \"a\"*",
      })
  void grammarsMeantToHurt(String grammar) {
    worksOrSaysWhy(() -> Grammar.gbnf(grammar).compile(words), 300);
  }

  @Test
  void aGrammarOfAMegabyte() {
    StringBuilder rules = new StringBuilder("root ::= r0*\n");
    for (int i = 0; rules.length() < 1 << 20; i++) {
      rules.append("r%d ::= \"a%d\" r%d? [bc]+ | \"(\" r%d \")\"\n".formatted(i, i, i + 1, i / 2));
    }
    rules.append("r%d ::= \"b\"\n".formatted(rules.toString().lines().count() - 1));
    worksOrSaysWhy(() -> Grammar.gbnf(rules.toString()).compile(words), 60);
  }

  @Test
  void statesThatWereVisitedCostNoMemory() {
    CompiledConstraint compiled =
        Grammar.gbnf("root ::= item*\nitem ::= \"(\" root \")\" | [a-c]+ \".\" | \"0\"")
            .compile(words);
    int[] tokens = new int[200];
    TokenMask mask = new TokenMask(words.size());
    Random r = new Random(5);
    CompiledConstraint.State state = compiled.start();
    int n = 0;
    while (n < tokens.length && state != null) {
      mask.clear();
      state.fillMask(mask);
      int id = r.nextInt(words.size());
      for (int k = 0; k < words.size() && !mask.contains(id); k++) {
        id = (id + 1) % words.size();
      }
      if (!mask.contains(id)) {
        break;
      }
      tokens[n++] = id;
      state = state.advance(id);
    }
    assertThat(n).isGreaterThan(100);
    for (int i = 0; i < 2000; i++) { // the compiler's own warming up
      read(compiled, tokens, n, mask);
    }
    long before = allocated();
    for (int i = 0; i < 100; i++) {
      read(compiled, tokens, n, mask);
    }
    long bytes = allocated() - before;
    assertThat((double) bytes / (100 * n)).isLessThan(1);
  }

  @Test
  void newStatesCostLittleMemory() {
    CompiledConstraint compiled =
        Grammar.gbnf(
                """
                root ::= term ([-+] term)*
                term ::= factor ([*/] factor)*
                factor ::= [a-c]+ | "(" root ")"
                """)
            .compile(words);
    CompiledGrammar grammar = (CompiledGrammar) compiled;
    long start = allocated();
    int states = grammar.size();
    CompiledConstraint.State state = compiled.start();
    for (int i = 0; i < 2_000; i++) {
      state = state.step((byte) "(a*(".charAt(i % 4));
    }
    int made = grammar.size() - states;
    long bytes = allocated() - start;
    System.out.printf("%d bytes a new state%n", bytes / made);
    assertThat(made).isGreaterThan(1_000);
    assertThat(bytes / made).isLessThan(8_000);
  }

  private void read(CompiledConstraint compiled, int[] tokens, int n, TokenMask mask) {
    CompiledConstraint.State state = compiled.start();
    for (int i = 0; i < n && state != null; i++) {
      mask.clear();
      state.fillMask(mask);
      state = state.advance(tokens[i]);
    }
  }

  // An automaton was full once some 250,000 states had been in use, by all texts together.
  @Test
  void noTextIsRefusedForWhatWasReadBefore() {
    Random r = new Random(11);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 40_000; i++) {
      texts.add(word(r, 26, 20));
    }
    CompiledConstraint choice = Choice.of(texts).compile(words);
    Grammar part = Grammar.constraint(Choice.of(texts), "a text");
    CompiledConstraint inside = Grammar.seq(part, Grammar.literal(".")).compile(words);
    CompiledConstraint regex = Regex.of("[ab]*a[ab]{14}").compile(words);
    TokenMask mask = new TokenMask(words.size());
    for (int i = 0; i < texts.size(); i++) {
      String text = texts.get(i);
      assertThat(choice.check(text).accepted()).as(text).isTrue();
      assertThat(choice.check(text + "a").accepted()).as(text).isFalse();
      if (i % 4 == 0) {
        assertThat(inside.check(text + ".").accepted()).as(text).isTrue();
      }
      if (i < 1_000) {
        String ab = word(r, 2, 200);
        assertThat(regex.check(ab).accepted()).as(ab).isEqualTo(ab.charAt(185) == 'a');
      }
      if (i % 400 == 0) {
        masksOf(choice, text.substring(0, i % 20), mask);
        masksOf(regex, word(r, 2, 30), mask);
      }
    }
  }

  private void masksOf(CompiledConstraint constraint, String text, TokenMask mask) {
    CompiledConstraint.State state = constraint.start();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      state = state.step(b);
    }
    mask.clear();
    state.fillMask(mask);
    for (int id = 0; id < words.size(); id++) {
      if (mask.contains(id) != state.allows(id)) {
        assertThat(mask.contains(id)).as("%s, token %d", text, id).isEqualTo(state.allows(id));
      }
    }
  }

  private static String word(Random r, int letters, int length) {
    StringBuilder s = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      s.append((char) ('a' + r.nextInt(letters)));
    }
    return s.toString();
  }

  // What all texts together had asked was counted as one question once.
  @Test
  void whatCanBeFinishedInTimeIsToldHoweverMuchWasAsked() {
    CompiledConstraint c =
        Grammar.lark("start: t \".\"\nt[max_tokens=30]: /[ab]*a[ab]{12}c/").compile(words);
    Random r = new Random(13);
    TokenMask mask = new TokenMask(words.size());
    for (int i = 0; i < 30; i++) {
      CompiledConstraint.State state = c.start();
      for (int n = 0; n < 14; n++) {
        state = state.advance(r.nextBoolean() ? 'a' : 'b');
        assertThat(state).as("text %d, token %d", i, n).isNotNull(); // a, twelve letters and c
        if (n % 4 == 0) {
          mask.clear();
          state.fillMask(mask);
          assertThat(mask.contains('a')).isTrue();
        }
      }
    }
  }

  private static Grammar[] parts(int n, IntFunction<Grammar> part) {
    return IntStream.range(0, n).mapToObj(part).toArray(Grammar[]::new);
  }

  @Test
  void grammarsOfAHundredThousandParts() {
    StringBuilder text = new StringBuilder();
    IntStream.range(0, 1_000).forEach(i -> text.append("item ").append(i).append('.'));
    worksOrSaysWhy(
        () -> {
          Grammar all = Grammar.seq(parts(100_000, i -> Grammar.literal("item " + i + ".")));
          CompiledConstraint compiled = all.compile(words);
          assertThat(compiled.check(text.toString()).offset()).isEqualTo(text.length());
          return compiled;
        },
        20);
    worksOrSaysWhy(
        () -> {
          Grammar all = Grammar.or(parts(100_000, i -> Grammar.literal("item " + i + ".")));
          CompiledConstraint compiled = all.compile(words);
          assertThat(compiled.check("item 99999.").accepted()).isTrue();
          return compiled;
        },
        20);
    worksOrSaysWhy(
        () -> {
          String rules = "root ::= x root | \"a%d\"\nx ::= \"b%d\"";
          Grammar all = Grammar.seq(parts(5_000, i -> Grammar.gbnf(rules.formatted(i, i))));
          return all.compile(words);
        },
        20);
  }

  // Every state led to the next one, from the start on, and so none ever went.
  @Test
  void whatWasReadIsLetGo() {
    worksOrSaysWhy(
        () -> {
          CompiledConstraint compiled =
              Grammar.gbnf("root ::= \"(\" root \")\" | [ab]").compile(words);
          CompiledConstraint.State state = compiled.start();
          for (int i = 0; i < 800_000; i++) {
            state = state.step((byte) '(');
          }
          assertThat(state.step((byte) ')')).isNull();
          assertThat(state.step((byte) 'a').step((byte) ')')).isNotNull();
          return compiled;
        },
        5);
  }
}
