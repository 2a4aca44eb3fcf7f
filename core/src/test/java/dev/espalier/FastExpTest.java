package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FastExpTest {
  private static final int SEGMENT = FastExp.SEGMENT;

  /**
   * Every float in [−32, 0] is tried. Above −2⁻²¹ the argument x / 16 + 1 rounds to one and the
   * result is one constant, so that the bound there follows from the two ends.
   */
  @Test
  void theFloatBoundHoldsForEveryFloat() {
    int small = Float.floatToRawIntBits(0x1p-21f);
    assertThat(-0x1p-21f * 0.0625f + 1f).isEqualTo(1f);
    int last = Float.floatToRawIntBits(32f);
    float[] x = new float[SEGMENT];
    float[] fast = new float[SEGMENT];
    double worst = 0;
    x[0] = -0f;
    x[1] = -0x1p-21f;
    FastExp.floats(x, fast);
    assertThat(fast[0]).isEqualTo(fast[1]);
    for (int from = small; from <= last; from += SEGMENT) {
      for (int i = 0; i < SEGMENT; i++) {
        x[i] = -Float.intBitsToFloat(Math.min(from + i, last));
      }
      FastExp.floats(x, fast);
      for (int i = 0; i < SEGMENT; i++) {
        double exact = FastExp.exp(x[i]);
        worst = Math.max(worst, Math.abs(fast[i] - exact) / exact);
      }
    }
    System.out.println("FastExp.floats: largest relative error over all floats " + worst);
    assertThat(worst).isBetween(1e-7, FastExp.FLOAT_ERROR - 1e-15);
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

  @Test
  void theDoubleLoopIsWithinItsBound() {
    var random = new SplittableRandom(2);
    double[] x = new double[SEGMENT];
    double[] fast = new double[SEGMENT];
    for (int round = 0; round < 500; round++) {
      for (int i = 0; i < SEGMENT; i++) {
        x[i] = -random.nextDouble() * (round % 2 == 0 ? 64 : 2);
      }
      FastExp.doubles(x, fast);
      for (int i = 0; i < SEGMENT; i++) {
        double exact = StrictMath.exp(x[i]);
        if (!(Math.abs(fast[i] - exact) <= 1e-12 * exact)) {
          assertThat(fast[i]).as("exp(%s)", x[i]).isEqualTo(exact);
        }
      }
    }
  }
}
