package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LogitHistogramTest {
  private static final int V = 20_000;

  /** Every float z in ±[2⁻³⁰, 2⁻⁸] is tried; the two roundings before it are counted apart. */
  @Test
  void theRestIsWithinItsBoundForEveryFloat() {
    int first = Float.floatToRawIntBits(0x1p-30f);
    int last = Float.floatToRawIntBits(0x1p-8f);
    double worst = 0;
    for (int bits = first; bits <= last; bits++) {
      float z = Float.intBitsToFloat(bits);
      worst = Math.max(worst, Math.abs(LogitHistogram.expLessOne(z) - expLessOne(z)));
      worst = Math.max(worst, Math.abs(LogitHistogram.expLessOne(-z) - expLessOne(-z)));
    }
    System.out.println("LogitHistogram: largest error of a rest over all floats " + worst);
    double ofZ = 2 * 0x1p-24 / 256;
    assertThat((worst + ofZ) * Math.exp(1 / 256.0)).isLessThan(LogitHistogram.ERROR * 0.9);
    assertThat(worst).isGreaterThan(1e-10);
  }

  private static double expLessOne(double z) {
    return z * (1 + z * (1 / 2.0 + z * (1 / 6.0 + z * (1 / 24.0 + z * (1 / 120.0)))));
  }

  /** Masses of cells against sums of tokens, and tokens of cells against a walk. */
  @Test
  void massesAndTokensOfCellsAreThoseOfTheRow() {
    var random = new SplittableRandom(5);
    LogitHistogram histogram = new LogitHistogram();
    DenseRow row = new DenseRow(V);
    for (double nats : new double[] {0.3, 2, 5, 8}) {
      for (double scale : new double[] {1, 0.37, 2.5, 1e-3, 90}) {
        float[] x = Rows.withEntropy(V, nats, 3);
        float shift = (float) (50 * random.nextDouble() - 25);
        for (int i = 0; i < V; i++) {
          x[i] = i % 50 == 7 ? Float.NEGATIVE_INFINITY : x[i] + shift;
        }
        row.load(LogitsRow.of(x), null);
        float max = -Float.MAX_VALUE;
        for (float y : x) {
          max = Math.max(max, y);
        }
        String what = nats + " nats, scale " + scale;
        assertThat(histogram.fill(row, max, scale)).as(what).isTrue();
        double all = 0;
        for (float y : x) {
          all += FastExp.exp((y - (double) max) * scale);
        }
        assertThat(histogram.sum()).as(what).isCloseTo(all, within(LogitHistogram.ERROR * all));
        double reached = 0;
        int cells = 0;
        for (int cell = 0; cell < histogram.end() && cells < 40; cell++) {
          if (histogram.above(cell + 1) > histogram.above(cell)) {
            cells++;
            int found = histogram.collect(row, cell);
            assertThat(found).as(what).isPositive();
            long[] keys = Arrays.copyOf(histogram.keys(), found);
            double mass = 0;
            for (long key : keys) {
              assertThat(x[Keys.id(key)]).as(what).isEqualTo(Keys.logit(key));
              mass += FastExp.exp((Keys.logit(key) - (double) max) * scale);
            }
            assertThat(histogram.above(cell))
                .as("%s: above %d", what, cell)
                .isCloseTo(reached, within(LogitHistogram.ERROR * reached));
            reached += mass;
            if (mass > 1e-8 * reached) {
              assertThat(histogram.reaching(reached - mass / 2)).as(what).isEqualTo(cell);
            }
          }
        }
      }
    }
    assertThat(histogram.fill(row, 1e6f, 1)).as("logits far from 0 have no cells").isFalse();
  }
}
