package dev.espalier.grammar.lark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CompiledConstraint;
import dev.espalier.EspalierException;
import dev.espalier.grammar.Grammar;
import dev.espalier.grammar.NearestEnd;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LarkCompletionTest {
  @Test
  void noWayToAnEndIsShorterAndOneIsAlwaysFound() {
    int open = 0;
    int dead = 0; // which nobody could tell
    for (int seed = 0; seed < 800; seed++) {
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
        int nearest = NearestEnd.of(state, 3_000);
        if (nearest < 0 && state.completion() == null) {
          assertThat(compiled.warnings()).as("dead, and nobody said so: " + what).isNotEmpty();
          dead++;
          break;
        }
        int found = NearestEnd.checked(state, what).length();
        if (nearest >= 0) {
          assertThat(found).as(what).isEqualTo(nearest);
        }
        open += found > 1 ? 1 : 0;
        char c = (char) ('a' + r.nextInt(3));
        for (int tries = 0; tries < 2 && state.step((byte) c) == null; tries++) {
          c = (char) ('a' + r.nextInt(3));
        }
        text.append(c);
        state = state.step((byte) c);
      }
    }
    assertThat(open).isGreaterThan(300);
    assertThat(dead).isLessThan(20);
  }
}
