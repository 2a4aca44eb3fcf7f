package dev.espalier.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.Candidates;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Top-H decides by bounds of the normaliser where it can; the definition does not. */
class TopHOfLongRowsTest {
  private static final int V = 20_000;
  private static final int TOP = 100;

  @Test
  void theBoundsDecideAsTheDefinitionDoes() {
    int several = 0;
    for (int seed = 0; seed < 60; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      double spread = 0.5 + 2.5 * random.nextDouble();
      float[] row = new float[V];
      for (int i = 0; i < V; i++) {
        double radius = Math.sqrt(-2 * Math.log(1 - random.nextDouble()));
        row[i] = (float) (spread * radius * Math.cos(2 * Math.PI * random.nextDouble()));
      }
      double alpha = 0.05 + 0.9 * random.nextDouble();
      Candidates candidates = Steps.after(Processors.topH(alpha), new int[0], row);
      int kept = kept(row, alpha);
      assertThat(candidates.count()).as("seed %d, alpha %f", seed, alpha).isEqualTo(kept);
      several += kept > 3 && kept < TOP ? 1 : 0;
    }
    assertThat(several).isGreaterThan(20);
  }

  /** In double, from the sorted row. */
  private static int kept(float[] row, double alpha) {
    double[] sorted = new double[V];
    for (int i = 0; i < V; i++) {
      sorted[i] = row[i];
    }
    Arrays.sort(sorted);
    double max = sorted[V - 1];
    double sum = 0;
    for (double x : sorted) {
      sum += Math.exp(x - max);
    }
    double[] terms = new double[TOP];
    for (int i = 0; i < TOP; i++) {
      double lp = sorted[V - 1 - i] - max - Math.log(sum);
      terms[i] = -Math.exp(lp) * lp;
    }
    double bound = alpha * Arrays.stream(terms).sum();
    double reached = terms[0];
    int kept = 1;
    while (kept < TOP && (reached += terms[kept]) <= bound) {
      kept++;
    }
    return kept;
  }
}
