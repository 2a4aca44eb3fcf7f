package dev.espalier.grammar.cfg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CompiledConstraint;
import dev.espalier.EspalierException;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.token.Vocabularies;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompiledGrammarTest {
  /** All texts over three letters up to six long, so that lexemes of them are wide. */
  static final Vocabulary LETTERS = Vocabularies.ofTexts(Vocabularies.texts(6, "abc"));

  private static Syntax random(Random r, int rules, int depth) {
    switch (r.nextInt(depth <= 0 ? 4 : 10)) {
      case 0, 1 -> {
        int c = 'a' + r.nextInt(3);
        return new Syntax.Regular(Expr.bytes(ByteSet.of(c)), Character.toString(c));
      }
      case 2 -> {
        return new Syntax.Reference("r" + r.nextInt(rules));
      }
      case 3 -> {
        int c = 'a' + r.nextInt(2);
        return new Syntax.Regular(Expr.bytes(ByteSet.range(c, c + 1)), "ab");
      }
      case 4, 5 -> {
        return new Syntax.Sequence(
            List.of(random(r, rules, depth - 1), random(r, rules, depth - 1)));
      }
      case 6 -> {
        return new Syntax.Either(List.of(random(r, rules, depth - 1), random(r, rules, depth - 1)));
      }
      case 7 -> {
        return new Syntax.Repeat(random(r, rules, depth - 1), 0, Expr.UNBOUNDED);
      }
      case 8 -> {
        int min = r.nextInt(3);
        return new Syntax.Repeat(random(r, rules, depth - 1), min, 2 + r.nextInt(2));
      }
      default -> {
        return new Syntax.Sequence(
            List.of(
                random(r, rules, depth - 1), new Syntax.Repeat(random(r, rules, depth - 1), 0, 1)));
      }
    }
  }

  static Map<String, Syntax> randomGrammar(Random r) {
    int rules = 1 + r.nextInt(4);
    Map<String, Syntax> grammar = new LinkedHashMap<>();
    for (int i = 0; i < rules; i++) {
      grammar.put("r" + i, random(r, rules, 3));
    }
    return grammar;
  }

  private static CompiledConstraint.State after(CompiledConstraint.State state, byte[] bytes) {
    CompiledConstraint.State s = state;
    for (byte b : bytes) {
      s = s == null ? null : s.step(b);
    }
    return s;
  }

  private static byte[] randomText(Random r, CompiledConstraint.State start) {
    byte[] text = new byte[r.nextInt(9)];
    CompiledConstraint.State at = start;
    for (int i = 0; i < text.length; i++) {
      text[i] = (byte) ('a' + r.nextInt(3));
      // Mostly a text that goes on, so that it is worth asking about its end.
      for (int tries = 0; tries < 4 && at != null && at.step(text[i]) == null; tries++) {
        text[i] = (byte) ('a' + r.nextInt(3));
      }
      at = at == null ? null : at.step(text[i]);
    }
    return text;
  }

  @Test
  void agreesWithTheNaiveRecogniserOnRandomGrammars() {
    int empty = 0;
    int accepted = 0;
    int refused = 0;
    for (int seed = 0; seed < 2200; seed++) {
      Random r = new Random(seed);
      Map<String, Syntax> grammar = randomGrammar(r);
      NaiveRecogniser naive = new NaiveRecogniser(grammar);
      CompiledGrammar compiled;
      try {
        compiled = CompiledGrammar.of(grammar, "r0", LETTERS);
      } catch (EspalierException e) {
        assertThat(naive.derives(grammar.get("r0"))).as("seed %d", seed).isFalse();
        empty++;
        continue;
      }
      for (int k = 0; k < 12; k++) {
        byte[] text = randomText(r, compiled.start());
        naive.read(text);
        CompiledConstraint.State state = after(compiled.start(), text);
        String what = "seed " + seed + ", text " + new String(text, StandardCharsets.UTF_8);
        assertThat(state != null).as(what).isEqualTo(naive.isPrefix("r0"));
        if (state != null) {
          assertThat(state.mayEnd()).as(what).isEqualTo(naive.accepts("r0"));
          accepted += state.mayEnd() ? 1 : 0;
        } else {
          refused++;
        }
      }
    }
    assertThat(empty).isBetween(50, 1000);
    assertThat(accepted).isGreaterThan(3000);
    assertThat(refused).isGreaterThan(1000);
  }

  @Test
  void masksEqualBruteForceAndNeverLeadIntoADeadEnd() {
    for (int seed = 0; seed < 200; seed++) {
      Random r = new Random(seed);
      CompiledConstraint.State state;
      try {
        state = CompiledGrammar.of(randomGrammar(r), "r0", LETTERS).start();
      } catch (EspalierException e) {
        continue; // derives nothing
      }
      for (int k = 0; k < 4 && state != null; k++) {
        TokenMask mask = new TokenMask(LETTERS.size());
        state.fillMask(mask);
        List<Integer> allowed = new ArrayList<>();
        for (int id = 0; id < LETTERS.size(); id++) {
          boolean expected = LETTERS.isText(id) && after(state, LETTERS.bytes(id)) != null;
          if (mask.contains(id) != expected) {
            assertThat(mask.contains(id))
                .as("seed %d, step %d, %s", seed, k, LETTERS.describe(id))
                .isEqualTo(expected);
          }
          if (expected) {
            allowed.add(id);
          }
        }
        assertThat(allowed.isEmpty() && !state.mayEnd()).as("dead end, seed %d", seed).isFalse();
        byte[] forced = state.forced().bytes();
        for (int id : allowed) {
          byte[] token = LETTERS.bytes(id);
          int n = Math.min(token.length, forced.length);
          assertThat(Arrays.copyOf(token, n)).isEqualTo(Arrays.copyOf(forced, n));
        }
        // Short tokens lead further into the grammar.
        List<Integer> few = allowed.subList(0, Math.min(12, allowed.size()));
        state = few.isEmpty() ? null : state.advance(few.get(r.nextInt(few.size())));
      }
    }
  }

  @Test
  void whatMayBeLeftOutIsLeftOutInTheMiddleOfATokenToo() {
    Vocabulary vocabulary =
        Vocabularies.ofTexts(List.of("a", "b", "c", "(", ")", "cab)", "c(ca)ab)", "cab("));
    // Behind a word comes a parenthesis or nothing; "ab)" can be told from the word by neither.
    String grammar = "root ::= r \"ab)\"\nr ::= x y?\ny ::= \"(\" r \")\"\nx ::= [a-z]*";
    CompiledConstraint.State state =
        CompiledGrammar.of(GbnfParser.parse(grammar), "root", vocabulary).start();
    TokenMask mask = new TokenMask(vocabulary.size());
    state.fillMask(mask);
    for (int id = 0; id < vocabulary.size(); id++) {
      assertThat(mask.contains(id)).as(vocabulary.describe(id)).isEqualTo(state.allows(id));
    }
    assertThat(mask.contains(5)).isTrue();
  }

  private static Vocabulary randomVocabulary(Random r) {
    List<byte[]> tokens = new ArrayList<>();
    for (int i = 0, n = 4 + r.nextInt(12); i < n; i++) {
      byte[] token = new byte[1 + r.nextInt(4)];
      for (int k = 0; k < token.length; k++) {
        token[k] = (byte) ('a' + r.nextInt(3));
      }
      tokens.add(token);
    }
    return Vocabularies.of(tokens);
  }

  private static byte[] join(byte[] text, byte[] token) {
    byte[] both = Arrays.copyOf(text, text.length + token.length);
    System.arraycopy(token, 0, both, text.length, token.length);
    return both;
  }

  @Test
  void masksOverRandomVocabulariesEqualTheNaiveRecogniser() {
    int grammars = 0;
    int allowed = 0;
    int refused = 0;
    for (int seed = 0; seed < 2450; seed++) {
      Random r = new Random(seed * 31L + 7);
      Map<String, Syntax> grammar = randomGrammar(r);
      Vocabulary vocabulary = randomVocabulary(r);
      CompiledGrammar compiled;
      try {
        compiled = CompiledGrammar.of(grammar, "r0", vocabulary);
      } catch (EspalierException e) {
        continue; // derives nothing
      }
      grammars++;
      NaiveRecogniser naive = new NaiveRecogniser(grammar);
      CompiledConstraint.State state = compiled.start();
      byte[] text = {};
      List<CompiledConstraint.State> passed = new ArrayList<>();
      List<byte[]> texts = new ArrayList<>();
      for (int k = 0; k < 3 && state != null; k++) {
        passed.add(state);
        texts.add(text);
        TokenMask mask = new TokenMask(vocabulary.size());
        state.fillMask(mask);
        List<Integer> next = new ArrayList<>();
        for (int id = 0; id < vocabulary.size(); id++) {
          if (!vocabulary.isText(id)) {
            continue;
          }
          naive.read(join(text, vocabulary.bytes(id)));
          boolean expected = naive.isPrefix("r0");
          if (mask.contains(id) != expected || state.allows(id) != expected) {
            String what = "seed " + seed + ", step " + k + ", " + vocabulary.describe(id);
            assertThat(mask.contains(id)).as(what).isEqualTo(expected);
            assertThat(state.allows(id)).as(what).isEqualTo(expected);
          }
          allowed += expected ? 1 : 0;
          refused += expected ? 0 : 1;
          if (expected) {
            next.add(id);
          }
        }
        int id = next.isEmpty() ? -1 : next.get(r.nextInt(next.size()));
        state = id < 0 ? null : state.advance(id);
        text = id < 0 ? text : join(text, vocabulary.bytes(id));
      }
      // Any state that was passed is what a fresh reading comes to, whatever was read since.
      for (int k = 0; k < passed.size() && seed % 8 == 0; k++) {
        TokenMask again = new TokenMask(vocabulary.size());
        TokenMask fresh = new TokenMask(vocabulary.size());
        passed.get(k).fillMask(again);
        CompiledConstraint.State replay = CompiledGrammar.of(grammar, "r0", vocabulary).start();
        after(replay, texts.get(k)).fillMask(fresh);
        assertThat(again.words()).as("seed %d", seed).isEqualTo(fresh.words());
      }
    }
    System.out.printf("%d grammars, %d allowed, %d refused%n", grammars, allowed, refused);
    assertThat(grammars).isGreaterThan(2000);
    assertThat(allowed).isGreaterThan(5_000);
    assertThat(refused).isGreaterThan(20_000);
  }

  private static CompiledGrammar gbnf(String source) {
    return CompiledGrammar.of(GbnfParser.parse(source), "root", LETTERS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "root ::= root root | \"a\"",
        "root ::= root root root | root root | \"a\" |",
        "root ::= root \"a\" | \"a\"",
        "root ::= \"a\" root | \"a\"",
        "root ::= x root \"a\" | \"a\"\nx ::= \"\" | \"b\"",
        "root ::= x \"a\" | \"a\"\nx ::= y\ny ::= root",
      })
  void recursionOfEveryKindNeedsFewStates(String grammar) {
    CompiledGrammar compiled = gbnf(grammar);
    CompiledConstraint.State state = compiled.start();
    for (int i = 0; i < 3000; i++) {
      state = state.step((byte) 'a');
      assertThat(state).isNotNull();
    }
    assertThat(state.mayEnd()).isTrue();
    assertThat(compiled.size()).isLessThan(12);
  }

  @Test
  void deepNestingCostsTheSameAtEveryDepth() {
    CompiledGrammar compiled = gbnf("root ::= \"a\" root \"b\" | \"c\"");
    CompiledConstraint.State state = compiled.start();
    int depth = 20_000;
    for (int i = 0; i < depth; i++) {
      state = state.step((byte) 'a');
    }
    state = state.step((byte) 'c');
    for (int i = 0; i < depth; i++) {
      assertThat(state.mayEnd()).isFalse();
      state = state.step((byte) 'b');
    }
    assertThat(state.mayEnd()).isTrue();
    assertThat(state.step((byte) 'b')).isNull();
  }

  @Test
  void equalPlacesAreEqualStates() {
    CompiledConstraint.State start = gbnf("root ::= [ab]+ \"c\" root?").start();
    CompiledConstraint.State x = after(start, "abc".getBytes(StandardCharsets.UTF_8));
    CompiledConstraint.State y = after(start, "abbacbc".getBytes(StandardCharsets.UTF_8));
    assertThat(x).isEqualTo(y);
  }

  @Test
  void manyThreadsAgreeWithOne() throws Exception {
    String grammar = "root ::= root root | \"a\" root \"b\" | [abc]{2,4} \"c\" | x\nx ::= \"b\" x?";
    CompiledGrammar alone = gbnf(grammar);
    CompiledGrammar shared = gbnf(grammar);
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Future<Boolean>> results = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        int seed = t % 4;
        results.add(pool.submit(() -> walk(shared, alone, seed)));
      }
      for (Future<Boolean> f : results) {
        assertThat(f.get()).isTrue();
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private static boolean walk(CompiledGrammar shared, CompiledGrammar alone, int seed) {
    Random r = new Random(seed);
    CompiledConstraint.State x = shared.start();
    CompiledConstraint.State y = alone.start();
    for (int i = 0; i < 60; i++) {
      TokenMask a = new TokenMask(LETTERS.size());
      TokenMask b = new TokenMask(LETTERS.size());
      x.fillMask(a);
      y.fillMask(b);
      if (!Arrays.equals(a.words(), b.words()) || a.cardinality() == 0) {
        return false;
      }
      int id = r.nextInt(LETTERS.size());
      while (!a.contains(id)) {
        id = (id + 1) % LETTERS.size();
      }
      x = x.advance(id);
      y = y.advance(id);
    }
    return true;
  }

  @Test
  void saysWhatIsForcedAndWhatIsExpected() {
    CompiledGrammar compiled = gbnf("root ::= \"abc\" (number | root \"b\")\nnumber ::= [ab]+");
    CompiledConstraint.State start = compiled.start();
    assertThat(new String(start.forced().bytes(), StandardCharsets.UTF_8)).isEqualTo("abc");
    assertThat(start.explain()).isEqualTo("\"abc\"");
    CompiledConstraint.Check check = compiled.check("abcc");
    assertThat(check.offset()).isEqualTo(3);
    assertThat(check.expected()).isEqualTo("number, \"abc\"");
  }

  @Test
  void refusesAGrammarWithoutTexts() {
    assertThatThrownBy(() -> gbnf("root ::= \"a\" root"))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("root");
  }
}
