package dev.espalier.grammar.lark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.CompiledConstraint;
import dev.espalier.CompiledConstraint.Check.Verdict;
import dev.espalier.EspalierException;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.Grammar;
import dev.espalier.grammar.GrammarSyntaxException;
import dev.espalier.grammar.SchemaException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LarkTest {
  /** Every byte, and two special tokens, the second of which ends the text. */
  private static final Vocabulary BYTES = bytes();

  private static Vocabulary bytes() {
    Vocabulary.Builder b = Vocabulary.builder(260);
    for (int i = 0; i < 256; i++) {
      b.text(i, new byte[] {(byte) i});
    }
    return b.special(256, "<|tool|>").special(257, "<|end|>").end(257).text(258, "<think>").build();
  }

  private static CompiledConstraint compile(String source) {
    return Grammar.lark(source.replace('⏎', '\n')).compile(BYTES);
  }

  // What llguidance 1.9.1 says of the same texts, asked through a vocabulary of bytes.
  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      value = {
        "start: \"a\" \"bc\" | \"ab\" \"d\"¦abd¦abc",
        "start: \"if\" N | ID⏎N: /[0-9]+/⏎ID: /[a-z]+/¦if0,iff,if¦if0x",
        "start: A \"bd\"⏎A: \"a\"|\"abc\"¦abcbd¦abd",
        "start: /a*/ \"b\"¦b,ab¦a",
        "start: \"a\" \"b\"⏎%ignore / +/¦a b¦` ab`",
        "start: \"a\" \"b\"⏎%ignore / +/¦a  b¦`ab `",
        "start: \"a\"+⏎%ignore \" \"¦`a a `¦` a`",
        "start: \"a\"+ \"b\"?⏎%ignore /[ ]{2}/¦a    b¦a   b",
        "start: l /[a-z]+/⏎l[lazy]: /[a-z]+b/¦abb,abx,abbb¦ab",
        "start: l \"c\" | /[a-z]+/ \"1\"⏎l[lazy]: /[a-z]+b/¦abc,ax1¦abx1",
        "start: l \"c\" | /[a-z]+/ \"1\"⏎l[lazy]: /[a-z]+b/¦abc¦ab1",
        "start: (\"a\" | /[ab]{2}/)+ \"c\"¦ac,aac,aaac,abc¦c",
        "start: a b⏎a[lazy]: /x*/⏎b: /x*y/¦xxy,y¦x",
        "start: a b⏎a[lazy]: /[0-9]+/⏎b: /[0-9]+y/¦12y¦1y",
        "start: a* \"e\"⏎a[lazy]: /.*<f>/¦x<f>y<f>e,e,xe<f>e¦xe",
        "start: a \"z\"⏎a[suffix=\"b\"]: /.*/¦aabz¦abab",
        "start: a \"z\"⏎a[stop=\"b\"]: /.*/¦aabz¦abab",
        "start: a \"<e>\"⏎a[stop=\"<e>\"]: /[a-z]*/¦ab<e>,<e>¦ab<e><e>",
        "start: a B⏎a[stop=B]: /.*/⏎B: \"b\" \"c\"?¦ab¦abb",
        "start: a⏎a[suffix=/[xy]/]: /[a-z]*/¦abx,aby¦ab",
        "start: a⏎a[suffix=X, capture, stop_capture=\"q\"]: /[a-z]*/⏎X: \"x\"¦abx¦ab",
        "start: A \"1\" | B \"2\"⏎A: /x|y/⏎B: /y|z/¦x1,y1,y2¦z1",
        "start: [\"a\"] [\"b\" \"c\"]¦a,bc¦b",
        "start: x+⏎x: \"a\"?¦a,aa¦b",
        "start: A B⏎A: \"x\" -> foo⏎B: \"b\"¦xb¦b",
        "?start: x -> foo | _y⏎!x: \"a\"⏎_y: \"b\"¦a,b¦c",
        "start: A⏎A: \"a\"..\"c\"¦a¦d",
        "start: A⏎A: \"é\"..\"ü\"¦é¦z",
        "start: A⏎A: \"ab\"i¦AB,aB¦ba",
        "start: \"ß\"i | \"k\"i¦ß,ẞ,k,\u212A¦s",
        "start: /a b/x¦ab¦a b",
        "start: /(?i)a$/¦A¦b",
        "start: /\\d+\\w\\s/¦٣é\u00A0¦é",
        "start: /[[:alpha:]]/ | /\\p{Greek}/¦b,α¦1",
        "start: /(?P<x>a)(?<y>b)/¦ab¦a",
        "start: /a\\/b/¦a/b¦ab",
        "start: /./¦+,é¦`⏎`",
        "start: A⏎A: /a/i \"b\"¦Ab¦AB",
        "start: \"\\x41\\u00e9\\\"\"¦Aé\"¦A",
        "start: A⏎A: /[a-z]+/ & ~/.*b.*/¦aa¦ab",
        "start: A⏎A: ~\"b\" & /[a-z]/ | \"1\" ~\"c\"+¦a,1x¦b",
        "start: ~\"a\"¦b¦a",
        "start: A⏎A: (\"x\" | \"y\")~2..3 B?⏎B: \"z\" | \"w\" \"v\"¦xx,xyxwv¦x",
        "start: \"a\"~3 | \"b\" ~ 1 .. 2 | \"c\"{2} | \"d\"{,2} \"e\" | \"f\"{2,}¦aaa,bb,cc,e,ff¦aa",
        "start: INT WS I⏎%import common (INT, WS)⏎%import common.SIGNED_INT -> I¦12 -3¦12",
        "start: \"a\"⏎  | \"b\"⏎⏎# comment⏎  | \"c\" // end¦a,b,c¦d",
        "start: (\"a\"⏎ | \"b\"⏎)¦a,b¦c",
        "%llguidance {}⏎start: a-b⏎a-b: \"x\"¦x¦y",
        "start: a⏎a[capture]: \"x\" b⏎b: \"y\" | a¦xy,xxy¦y",
        "start: a \"x\"⏎a[lazy]: (B | C)+⏎B: \"b\"⏎C: \"c\"¦bx,cx¦bcx",
        "start: %json {\"type\": \"integer\"} \"x\"¦12x¦1",
        "start: \"a\" %json {\"type\":\"integer\"} \"b\"⏎%ignore \" \"¦a1b,a1 b,a 1 b¦a 1",
        "start: %json {\"const\":\"a\"} | \"\\\"a\"¦\"a\",\"a¦a",
        "start: %regex { \"substring_words\": \"foo bar. baz\" } \"!\"¦foo bar!,bar!,!,. baz!¦ba!",
        "start: %regex {\"substring_chars\":\"abcd\"} \"x\"¦bcx,x¦acx",
        "start: %regex {\"substring_chunks\":[\"abc\",\"de\",\"fg\"]} \"x\"¦defgx,abcx¦abx",
        "start: e⏎e: e \"+\" t | t⏎t: \"(\" e \")\" | /[0-9]+/⏎%ignore /[ ]+/¦1 + (2+ 3),12¦1+",
      })
  void readsTextsAsLlguidanceDoes(String source, String accepted, String refused) {
    CompiledConstraint compiled = compile(source);
    for (String text : accepted.split(",", -1)) {
      assertThat(compiled.check(text).verdict()).as(text).isEqualTo(Verdict.ACCEPTED);
    }
    assertThat(compiled.check(refused.replace('⏎', '\n')).accepted()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      value = {
        "x: \"a\"¦1¦7¦no rule 'start'",
        "start: x¦1¦8¦'x' is not defined",
        "start: \"a⏎\"¦1¦8¦without its partner",
        "start: /a¦1¦8¦without its partner",
        "start: /a(/¦1¦10¦without ')'",
        "start: A⏎A: \"a\" | A \"b\"¦2¦10¦refers to itself",
        "start: A⏎A: b⏎b: \"c\"¦2¦4¦cannot refer to the rule",
        "start: x⏎x: \"a\"⏎x: \"b\"¦3¦1¦defined twice",
        "start: 'a'¦1¦8¦double quotes",
        "start: (\"a\"¦1¦12¦expected ')'",
        "start \"a\"¦1¦7¦expected ':'",
        "start: \"a\" & \"b\"¦1¦8¦for terminals",
        "start: A⏎A.2: \"a\"¦2¦2¦priorities are not supported",
        "start: a{\"x\"}⏎a: \"b\"¦1¦8¦templates",
        "start: \"a\"{3,2}¦1¦8¦wrong order",
        "start: \"a\"+*¦1¦12¦into a group",
        "start: \"a\" @foo¦1¦12¦no other grammars",
        "%declare A⏎start: A¦1¦1¦%declare",
        "%override start: \"a\"¦1¦1¦not supported",
        "start: X⏎%import common.X¦2¦16¦it has DIGIT",
        "start: X⏎%import .foo.X¦2¦9¦only 'common'",
        "start: a⏎a[stop=\"\"]: /.*/¦2¦3¦end of the whole text",
        "start: a⏎a[stop=\"x\", suffix=\"y\"]: /.*/¦2¦13¦is enough",
        "start: a⏎a[max_tokens=0]: /.*/¦2¦3¦at least 1",
        "start: a⏎a[temperature=0.5]: /.*/¦2¦3¦sampler",
        "start: a⏎a[foo]: /.*/¦2¦3¦unknown attribute",
        "start: aB⏎aB: \"x\"¦1¦8¦lower case",
        "start: \"b\"..\"a\"¦1¦8¦wrong order",
        "start: \"\\q\"¦1¦9¦unknown escape",
        "start: /[a-z&&[^b]]/¦1¦13¦means different things",
        "start: /[a[b]]/¦1¦11¦classes inside classes",
        "start: A⏎A: <|tool|>¦2¦4¦a terminal cannot contain tokens",
        "start: <[9-3]>¦1¦8¦wrong order",
        "%llguidance {\"skip_repetition\": \"once\"}⏎start: \"a\"¦1¦13¦skip_repetition",
        "%llguidance {¦1¦13¦that ends",
        "start: \"a\" )¦1¦12¦expected an element",
        "start: %regex {\"type\":\"number\"}¦1¦15¦substring_words",
        "start: A⏎A: %regex {\"substring_chars\":\"a\"}¦2¦4¦use it in a rule",
        "start: %json {\"type\": }¦1¦23¦expected a JSON value",
      })
  void namesThePlaceOfAnError(String source, int line, int column, String detail) {
    assertThatThrownBy(() -> Grammar.lark(source.replace('⏎', '\n')))
        .isInstanceOfSatisfying(
            GrammarSyntaxException.class,
            e -> {
              assertThat(e).hasMessageContaining(detail);
              assertThat(e.line()).as("%s", e).isEqualTo(line);
              assertThat(e.column()).as("%s", e).isEqualTo(column);
            });
  }

  private static int[] allowed(CompiledConstraint.State state) {
    TokenMask mask = new TokenMask(BYTES.size());
    state.fillMask(mask);
    int[] ids = Arrays.copyOf(mask.ids(), mask.cardinality());
    Arrays.sort(ids);
    return ids;
  }

  @Test
  void tokensComeByNameAndNumber() {
    CompiledConstraint c = compile("start: /[a-z]+/ | <|tool|> \"x\" <[65-67,258]>");
    CompiledConstraint.State start = c.start();
    assertThat(start.allows(256)).isTrue();
    assertThat(start.allows(257)).isFalse();
    CompiledConstraint.State tool = start.advance(256);
    assertThat(allowed(tool)).containsExactly('x');
    assertThat(new String(tool.forced().bytes(), StandardCharsets.UTF_8)).isEqualTo("x");
    CompiledConstraint.State x = tool.advance('x');
    assertThat(allowed(x)).containsExactly(65, 66, 67, 258);
    assertThat(x.mayEnd()).isFalse();
    assertThat(x.forced().isEmpty()).isTrue();
    assertThat(x.advance(66).mayEnd()).isTrue();
    assertThat(allowed(x.advance(258))).isEmpty();
    assertThat(c.check("x<think>").verdict()).isEqualTo(Verdict.REFUSED);
  }

  @Test
  void aTokenEndsTheTerminalBeforeIt() {
    CompiledConstraint c = compile("start: /(.|\\n)*/ <|tool|> \"y\"");
    CompiledConstraint.State state = c.start().advance('q').advance('r');
    assertThat(state.allows(256)).isTrue();
    assertThat(state.advance(256).advance('y').mayEnd()).isTrue();
    assertThat(allowed(c.start())).contains(256, 'a');
  }

  @Test
  void allOthersAreTextAndSpecialTokensButNeverAnEnd() {
    CompiledConstraint.State start = compile("start: <[^65]>+ \"!\"").start();
    assertThat(start.allows(65)).isFalse();
    assertThat(start.allows(66)).isTrue();
    assertThat(start.allows(256)).isTrue();
    assertThat(start.allows(257)).isFalse();
    assertThat(start.allows(259)).isFalse();
    assertThat(compile("start: <[*]>").start().allows(65)).isTrue();
  }

  @Test
  void anEndThatTheGrammarNamesIsTheEnd() {
    CompiledConstraint c = compile("start: <|tool|> \"a\" <|end|> | \"b\" | x \"c\"⏎x: <|end|>");
    CompiledConstraint.State a = c.start().advance(256).advance('a');
    assertThat(a.mayEnd()).isTrue();
    assertThat(allowed(a)).isEmpty();
    assertThat(allowed(c.start())).containsExactly('b', 256);
    assertThatThrownBy(() -> compile("start: <|end|> \"c\"")).isInstanceOf(EspalierException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"start: \"a\" <|foo|>", "start: \"a\" <[259]>", "start: \"a\" <[300]>"})
  void tokensThatTheVocabularyLacksAreNamed(String source) {
    assertThatThrownBy(() -> compile(source))
        .hasMessageContaining("line 1, column 12")
        .hasMessageContaining("the vocabulary has no token");
  }

  @Test
  void warnsWhereATextMayGetStuck() {
    assertThat(compile("start: e⏎e: ID | e \"+\" ID⏎ID: /[a-z]+/⏎%ignore / /").warnings())
        .isEmpty();
    assertThat(compile("start: \"int\" ID⏎ID: /[a-z]+/").warnings()).isEmpty();
    assertThat(compile("start: ID (\"x\" | \";\")⏎ID: /[a-z]+/").warnings())
        .singleElement()
        .asString()
        .contains("after ID", "\"x\" has to follow");
    assertThatThrownBy(() -> compile("start: ID \"x\"⏎ID: /[a-z]+/"))
        .hasMessageContaining("no text of the grammar can be finished")
        .hasMessageContaining("after ID");
  }

  @Test
  void aTextThatCouldOnlyGetStuckIsRefused() {
    CompiledConstraint c = compile("start: \"(\" ID \")\" | \"[\" ID \"x\"⏎ID: /[a-z]+/");
    assertThat(c.warnings()).isNotEmpty();
    assertThat(c.start().step((byte) '[')).isNull();
    assertThat(allowed(c.start())).containsExactly('(');
  }

  @Test
  void saysWhatIsExpectedInTheGrammarsNames() {
    CompiledConstraint.Check check =
        compile("start: \"x\" (NUM | word)⏎NUM: /[0-9]+/⏎word: /[a-z]+/").check("x-");
    assertThat(check.offset()).isEqualTo(1);
    assertThat(check.expected()).contains("NUM", "/[a-z]+/");
  }

  @Test
  void aBadSchemaIsFoundInTheGrammarsText() {
    String grammar =
        """
        start: "x" pair
        pair: "=" %json {
          "type": "object",
          "properties": {"a": {"type": "strin"}}
        }
        """;
    Throwable thrown = catchThrowable(() -> Grammar.lark(grammar).compile(BYTES));
    assertThat(thrown)
        .isInstanceOf(GrammarSyntaxException.class)
        .hasMessageStartingWith(
            "line 4, column 32 (at '\"strin\"}}'): schema at #/properties/a, type")
        .hasCauseInstanceOf(SchemaException.class);
    assertThatThrownBy(
            () -> Grammar.lark("start: %json {\"allOf\": [true, {\"enum\": []}]}").compile(BYTES))
        .hasMessageStartingWith("line 1, column ")
        .hasMessageContaining("schema at #");
    assertThatThrownBy(() -> Grammar.lark("start: \"x\"\n  | %json {\"a\": tru}"))
        .hasMessageStartingWith("line 2, column 1")
        .hasMessageContaining("expected a JSON value");
  }
}
