package dev.espalier.grammar.lark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint;
import dev.espalier.CompiledConstraint.Check.Verdict;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.Grammar;
import dev.espalier.grammar.GrammarSyntaxException;
import dev.espalier.grammar.token.Vocabularies;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Large, deep and nasty grammars end in time, one way or another. */
class LarkSizeTest {
  private static final Vocabulary VOCABULARY = Vocabularies.random(new Random(1), 300, "abc (1)");

  private static void inTime(Runnable work) {
    Assertions.assertTimeout(Duration.ofSeconds(20), work::run);
  }

  @Test
  void aMegabyteOfAlternatives() {
    StringBuilder text = new StringBuilder("start: WORD\nWORD: \"w\"");
    for (int i = 0; i < 60_000; i++) {
      text.append("\n | \"word").append(i).append('"');
    }
    inTime(
        () -> {
          CompiledConstraint c = Grammar.lark(text.toString()).compile(VOCABULARY);
          assertThat(c.check("word59999").accepted()).isTrue();
          assertThat(c.check("word60000").verdict()).isEqualTo(Verdict.REFUSED);
        });
  }

  @Test
  void thousandsOfTerminalsThatAreReadTogether() {
    StringBuilder text =
        new StringBuilder("NAME: /[a-z]+/\n%ignore \" \"\nstart: stmt*\nstmt: NAME");
    StringBuilder terminals = new StringBuilder();
    for (int i = 0; i < 5_000; i++) {
      text.append(" | T").append(i).append(" NAME \";\"\n");
      terminals.append("T%d: \"kw%d\" | /k[a-z]{2,5}%d/\n".formatted(i, i, i));
    }
    CompiledConstraint c = Grammar.lark(text.append(terminals).toString()).compile(VOCABULARY);
    assertThat(c.warnings()).singleElement().asString().contains("too large to tell");
    assertThat(c.check("kw39 a; kabcd3 b;").accepted()).isTrue();
    assertThat(c.check("kw39 a; ;").verdict()).isEqualTo(Verdict.REFUSED);
  }

  @Test
  void deepNesting() {
    String deep = "(".repeat(100_000) + "\"a\"" + ")".repeat(100_000);
    assertThatThrownBy(() -> Grammar.lark("start: " + deep))
        .isInstanceOf(GrammarSyntaxException.class)
        .hasMessageContaining("nested deeper");
    inTime(
        () -> {
          CompiledConstraint c =
              Grammar.lark("start: \"(\" start \")\" | \"a\"\n%ignore \" \"").compile(VOCABULARY);
          String text = "(".repeat(20_000) + "a" + " )".repeat(20_000);
          assertThat(c.check(text).accepted()).isTrue();
        });
  }

  @Test
  void nestedCounts() {
    inTime(
        () -> {
          String nested = "start: A\nA: ((\"a\"~0..90)~0..90)~0..90 \"b\"";
          Throwable t =
              catchThrowable(
                  () -> Grammar.lark(nested).compile(VOCABULARY).check("a".repeat(500) + "b"));
          if (t != null) {
            assertThat(t).isInstanceOf(BudgetExceededException.class);
          }
        });
    inTime(
        () -> {
          CompiledConstraint c =
              Grammar.lark("start: x{0,5000}\nx: \"a\" | \"bc\"").compile(VOCABULARY);
          assertThat(c.check("abc".repeat(2000)).accepted()).isTrue();
          assertThat(c.check("abc".repeat(3000)).verdict()).isEqualTo(Verdict.REFUSED);
        });
  }
}
