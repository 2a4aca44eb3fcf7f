package dev.espalier.grammar.automaton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.BudgetExceededException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class ExprTest {
  /** An expression beside an independent, slow judgement of its language over {a, b}. */
  private record Both(Expr expr, Predicate<String> oracle) {}

  private static Both random(Random r, int depth) {
    if (depth == 0) {
      return switch (r.nextInt(4)) {
        case 0 -> new Both(Expr.EMPTY, String::isEmpty);
        case 1 -> new Both(Expr.literal("a"), "a"::equals);
        case 2 -> new Both(Expr.bytes(ByteSet.range('a', 'b')), s -> s.length() == 1);
        default -> new Both(Expr.literal("ab"), "ab"::equals);
      };
    }
    Both x = random(r, depth - 1);
    Both y = random(r, depth - 1);
    int min = r.nextInt(3);
    int max = r.nextInt(3) == 0 ? Expr.UNBOUNDED : min + r.nextInt(3);
    return switch (r.nextInt(6)) {
      case 0 -> new Both(Expr.or(x.expr, y.expr), x.oracle.or(y.oracle));
      case 1 -> new Both(Expr.and(x.expr, y.expr), x.oracle.and(y.oracle));
      case 2 -> new Both(Expr.not(x.expr), x.oracle.negate());
      case 3 -> new Both(Expr.seq(x.expr, y.expr), s -> splits(x.oracle, y.oracle, s));
      default -> new Both(Expr.repeat(x.expr, min, max), s -> repeats(x.oracle, s, min, max));
    };
  }

  private static boolean splits(Predicate<String> head, Predicate<String> tail, String s) {
    for (int i = 0; i <= s.length(); i++) {
      if (head.test(s.substring(0, i)) && tail.test(s.substring(i))) {
        return true;
      }
    }
    return false;
  }

  private static boolean repeats(Predicate<String> one, String s, int min, int max) {
    if (s.isEmpty()) {
      return min == 0 || one.test("");
    }
    if (max == 0) {
      return false;
    }
    for (int i = 1; i <= s.length(); i++) {
      if (one.test(s.substring(0, i))) {
        int less = one.test("") ? 0 : Math.max(0, min - 1);
        if (repeats(one, s.substring(i), less, max == Expr.UNBOUNDED ? max : max - 1)) {
          return true;
        }
      }
    }
    return false;
  }

  @Test
  void aWordLimitKeepsFewAlternatives() {
    Expr word = Expr.repeat(Expr.bytes(ByteSet.range('a', 'z')), 1, 20);
    Expr text = Expr.repeat(Expr.seq(word, Expr.optional(Expr.literal(" "))), 1, 40);
    for (int i = 0; i < 400; i++) {
      text = text.step(i % 9 == 8 ? ' ' : 'a' + i % 26);
      assertThat(text.width()).as("after %d bytes: %s", i + 1, text).isBetween(1, 6);
    }
    assertThat(text.matches(" ".repeat(2).getBytes(StandardCharsets.UTF_8))).isFalse();
  }

  @Test
  void whatIsShownIsShortHoweverMuchIsShared() {
    Expr e = Expr.literal("a");
    for (int i = 0; i < 200; i++) {
      e = Expr.seq(Expr.or(e, Expr.literal("b")), e);
    }
    assertThat(e.toString()).hasSizeLessThan(2_000).startsWith("(").endsWith("…");
  }

  @Test
  void derivativesAgreeWithTheDefinitionOfEachOperation() {
    long seed = 20260101;
    Random r = new Random(seed);
    List<String> words = words(5);
    for (int round = 0; round < 1500; round++) {
      Both both = random(r, 1 + r.nextInt(3));
      boolean some = false;
      for (String w : words) {
        boolean expected = both.oracle.test(w);
        some |= expected;
        assertThat(both.expr.matches(w.getBytes(StandardCharsets.UTF_8)))
            .as("seed %d round %d: %s on '%s'", seed, round, both.expr, w)
            .isEqualTo(expected);
      }
      if (some) {
        assertThat(both.expr.isEmpty(10_000)).as("%s", both.expr).isFalse();
      }
    }
  }

  private static List<String> words(int length) {
    List<String> all = new ArrayList<>(List.of(""));
    for (int i = 0; all.get(i).length() < length; i++) {
      all.add(all.get(i) + "a");
      all.add(all.get(i) + "b");
    }
    return all;
  }

  @Test
  void emptinessIsFoundThroughIntersectionAndComplement() {
    Expr evenAs = Expr.star(Expr.literal("aa"));
    Expr oddAs = Expr.seq(Expr.literal("a"), evenAs);
    assertThat(Expr.and(evenAs, oddAs).isEmpty(100)).isTrue();
    assertThat(Expr.star(Expr.literal("a")).minus(Expr.or(evenAs, oddAs)).isEmpty(100)).isTrue();
    assertThat(evenAs.within(Expr.star(Expr.literal("a")), 100)).isTrue();
    assertThat(Expr.star(Expr.literal("a")).within(evenAs, 100)).isFalse();
  }

  @Test
  void anUndecidedSearchSaysSo() {
    Expr a = Expr.bytes(ByteSet.range('a', 'b'));
    Expr two = Expr.star(Expr.repeat(a, 97, 97));
    Expr three = Expr.seq(a, Expr.star(Expr.repeat(a, 89, 89)));
    assertThatThrownBy(() -> Expr.and(two, three, Expr.not(Expr.EMPTY)).isEmpty(500))
        .isInstanceOf(BudgetExceededException.class)
        .hasMessageContaining("states");
  }

  @Test
  void equalExpressionsAreOneObject() {
    Expr x = Expr.or(Expr.literal("ab"), Expr.literal("cd"));
    assertThat(Expr.or(Expr.literal("cd"), Expr.literal("ab"), Expr.NONE)).isSameAs(x);
    Expr counted = Expr.repeat(Utf8.CHAR, 2, 100_000);
    assertThat(counted.step('x')).isSameAs(Expr.repeat(Utf8.CHAR, 1, 99_999));
  }

  @Test
  void aSetOfTextsIsATrieThatEnumeratesItself() {
    List<byte[]> texts = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      texts.add(("choice-" + i).getBytes(StandardCharsets.UTF_8));
    }
    Expr e = Expr.oneOf(texts);
    assertThat(e.matches(texts.get(4711))).isTrue();
    assertThat(e.matches("choice-5000".getBytes(StandardCharsets.UTF_8))).isFalse();
    assertThat(TextSearch.enumerate(e, 5000, 10)).hasSize(5000);
    assertThat(TextSearch.enumerate(e, 4999, 10)).isNull();
    assertThat(TextSearch.enumerate(Utf8.TEXT, 50, 10)).isNull();
    assertThat(TextSearch.enumerate(Expr.literal("a".repeat(100)), 1, 1000))
        .hasSize(1); // longer than many
    assertThat(TextSearch.enumerate(Expr.NONE, 1, 10)).isEmpty();
  }

  @Test
  void utf8MatchesExactlyTheScalarValues() {
    Random r = new Random(7);
    for (int round = 0; round < 300; round++) {
      int x = r.nextInt(r.nextBoolean() ? 0x110000 : 0x900);
      int y = r.nextInt(r.nextBoolean() ? 0x110000 : 0x900);
      Expr range = Utf8.range(Math.min(x, y), Math.max(x, y));
      for (int k = 0; k < 60; k++) {
        int c = k < 4 ? (k < 2 ? x : y) + (k & 1) : r.nextInt(0x110000);
        if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
          continue;
        }
        byte[] utf8 = Character.toString(c).getBytes(StandardCharsets.UTF_8);
        assertThat(range.matches(utf8))
            .as("%x in %x..%x", c, x, y)
            .isEqualTo(c >= Math.min(x, y) && c <= Math.max(x, y));
      }
    }
    for (byte[] bad :
        new byte[][] {
          {(byte) 0xC0, (byte) 0x80},
          {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
          {(byte) 0xE0, (byte) 0x80, (byte) 0x80},
          {(byte) 0xF4, (byte) 0x90, 0, 0},
          {(byte) 0x80}
        }) {
      assertThat(Utf8.CHAR.step(bad)).isSameAs(Expr.NONE);
    }
  }

  @Test
  void whatIsCalledWellFormedIs() {
    Random r = new Random(11);
    int called = 0;
    for (int round = 0; round < 2000; round++) {
      Expr e = randomBytes(r, 3);
      for (int state = 0; state < 8; state++) {
        if (WellFormed.is(e, state)) {
          called++;
          Expr rest = restOf(state);
          assertThat(Expr.and(e, ALL_BYTES, Expr.not(Expr.seq(rest, Expr.EMPTY))).isEmpty(10_000))
              .as("%s from state %d", e, state)
              .isTrue();
        }
      }
    }
    assertThat(called).isGreaterThan(500);
  }

  private static final Expr ALL_BYTES = Expr.star(Expr.bytes(ByteSet.range(0, 255)));

  // Spelled so that it is not the object which unions and intersections know by identity.
  private static Expr restOf(int state) {
    Expr ascii = Expr.bytes(ByteSet.range(0, 0x7F));
    Expr more = Expr.star(Utf8.range(0x80, 0x10FFFF));
    Expr text = Expr.star(Expr.or(Expr.seq(ascii, more), Utf8.range(0x80, 0x10FFFF)));
    int[] lead = {0, 0xC3, 0xE1, 0xF1, 0xE0, 0xED, 0xF0, 0xF4};
    return state == 0 ? text : text.step(lead[state]);
  }

  private static Expr randomBytes(Random r, int depth) {
    if (depth == 0) {
      int[] some = {'a', 0x80, 0x90, 0xA0, 0xBF, 0xC3, 0xE0, 0xE1, 0xED, 0xF0, 0xF1, 0xF4};
      return switch (r.nextInt(5)) {
        case 0 -> Expr.bytes(ByteSet.of(some[r.nextInt(some.length)]));
        case 1 -> Expr.bytes(ByteSet.range(0x80, 0xBF));
        case 2 -> Utf8.CHAR;
        case 3 -> Utf8.TEXT;
        default -> Expr.literal("aé€😀".substring(r.nextInt(2), 2 + r.nextInt(2)));
      };
    }
    Expr x = randomBytes(r, depth - 1);
    Expr y = randomBytes(r, depth - 1);
    return switch (r.nextInt(6)) {
      case 0, 1 -> Expr.seq(x, y);
      case 2 -> Expr.or(x, y);
      case 3 -> Expr.and(x, y);
      case 4 -> Expr.not(x);
      default -> Expr.repeat(x, r.nextInt(2), 1 + r.nextInt(3));
    };
  }

  @Test
  void aPatternThatHasMatchedIsAnyText() {
    Expr contains = Expr.seq(Utf8.TEXT, Expr.literal("ab"), Utf8.TEXT);
    Expr other = Expr.seq(Utf8.TEXT, Expr.literal("é"), Utf8.TEXT);
    assertThat(contains.step("xab".getBytes(StandardCharsets.UTF_8))).isSameAs(Utf8.TEXT);
    assertThat(Expr.and(Utf8.TEXT, contains)).isSameAs(contains);
    assertThat(Utf8.TEXT.minus(contains).step("ab".getBytes(StandardCharsets.UTF_8)))
        .isSameAs(Expr.NONE);
    assertThat(Expr.and(contains, other).step("éab".getBytes(StandardCharsets.UTF_8)))
        .isSameAs(Utf8.TEXT);
  }

  @Test
  void aFarTextIsFoundAmongManyStates() {
    // Breadth first this is 2^20 states and more; the way to a text is 60 steps.
    List<Expr> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(Expr.seq(Utf8.TEXT, Expr.literal("<" + (char) ('a' + i) + ">"), Utf8.TEXT));
    }
    assertThat(Expr.and(all.toArray(new Expr[0])).isEmpty(10_000)).isFalse();
  }

  @Test
  void longTextsNeedNoDeepStack() {
    byte[] text = "x".repeat(200_000).getBytes(StandardCharsets.UTF_8);
    assertThat(Expr.seq(Expr.literal(text), Expr.literal("y")).matches(text)).isFalse();
  }

  private static Expr randomText(Random r, int depth) {
    String[] words = {"a", "b", "ab", "é", "ü", "aé", "😀", ""};
    if (depth == 0) {
      return r.nextInt(4) == 0 ? Utf8.CHAR : Expr.literal(words[r.nextInt(words.length)]);
    }
    Expr x = randomText(r, depth - 1);
    Expr y = randomText(r, depth - 1);
    return switch (r.nextInt(6)) {
      case 0 -> Expr.or(x, y);
      case 1 -> Expr.and(Expr.seq(Utf8.TEXT, x, Utf8.TEXT), Expr.seq(Utf8.TEXT, y, Utf8.TEXT));
      case 2 -> Expr.and(Utf8.TEXT, Expr.not(Expr.seq(x, Utf8.TEXT)));
      case 3 -> Expr.repeat(x, r.nextInt(3), 3 + r.nextInt(3));
      default -> Expr.seq(x, y);
    };
  }

  /** The shortest text, held against asking for each number of characters whether one has them. */
  @Test
  void theShortestTextHasAsManyCharactersAsSomeTextHasAtLeast() {
    Random r = new Random(21);
    int found = 0;
    for (int round = 0; round < 400; round++) {
      Expr e = Expr.and(Utf8.TEXT, randomText(r, 2), randomText(r, 3), randomText(r, 3));
      e = Expr.and(Utf8.TEXT, r.nextBoolean() ? e : Expr.not(e), randomText(r, 3));
      int expected = -1;
      for (int n = 0; n < 40 && expected < 0 && !e.isEmpty(100_000); n++) {
        boolean some = !Expr.and(e, Expr.repeat(Utf8.CHAR, 0, n)).isEmpty(100_000);
        expected = some ? n : -1;
      }
      assertThat(TextSearch.shortest(e, 100_000)).as("%s, round %d", e, round).isEqualTo(expected);
      found += expected > 1 ? 1 : 0;
    }
    assertThat(found).isGreaterThan(20);
  }
}
