package dev.espalier.grammar.lark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CompiledConstraint;
import dev.espalier.EspalierException;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.Grammar;
import dev.espalier.grammar.token.Vocabularies;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LexingTest {
  /** All texts over three letters up to five long, so that lexemes of them are wide. */
  static final Vocabulary LETTERS = Vocabularies.ofTexts(Vocabularies.texts(5, "abc"));

  @Test
  void agreesWithTheSlowLexerAndParserOnRandomGrammars() {
    int accepted = 0;
    int refused = 0;
    int none = 0;
    int stuck = 0;
    int warned = 0;
    for (int seed = 0; seed < 1500; seed++) {
      Random r = new Random(seed);
      RandomLark grammar = new RandomLark(r);
      LexingOracle oracle = new LexingOracle(grammar);
      CompiledConstraint compiled;
      try {
        compiled = Grammar.lark(grammar.text()).compile(LETTERS);
      } catch (EspalierException e) {
        boolean empty = oracle.isEmpty() || !oracle.canEnd(oracle.start(), 5);
        assertThat(empty).as("%d: %s%n%s", seed, e, grammar.text()).isTrue();
        none++;
        continue;
      }
      warned += compiled.warnings().isEmpty() ? 0 : 1;
      for (int k = 0; k < 8; k++) {
        CompiledConstraint.State state = compiled.start();
        LexingOracle.Place place = oracle.start();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 7 && state != null; i++) {
          char c = (char) ('a' + r.nextInt(3));
          for (int tries = 0; tries < 2 && state.step((byte) c) == null; tries++) {
            c = (char) ('a' + r.nextInt(3));
          }
          text.append(c);
          state = state.step((byte) c);
          place = oracle.step(place, c);
          String what = "seed " + seed + ", text " + text + "\n" + grammar.text();
          if (state == null && place != null) {
            assertThat(compiled.warnings()).as(what).isNotEmpty();
            assertThat(oracle.canEnd(place, 4)).as(what).isFalse();
            stuck++;
            continue;
          }
          if ((state != null) != (place != null)) {
            assertThat(state != null).as(what).isEqualTo(place != null);
          }
          if (state != null && !state.mayEnd() && !goesOn(state)) {
            assertThat(goesOn(state)).as("a dead end: " + what).isTrue();
          }
          if (state != null && state.mayEnd() != oracle.mayEnd(place)) {
            assertThat(state.mayEnd()).as(what).isEqualTo(oracle.mayEnd(place));
          }
          accepted += state != null && state.mayEnd() ? 1 : 0;
          refused += state == null ? 1 : 0;
        }
      }
    }
    assertThat(accepted).isGreaterThan(5000);
    assertThat(refused).isGreaterThan(2000);
    assertThat(none).isBetween(10, 700);
    assertThat(stuck).isGreaterThan(50);
    assertThat(warned).isBetween(100, 1100);
  }

  private static boolean goesOn(CompiledConstraint.State state) {
    return state.step((byte) 'a') != null
        || state.step((byte) 'b') != null
        || state.step((byte) 'c') != null;
  }

  @Test
  void masksEqualBruteForce() {
    for (int seed = 0; seed < 300; seed++) {
      checkMasks(seed, new RandomLark(new Random(seed)).text());
    }
  }

  @Test
  void masksInsideWideTerminalsEqualBruteForce() {
    String[] grammars = {
      "start: (/[ab]*cc/ | /[ab]+/ \"c\")+",
      "start: \"a\" /[ab]{3,}c/ start? /[bc]a/",
      "start: (W \"c\" | W \"cb\")+\nW: /[ab]{1,4}/",
      "start: (t \"a\")+\nt[lazy]: /[abc]*cb/",
      "start: /[ab]+/ (\"ca\" start \"cb\")?\n%ignore /cc/",
    };
    for (int i = 0; i < grammars.length; i++) {
      for (int seed = 0; seed < 20; seed++) {
        checkMasks(seed, grammars[i]);
      }
    }
  }

  private static void checkMasks(int seed, String grammar) {
    Random r = new Random(seed);
    CompiledConstraint.State state;
    try {
      state = Grammar.lark(grammar).compile(LETTERS).start();
    } catch (EspalierException e) {
      return; // derives nothing
    }
    for (int k = 0; k < 6 && state != null; k++) {
      TokenMask mask = new TokenMask(LETTERS.size());
      state.fillMask(mask);
      List<Integer> allowed = new ArrayList<>();
      for (int id = 0; id < LETTERS.size(); id++) {
        if (mask.contains(id) != state.allows(id)) {
          assertThat(mask.contains(id))
              .as("seed %d, step %d, %s%n%s", seed, k, LETTERS.describe(id), grammar)
              .isEqualTo(state.allows(id));
        }
        if (mask.contains(id)) {
          allowed.add(id);
        }
      }
      List<Integer> few = allowed.subList(0, Math.min(12, allowed.size()));
      state = few.isEmpty() ? null : state.advance(few.get(r.nextInt(few.size())));
    }
  }
}
