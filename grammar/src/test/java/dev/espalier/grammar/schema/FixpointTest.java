package dev.espalier.grammar.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.BudgetExceededException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Questions in circles against the plain iteration of their equations. */
class FixpointTest {
  /** Holds if all questions of one of the clauses hold. */
  private record Equation(List<int[]> clauses) {
    boolean holds(boolean[] values) {
      return clauses.stream().anyMatch(c -> Arrays.stream(c).allMatch(i -> values[i]));
    }
  }

  private static List<Equation> random(Random r, int n) {
    List<Equation> out = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      List<int[]> clauses = new ArrayList<>();
      for (int c = r.nextInt(3); c > 0; c--) {
        clauses.add(r.ints(r.nextInt(8) == 0 ? 0 : 1 + r.nextInt(3), 0, n).toArray());
      }
      out.add(new Equation(clauses));
    }
    return out;
  }

  private static boolean[] iterated(List<Equation> equations) {
    boolean[] values = new boolean[equations.size()];
    for (boolean changed = true; changed; ) {
      changed = false;
      for (int i = 0; i < values.length; i++) {
        if (!values[i] && equations.get(i).holds(values)) {
          values[i] = true;
          changed = true;
        }
      }
    }
    return values;
  }

  private static final class Asking {
    final Fixpoint answers = new Fixpoint();
    final Fixpoint.Table<Integer, Boolean> table = new Fixpoint.Table<>();
    final Fixpoint.Table<Integer, String> shown = new Fixpoint.Table<>();
    final List<Equation> equations;
    int looks;

    Asking(List<Equation> equations) {
      this.equations = equations;
    }

    boolean ask(int i) {
      return answers.ask(table, i, () -> holds(equations.get(i)));
    }

    private boolean holds(Equation equation) {
      looks++;
      for (int[] clause : equation.clauses) {
        boolean all = true;
        for (int k = 0; all && k < clause.length; k++) {
          all = find(clause[k]).equals("yes");
        }
        if (all) {
          return true;
        }
      }
      return false;
    }

    String find(int i) {
      return answers.find(shown, i, () -> ask(i) ? "yes" : "no");
    }
  }

  @Test
  void answersAreTheLeastFixpoint() {
    long seed = 20261121;
    Random r = new Random(seed);
    int yes = 0;
    int no = 0;
    for (int round = 0; round < 5000; round++) {
      List<Equation> equations = random(r, 2 + r.nextInt(12));
      boolean[] expected = iterated(equations);
      Asking asking = new Asking(equations);
      for (int k = 0; k < 20; k++) {
        int i = r.nextInt(expected.length);
        assertThat(asking.ask(i))
            .as("seed %d round %d: x%d", seed, round, i)
            .isEqualTo(expected[i]);
        yes += expected[i] ? 1 : 0;
        no += expected[i] ? 0 : 1;
      }
    }
    assertThat(yes).isGreaterThan(1000);
    assertThat(no).isGreaterThan(1000);
  }

  @Test
  void circlesCostNoExponentialTime() {
    // Everybody asks everybody: without answers that are kept meanwhile this takes n! looks.
    int n = 60;
    int[] all = java.util.stream.IntStream.range(0, n).toArray();
    List<Equation> equations = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      List<int[]> clauses = new ArrayList<>();
      for (int j : all) {
        clauses.add(new int[] {j});
      }
      equations.add(new Equation(clauses));
    }
    Asking asking = new Asking(equations);
    assertThat(asking.ask(0)).isFalse();
    assertThat(asking.looks).isLessThanOrEqualTo(n);
  }

  @Test
  void anUndecidedQuestionSaysSoAndLeavesNothingBehind() {
    List<Equation> chain = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      chain.add(new Equation(List.of(new int[] {i + 1})));
    }
    chain.add(new Equation(List.of(new int[0])));
    Asking asking = new Asking(chain);
    assertThatThrownBy(() -> asking.ask(0))
        .isInstanceOf(BudgetExceededException.class)
        .hasMessageContaining("depth");
    assertThat(asking.ask(800)).isTrue();
    assertThat(asking.ask(500)).isTrue();
  }
}
