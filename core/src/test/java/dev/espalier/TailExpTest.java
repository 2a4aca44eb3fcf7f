package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TailExpTest {
  /** Further above {@link TailExp#TOP} than a rounded constant can move an argument. */
  private static final double MARGIN = 3e-4;

  /**
   * Every float u in [2⁻³⁰, TOP + MARGIN]; below, u is lost beside the constants of the polynomial.
   */
  @Test
  void theBoundHoldsForEveryFloat() {
    int first = Float.floatToRawIntBits(0x1p-30f);
    int last = Float.floatToRawIntBits((float) (TailExp.TOP + MARGIN));
    double worst = 0;
    double slack = 0;
    for (int bits = first; bits <= last; bits++) {
      float u = Float.intBitsToFloat(bits);
      double exact = exp(u);
      double error = Math.abs(TailExp.power(u) - exact);
      slack = Math.max(slack, error - TailExp.POWER_ERROR * exact);
      worst = Math.max(worst, error / Math.max(exact, 2.5e-4));
    }
    System.out.printf("TailExp.power: slack %.3g, else relative error %.3g%n", slack, worst);
    assertThat(slack).isBetween(1e-10, TailExp.SLACK - 1e-15);
    assertThat(worst).isBetween(1e-6, TailExp.POWER_ERROR);
    float floor = TailExp.power(0);
    for (int bits = 0; bits < first; bits++) {
      if (TailExp.power(Float.intBitsToFloat(bits)) != floor) {
        assertThat(TailExp.power(Float.intBitsToFloat(bits)))
            .isCloseTo(floor, within(1e-5f * floor));
      }
    }
    assertThat((double) floor).isLessThan(TailExp.SLACK / 1000);
  }

  /** exp((u − TOP) / SLOPE). */
  private static double exp(float u) {
    double y = (u - TailExp.TOP) / TailExp.SLOPE;
    return y <= 0 ? FastExp.exp(y) : 1 / FastExp.exp(-y);
  }

  /** Far from zero too, where the constant is rounded coarsely and the factor makes up for it. */
  @Test
  void termsAreWithinTheirBoundWhereverTheCapLies() {
    var random = new SplittableRandom(4);
    TailExp tail = new TailExp();
    double farthest = 0;
    for (int round = 0; round < 2000; round++) {
      double scale = Math.exp(8 * random.nextDouble() - 4);
      double size = Math.exp(Math.log(9e4 / scale) * random.nextDouble());
      float cap = (float) (random.nextBoolean() ? size : -size);
      assertThat(TailExp.holds(cap, scale)).isTrue();
      tail.set(cap, scale);
      farthest = Math.max(farthest, Math.abs(tail.factor() - 1));
      for (int i = 0; i < 500; i++) {
        float x = Math.min(cap, (float) (cap - 45 * random.nextDouble() / scale));
        double exact = FastExp.exp((x - (double) cap) * scale);
        double term = tail.factor() * tail.term(x);
        if (!(Math.abs(term - exact) <= TailExp.ERROR * exact + 1.01 * TailExp.SLACK)) {
          assertThat(term).as("exp((%s - %s) * %s)", x, cap, scale).isEqualTo(exact);
        }
      }
    }
    assertThat(farthest).isBetween(1e-3, 1e-2);
    assertThat(TailExp.holds(1000, 101)).isFalse();
  }

  @Test
  void theLoopsAddTheTerms() {
    var random = new SplittableRandom(5);
    int size = 3 * BlockIndex.PLANE + 5000;
    float[] x = new float[size];
    for (int i = 0; i < size; i++) {
      x[i] = (float) (20 * random.nextGaussian());
    }
    TailExp tail = new TailExp();
    tail.set(40, 0.7);
    float[] sums = new float[BlockIndex.PLANE];
    tail.add(x, size, 4096, 8192, sums);
    for (int i = 0; i < sums.length; i++) {
      float expected = 0;
      for (int j = i; j < size && i >= 4096 && i < 8192; j += BlockIndex.PLANE) {
        expected += tail.term(x[j]);
      }
      assertThat(sums[i]).isEqualTo(expected);
    }
    float[] segment = Arrays.copyOf(x, FastExp.SEGMENT);
    float[] single = new float[FastExp.SEGMENT];
    tail.add(segment, single);
    tail.add(segment, single);
    for (int i = 0; i < single.length; i++) {
      assertThat(single[i]).isEqualTo(2 * tail.term(segment[i]));
    }
    segment[7] = Float.NEGATIVE_INFINITY;
    tail.add(segment, single);
    assertThat(single[7]).isNaN();
  }
}
