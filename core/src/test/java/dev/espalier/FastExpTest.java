package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FastExpTest {
  private static final int SEGMENT = FastExp.SEGMENT;

  /**
   * Every float u in [2⁻²⁶, ONE] is tried; below, the polynomial's sums no longer see u. The loops
   * round their arguments on top of that, as {@link ExpSums#ERROR} counts.
   */
  @Test
  void theFloatBoundHoldsForEveryFloat() {
    int first = Float.floatToRawIntBits(0x1p-26f);
    int last = Float.floatToRawIntBits(FastExp.ONE);
    double per = 32 / (double) FastExp.ONE;
    double worst = 0;
    for (int bits = first; bits <= last; bits++) {
      float u = Float.intBitsToFloat(bits);
      double exact = FastExp.exp(per * u - 32);
      worst = Math.max(worst, Math.abs(FastExp.power(u) - exact) / exact);
    }
    System.out.println("FastExp.power: largest relative error over all floats " + worst);
    assertThat(worst).isBetween(1e-6, FastExp.FLOAT_ERROR - 1e-15);
    float floor = FastExp.power(0);
    assertThat((double) floor).isCloseTo(Math.exp(-32), within(2e-5 * Math.exp(-32)));
    for (int bits = 0; bits < first; bits++) {
      if (FastExp.power(Float.intBitsToFloat(bits)) != floor) {
        assertThat(FastExp.power(Float.intBitsToFloat(bits)))
            .as("%s", Float.intBitsToFloat(bits))
            .isCloseTo(floor, within(1e-5f * floor));
      }
    }
  }

  /** The loops are the scalar form with an argument rounded three times. */
  @Test
  void theLoopsAreWithinTheBoundOfTheSums() {
    var random = new SplittableRandom(2);
    float[] x = new float[SEGMENT];
    float[] fast = new float[SEGMENT];
    for (int round = 0; round < 400; round++) {
      float max = (float) (100 * random.nextDouble() - 50);
      double scale = Math.exp(4 * random.nextDouble() - 2);
      for (int i = 0; i < SEGMENT; i++) {
        x[i] = Math.min(max, (float) (max - 40 * random.nextDouble() / scale));
      }
      x[0] = max;
      FastExp.floats(x, max, (float) scale, fast);
      for (int i = 0; i < SEGMENT; i++) {
        double exact = FastExp.exp(Math.max(-32, (x[i] - (double) max) * scale));
        if (!(Math.abs(fast[i] - exact) <= ExpSums.ERROR * exact + 1e-15)) {
          assertThat((double) fast[i]).as("exp((%s - %s) * %s)", x[i], max, scale).isEqualTo(exact);
        }
      }
    }
  }

  @Test
  void theScalarFormIsWithinTwoUnitsOfStrictMath() {
    var random = new SplittableRandom(1);
    for (int i = 0; i < 2_000_000; i++) {
      double x = -random.nextDouble() * (i % 3 == 0 ? 690 : i % 3 == 1 ? 40 : 1);
      double exact = StrictMath.exp(x);
      if (!(Math.abs(FastExp.exp(x) - exact) <= 4.5e-16 * exact)) {
        assertThat(FastExp.exp(x)).as("exp(%s)", x).isEqualTo(exact);
      }
    }
    assertThat(FastExp.exp(0)).isEqualTo(1);
    assertThat(FastExp.exp(Double.NEGATIVE_INFINITY)).isEqualTo(0);
  }

  /** Every float in [−64, −2⁻²⁷] as an argument of both double forms. */
  @Test
  void theDoubleBoundsHoldForEveryFloat() {
    int first = Float.floatToRawIntBits(0x1p-27f);
    int last = Float.floatToRawIntBits(64f);
    double[] x = new double[SEGMENT];
    double[] fast = new double[SEGMENT];
    double[] place = new double[SEGMENT];
    double[] factor = new double[SEGMENT];
    double worst = 0;
    double worstSplit = 0;
    for (int from = first; from <= last; from += SEGMENT) {
      for (int i = 0; i < SEGMENT; i++) {
        x[i] = -Float.intBitsToFloat(Math.min(from + i, last));
      }
      FastExp.doubles(x, fast);
      MassHistogram.split(x, place, factor);
      for (int i = 0; i < SEGMENT; i++) {
        double exact = FastExp.exp(x[i]);
        worst = Math.max(worst, Math.abs(fast[i] - exact) / exact);
        double rest = FastExp.exp(x[i] + place[i] / MassHistogram.PER_NAT - 1 / 256.0);
        double shift = FastExp.exp(-1 / 256.0);
        worstSplit = Math.max(worstSplit, Math.abs(factor[i] * shift - rest) / rest);
      }
    }
    System.out.printf(
        "over all floats: doubles %.3g, the histogram's split %.3g%n", worst, worstSplit);
    assertThat(worst).isBetween(1e-15, FastExp.DOUBLE_ERROR);
    // Three roundings of its own, and those of the reference, three times the scalar form.
    assertThat(worstSplit).isBetween(1e-16, 2e-15);
  }

  /**
   * The polynomial against exp on a grid, with what may happen between: g = P(y) · exp(1 − y) − 1
   * has g′ = (P′ − P) · exp(1 − y), and |P′ − P| is at most the sum of its coefficients' sizes.
   */
  @Test
  void thePolynomialOfTheDoubleFormIsNearExpForEveryNumber() {
    double[] c = FastExp.coefficients();
    double slope = Math.abs(c[c.length - 1]);
    for (int k = 0; k + 1 < c.length; k++) {
      slope += Math.abs((k + 1) * c[k + 1] - c[k]);
    }
    int points = 1 << 22; // on either side of 0
    double between = slope * Math.exp(2) / points / 2;
    double worst = 0;
    for (int j = -points; j <= points; j++) {
      double y = j / (double) points;
      double p = c[c.length - 1];
      for (int k = c.length - 2; k >= 0; k--) {
        p = Math.fma(y, p, c[k]);
      }
      double exact = StrictMath.exp(y - 1);
      worst = Math.max(worst, Math.abs(p - exact) / exact);
    }
    System.out.printf("P against exp: %.3g on the grid, %.3g between%n", worst, between);
    // The grid's own arithmetic: P's evaluation 2.2e-15, StrictMath 2.3e-16.
    double polynomial = worst + between + 2.5e-15;
    double argument = 0x1p-53;
    double squarings = 31 * 0x1p-53;
    assertThat(32 * (polynomial + 2.2e-15 + argument) + squarings).isLessThan(FastExp.DOUBLE_ERROR);
  }
}
