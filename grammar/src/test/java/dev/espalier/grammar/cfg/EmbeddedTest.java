package dev.espalier.grammar.cfg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CompiledConstraint;
import dev.espalier.Constraint;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.JsonSchema;
import dev.espalier.grammar.Regex;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.token.Vocabularies;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A constraint inside a grammar is read as it reads itself, and masks hold across its borders. */
class EmbeddedTest {
  private static final Vocabulary VOCABULARY =
      Vocabularies.random(
          new Random(5),
          1500,
          "{\"a\":12,\"b\":\"x\"}",
          "<c>{\"a\":1}</c>",
          "12.5e3;7",
          "[1,\"]\"]",
          "abcxyz",
          "\"\"}}>;");

  private static Constraint schema(String text) {
    return JsonSchema.of(text);
  }

  private static final String OBJECT =
      """
      {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
       "additionalProperties": {"type": "number"}}""";

  private static Syntax literal(String s) {
    return new Syntax.Regular(Expr.literal(s), s);
  }

  /** An item in angle brackets, any number of them, separated by semicolons. */
  private static Rules list(Constraint item, boolean lexer) {
    Map<String, Syntax> rules = new LinkedHashMap<>();
    Syntax one =
        new Syntax.Sequence(
            List.of(literal("<c>"), new Syntax.Embedded(item, "item"), literal("</c>")));
    Syntax bare = new Syntax.Embedded(item, "item");
    rules.put("one", new Syntax.Either(List.of(one, bare)));
    Syntax more = new Syntax.Sequence(List.of(literal(";"), new Syntax.Reference("root")));
    rules.put(
        "root",
        new Syntax.Sequence(List.of(new Syntax.Reference("one"), new Syntax.Repeat(more, 0, 1))));
    return new Rules(rules, "root", lexer ? Expr.NONE : null);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      value = {
        "<c>{\"a\":1}</c>¦ACCEPTED",
        "{\"a\":1};<c>{}</c>;{\"b\":\"};\"}¦ACCEPTED",
        "{\"a\":1};¦ACCEPTED_SO_FAR",
        "<c>{\"a\":1.5}</c>¦REFUSED",
        "{\"a\":1}}¦REFUSED",
        "{\"q\":1,\"q\":2}¦REFUSED",
      })
  void readsSchemasInsideRules(String text, CompiledConstraint.Check.Verdict verdict) {
    for (boolean lexer : new boolean[] {false, true}) {
      CompiledConstraint c = CompiledGrammar.of(list(schema(OBJECT), lexer), VOCABULARY);
      assertThat(c.check(text).verdict()).isEqualTo(verdict);
    }
  }

  @Test
  void masksEqualBruteForceAcrossTheBorders() {
    List<Constraint> items =
        List.of(
            schema(OBJECT),
            schema("{\"type\": \"string\", \"maxLength\": 4}"),
            schema("{\"type\": [\"number\", \"null\"]}"),
            schema("{\"type\": [\"number\", \"string\", \"object\"]}"),
            schema("{\"type\": \"array\", \"items\": {\"type\": [\"integer\", \"string\"]}}"),
            Regex.of("[abc]+x?"));
    int beyond = 0;
    for (int k = 0; k < items.size(); k++) {
      for (boolean lexer : new boolean[] {false, true}) {
        CompiledConstraint c = CompiledGrammar.of(list(items.get(k), lexer), VOCABULARY);
        for (int seed = 0; seed < 6; seed++) {
          beyond += walk(c, new Random(seed), k + (lexer ? " with a lexer" : ""));
        }
      }
    }
    assertThat(beyond).isGreaterThan(30);
  }

  // Counts the tokens that crossed a border.
  private static int walk(CompiledConstraint c, Random r, String what) {
    CompiledConstraint.State state = c.start();
    int crossed = 0;
    for (int k = 0; k < 25 && state != null; k++) {
      TokenMask mask = new TokenMask(VOCABULARY.size());
      state.fillMask(mask);
      int chosen = -1;
      int seen = 0;
      for (int id = 0; id < VOCABULARY.size(); id++) {
        boolean expected = VOCABULARY.isText(id) && bytes(state, id) != null;
        if (mask.contains(id) != expected) {
          assertThat(mask.contains(id))
              .as("item %s, step %d, token %s", what, k, VOCABULARY.describe(id))
              .isEqualTo(expected);
        }
        if (expected) {
          String text = VOCABULARY.decode(id);
          // Half of the time a token that goes over a border, if there is one.
          boolean border = text.length() > 1 && (text.indexOf(';') >= 0 || text.contains("</"));
          crossed += border ? 1 : 0;
          int weight = border ? 40 : 1;
          seen += weight;
          chosen = r.nextInt(seen) < weight ? id : chosen;
        }
      }
      assertThat(chosen >= 0 || state.mayEnd()).isTrue();
      byte[] forced = state.forced().bytes();
      if (chosen >= 0 && forced.length > 0) {
        assertThat(VOCABULARY.byteAt(chosen, 0)).isEqualTo(forced[0]);
      }
      state = chosen < 0 ? null : state.advance(chosen);
    }
    return crossed;
  }

  private static CompiledConstraint.State bytes(CompiledConstraint.State state, int id) {
    CompiledConstraint.State s = state;
    for (int i = 0; i < VOCABULARY.byteLength(id) && s != null; i++) {
      s = s.step(VOCABULARY.byteAt(id, i));
    }
    return s;
  }

  @Test
  void aNumberMayEndWhereTheGrammarGoesOnWithADigit() {
    Map<String, Syntax> rules = new LinkedHashMap<>();
    rules.put(
        "root",
        new Syntax.Sequence(
            List.of(new Syntax.Embedded(schema("{\"type\":\"integer\"}"), "n"), literal("7"))));
    CompiledConstraint c = CompiledGrammar.of(Rules.ofCharacters(rules, "root"), VOCABULARY);
    assertThat(c.check("127").accepted()).isTrue();
    assertThat(c.check("77").accepted()).isTrue();
    assertThat(c.check("7").accepted()).isFalse();
    CompiledGrammar lexed =
        CompiledGrammar.of(new Rules(with(rules), "root", Expr.NONE), VOCABULARY);
    assertThat(lexed.warnings()).isNotEmpty();
  }

  private static Map<String, Syntax> with(Map<String, Syntax> rules) {
    Map<String, Syntax> more = new LinkedHashMap<>(rules);
    more.put("other", rules.get("root"));
    more.put("root", new Syntax.Either(List.of(new Syntax.Reference("other"), literal("x"))));
    return more;
  }
}
