package dev.espalier.grammar.lark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CompiledConstraint;
import dev.espalier.EspalierException;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.Grammar;
import dev.espalier.grammar.token.Vocabularies;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Terminals with a stop, and of so many tokens at most. */
class LimitedTest {
  private static final List<String> WORDS = Vocabularies.texts(3, "abc");
  static final Vocabulary LETTERS = Vocabularies.ofTexts(WORDS);

  private static boolean[] mask(CompiledConstraint.State state) {
    TokenMask mask = new TokenMask(LETTERS.size());
    state.fillMask(mask);
    boolean[] out = new boolean[WORDS.size()];
    for (int id = 0; id < out.length; id++) {
      out[id] = mask.contains(id);
      assertThat(out[id]).isEqualTo(state.allows(id));
    }
    return out;
  }

  @Test
  void limitsOfRandomGrammarsAgreeWithTheSlowLexer() {
    int allowed = 0;
    int refused = 0;
    int none = 0;
    int warned = 0;
    int open = 0;
    for (int seed = 0; seed < 500; seed++) {
      Random r = new Random(seed);
      RandomLark grammar = new RandomLark(r, 2);
      LexingOracle oracle = new LexingOracle(grammar, WORDS);
      CompiledConstraint compiled;
      try {
        compiled = Grammar.lark(grammar.text()).compile(LETTERS);
      } catch (EspalierException e) {
        none++;
        continue;
      }
      warned += compiled.warnings().isEmpty() ? 0 : 1;
      for (int k = 0; k < 4; k++) {
        CompiledConstraint.State state = compiled.start();
        LexingOracle.Place place = oracle.start();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 5 && state != null; i++) {
          boolean[] mask = mask(state);
          int n = 0;
          for (int id = 0; id < mask.length; id++) {
            n += mask[id] ? 1 : 0;
            if (id % 7 != r.nextInt(7)) {
              continue;
            }
            LexingOracle.Place to = oracle.step(place, WORDS.get(id));
            String what =
                "seed " + seed + ", " + text + " then " + WORDS.get(id) + "\n" + grammar.text();
            if (mask[id]) {
              assertThat(to).as(what).isNotNull();
              if (state.advance(id).mayEnd() != oracle.mayEnd(to)) {
                assertThat(state.advance(id).mayEnd()).as(what).isEqualTo(oracle.mayEnd(to));
              }
              allowed++;
            } else if (to != null && oracle.canEndWith(to, 2)) {
              assertThat(compiled.warnings()).as(what).isNotEmpty();
              open++;
            } else {
              refused++;
            }
          }
          assertThat(n > 0 || state.mayEnd())
              .as("a dead end: " + text + "\n" + grammar.text())
              .isTrue();
          if (n == 0) {
            break;
          }
          int id = r.nextInt(mask.length);
          while (!mask[id]) {
            id = (id + 1) % mask.length;
          }
          text.append(WORDS.get(id)).append(' ');
          state = state.advance(id);
          place = oracle.step(place, WORDS.get(id));
        }
      }
    }
    System.out.printf(
        "%d allowed, %d refused, %d open, %d none, %d warned%n",
        allowed, refused, open, none, warned);
    assertThat(allowed).isGreaterThan(2_000);
    assertThat(refused).isGreaterThan(2_000);
    assertThat(open).isLessThan(refused / 50);
  }

  private static CompiledConstraint.State read(CompiledConstraint.State start, String... tokens) {
    CompiledConstraint.State s = start;
    for (String t : tokens) {
      s = s == null ? null : s.advance(WORDS.indexOf(t));
    }
    return s;
  }

  private static Map<String, List<String>> captures(String grammar, String... tokens) {
    CompiledConstraint c = Grammar.lark(grammar).compile(LETTERS);
    assertThat(read(c.start(), tokens).mayEnd()).isTrue();
    int[] ids = new int[tokens.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = WORDS.indexOf(tokens[i]);
    }
    return c.captures(ids);
  }

  @Test
  void aStopIsReadAndPartOfNoCapture() {
    String rule = "\nt[capture, stop=\"bc\", stop_capture=\"s\"]: /[abc]*/";
    assertThat(captures("start: o\no[capture]: t \"a\"" + rule, "ab", "bb", "ca"))
        .isEqualTo(Map.of("o", List.of("abba"), "t", List.of("abb"), "s", List.of("bc")));
    // Written behind its rule once more, it is read once, and belongs to what is around the rule.
    assertThat(captures("start: o\no[capture]: t \"bc\"" + rule, "ab", "bb", "c"))
        .isEqualTo(Map.of("o", List.of("abbbc"), "t", List.of("abb"), "s", List.of("bc")));
  }

  @Test
  void aTokenThatHoldsItsFirstByteCounts() {
    CompiledConstraint c =
        Grammar.lark("start: \"a\" t \"c\"\nt[max_tokens=1]: /[ab]+/").compile(LETTERS);
    CompiledConstraint.State within = read(c.start(), "aba");
    assertThat(mask(within)).containsExactly(only("c"));
    CompiledConstraint.State apart = read(c.start(), "a", "ba");
    assertThat(mask(apart)).containsExactly(only("c"));
  }

  @Test
  void atItsLimitATerminalEndsThoughItCouldGoOn() {
    String grammar = "start: t /[ab]+/\nt[capture, max_tokens=2]: /[ab]+/";
    assertThat(captures(grammar, "ab", "a", "ba").get("t")).containsExactly("aba");
    CompiledConstraint c = Grammar.lark(grammar).compile(LETTERS);
    assertThat(read(c.start(), "ab", "a").mayEnd()).isFalse();
    assertThat(c.check("abab").accepted()).as("as if it were one token").isFalse();
  }

  @Test
  void whatCouldNotBeCompleteInTimeIsRefused() {
    CompiledConstraint c = Grammar.lark("start: t \"c\"\nt[max_tokens=2]: /a{5}/").compile(LETTERS);
    assertThat(mask(c.start())).containsExactly(only("aa", "aaa"));
    assertThat(mask(read(c.start(), "aa"))).containsExactly(only("aaa"));
    assertThatThrownBy(() -> Grammar.lark("start: t\nt[max_tokens=1]: /a{5}/").compile(LETTERS))
        .hasMessageContaining("at most 1 tokens");
  }

  @Test
  void aSuffixHasToComeInTimeAndAStopNeedNot() {
    CompiledConstraint suffix =
        Grammar.lark("start: t \"a\"\nt[max_tokens=2, suffix=\"c\"]: /[ab]*/").compile(LETTERS);
    for (int id = 0; id < WORDS.size(); id++) {
      String w = WORDS.get(id);
      assertThat(read(suffix.start(), "ab").allows(id)).as(w).isEqualTo(w.matches("[ab]*c(a)?"));
    }
    String grammar = "start: t \"a\"\nt[capture, max_tokens=2, stop=\"c\"]: /[ab]*/";
    assertThat(captures(grammar, "ab", "ba", "a").get("t")).containsExactly("abba");
    assertThat(captures(grammar, "ab", "bca").get("t")).containsExactly("abb");
  }

  @Test
  void limitsCountInsideOtherGrammarsToo() {
    CompiledConstraint c =
        Grammar.seq(Grammar.lark("start: t \"c\"\nt[max_tokens=2]: /[ab]+/"), Grammar.literal("a"))
            .compile(LETTERS);
    assertThat(mask(read(c.start(), "a", "b"))).containsExactly(only("c", "ca"));
  }

  private static boolean[] only(String... words) {
    boolean[] out = new boolean[WORDS.size()];
    for (String w : words) {
      out[WORDS.indexOf(w)] = true;
    }
    return out;
  }
}
