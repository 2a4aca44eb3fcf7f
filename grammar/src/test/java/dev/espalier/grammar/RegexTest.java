package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint;
import dev.espalier.CompiledConstraint.Check.Verdict;
import dev.espalier.EspalierException;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.regex.RegexParser;
import dev.espalier.grammar.token.Vocabularies;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegexTest {
  private static final Vocabulary SMALL =
      Vocabularies.random(new Random(1), 400, "abab", "foo bar", "12-34", "éü", "\n");

  private static CompiledConstraint compile(String pattern) {
    return Regex.of(pattern).compile(SMALL);
  }

  /** One random expression in our syntax, and the same in Java's. */
  private record Both(String ours, String javas) {
    Both then(Both o) {
      return new Both(ours + o.ours, javas + o.javas);
    }

    Both wrap(String before, String after) {
      return new Both(before + ours + after, before + javas + after);
    }

    static Both same(String s) {
      return new Both(s, s);
    }
  }

  // Java has no \b over ASCII words in every version, its $ looks past a last line end, and its ^
  // does not hold after one: those are spelled out.
  private static final Both[] ASSERTIONS = {
    new Both("^", "\\A"),
    new Both("$", "\\z"),
    new Both("(?m:^)", "(?:\\A|(?<=[\n\r\u2028\u2029]))"),
    new Both("(?m:$)", "(?:\\z|(?=[\n\r\u2028\u2029]))"),
    new Both("\\b", "(?:(?<=[A-Za-z0-9_])(?![A-Za-z0-9_])|(?<![A-Za-z0-9_])(?=[A-Za-z0-9_]))"),
    new Both("\\B", "(?:(?<=[A-Za-z0-9_])(?=[A-Za-z0-9_])|(?<![A-Za-z0-9_])(?![A-Za-z0-9_]))"),
  };

  private static Both random(Random r, int depth, boolean assertions) {
    String[] atoms = {"a", "b", "[ab]", "[^a]", ".", "\\w", "\\s", "\\n", "é", "-", "(?i:A)", "_"};
    int kind = r.nextInt(depth <= 0 ? 3 : 11);
    return switch (kind) {
      case 0, 1 -> Both.same(atoms[r.nextInt(atoms.length)]);
      case 2 ->
          assertions
              ? ASSERTIONS[r.nextInt(ASSERTIONS.length)]
              : Both.same(atoms[r.nextInt(atoms.length)]);
      case 3, 4, 5 -> random(r, depth - 1, assertions).then(random(r, depth - 1, assertions));
      case 6 ->
          random(r, depth - 1, assertions)
              .wrap("(?:", "|")
              .then(random(r, depth - 1, assertions).wrap("", ")"));
      case 7 -> {
        String[] counts = {"*", "+", "{2}", "{1,3}", "{2,}", "*?"};
        boolean inside = assertions && r.nextBoolean();
        yield random(r, depth - 1, inside).wrap("(?:", ")" + counts[r.nextInt(counts.length)]);
      }
      case 8 -> random(r, depth - 1, assertions).wrap("(?:", ")?");
      case 9 ->
          assertions
              ? random(r, depth - 1, r.nextInt(3) == 0).wrap(r.nextBoolean() ? "(?=" : "(?!", ")")
              : random(r, depth - 1, false).wrap("(", ")");
      // Java looks behind only as far as it can bound.
      default ->
          assertions
              ? Both.same(r.nextBoolean() ? "(?<=[ab]b)" : "(?<!a[^b]?)")
              : random(r, depth - 1, false).wrap("(?<name" + r.nextInt(1 << 30) + ">", ")");
    };
  }

  private static String text(Random r) {
    String[] characters = {"a", "b", "a", "b", "_", " ", "\n", "é", "-", "A", "\u2028"};
    StringBuilder s = new StringBuilder();
    for (int n = r.nextInt(7); n > 0; n--) {
      s.append(characters[r.nextInt(characters.length)]);
    }
    return s.toString();
  }

  // Our dot stops at four line ends, Java's at six; a class says the same to both.
  private static Pattern java(String regex) {
    return Pattern.compile(
        regex.replace("é", "\u00e9").replace(".", "[^\n\r\u2028\u2029]"), Pattern.UNICODE_CASE);
  }

  @Test
  void agreesWithJavaOnRandomExpressionsAndTexts() {
    int refused = 0;
    int checked = 0;
    int matches = 0;
    for (int seed = 0; seed < 2500; seed++) {
      Random r = new Random(seed);
      boolean assertions = seed % 2 == 0;
      Both regex = random(r, 4, assertions);
      boolean search = r.nextBoolean();
      Expr mine;
      try {
        mine = search ? RegexParser.search(regex.ours) : RegexParser.whole(regex.ours);
      } catch (GrammarSyntaxException e) {
        assertThat(e).as(regex.ours).hasMessageContaining("support");
        refused++;
        continue;
      }
      Pattern java = java(regex.javas.replace("\\s", "[\\s\u2028\u2029]"));
      for (int k = 0; k < 40; k++) {
        String text = text(r);
        boolean expected = search ? java.matcher(text).find() : java.matcher(text).matches();
        assertThat(mine.matches(text.getBytes(StandardCharsets.UTF_8)))
            .as("seed %d: %s on '%s' (search %s)", seed, regex.ours, text, search)
            .isEqualTo(expected);
        checked++;
        matches += expected ? 1 : 0;
      }
    }
    assertThat(refused).isLessThan(250);
    assertThat(matches).isBetween(checked / 20, checked * 19 / 20);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(?:a(?:$|b))+",
        "(?:a($|b))*",
        "(?:(^|b)a)+",
        "(?:^a|b|a$)*",
        "(?:^a?$|b)+",
        "(?:(?:ab*|b?)($|a))+b?",
        "^(a?((b{2})|(ab*a)|(b*))($|a))+$",
        "x?(?:^|a|$)+b",
        "^(?:(?!ab).)*$",
        "^((?!ba|aa$).)*b?$",
        "(?:(?!b)[ab]{1,3}(?<!b))+",
        "^(?:a\\b|\\Bb)*$",
        "^(?:(?=(?:ab)*$)a|b(?!b))*$",
        "^(?:(?:(?!bb)b|a)*(?=b)b){2,}$",
        "^(?:(?<=^|a)b|a(?=b|$)){1,4}$",
        "(?:^|(?<=a)b|(?<!a)a)*a$",
        "^(?!(?:.(?!a))*bb)[ab]*",
        "^(?!ba).*(?<!aab)$",
        "^(?!a)(?!.*aba)[ab]+(?<!bb|^b)$",
        "(?=b).*(?<=ab)a?(?=$|b)",
        "^(?:[ab]+(?<!aab)b?)+$",
        "^(?:a|b(?<!ab)|ab(?<=bab))*$",
        "^(?:(?:a|b){2}(?<!ab|ba))*a?$",
        "(?:(?<!bb)a|b(?<=^b|aab))+$",
        "^((?<=(?:aa){1,2})b|(?<!aab)a)*$",
        "^(a|b)(?:ab)*\\1$",
        "^(?:(a|bb)b\\1|(b?)a\\2)$",
        "(?<x>aa|b)(?<y>a)?\\k<x>",
        "^a*+b|^b{1,2}+a$",
        "(?:a|^b|(?:b$)?){1,}a",
      })
  void repetitionsMayMeetTheEdgesOfTheText(String pattern) {
    Pattern java = java(pattern.replace("$", "\\z"));
    List<String> texts = new ArrayList<>(List.of(""));
    for (int i = 0; texts.get(i).length() < 7; i++) {
      texts.add(texts.get(i) + "a");
      texts.add(texts.get(i) + "b");
    }
    Expr whole = RegexParser.whole(pattern);
    Expr search = RegexParser.search(pattern);
    for (String text : texts) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      assertThat(whole.matches(utf8))
          .as("%s is '%s'", pattern, text)
          .isEqualTo(java.matcher(text).matches());
      assertThat(search.matches(utf8))
          .as("%s in '%s'", pattern, text)
          .isEqualTo(java.matcher(text).find());
    }
  }

  @Test
  void masksEqualBruteForceAndNeverLeadIntoADeadEnd() {
    for (int seed = 0; seed < 400; seed++) {
      Random r = new Random(seed);
      Vocabulary vocabulary =
          Vocabularies.random(r, 256 + 100, "aabb", "ab_é", "a\n", " b-", "\u2028A");
      CompiledConstraint.State state;
      try {
        state = Regex.of(random(r, 4, seed % 3 == 0).ours).compile(vocabulary).start();
      } catch (EspalierException e) {
        continue; // refused, or matches nothing
      }
      for (int k = 0; k < 6; k++) {
        TokenMask mask = new TokenMask(vocabulary.size());
        state.fillMask(mask);
        List<Integer> allowed = new ArrayList<>();
        for (int id = 0; id < vocabulary.size(); id++) {
          CompiledConstraint.State after = vocabulary.isText(id) ? state : null;
          for (byte b : vocabulary.bytes(id)) {
            after = after == null ? null : after.step(b);
          }
          assertThat(mask.contains(id)).as("seed %d, token %d", seed, id).isEqualTo(after != null);
          assertThat(state.allows(id)).isEqualTo(after != null);
          if (after != null) {
            allowed.add(id);
            assertThat(after).isEqualTo(state.advance(id));
          }
        }
        assertThat(allowed.isEmpty() && !state.mayEnd()).as("dead end, seed %d", seed).isFalse();
        NearestEnd.exact(state, 2_000, "seed " + seed);
        if (allowed.isEmpty()) {
          break;
        }
        byte[] forced = state.forced().bytes();
        for (int id : allowed) {
          byte[] token = vocabulary.bytes(id);
          for (int i = 0; i < Math.min(token.length, forced.length); i++) {
            assertThat(token[i]).isEqualTo(forced[i]);
          }
        }
        state = state.advance(allowed.get(r.nextInt(allowed.size())));
      }
    }
  }

  /** A possessive quantifier takes all that there is, and gives nothing back to what follows. */
  @Test
  void possessiveQuantifiersGiveNothingBackAsInJava() {
    long seed = 8;
    Random r = new Random(seed);
    String[] atoms = {"a", "b", "[ab]", "[^a]"};
    String[] counts = {"*+", "++", "?+", "{2}+", "{1,2}+", "{0,3}+", "{2,}+", "*", "?", ""};
    int kept = 0; // texts that would match if something was given back
    for (int round = 0; round < 300; round++) {
      StringBuilder pattern = new StringBuilder();
      for (int parts = 1 + r.nextInt(4); parts > 0; parts--) {
        pattern.append(atoms[r.nextInt(atoms.length)]).append(counts[r.nextInt(counts.length)]);
      }
      Expr mine = RegexParser.whole(pattern.toString());
      Pattern java = Pattern.compile(pattern.toString());
      Pattern greedy = Pattern.compile(pattern.toString().replaceAll("(?<=[*+?}])[+]", ""));
      for (int n = 0; n < 1 << 7; n++) { // texts of up to seven letters
        String text = Integer.toBinaryString(1 << 7 | n).substring(1 + r.nextInt(8));
        text = text.replace('0', 'a').replace('1', 'b');
        boolean expected = java.matcher(text).matches();
        assertThat(mine.matches(text.getBytes(StandardCharsets.UTF_8)))
            .as("seed %d, round %d: %s on '%s'", seed, round, pattern, text)
            .isEqualTo(expected);
        kept += !expected && greedy.matcher(text).matches() ? 1 : 0;
      }
    }
    assertThat(kept).isGreaterThan(500);
  }

  @Test
  void flagsThatAreSetOftenAreNoNesting() {
    assertThat(compile("(?i)(?-i)".repeat(1_000) + "a").check("a").accepted()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "(?=.*[A-Z])(?=.*[0-9]).{4}, aB3x, aBcx",
    "(?!foo)[a-z]+, bar, foolish",
    "'\\bfoo\\b', foo, food",
    "'.*\\bcat\\b.*', the cat sat, concatenate",
    "(?i)straße|GRÜN, grün, grun",
    "(?i)title, TITLE, tıtle", // ECMA-262 folds by Unicode, not as Turkish does
    "(?i)İ|ı, ı, i",
    "(?i)\u0390, \u1FD3, ι",
    "'(?i)\\w+', \u017F\u212A, \u0131",
    "'(?i)\\W', -, S", // nor what differs from a letter only by case
    "'(?i)[^\\W]', \u017F, -",
    "'(?i)a\\B\u017F', a\u017F, a",
    "'(?i)a\\b\u017F?', a, a\u017F",
    "'(?i)\\P{Lu}', A, ''",
    "'\\p{Script=Greek}+', αβγ, abc",
    "'\\p{Lu}\\P{Lu}*', Élan, élan",
    "'[\\w.+-]+@[\\w-]+\\.[a-z]{2,}', a.b@c.org, a.b@c",
    "'\\u{1F600}|\\uD83D\\uDE01', \uD83D\uDE01, x",
    "'\\Qa.b\\E+', a.bbb, axb",
    "(?<y>[0-9]{4})-(?:0[1-9]|1[0-2]), 2024-12, 2024-13",
    "'(?:(?!-)[a-z0-9-]{1,63}(?<!-)\\.)+[a-z]{2,6}', a-b.c.org, a-.c.org",
    "'(?:\\b\\w+\\b\\W*){1,250}', one two  three, -",
    "'(?:(?!--).)*', a-b-c, a--b",
    "'\\d{1,2}([-/.])\\d{1,2}\\1\\d{4}', 1/12/1999, 1/12-1999",
  })
  void acceptsOneAndRefusesTheOther(String pattern, String accepted, String refused) {
    assertThat(compile(pattern).check(accepted).verdict()).isEqualTo(Verdict.ACCEPTED);
    assertThat(compile(pattern).check(refused).verdict()).isNotEqualTo(Verdict.ACCEPTED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "(a*)\\1;5;few texts",
        "(?:(a|b)\\1)*;1;inside a repetition",
        "(?:(a)|b)\\1;10;in any case",
        "ab[cd;3;without ']'",
        "a(b;2;without ')'",
        "{2}a;1;nothing to repeat",
        "a|{2,};3;nothing to repeat",
        "\\01;1;before a digit",
        "a[\\08];3;before a digit",
        "(?<x>a)|(?<x>b);9;a second group called 'x'",
        "a)b;2;without '('",
        "a{3,2};2;wrong order",
        "a**;3;quantifier after",
        "+a;1;nothing to repeat",
        "\\p{Klingon};1;unknown property",
        "(?:ab)++;8;possessive",
        "(?>a);1;atomic",
        "[z-a];2;wrong order",
        "[a&&b];3;different dialects",
        "\\q;1;unknown escape",
      })
  void namesThePlaceOfAnError(String pattern, int column, String detail) {
    assertThatThrownBy(() -> Regex.of(pattern))
        .isInstanceOfSatisfying(
            GrammarSyntaxException.class,
            e -> {
              assertThat(e.column()).isEqualTo(column);
              assertThat(e.line()).isEqualTo(1);
            })
        .hasMessageContaining(detail);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "^[\\w-.]+$;a-.;a,",
        "^[a-\\d]+$;a-0;b",
        "^[\\w-\\s]+$;a -;a.",
        "^[a&&b]+$;a&b;c",
        "^\\_\\-\\/\\@\\é\\m$;_-/@ém;_-/@é",
        "^a{$;a{;a",
        "^{a}$;{a};a",
        "^\\${[a-z]+}$;${ab};$ab",
        "^a{,$;a{,;a",
        "^a{x}{2}$;a{x}};a{x}x",
        "^x]$;x];x",
        "^[]a]+$;]a;x",
        "^[^]]+$;a;a]",
        "^[^][a]$;xa;x",
        "\\Aab\\Z;ab;xab",
        "(?P<q>a|b)(?P=q)$;aa;ab",
        "^(?P<q>a|b)(?#twice)\\k<q>$;bb;ba",
        "^(?i)ab$;aB;b",
        "^[\\040\\177]\\012$;'\u007F\n';a",
        "^\\p{Alpha}+$;ab;1",
        "^([\"'])(?:(?!\\1).)*\\1$;\"it's\";\"it\"s\"",
      })
  void aSearchTakesWhatMeansOneThingToAll(String pattern, String found, String not) {
    Expr e = RegexParser.search(pattern);
    assertThat(e.matches(found.getBytes(StandardCharsets.UTF_8))).as(found).isTrue();
    assertThat(e.matches(not.getBytes(StandardCharsets.UTF_8))).as(not).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a{,5}", "a{2,1}", "(", "a)", "*a", "[z-a]", "\\y", "a**", "[a", "\\"})
  void aSearchRefusesWhatIsBrokenOrMeansSeveralThings(String pattern) {
    assertThatThrownBy(() -> RegexParser.search(pattern))
        .isInstanceOf(GrammarSyntaxException.class);
  }

  // Its parts were joined one after another once, in the square of its length: out of budget.
  @Test
  void aLongTextBetweenAnchorsIsRead() {
    String text = "ab".repeat(30_000);
    assertThat(Regex.of("^" + text + "$").compile(SMALL).check(text).accepted()).isTrue();
  }

  @Test
  void refusesAnExpressionThatMatchesNothing() {
    assertThatThrownBy(() -> compile("a(?!.*b)b")).hasMessageContaining("matches no text");
  }

  @Test
  void saysWhatIsForcedAndWhatIsExpected() {
    CompiledConstraint.State start = compile("foo(bar|baz)[0-9]").start();
    assertThat(new String(start.forced().bytes(), StandardCharsets.UTF_8)).isEqualTo("fooba");
    assertThat(start.explain()).isEqualTo("\"fooba\"");
    CompiledConstraint.Check check = compile("[a-c]+[0-9]?").check("ab!");
    assertThat(check.verdict()).isEqualTo(Verdict.REFUSED);
    assertThat(check.offset()).isEqualTo(2);
    assertThat(check.expected()).isEqualTo("'0' to '9', 'a' to 'c' or the end");
    assertThat(compile("(?s)\\\\\"\n.").start().explain()).isEqualTo("\"\\\\\\\"\\n\"");
    assertThat(compile("[ab]😀{5000}").check("a").expected())
        .isEqualTo("\"" + "😀".repeat(40) + "…\"");
    assertThat(compile("abc").start().forced().thenEnd()).isTrue();
    assertThat(compile("abc?").start().forced().thenEnd()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(a|a)*b",
        "((a*)*)*b",
        "(a?){1000}a{1000}",
        ".{0,100000}",
        "(.*,){50}x",
        "((a{0,100}){0,100}){0,100}b",
        "(?:a|aa|aaa|aaaa){500}",
        "(.{1,30}){1,30}z",
      })
  void adversarialExpressionsWorkOrEndInTheBudget(String pattern) {
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          try {
            CompiledConstraint.State s = compile(pattern).start();
            TokenMask mask = new TokenMask(SMALL.size());
            for (int i = 0; i < 300 && s != null; i++) {
              mask.clear();
              s.fillMask(mask);
              s = s.step((byte) 'a');
            }
          } catch (BudgetExceededException e) {
            assertThat(e.limit()).isPositive();
          }
        });
  }

  @Test
  void aChoiceIsExactlyItsTexts() {
    List<String> texts = new ArrayList<>();
    Random r = new Random(7);
    for (int i = 0; i < 5000; i++) {
      texts.add(Long.toString(r.nextLong() >>> 30, 36) + (i % 3 == 0 ? " foo" : ""));
    }
    CompiledConstraint choice = Choice.of(texts).compile(SMALL);
    for (int i = 0; i < 200; i++) {
      String t = texts.get(r.nextInt(texts.size()));
      CompiledConstraint.State state = choice.start();
      for (byte b : t.substring(0, i % t.length()).getBytes(StandardCharsets.UTF_8)) {
        state = state.step(b);
      }
      NearestEnd.exact(state, 20_000, t);
      assertThat(choice.check(t).accepted()).isTrue();
      String changed = t.substring(1) + (char) ('a' + r.nextInt(26));
      assertThat(choice.check(changed).accepted()).isEqualTo(texts.contains(changed));
    }
    assertThatThrownBy(() -> Choice.of()).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "'a{100000}', aa, 99998",
    "'(?=.*[A-Z])(?=.*[0-9]).{8,}', ab, 6",
    "'[a-z]{3,5000}(?<!aaa)', a, 2",
    "'(?!.*foo)[a-z]{700,}x', f, 700",
    "'(?:[^\"]|\\\\\")*\"', abc, 1",
    "'(abc|ab|c){5}', ab, 4",
    "'(abcd|(?!.*b)[a-d])', '', 1",
    "'é{2}', é, 2",
  })
  void theShortestWayToAnEndIsAsLongAs(String pattern, String text, int bytes) {
    CompiledConstraint.State state = compile(pattern).start();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      state = state.step(b);
    }
    NearestEnd.checked(state, pattern);
    assertThat(state.completion()).hasSize(bytes);
  }
}
