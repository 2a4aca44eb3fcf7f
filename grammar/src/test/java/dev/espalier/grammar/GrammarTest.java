package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CompiledConstraint;
import dev.espalier.CompiledConstraint.Check.Verdict;
import dev.espalier.Constraint;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.token.Vocabularies;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrammarTest {
  private static final Vocabulary VOCABULARY =
      Vocabularies.random(
          new Random(3), 1200, "{\"key\": [", "\"},\n", " 12.5e", "true, null", "foo(bar)", "é😀");

  static final String JSON =
      """
      # JSON, RFC 8259
      root   ::= ws value
      value  ::= object | array | string | number | ("true" | "false" | "null") ws
      object ::= "{" ws ( pair ("," ws pair)* )? "}" ws
      pair   ::= string ":" ws value
      array  ::= "[" ws (
          value ("," ws value)*   # may go on inside parentheses
        )? "]" ws
      string ::= "\\"" char* "\\"" ws
      char   ::= [^"\\\\\\x00-\\x1f\\x7f] | "\\\\" (["\\\\/bfnrt] | "u" [0-9a-fA-F]{4})
      number ::= "-"? ("0" | [1-9] [0-9]*) ("." [0-9]+)? ([eE] [-+]? [0-9]+)? ws
      ws     ::= [ \\t\\n\\r]*
      """;

  private static CompiledConstraint compile(String source) {
    return Grammar.gbnf(source).compile(VOCABULARY);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"a\": [1, 2.5e-3, {\"b\": null}]};ACCEPTED",
        "[[[]]];ACCEPTED",
        "\"é \\u00e9 \uD83D\uDE00\";ACCEPTED",
        "{\"a\": [1, 2;ACCEPTED_SO_FAR",
        "{\"a\": [1, 2};REFUSED",
        "01;REFUSED",
        "{\"a\" 1};REFUSED",
      })
  void readsJsonAsItsGrammarSays(String text, Verdict verdict) {
    assertThat(compile(JSON).check(text).verdict()).isEqualTo(verdict);
  }

  @Test
  void aDescriptionIsCompiledOnceForAVocabulary() {
    Vocabulary other = Vocabularies.random(new Random(4), 300, "a", "b");
    for (Constraint description :
        List.of(Grammar.gbnf(JSON), Regex.of("a+"), Choice.of("a", "b"), Substring.of("ab"))) {
      CompiledConstraint compiled = description.compile(VOCABULARY);
      assertThat(description.compile(VOCABULARY)).isSameAs(compiled);
      assertThat(description.compile(other)).isNotSameAs(compiled);
      assertThat(description.compile(other).vocabulary()).isSameAs(other);
    }
  }

  @Test
  void masksOfJsonEqualBruteForceAlongRandomTexts() {
    CompiledConstraint json = compile(JSON);
    for (int seed = 0; seed < 12; seed++) {
      Random r = new Random(seed);
      CompiledConstraint.State state = json.start();
      for (int k = 0; k < 25; k++) {
        TokenMask mask = new TokenMask(VOCABULARY.size());
        state.fillMask(mask);
        for (int id = 0; id < VOCABULARY.size(); id++) {
          if (mask.contains(id) != state.allows(id)) {
            assertThat(mask.contains(id))
                .as("seed %d, step %d, token %s", seed, k, VOCABULARY.describe(id))
                .isEqualTo(state.allows(id));
          }
        }
        int id = r.nextInt(VOCABULARY.size());
        while (!mask.contains(id)) {
          id = (id + 1) % VOCABULARY.size();
        }
        state = state.advance(id);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "root ::= \"a\"{2};aa;a",
        "root ::= \"a\"{2,};aaaa;a",
        "root ::= \"a\"{,2} \"b\";aab;aaab",
        "root ::= [a-c] [^a-c] .;adx;abx",
        "root ::= \"\\x41\\u00e9\\U0001F600\";Aé\uD83D\uDE00;Ae",
        "root ::= [\\]\\[-];];a",
        "root ::= (\"a\" | \"b\" |) \"c\";c;abc",
        "root ::= x * \"b\" # comment;aab;c",
        "root ::= x-1_y;z;y",
      })
  void understandsEveryConstruct(String source, String accepted, String refused) {
    String grammar = source + "\nx ::= \"a\"\r\n\n\nx-1_y ::= \"z\"";
    assertThat(compile(grammar).check(accepted).verdict()).isEqualTo(Verdict.ACCEPTED);
    assertThat(compile(grammar).check(refused).verdict()).isNotEqualTo(Verdict.ACCEPTED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "root ::= \"a;1;10;without its partner",
        "root ::= [a;1;10;without ']'",
        "root ::= (\"a\";1;14;closes the group",
        "root = \"a\";1;6;expected '::='",
        "root ::= \"a\" | b;1;16;'b' is not defined",
        "start ::= \"a\";1;14;no rule 'root'",
        "root ::= \"a\"{3,2};1;13;wrong order",
        "root ::= \"\\q\";1;11;unknown escape",
        "root ::= \"a\" )\"b\";1;14;expected an element",
        "root ::= \"a\" <b;1;14;expected a token",
        "root ::= <[x]>;1;10;numbers of tokens",
      })
  void namesThePlaceOfAnError(String source, int line, int column, String detail) {
    assertThatThrownBy(() -> Grammar.gbnf(source))
        .isInstanceOfSatisfying(
            GrammarSyntaxException.class,
            e -> {
              assertThat(e.line()).isEqualTo(line);
              assertThat(e.column()).isEqualTo(column);
            })
        .hasMessageContaining(detail);
    assertThatThrownBy(() -> Grammar.gbnf("x ::= \"a\"\n" + source + "\n"))
        .isInstanceOf(GrammarSyntaxException.class);
  }

  private static final Vocabulary TOKENS =
      Vocabulary.builder(6)
          .text(0, "a")
          .text(1, "b")
          .text(2, "ab")
          .special(3, "<think>")
          .special(4, "</think>")
          .special(5, "<eos>")
          .end(5)
          .build();

  @Test
  void tokensAreReadByNameAndNumber() {
    String source = "root ::= <think> !</think>* <[4]> \"a\"+";
    CompiledConstraint.State state = Grammar.gbnf(source).compile(TOKENS).start();
    assertThat(state.allows(0)).isFalse();
    state = state.advance(3);
    for (int id : new int[] {0, 2, 3, 1}) {
      state = state.advance(id);
    }
    assertThat(state.allows(5)).isFalse();
    assertThat(state.step((byte) 'a')).isNull();
    assertThat(state.namesTokens()).isTrue();
    state = state.advance(4);
    assertThat(state.namesTokens()).isFalse();
    assertThat(state.forced().bytes()).containsExactly('a');
    assertThat(state.mayEnd()).isFalse();
    assertThat(state.advance(0).mayEnd()).isTrue();
  }

  @Test
  void aTokenThatIsNamedAndReadAsTextIsBoth() {
    CompiledConstraint c =
        Grammar.gbnf("root ::= <[2]> \"b\" | \"aba\" | <[1]> <eos>").compile(TOKENS);
    CompiledConstraint.State both = c.start().advance(2);
    assertThat(both.allows(0)).isTrue();
    assertThat(both.allows(1)).isTrue();
    assertThat(c.start().advance(0).advance(1).allows(1)).isFalse();
    assertThat(c.start().advance(1).mayEnd()).isTrue();
    TokenMask mask = new TokenMask(TOKENS.size());
    c.start().fillMask(mask);
    assertThat(java.util.Arrays.stream(mask.ids(), 0, mask.cardinality()).sorted())
        .containsExactly(0, 1, 2);
  }

  @Test
  void whatComesBeforeAnEndKeepsItsName() {
    String source = "root ::= (number | word) <eos>\nnumber ::= [0-9]+\nword ::= [ab]+";
    assertThat(Grammar.gbnf(source).compile(TOKENS).start().explain())
        .isEqualTo("'0' to '9', 'a', 'b'");
    assertThatThrownBy(() -> Grammar.gbnf("root ::= <eos> \"a\"").compile(TOKENS))
        .hasMessageContaining("'root'; every alternative");
  }

  @Test
  void namesTheTokenThatTheVocabularyLacks() {
    assertThatThrownBy(() -> Grammar.gbnf("root ::= \"a\" <foo>").compile(TOKENS))
        .isInstanceOf(GrammarSyntaxException.class)
        .hasMessageContaining("line 1, column 14")
        .hasMessageContaining("</think>");
  }

  @Test
  void saysWhyATokenIsRefused() {
    String source = "root ::= number \" apples\"\nnumber ::= [0-9]+";
    Vocabulary v =
        Vocabulary.builder(5)
            .text(0, "12 a")
            .text(1, "12;")
            .text(2, "x")
            .special(3, "<s>")
            .special(4, "<e>")
            .end(4)
            .build();
    CompiledConstraint.State start = Grammar.gbnf(source).compile(v).start();
    assertThat(start.explain(0)).isEqualTo("token 0, \"12 a\", may come here");
    assertThat(start.explain(1))
        .contains("refused at its byte 2, after \"12\" (';')")
        .contains("a space");
    assertThat(start.explain(2)).contains("refused at its byte 0 ('x')");
    assertThat(start.explain(3)).contains("<s>").contains("has no text");
    assertThat(start.explain(4)).contains("ends the text too early");
    assertThat(start.explain(9)).contains("outside the vocabulary");
    assertThat(Regex.of("ab").compile(v).start().explain(2)).contains("byte 0");
    assertThat(JsonSchema.of("{\"type\":\"null\"}").compile(v).start().explain(2)).contains("null");
  }

  @Test
  void drawsSmallMachines() {
    String dot =
        Picture.dot(Grammar.gbnf("root ::= \"a\" [xy]* \"\\\"\"").compile(VOCABULARY), 100);
    assertThat(dot)
        .startsWith("digraph machine {")
        .contains("s0 [shape=circle")
        .contains("s0 -> s1 [label=\"'a'\"]")
        .contains("s1 -> s1 [label=\"'x', 'y'\"]")
        .contains("doublecircle")
        .contains("[label=\"'\\\"'\"]");
    String cut = Picture.dot(Regex.of("[a-z]{50}").compile(VOCABULARY), 3);
    assertThat(cut).contains("style=dashed").contains("'a' to 'z'");
  }

  @Test
  void refusesARuleThatIsDefinedTwice() {
    assertThatThrownBy(() -> Grammar.gbnf("root ::= \"a\"\nroot ::= \"b\""))
        .hasMessageContaining("line 2")
        .hasMessageContaining("twice");
  }

  @Test
  void saysWhatIsExpectedInTheGrammarsNames() {
    CompiledConstraint.Check check = compile(JSON).check("{\"a\": 1 ;");
    assertThat(check.offset()).isEqualTo(8);
    assertThat(check.expected()).contains("\",\"", "\"}\"");
    CompiledConstraint.State forced = compile("root ::= \"SELECT \" [a-z]+").start();
    assertThat(new String(forced.forced().bytes(), StandardCharsets.UTF_8)).isEqualTo("SELECT ");
  }

  @Test
  void masksOfSeveralSequencesStandSideBySide() {
    Vocabulary vocabulary = Vocabularies.ofTexts(List.of("a", "b", "ab"));
    CompiledConstraint c = Grammar.gbnf("root ::= \"a\" root \"b\" | \"ab\"").compile(vocabulary);
    CompiledConstraint.State inside = java.util.Objects.requireNonNull(c.start().advance(0));
    CompiledConstraint.State over = java.util.Objects.requireNonNull(c.start().advance(2));
    int[] ends = vocabulary.endTokens();
    long[] rows = {-1, -1, -1, -1, -1, -1, -1, -1};
    new TokenMask(vocabulary.size())
        .fillRows(java.util.Arrays.asList(c.start(), inside, null, over), ends, rows, 2);
    long end = 1L << ends[0];
    assertThat(rows).containsExactly(0b101, 0, 0b111, 0, 0, 0, end, 0);
  }
}
