package dev.espalier.grammar.lark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CompiledConstraint;
import dev.espalier.EspalierException;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.Grammar;
import dev.espalier.grammar.NearestEnd;
import dev.espalier.grammar.token.Vocabularies;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LarkCompletionTest {
  private static final Vocabulary BYTES =
      Vocabularies.random(new Random(1), 300, "true", "END", "ab(");

  @Test
  void noWayToAnEndIsShorterAndOneIsAlwaysFound() {
    int open = 0;
    int dead = 0; // which nobody could tell
    for (int seed = 0; seed < 600; seed++) {
      Random r = new Random(seed);
      RandomLark grammar = new RandomLark(r);
      CompiledConstraint compiled;
      try {
        compiled = Grammar.lark(grammar.text()).compile(LexingTest.LETTERS);
      } catch (EspalierException e) {
        continue; // derives nothing
      }
      CompiledConstraint.State state = compiled.start();
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 8 && state != null; i++) {
        String what = "seed " + seed + ", after " + text + "\n" + grammar.text();
        if (NearestEnd.of(state, 1_000) < 0 && state.completion() == null) {
          assertThat(compiled.warnings()).as("dead, and nobody said so: " + what).isNotEmpty();
          dead++;
          break;
        }
        int found = NearestEnd.exact(state, 1_000, what).length();
        open += found > 1 ? 1 : 0;
        char c = (char) ('a' + r.nextInt(3));
        for (int tries = 0; tries < 2 && state.step((byte) c) == null; tries++) {
          c = (char) ('a' + r.nextInt(3));
        }
        text.append(c);
        state = state.step((byte) c);
      }
    }
    assertThat(open).isGreaterThan(200);
    assertThat(dead).isLessThan(20);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      value = {
        // what is read greedily; two names need a space between them
        "start: \"let\" NAME NAME \"=\" N⏎NAME: /[a-z]+/⏎N: /[0-9]+/⏎%ignore / /¦let x¦` a=0`",
        "start: (NAME \"(\" start \")\" | N)⏎NAME: /[a-z]+/⏎N: /[0-9]+/¦f(g(¦0))",
        "start: NAME{20}⏎NAME: /[a-z]+/⏎%ignore /[ ]+/¦a b c¦` a a a a a a a a a a a a a a a a a`",
        // a lazy terminal, and one with a stop
        "start: t \"!\"⏎t[lazy]: /[a-z]+;/¦ab¦;!",
        "start: t \"!\"⏎t[stop=\"</t>\"]: /(.|\\n)*/¦ab<¦/t>!",
        // the shortest text of what follows goes on with what is being read
        "start: A B⏎A: /a+/⏎B: /aa?|bcd/¦a¦bcd",
        "start: (A | \"aab\") \"b\"⏎A: /a+/¦a¦b",
        // what seems nearest is far: only after thirty letters does another one follow them
        "start: A (\"a\" | \"bcd\")⏎A: /a{1,30}/¦``¦abcd",
      })
  void takesTheLexerIntoAccount(String grammar, String text, String expected) {
    CompiledConstraint.State state =
        after(Grammar.lark(grammar.replace('⏎', '\n')).compile(BYTES), text);
    assertThat(NearestEnd.exact(state, 10_000, grammar)).isEqualTo(expected);
  }

  @Test
  void deepNestingInTheLexersWayIsClosed() {
    CompiledConstraint.State state =
        Grammar.lark("start: \"(\" start \")\" | NAME NAME\nNAME: /[a-z]+/\n%ignore / /")
            .compile(BYTES)
            .start();
    for (int i = 0; i < 10_000; i++) {
      state = state.step((byte) '(');
    }
    assertThat(NearestEnd.checked(state, "deep")).isEqualTo("a a" + ")".repeat(10_000));
  }

  // Whether some tokens of exactly these bytes lead to an end.
  private static boolean canBeSpelled(
      CompiledConstraint.State from, byte[] bytes, int at, Vocabulary vocabulary) {
    if (at == bytes.length) {
      return from.mayEnd();
    }
    for (int id = 0; id < vocabulary.size(); id++) {
      int end = at + vocabulary.byteLength(id);
      if (vocabulary.isText(id)
          && end > at
          && end <= bytes.length
          && Arrays.equals(vocabulary.bytes(id), Arrays.copyOfRange(bytes, at, end))) {
        CompiledConstraint.State next = from.advance(id);
        if (next != null && canBeSpelled(next, bytes, end, vocabulary)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean someTokensEnd(CompiledConstraint.State from, Vocabulary vocabulary) {
    Set<CompiledConstraint.State> seen = new HashSet<>(Set.of(from));
    ArrayDeque<CompiledConstraint.State> todo = new ArrayDeque<>(seen);
    while (!todo.isEmpty() && seen.size() < 300) {
      CompiledConstraint.State at = todo.remove();
      if (at.mayEnd()) {
        return true;
      }
      for (int id = 0; id < vocabulary.size(); id++) {
        CompiledConstraint.State next = at.advance(id);
        if (next != null && seen.add(next)) {
          todo.add(next);
        }
      }
    }
    return false;
  }

  @Test
  void aTerminalThatCountsTokensIsEndedInTheTokensThatAreLeft() {
    int ended = 0;
    int lost = 0;
    for (int seed = 0; seed < 120; seed++) {
      Random r = new Random(seed);
      RandomLark grammar = new RandomLark(r, 2);
      CompiledConstraint.State state;
      try {
        state = Grammar.lark(grammar.text()).compile(LimitedTest.LETTERS).start();
      } catch (EspalierException e) {
        continue; // derives nothing
      }
      for (int i = 0; i < 5 && state != null; i++) {
        String what = "seed " + seed + ", step " + i + "\n" + grammar.text();
        byte[] bytes = state.completion();
        if (bytes != null) {
          assertThat(canBeSpelled(state, bytes, 0, LimitedTest.LETTERS)).as(what).isTrue();
          ended++;
        } else {
          assertThat(someTokensEnd(state, LimitedTest.LETTERS)).as(what).isFalse();
          lost++;
        }
        CompiledConstraint.State next = null;
        for (int tries = 0; tries < 20 && next == null; tries++) {
          next = state.advance(r.nextInt(LimitedTest.LETTERS.size() - 2));
        }
        state = next;
      }
    }
    assertThat(ended).isGreaterThan(200);
    assertThat(lost).isLessThan(20);
  }

  @Test
  void whatIsWrittenNeedsNoMoreTokensThanThereAre() {
    Vocabulary few = Vocabulary.builder(4).text(0, "a").text(1, "cccc").text(2, "e").end(3).build();
    CompiledConstraint.State state =
        Grammar.lark("start: t \"e\"\nt[max_tokens=1]: /aaa|cccc/").compile(few).start();
    byte[] bytes = state.completion(); // in fewer bytes, not in fewer tokens: aaae
    assertThat(canBeSpelled(state, bytes, 0, few)).isTrue();
    assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo("cccce");
  }

  @Test
  void theEndOfATextIsTheEndOfAToken() {
    Vocabulary noB = Vocabulary.builder(4).text(0, "a").text(1, "bc").text(2, "c").end(3).build();
    CompiledConstraint.State state =
        Grammar.lark("start: t (\"b\" | \"bc\")\nt[max_tokens=2]: /a/").compile(noB).start();
    assertThat(new String(state.completion(), StandardCharsets.UTF_8)).isEqualTo("abc");
  }

  @Test
  void aTextThatOnlyItsLimitEndsIsFilledUp() {
    CompiledConstraint.State state =
        Grammar.lark("start: t \"END\"\nt[max_tokens=5]: /(.|\\n)*/").compile(BYTES).start();
    state = state.advance('x').advance('y');
    byte[] bytes = state.completion();
    assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo("aaaEND");
    assertThat(canBeSpelled(state, bytes, 0, BYTES)).isTrue();
  }

  @Test
  void aTokenOfTheVocabularyIsMadeOfNoBytes() {
    CompiledConstraint c =
        Grammar.lark("start: \"a\" <[300]> | \"b\" (<[300]> | \"ccc\")").compile(BYTES);
    assertThat(c.start().step((byte) 'a').completion()).isNull();
    assertThat(NearestEnd.checked(c.start(), "b")).isEqualTo("bccc");
  }

  @Test
  void schemasAndGrammarsInsideAreEndedToo() {
    CompiledConstraint json =
        Grammar.lark(
                """
                start: "f" "(" args ")" ";"
                args: %json {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}
                """)
            .compile(BYTES);
    assertThat(NearestEnd.exact(after(json, "f("), 10_000, "args")).isEqualTo("{\"a\":0});");
    assertThat(NearestEnd.exact(after(json, "f({\"a\":-"), 10_000, "a")).isEqualTo("9});");
    assertThat(NearestEnd.exact(after(json, "f({\"a\":1})"), 10_000, "end")).isEqualTo(";");

    Grammar names = Grammar.lark("start: NAME NAME\nNAME: /[a-z]+/\n%ignore / /");
    CompiledConstraint twice = Grammar.seq(names, Grammar.literal("abc"), names).compile(BYTES);
    assertThat(NearestEnd.exact(after(twice, "x"), 10_000, "x")).isEqualTo(" aabca a");
    assertThat(NearestEnd.exact(after(twice, "x yab"), 10_000, "x yab")).isEqualTo("ca a");

    Grammar thought = Grammar.lark("start: t \"END\"\nt[max_tokens=3]: /(.|\\n)*/");
    CompiledConstraint.State thinking =
        Grammar.seq(Grammar.literal("x"), thought, Grammar.literal("y")).compile(BYTES).start();
    thinking = thinking.advance('x').advance('x');
    byte[] bytes = thinking.completion();
    assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo("aaENDy");
    assertThat(canBeSpelled(thinking, bytes, 0, BYTES)).isTrue();
  }

  private static CompiledConstraint.State after(CompiledConstraint constraint, String text) {
    CompiledConstraint.State state = constraint.start();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      state = state.step(b);
    }
    return state;
  }
}
