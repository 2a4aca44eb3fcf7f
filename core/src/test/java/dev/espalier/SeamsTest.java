package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Feeds, trees, windows and random numbers: the small contracts the loop and models rely on. */
class SeamsTest {
  private final ToyLm model = ToyLm.of("a", "b", "c", "d");

  @Test
  void aTreeGivesTheRowsOfEachOfItsPaths() {
    try (LmSequence sequence = model.open()) {
      model.forward(List.of(Feed.of(sequence, 2, 3).rows(Feed.Rows.NONE))).close();
      // 4 → (5, 2), 2 → 3 beside it
      Feed tree = Feed.of(sequence, 4, 5, 2, 2, 3).tree(-1, 0, 0, -1, 3).rows(Feed.Rows.ALL);
      assertThat(tree.position(2)).isEqualTo(3);
      assertThat(tree.position(4)).isEqualTo(3);
      try (ForwardOutput out = model.forward(List.of(tree))) {
        assertThat(row(out, 2)).isEqualTo(model.logitsAfter(List.of(2, 3, 4, 2)));
        assertThat(row(out, 4)).isEqualTo(model.logitsAfter(List.of(2, 3, 2, 3)));
      }
      sequence.keep(2, new int[] {2, 4});
      try (ForwardOutput out = model.forward(List.of(Feed.of(sequence, 5)))) {
        assertThat(row(out, 0)).isEqualTo(model.logitsAfter(List.of(2, 3, 4, 2, 5)));
      }
    }
    model.assertNothingOpen();
  }

  private static float[] row(ForwardOutput out, int i) {
    float[] row = new float[out.logits(0, i).size()];
    out.logits(0, i).host().get(row);
    return row;
  }

  @Test
  void malformedFeedsAreRefused() {
    try (LmSequence sequence = model.open()) {
      assertThatThrownBy(() -> Feed.of(sequence)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> Feed.of(sequence, 1, 2).tree(-1, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("token 1");
      assertThatThrownBy(
              () ->
                  Feed.of(sequence, 1, 2)
                      .attention(new int[] {0, 1}, new boolean[][] {{true, false}, {true, false}}))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aWindowKeepsItsHeadAndTheNewerHalf() {
    int[] all = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    assertThat(ContextOverflow.slide(2).slide(all, 8)).containsExactly(0, 1, 7, 8, 9);
    assertThat(ContextOverflow.slide(0).slide(all, 8)).containsExactly(6, 7, 8, 9);
    assertThat(ContextOverflow.slide(100).slide(all, 8)).hasSizeLessThanOrEqualTo(8);
  }

  @Test
  void randomNumbersAreAFunctionOfSeedStepAndIndex() {
    CounterRandom random = CounterRandom.of(42);
    assertThat(random.split(3).uniform(5)).isEqualTo(CounterRandom.of(42).split(3).uniform(5));
    assertThat(random.split(3).uniform(5)).isNotEqualTo(random.split(5).uniform(3));
    int n = 200_000;
    double sum = 0;
    double squares = 0;
    double lag = 0;
    double previous = 0.5;
    for (int step = 0; step < n; step++) {
      double u = random.split(step).uniform(0);
      assertThat(u).isBetween(0.0, Math.nextDown(1.0));
      sum += u;
      squares += u * u;
      lag += (u - 0.5) * (previous - 0.5);
      previous = u;
    }
    // Mean 1/2, second moment 1/3, no correlation between neighbouring steps; five sigma each.
    assertThat(Math.abs(sum / n - 0.5)).isLessThan(5 * Math.sqrt(1.0 / 12 / n));
    assertThat(Math.abs(squares / n - 1.0 / 3)).isLessThan(5 * Math.sqrt(4.0 / 45 / n));
    assertThat(Math.abs(lag / n)).isLessThan(5 / 12.0 / Math.sqrt(n));
  }

  @Test
  void aCheckSaysHowFarATextIsGood() {
    CompiledConstraint constraint = TextSet.of("abé", "abc").compile(model.vocabulary());
    assertThat(constraint.check("abé").accepted()).isTrue();
    assertThat(constraint.check("ab").verdict())
        .isEqualTo(CompiledConstraint.Check.Verdict.ACCEPTED_SO_FAR);
    CompiledConstraint.Check refused = constraint.check("abx");
    assertThat(refused.verdict()).isEqualTo(CompiledConstraint.Check.Verdict.REFUSED);
    assertThat(refused.offset()).isEqualTo(2);
    assertThat(refused.expected()).isEqualTo("one of 2 texts");
    CompiledConstraint.Check half = TextSet.of("a?").compile(model.vocabulary()).check("a\uD83D");
    assertThat(half.verdict()).isEqualTo(CompiledConstraint.Check.Verdict.REFUSED);
    assertThat(half.offset()).isEqualTo(1);
  }
}
