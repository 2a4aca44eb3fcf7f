package dev.espalier.grammar.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.Vocabulary;
import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.Expr;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Masks and what leaves a lexeme, against stepping over every token. */
class LexemeMaskTest {
  /** Short tokens of three letters, and runs of up to forty, as rules and indentation are. */
  private static final Vocabulary LONG = longOnes();

  private static Vocabulary longOnes() {
    Set<String> all = new TreeSet<>(List.of("a", "b", "c"));
    Random r = new Random(5);
    while (all.size() < 400) {
      StringBuilder s = new StringBuilder();
      int length = r.nextInt(3) == 0 ? 1 + r.nextInt(40) : 1 + r.nextInt(5);
      String letters = r.nextInt(3) == 0 ? "abc" : r.nextBoolean() ? "aaaaaaaaab" : "ab";
      for (int i = 0; i < length; i++) {
        s.append(letters.charAt(r.nextInt(letters.length())));
      }
      all.add(s.toString());
    }
    return Vocabularies.ofTexts(all);
  }

  private static Expr letter(Random r) {
    int from = 'a' + r.nextInt(3);
    return Expr.bytes(ByteSet.range(from, from + r.nextInt(2)));
  }

  private static Expr words(Random r) {
    List<byte[]> texts = new ArrayList<>();
    for (int n = 2 + r.nextInt(30); n > 0; n--) {
      StringBuilder s = new StringBuilder();
      for (int k = 1 + r.nextInt(6); k > 0; k--) {
        s.append((char) ('a' + r.nextInt(3)));
      }
      texts.add(s.toString().getBytes(StandardCharsets.UTF_8));
    }
    return Expr.oneOf(texts);
  }

  private static Expr random(Random r, int depth) {
    return switch (r.nextInt(depth == 0 ? 3 : 7)) {
      case 0 -> letter(r);
      case 1 -> words(r);
      case 2 -> {
        int min = r.nextInt(3);
        yield Expr.repeat(letter(r), min, min + 1 + r.nextInt(45));
      }
      case 3 -> Expr.or(random(r, depth - 1), random(r, depth - 1));
      case 4 -> Expr.repeat(random(r, depth - 1), r.nextInt(2), 1 + r.nextInt(3));
      default -> Expr.seq(random(r, depth - 1), random(r, depth - 1));
    };
  }

  private static byte[] bytes(int token) {
    byte[] bytes = new byte[LONG.byteLength(token)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = LONG.byteAt(token, i);
    }
    return bytes;
  }

  @Test
  void agreesWithSteppingOverEveryToken() {
    TokenTables tables = TokenTables.of(LONG);
    int masks = 0;
    int many = 0;
    for (int seed = 0; seed < 200; seed++) {
      Random r = new Random(seed);
      LexemeState state = Lexeme.of(random(r, 3), tables).start();
      for (int walk = 0; walk < 4 && !state.isDead(); walk++) {
        String at = "seed " + seed + " at " + state.expr();
        LexemeMask mask = state.mask();
        Set<Integer> staying = new TreeSet<>();
        Set<String> forced = new TreeSet<>();
        Set<String> leaving = new TreeSet<>();
        for (int t = 0; t < LONG.size(); t++) {
          if (LONG.isText(t)) {
            read(state, t, staying, forced, leaving);
          }
        }
        assertThat(tokens(mask)).as(at).isEqualTo(staying);
        assertThat(suffixes(mask.residual(false))).as(at).isEqualTo(forced);
        assertThat(suffixes(mask.residual(true))).as(at).isEqualTo(leaving);
        assertThat(!mask.isClosed() || leaving.isEmpty()).as(at).isTrue();
        masks++;
        many += staying.size() > 3 ? 1 : 0;
        for (int n = r.nextInt(12); n >= 0 && !state.isDead(); n--) {
          ByteSet first = state.first();
          int b = first.next('a' + r.nextInt(3));
          state = state.step(b < 0 ? first.next(0) < 0 ? 'a' : first.next(0) : b);
        }
      }
    }
    assertThat(masks).isGreaterThan(400);
    assertThat(many).isGreaterThan(150);
  }

  private static void read(
      LexemeState from, int token, Set<Integer> staying, Set<String> forced, Set<String> leaving) {
    byte[] bytes = bytes(token);
    LexemeState s = from;
    Set<String> ends = new HashSet<>();
    for (int i = 0; i < bytes.length; i++) {
      LexemeState next = s.step(bytes[i] & 0xFF);
      if (i > 0 && s.accepts()) {
        String suffix = new String(bytes, i, bytes.length - i, StandardCharsets.UTF_8);
        ends.add(suffix + " " + token);
        if (next.isDead()) {
          forced.add(suffix + " " + token);
        }
      }
      if (next.isDead()) {
        leaving.addAll(ends);
        return;
      }
      s = next;
    }
    staying.add(token);
  }

  private static Set<Integer> tokens(LexemeMask mask) {
    Set<Integer> found = new TreeSet<>();
    for (int id : mask.ids()) {
      found.add(id);
    }
    long[] bits = mask.bits();
    for (int t = 0; bits != null && t < LONG.size(); t++) {
      if ((bits[t >>> 6] & (1L << t)) != 0) {
        found.add(t);
      }
    }
    return found;
  }

  private static Set<String> suffixes(ResidualTrie trie) {
    Set<String> found = new TreeSet<>();
    collect(trie, "", found);
    return found;
  }

  private static void collect(ResidualTrie trie, String read, Set<String> out) {
    for (ResidualTrie child : trie.children()) {
      String more = read + (char) child.byteRead();
      for (int token : child.tokens()) {
        out.add(more + " " + token);
      }
      collect(child, more, out);
    }
  }
}
