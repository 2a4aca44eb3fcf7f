package dev.espalier.grammar;

import static dev.espalier.grammar.Grammar.jsonSchema;
import static dev.espalier.grammar.Grammar.literal;
import static dev.espalier.grammar.Grammar.optional;
import static dev.espalier.grammar.Grammar.or;
import static dev.espalier.grammar.Grammar.permutation;
import static dev.espalier.grammar.Grammar.ref;
import static dev.espalier.grammar.Grammar.regex;
import static dev.espalier.grammar.Grammar.repeat;
import static dev.espalier.grammar.Grammar.separatedBy;
import static dev.espalier.grammar.Grammar.seq;
import static dev.espalier.grammar.Grammar.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CompiledConstraint;
import dev.espalier.EspalierException;
import dev.espalier.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrammarPartsTest {
  /** Every byte, two of them together, and a special token. */
  private static final Vocabulary BYTES = bytes();

  private static Vocabulary bytes() {
    Vocabulary.Builder b = Vocabulary.builder(260);
    for (int i = 0; i < 256; i++) {
      b.text(i, new byte[] {(byte) i});
    }
    return b.special(256, "<|tool|>").text(257, "ab").special(258, "<|end|>").end(258).build();
  }

  private static boolean accepts(Grammar grammar, String text) {
    return grammar.compile(BYTES).check(text).accepted();
  }

  private static Map<String, List<String>> captures(Grammar grammar, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int[] tokens = new int[utf8.length];
    for (int i = 0; i < utf8.length; i++) {
      tokens[i] = utf8[i] & 0xFF;
    }
    return grammar.compile(BYTES).captures(tokens);
  }

  @Test
  void partsMakeGrammars() {
    Grammar number = regex("-?[0-9]+");
    Grammar list = seq(literal("["), optional(separatedBy(number, literal(", "))), literal("]"));
    assertThat(accepts(list, "[]")).isTrue();
    assertThat(accepts(list, "[1, -22, 3]")).isTrue();
    assertThat(accepts(list, "[1,2]")).isFalse();
    Grammar few = separatedBy(number, literal(","), 2, 3);
    assertThat(accepts(few, "1")).isFalse();
    assertThat(accepts(few, "1,2,3")).isTrue();
    assertThat(accepts(few, "1,2,3,4")).isFalse();
    assertThat(accepts(separatedBy(number, literal(","), 0, 1), "")).isTrue();
    assertThat(accepts(repeat(or(literal("a"), literal("bc")), 2, 2), "bca")).isTrue();
    assertThat(accepts(repeat(literal("é")), "ééé")).isTrue();
    assertThat(accepts(seq(), "")).isTrue();
  }

  @Test
  void rulesReferToThemselvesAndOneAnother() {
    Grammar value = or(regex("[0-9]+"), seq(literal("("), ref("sum"), literal(")")));
    Grammar sum =
        ref("sum").where("sum", separatedBy(ref("value"), literal("+"))).where("value", value);
    assertThat(accepts(sum, "1+(2+3)+((4))")).isTrue();
    assertThat(accepts(sum, "1+(2+3")).isFalse();
    assertThatThrownBy(() -> seq(ref("x"), literal("a")).compile(BYTES))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("'x' is not defined");
  }

  @Test
  void rulesOfDifferentGrammarsAreApart() {
    Grammar a = Grammar.gbnf("root ::= x root?\nx ::= \"a\"");
    Grammar b = Grammar.gbnf("root ::= x \"!\"\nx ::= \"b\" x?");
    Grammar all = seq(a, b, or(ref("x"), a)).where("x", seq(literal("c"), b));
    assertThat(accepts(all, "aabb!cbbb!")).isTrue();
    assertThat(accepts(all, "ab!aa")).isTrue();
    assertThat(accepts(all, "ab!b")).isFalse();
    assertThat(accepts(all, "ba!cb!")).isFalse();
  }

  @Test
  void permutationsTakeEveryPartOnceInAnyOrder() {
    Grammar three =
        permutation(
            literal(" "), List.of(literal("a"), regex("b+"), Grammar.gbnf("root ::= \"c\" root?")));
    for (String text : List.of("a bb c", "cc a b", "b cc a", "c b a")) {
      assertThat(accepts(three, text)).as(text).isTrue();
    }
    for (String text : List.of("a b", "a b c a", "a a c", "abc")) {
      assertThat(accepts(three, text)).as(text).isFalse();
    }
    assertThat(accepts(permutation(literal("x"), literal("y")), "yx")).isTrue();
    Grammar[] many = new Grammar[12];
    StringBuilder backwards = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      many[i] = literal((char) ('a' + i) + "0");
      backwards.insert(0, (char) ('a' + i) + "0");
    }
    assertThat(accepts(permutation(many), backwards.toString())).isTrue();
    assertThat(accepts(permutation(many), backwards.substring(2) + "a0")).isFalse();
    assertThatThrownBy(() -> permutation(new Grammar[0]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void constraintsAndTokensArePartsToo() {
    Grammar call =
        seq(
            token("<|tool|>"),
            regex("[a-z]+").capture("tool"),
            jsonSchema(JsonSchema.of("{\"type\": \"object\"}")).capture("arguments"));
    CompiledConstraint c = call.compile(BYTES);
    CompiledConstraint.State state = c.start();
    List<Integer> tokens = new ArrayList<>(List.of(256));
    "go{\"a\":[1,{}]}".chars().forEach(tokens::add);
    for (int t : tokens) {
      state = state.advance(t);
    }
    assertThat(state.mayEnd()).isTrue();
    assertThat(c.captures(tokens.stream().mapToInt(i -> i).toArray()))
        .containsEntry("tool", List.of("go"))
        .containsEntry("arguments", List.of("{\"a\":[1,{}]}"));
    Grammar lark = Grammar.lark("start: ID+\nID: /[a-z]+/\n%ignore / +/");
    assertThat(accepts(seq(literal("<"), lark, literal(">")), "<a b  c>")).isTrue();
    assertThat(accepts(seq(literal("<"), lark, literal(">")), "< a>")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      value = {
        "start: item (\",\" item)*⏎item[capture]: /[a-z]+/¦a,bc,d¦{item=[a, bc, d]}",
        "start: e⏎e: e \"+\" n | n⏎n[capture=\"x\"]: N⏎N: /[0-9]+/⏎%ignore / +/¦1 +  22+3¦{x=[1, 22, 3]}",
        "start: a \"!\"⏎a[capture, suffix=\"<end>\"]: /.*/¦foo<end>!¦{a=[foo]}",
        "start: a⏎a[capture=\"t\", suffix=/[;,]/, stop_capture=\"s\"]: /[a-z]*/¦ab,¦{t=[ab], s=[,]}",
        "start: a⏎a[capture, lazy]: /[a-z]+;/¦ab;¦{a=[ab;]}",
        "start: pair+⏎pair[capture]: key \":\" value \";\"⏎key[capture]: W⏎value[capture]: W⏎W: /[a-z]+/⏎%ignore \" \"¦a : b ;c:d;¦{pair=[a : b ;, c:d;], key=[a, c], value=[b, d]}",
        "start: [a] b⏎a[capture]: \"x\"⏎b[capture]: \"y\"?¦x¦{a=[x], b=[]}",
      })
  void capturesComeByName(String source, String text, String expected) {
    Grammar grammar = Grammar.lark(source.replace('⏎', '\n'));
    assertThat(captures(grammar, text)).hasToString(expected);
    assertThat(captures(grammar, "(NEVER")).isEmpty();
  }

  @Test
  void earlierPartsTakeAsMuchAsTheyCan() {
    Grammar g = seq(regex("a*").capture("x"), regex("[ab]*").capture("y"));
    assertThat(captures(g, "aaba")).hasToString("{x=[aa], y=[ba]}");
    Grammar first =
        or(literal("ab").capture("one"), seq(literal("a"), literal("b")).capture("two"));
    assertThat(captures(first, "ab")).hasToString("{one=[ab]}");
    Grammar many = repeat(or(literal("a"), literal("aa")).capture("p"));
    assertThat(captures(many, "aaa")).hasToString("{p=[aa, a]}");
    Grammar back = seq(regex("a+").capture("x"), literal("ab"));
    assertThat(captures(back, "aaab")).hasToString("{x=[aa]}");
  }

  @Test
  void capturesOfRandomAmbiguousGrammarsPartitionTheText() {
    for (int seed = 0; seed < 200; seed++) {
      Random r = new Random(seed);
      Grammar piece = or(literal("a"), literal("ab"), literal("b"), literal("ba"));
      Grammar g =
          switch (r.nextInt(3)) {
            case 0 -> repeat(piece.capture("p"), 1, 50);
            case 1 ->
                ref("s").where("s", or(piece.capture("p"), seq(ref("s"), piece.capture("p"))));
            default -> ref("s").where("s", or(piece.capture("p"), seq(ref("s"), ref("s"))));
          };
      StringBuilder text = new StringBuilder();
      for (int i = 1 + r.nextInt(12); i > 0; i--) {
        text.append(r.nextBoolean() ? "a" : "b");
      }
      Map<String, List<String>> found = captures(g, text.toString());
      assertThat(String.join("", found.getOrDefault("p", List.of())))
          .as("seed %d", seed)
          .isEqualTo(text.toString());
      assertThat(found.get("p")).isSubsetOf("a", "ab", "b", "ba");
    }
  }

  @Test
  void longTextsAreCapturedInTime() {
    Grammar json = Grammar.gbnf(GrammarTest.JSON);
    StringBuilder text = new StringBuilder("[");
    for (int i = 0; i < 400; i++) {
      text.append(i > 0 ? "," : "").append("{\"k\":").append(i).append("}");
    }
    text.append("]");
    Grammar g = seq(json.capture("all"), literal("."));
    long start = System.nanoTime();
    assertThat(captures(g, text + ".")).containsEntry("all", List.of(text.toString()));
    assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
  }
}
