package dev.espalier.grammar;

import static dev.espalier.grammar.Grammar.jsonSchema;
import static dev.espalier.grammar.Grammar.literal;
import static dev.espalier.grammar.Grammar.or;
import static dev.espalier.grammar.Grammar.ref;
import static dev.espalier.grammar.Grammar.regex;
import static dev.espalier.grammar.Grammar.separatedBy;
import static dev.espalier.grammar.Grammar.seq;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CompiledConstraint;
import dev.espalier.Constraint;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.token.Vocabularies;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The examples of {@code docs/grammars.md}, run as they stand there. */
class GrammarsDocTest {
  private static final Vocabulary VOCABULARY = Vocabularies.random(new Random(1), 300, "abc");

  private static void check(Constraint c, String accepted, String other) {
    assertThat(c.compile(VOCABULARY).check(accepted).accepted()).as(accepted).isTrue();
    assertThat(c.compile(VOCABULARY).check(other).accepted()).as(other).isFalse();
  }

  @Test
  void everyExampleIsRunHere() throws Exception {
    String here =
        Files.readString(Path.of("src/test/java/dev/espalier/grammar/GrammarsDocTest.java"));
    String doc = Files.readString(Path.of("../docs/grammars.md"));
    Matcher m = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(doc);
    int examples = 0;
    while (m.find()) {
      assertThat(bare(here)).contains(bare(m.group(1)));
      examples++;
    }
    assertThat(examples).isEqualTo(7);
  }

  private static String bare(String code) {
    return code.replaceAll("\\s+", "");
  }

  @Test
  void texts() {
    Constraint date = Regex.of("[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])");
    Constraint answer = Choice.of("yes", "no", "I do not know");
    Constraint sum =
        Grammar.gbnf(
            """
            root   ::= term ([-+] term)*
            term   ::= factor ([*/] factor)*
            factor ::= number | "(" root ")"
            number ::= [0-9]+ ("." [0-9]+)?
            """);
    check(date, "2024-02-31", "2024-13-01");
    check(answer, "I do not know", "maybe");
    check(sum, "1.5*(2-3)/4", "1..5");
  }

  @Test
  void whyNotAndManySequences() {
    Vocabulary vocabulary = VOCABULARY;
    int[] ends = {};
    CompiledConstraint dates = Regex.of("[0-9]{4}-(0[1-9]|1[0-2])").compile(vocabulary);
    CompiledConstraint.Check check =
        dates.check("2024-13"); // refused at byte 6: '0' to '2' was expected
    String picture = Picture.dot(dates, 50);
    assertThat(check.offset()).isEqualTo(6);
    assertThat(check.expected()).isEqualTo("'0' to '2'");
    assertThat(picture).startsWith("digraph");

    CompiledConstraint sum =
        Grammar.gbnf("root ::= [0-9]+ | \"(\" root \"+\" root \")\"").compile(vocabulary);
    CompiledConstraint.State state = sum.start();
    for (byte b : "((1+2".getBytes(UTF_8)) {
      state = state.step(b);
    }
    byte[] rest = state.completion(); // )+0)
    assertThat(new String(rest, UTF_8)).isEqualTo(")+0)");

    int stride = (vocabulary.size() + 63) / 64;
    long[] rows = new long[2 * stride];
    CompiledConstraint.State start = dates.start();
    new TokenMask(vocabulary.size())
        .fillRows(Arrays.asList(start, null), ends, rows, stride); // null: a sequence that is over
    assertThat(Arrays.stream(rows, 0, stride).anyMatch(w -> w != 0)).isTrue();
    assertThat(Arrays.stream(rows, stride, 2 * stride).allMatch(w -> w == 0)).isTrue();
  }

  @Test
  void lark() {
    Constraint calls =
        Grammar.lark(
            """
            start: (call ";")+
            call:  NAME "(" [arg ("," arg)*] ")"
            arg:   NAME | NUMBER | ESCAPED_STRING | call
            NAME:  /[a-z_][a-z0-9_]*/
            %import common (NUMBER, ESCAPED_STRING)
            %ignore /[ \t]+/
            """);
    check(calls, "f(a, g(1.5, \"x\"));\th () ;", "f(a b);");
    assertThat(calls.compile(VOCABULARY).warnings()).isEmpty();
  }

  @Test
  void quotations() {
    String article = "The cat sat on the mat. The mat was flat.";
    Constraint quote = Substring.of(article).words();
    check(quote, "sat on the mat", "sat on the m");
  }

  @Test
  void parts() {
    Grammar call =
        seq(
            literal("<call>"),
            regex("[a-z_]+").capture("name"),
            literal(" "),
            jsonSchema(JsonSchema.of("{\"type\": \"object\"}")).capture("arguments"),
            literal("</call>"));

    Grammar sum =
        ref("sum")
            .where("sum", separatedBy(ref("value"), literal("+")))
            .where("value", or(regex("[0-9]+"), seq(literal("("), ref("sum"), literal(")"))));
    check(call, "<call>get_it {\"a\":[1]}</call>", "<call>get_it {\"a\":1</call>");
    check(sum, "1+(2+3)", "1+(2");
  }
}
