package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Thresholds put between what floats say and what is: there the double path must decide. Each test
 * also counts how often the floats alone would have been wrong, so that it says something.
 */
class MarginTest {
  private static final int V = 20_000;
  private static final double[] ENTROPIES = {0.3, 2, 5, 8};

  /** Relative; the histogram is right within 1.2e-9, sums of doubles within 1e-14. */
  private static final double OFF = 2e-13;

  private final Candidates fast = new Candidates(V);
  private final Candidates exact = new Candidates(V, Integer.MAX_VALUE);

  private void load(float[] row) {
    fast.load(LogitsRow.of(row), null);
    exact.load(LogitsRow.of(row), null);
  }

  /** ln p of a token by the float normaliser is above the threshold, by the exact one below. */
  @Test
  void aProbabilityIsComparedWithTheExactNormaliser() {
    int wrong = 0;
    for (double nats : ENTROPIES) {
      for (int seed = 0; seed < 10; seed++) {
        float[] row = Rows.withEntropy(V, nats, seed);
        load(row);
        double rough = fast.logSumExp();
        double right = exact.exactLogSumExp();
        for (int rank : new int[] {3, 40, 400, 2500}) {
          load(row);
          exact.rank(rank + 1);
          int token = exact.ranked(rank);
          double threshold = row[token] - (rough + right) / 2;
          if (Math.abs(rough - right) < 1e-11) {
            continue; // no room for a threshold between them
          }
          boolean stays = row[token] - right >= threshold;
          wrong += row[token] - rough >= threshold != stays ? 1 : 0;
          fast.keepProbable(threshold, 1);
          exact.keepProbable(threshold, 1);
          String what = nats + " nats, row " + seed + ", rank " + rank;
          assertThat(fast.contains(token)).as(what).isEqualTo(stays);
          assertThat(fast.count()).as(what).isEqualTo(exact.count());
        }
      }
    }
    assertThat(wrong).as("tokens on the wrong side by floats").isGreaterThan(100);
  }

  /** The mass up to a token is above the wanted share by floats, below it in truth. */
  @Test
  void theMassOfANucleusIsComparedWithTheExactNormaliser() {
    int wrong = 0;
    for (double nats : ENTROPIES) {
      for (int seed = 0; seed < 10; seed++) {
        float[] row = Rows.withEntropy(V, nats, seed);
        load(row);
        double rough = Math.exp(fast.logSumExp() - fast.max());
        double right = Math.exp(exact.exactLogSumExp() - exact.max());
        for (int rank : new int[] {1, 20, 300, 1500, 6000}) {
          double reached = mass(row, rank);
          double next = mass(row, rank + 1) - reached;
          double share = reached / ((rough + right) / 2);
          double between = Math.abs(rough - right);
          if (share < 1 && between > 1e-12 * right && between < next) {
            boolean enough = reached >= share * right;
            wrong += reached >= share * rough != enough ? 1 : 0;
            nucleus(row, share, rank, enough, nats + " nats, row " + seed + ", rank " + rank);
          }
        }
      }
    }
    assertThat(wrong).as("nuclei of another size by floats").isGreaterThan(100);
  }

  /** Σ exp(x − max) of the best {@code rank} + 1 tokens. */
  private static double mass(float[] row, int rank) {
    float[] sorted = row.clone();
    Arrays.sort(sorted);
    double sum = 0;
    for (int i = 0; i <= rank; i++) {
      sum += FastExp.exp(sorted[V - 1 - i] - (double) sorted[V - 1]);
    }
    return sum;
  }

  private void nucleus(float[] row, double share, int rank, boolean enough, String what) {
    load(row);
    fast.keepMass(share, 1);
    exact.keepMass(share, 1);
    assertThat(fast.count()).as(what).isEqualTo(exact.count());
    assertThat(fast.count()).as(what).isEqualTo(enough ? rank + 1 : rank + 2);
  }

  /** Wide nuclei come from a histogram of floats, which is a thousand times better, not exact. */
  @Test
  void theHistogramOfFloatsDoesNotDecideWithinItsMargin() {
    var random = new SplittableRandom(3);
    int wrong = 0;
    LogitHistogram histogram = new LogitHistogram();
    DenseRow dense = new DenseRow(V);
    for (int seed = 0; seed < 6; seed++) {
      float[] row = Rows.withEntropy(V, 8.5, seed);
      load(row);
      double sum = Math.exp(exact.exactLogSumExp() - exact.max());
      dense.load(LogitsRow.of(row), null);
      assertThat(histogram.fill(dense, (float) exact.max(), 1)).isTrue();
      for (int i = 0; i < 12; i++) {
        int rank = 4000 + random.nextInt(6000);
        double share = mass(row, rank) / sum * (1 + (i % 2 == 0 ? OFF : -OFF));
        wrong += byHistogram(histogram, dense, share) != (i % 2 == 0 ? rank + 2 : rank + 1) ? 1 : 0;
        nucleus(row, share, rank, i % 2 != 0, "row " + seed + ", rank " + rank);
      }
    }
    assertThat(wrong).as("nuclei of another size by the histogram").isPositive();
  }

  /** How many tokens the histogram would keep if there were no margin. */
  private static int byHistogram(LogitHistogram histogram, DenseRow row, double share) {
    double target = share * histogram.sum();
    int cell = histogram.reaching(target);
    int kept = 0;
    for (int above = 0; above < cell; above++) {
      if (histogram.above(above + 1) > histogram.above(above)) {
        kept += histogram.collect(row, above);
      }
    }
    int found = histogram.collect(row, cell);
    long[] keys = Arrays.copyOf(histogram.keys(), found);
    Arrays.sort(keys);
    double reached = histogram.above(cell);
    double max = Double.NEGATIVE_INFINITY;
    for (int id = 0; id < V; id++) {
      max = Math.max(max, row.logit(id));
    }
    for (int i = 0; i < found && reached < target; i++) {
      reached += FastExp.exp(Keys.logit(keys[i]) - max);
      kept++;
    }
    return kept;
  }

  /** The typical set's mass, in the order of the exact entropy, against the float's. */
  @Test
  void theTypicalSetIsThatOfTheExactEntropy() {
    int wrong = 0;
    for (double nats : ENTROPIES) {
      for (int seed = 0; seed < 8; seed++) {
        float[] row = Rows.withEntropy(V, nats, seed);
        load(row);
        Typical rough = new Typical(row, fast.entropy(), fast.logSumExp());
        Typical right = new Typical(row, exact.exactEntropy(), exact.exactLogSumExp());
        for (int size : new int[] {2, 30, 700, 5000}) {
          for (double off : new double[] {-1e-9, 1e-9}) {
            double share = right.reached[size - 1] * (1 + off);
            if (share < 1) {
              wrong += rough.size(share) != right.size(share) ? 1 : 0;
              load(row);
              fast.keepTypical(share, 1, false);
              exact.keepTypical(share, 1, false);
              String what = nats + " nats, row " + seed + ", " + size + " tokens";
              assertThat(exact.count()).as(what).isEqualTo(right.size(share));
              assertThat(fast.count()).as(what).isEqualTo(exact.count());
            }
          }
        }
      }
    }
    assertThat(wrong).as("typical sets of another size by floats").isPositive();
  }

  /** The tokens by their distance from the entropy, with the mass reached. */
  private static final class Typical {
    final double[] distances = new double[V];
    final double[] reached = new double[V];

    Typical(float[] row, double entropy, double logSumExp) {
      Integer[] ids = new Integer[V];
      double[] distance = new double[V];
      for (int id = 0; id < V; id++) {
        ids[id] = id;
        distance[id] = Math.abs(logSumExp - row[id] - entropy);
      }
      Arrays.sort(
          ids,
          (a, b) -> distance[a] == distance[b] ? a - b : Double.compare(distance[a], distance[b]));
      double sum = 0;
      for (int i = 0; i < V; i++) {
        sum += Math.exp(row[ids[i]] - logSumExp);
        distances[i] = distance[ids[i]];
        reached[i] = sum;
      }
    }

    /** How many are kept for a share, equals of the last one included. */
    int size(double share) {
      int i = 0;
      while (i < V - 1 && reached[i] < share) {
        i++;
      }
      while (i < V - 1 && distances[i + 1] == distances[i]) {
        i++;
      }
      return i + 1;
    }
  }
}
