package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint;
import dev.espalier.CompiledConstraint.Check.Verdict;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.token.Vocabularies;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SubstringTest {
  private static final Vocabulary VOCABULARY =
      Vocabularies.random(new Random(1), 600, "the cat sat", "abab ba", "é😀ü x", "on the mat.");

  private static CompiledConstraint compile(Substring s) {
    return s.compile(VOCABULARY);
  }

  private static String random(Random r, String letters, int length) {
    int[] points = letters.codePoints().toArray();
    return r.ints(length, 0, points.length)
        .mapToObj(i -> Character.toString(points[i]))
        .collect(Collectors.joining());
  }

  // Every span between two places where `starts` says one may begin.
  private static Set<String> spans(List<String> pieces) {
    Set<String> all = new HashSet<>(Set.of(""));
    for (int i = 0; i < pieces.size(); i++) {
      for (int k = i; k < pieces.size(); k++) {
        all.add(String.join("", pieces.subList(i, k + 1)));
      }
    }
    return all;
  }

  private static List<String> characters(String text) {
    return text.codePoints().mapToObj(Character::toString).toList();
  }

  private static List<String> words(String text) {
    return java.util.regex.Pattern.compile("[\\p{L}\\p{N}_]+|.", java.util.regex.Pattern.DOTALL)
        .matcher(text)
        .results()
        .map(m -> m.group())
        .toList();
  }

  private static void agrees(CompiledConstraint c, Set<String> spans, Random r, String letters) {
    for (int k = 0; k < 40; k++) {
      String text = random(r, letters, r.nextInt(6));
      Verdict expected =
          spans.contains(text)
              ? Verdict.ACCEPTED
              : spans.stream().anyMatch(s -> s.startsWith(text))
                  ? Verdict.ACCEPTED_SO_FAR
                  : Verdict.REFUSED;
      assertThat(c.check(text).verdict()).as(text).isEqualTo(expected);
    }
    for (String s : spans) {
      assertThat(c.check(s).accepted()).as(s).isTrue();
    }
  }

  @Test
  void acceptsEverySpanAndNothingElse() {
    for (int seed = 0; seed < 60; seed++) {
      Random r = new Random(seed);
      String letters = seed % 2 == 0 ? "ab é" : "ab é😀.";
      String text = random(r, letters, 1 + r.nextInt(14));
      agrees(compile(Substring.of(text)), spans(characters(text)), r, letters);
      agrees(compile(Substring.of(text).words()), spans(words(text)), r, letters);
      List<String> pieces = characters(random(r, "abé", 1 + r.nextInt(5)));
      List<String> doubled = pieces.stream().map(p -> p + "b").toList();
      agrees(compile(Substring.ofPieces(doubled)), spans(doubled), r, letters);
    }
  }

  @Test
  void masksEqualBruteForce() {
    for (int seed = 0; seed < 20; seed++) {
      Random r = new Random(seed);
      String text = random(r, "abthe cs é😀", 300);
      Substring s = seed % 2 == 0 ? Substring.of(text) : Substring.of(text).words();
      CompiledConstraint.State state = compile(s).start();
      for (int k = 0; k < 8 && state != null; k++) {
        TokenMask mask = new TokenMask(VOCABULARY.size());
        state.fillMask(mask);
        int chosen = -1;
        for (int id = 0, seen = 0; id < VOCABULARY.size(); id++) {
          assertThat(mask.contains(id)).isEqualTo(state.advance(id) != null);
          if (mask.contains(id) && r.nextInt(++seen) == 0) {
            chosen = id;
          }
        }
        assertThat(chosen >= 0 || state.mayEnd()).isTrue();
        NearestEnd.exact(state, 2_000, "seed " + seed);
        byte[] forced = state.forced().bytes();
        if (forced.length > 0 && chosen >= 0) {
          assertThat(VOCABULARY.byteAt(chosen, 0)).isEqualTo(forced[0]);
        }
        state = chosen < 0 ? null : state.advance(chosen);
      }
    }
  }

  @Test
  void wordsAreForcedToTheirEnd() {
    CompiledConstraint c = compile(Substring.of("The cat's mat_1.").words());
    CompiledConstraint.State m = c.start().step((byte) 'm');
    assertThat(m.mayEnd()).isFalse();
    assertThat(new String(m.forced().bytes(), StandardCharsets.UTF_8)).isEqualTo("at_1");
    assertThat(c.check("at").verdict()).isEqualTo(Verdict.REFUSED);
    assertThat(c.check("cat's").accepted()).isTrue();
    assertThat(c.check("'").accepted()).isTrue();
  }

  @Test
  void standsInsideAGrammar() {
    Grammar answer =
        Grammar.seq(
            Grammar.literal("\""),
            Grammar.constraint(Substring.of("a cat sat").words(), "a quotation").capture("quote"),
            Grammar.literal("\""));
    CompiledConstraint c = answer.compile(VOCABULARY);
    assertThat(c.check("\"cat sat\"").accepted()).isTrue();
    assertThat(c.check("\"cats\"").verdict()).isEqualTo(Verdict.REFUSED);
    assertThat(c.check("\"\"").accepted()).isTrue();
  }

  @Test
  void aMegabyteIsPreparedInTime() {
    Random r = new Random(4);
    String words = random(r, "the cat sat on mt. ", 1 << 20);
    String same = "ab".repeat(1 << 19);
    for (String text : List.of(words, same)) {
      long start = System.nanoTime();
      CompiledConstraint c = compile(Substring.of(text));
      c.start().fillMask(new TokenMask(VOCABULARY.size()));
      assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
      assertThat(c.check(text.substring(777_000, 779_000)).accepted()).isTrue();
      assertThat(c.check(text.substring(777_000, 779_000) + "#").verdict())
          .isEqualTo(Verdict.REFUSED);
    }
  }

  @Test
  void longerTextsAreRefused() {
    assertThatThrownBy(() -> Substring.of("x".repeat((1 << 24) + 1)))
        .isInstanceOf(BudgetExceededException.class);
  }
}
