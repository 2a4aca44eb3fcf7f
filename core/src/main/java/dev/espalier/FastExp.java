package dev.espalier;

/**
 * exp for non-positive arguments, three times: {@link #floats} and {@link #doubles} over a segment,
 * in loops that the just-in-time compiler turns into vector code, and {@link #exp} for one number.
 * Only sums, products, fused ones and literals, so that the bits are equal on every machine. (Fused
 * ones are emulated, hundreds of times slower, on x86 processors from before 2013.)
 *
 * <p>The loops use exp(x) = P(x / 32 + 1)³², with P(y) near exp(y − 1) and the power by squarings;
 * no bit casts, which JDK 17 would not vectorise. The floats' P is for [0, 1], where x / 32 + 1
 * lies once it is cut off at 0 by y + |y|: Math.max regards NaN and −0, for as many instructions as
 * the polynomial has. The doubles' P is for [−1, 1]; their loops are cut in pieces, because long
 * bodies of doubles are not vectorised.
 */
final class FastExp {
  /** Length of the arrays that the loops run over. */
  static final int SEGMENT = 4096;

  /** Arguments below are raised to it: e⁻⁶⁴ is 1.6e-28. */
  static final double DOUBLE_FLOOR = -64;

  /** Bound of the relative error of {@link #power}; FastExpTest tries every float. */
  static final double FLOAT_ERROR = 2e-5;

  /**
   * Bound of the relative error of {@link #doubles} for every double in [−64, 0]. With y = x / 32 +
   * 1 and P off by a relative ε from exp(y − 1), the 32nd power is off by 32 times as much as a
   * factor, to first order, and the parts are:
   *
   * <ul>
   *   <li>ε of the polynomial itself, at most 7e-15: 3.9e-15 as measured on a grid of 2²³ points,
   *       2.5e-15 by which that measurement may be off, and 6e-16 by which it moves between two
   *       points, because |P′ − P| is as small as the coefficients show (FastExpTest);
   *   <li>its evaluation: thirteen fused steps, each rounding a partial value of at most 1, in all
   *       below 3e-16, relative to exp(−2) 2.2e-15;
   *   <li>y, rounded once: 2⁻⁵³ = 1.1e-16;
   *   <li>five squarings, whose roundings count 16, 8, 4, 2 and 1 times: 31 · 2⁻⁵³ = 3.5e-15 in
   *       all.
   * </ul>
   *
   * <p>Together 32 · 9.3e-15 + 3.5e-15 = 3.1e-13. Over all floats as arguments it is 1.3e-13 at
   * most.
   */
  static final double DOUBLE_ERROR = 3.1e-13;

  /** What stands for one in the arguments of {@link #power}. */
  static final float ONE = 0.30691704f;

  /** Arguments of floats below minus this are raised to it: e⁻³² is 1.3e-14. */
  private static final int FLOOR = 32;

  // exp(u / ONE − 1) on [0, ONE] as a polynomial of degree 6: least relative error, 2.4e-8 before
  // rounding. ONE is such that u⁶ has the factor 1. Then three multiplications do instead of six
  // (Knuth, TAOCP 2, 4.6.4): with z = u² + F0 u + F1 and w = (u + F2) z + F3 it is
  // (w + z + F4) w + F5, and additions cost little beside multiplications, since processors have
  // other units for them. Of all floats near, these lose least to rounding.
  private static final float F0 = 0.07042401f;
  private static final float F1 = 0.8640615f;
  private static final float F2 = -0.09326571f;
  private static final float F3 = 1.267476f;
  private static final float F4 = -1.9374909f;
  private static final float F5 = 0.23321603f;

  private static final double D0 = 0.36787944117144283;
  private static final double D1 = 0.36787944117144233;
  private static final double D2 = 0.18393972058566993;
  private static final double D3 = 0.06131324019523698;
  private static final double D4 = 0.015328310049629451;
  private static final double D5 = 0.003065662009816551;
  private static final double D6 = 0.0005109436633796705;
  private static final double D7 = 7.299195228631575e-05;
  private static final double D8 = 9.124008105981499e-06;
  private static final double D9 = 1.0137780534754996e-06;
  private static final double D10 = 1.0135716399347804e-07;
  private static final double D11 = 9.21478765932799e-09;
  private static final double D12 = 7.82913940247097e-10;
  private static final double D13 = 6.007028301334692e-11;

  private static final int TABLE = 64;
  private static final double[] POWERS = new double[TABLE]; // 2^(i / 64)
  private static final double TABLE_PER_LN2 = TABLE / Math.log(2);
  // ln 2 / 64 in two parts; multiples of the first up to 2^17 are exact.
  private static final double LN2_HIGH = 0x1.62e42fefap-1 / TABLE;
  private static final double LN2_LOW = 0x1.cf79abc9e3b39p-40 / TABLE;

  static {
    for (int i = 0; i < TABLE; i++) {
      POWERS[i] = StrictMath.pow(2, i / (double) TABLE);
    }
  }

  /** Coefficients of the polynomial of {@link #doubles}, constant first. */
  static double[] coefficients() {
    return new double[] {D0, D1, D2, D3, D4, D5, D6, D7, D8, D9, D10, D11, D12, D13};
  }

  private FastExp() {}

  /** exp(32 (u / ONE − 1)) for u in [0, ONE], within {@link #FLOAT_ERROR}. */
  static float power(float u) {
    float z = Math.fma(u, u + F0, F1);
    float w = Math.fma(u + F2, z, F3);
    float p = Math.fma(w + (z + F4), w, F5);
    p = p * p;
    p = p * p;
    p = p * p;
    p = p * p;
    return p * p;
  }

  /**
   * The argument of {@link #power} for (x − shift) · scale, at least 0; scale comes as {@link
   * #part}.
   */
  private static float argument(float x, float shift, float part) {
    float t = Math.fma(x - shift, part, ONE / 2);
    return t + Math.abs(t); // Math.max would cost as much as the polynomial
  }

  /** A scale as {@link #argument} wants it. */
  private static float part(float scale) {
    return (float) (scale * (ONE / (2.0 * FLOOR)));
  }

  /**
   * out[i] = exp((x[i] − shift) · scale) for x[i] up to {@code shift}; arguments below −32 are
   * raised to it. Gives NaN where (x[i] − shift) · scale overflows, so for −∞.
   */
  static void floats(float[] x, float shift, float scale, float[] out) {
    float part = part(scale);
    for (int i = 0; i < SEGMENT; i++) {
      out[i] = power(argument(x[i], shift, part));
    }
  }

  /** moments[i] += exp[i] · (x[i] − shift) · scale, the factor raised to −32 where it is below. */
  static void addMoments(float[] x, float shift, float scale, float[] exp, float[] moments) {
    float part = part(scale);
    for (int i = 0; i < SEGMENT; i++) {
      float u = argument(x[i], shift, part);
      moments[i] = Math.fma(exp[i], Math.fma(FLOOR / ONE, u, -FLOOR), moments[i]);
    }
  }

  /** x[i] = max(x[i], lowest). */
  static void raise(float[] x, float lowest) {
    for (int i = 0; i < SEGMENT; i++) {
      x[i] = Math.max(x[i], lowest);
    }
  }

  /** sums[i] += x[i]. */
  static void add(float[] x, float[] sums) {
    for (int i = 0; i < SEGMENT; i++) {
      sums[i] += x[i];
    }
  }

  /** out[i] = x[i] as a double. */
  static void widen(float[] x, double[] out) {
    for (int i = 0; i < SEGMENT; i++) {
      out[i] = x[i];
    }
  }

  /** x[i] = (x[i] − shift) · scale, but at least {@link #DOUBLE_FLOOR}. */
  static void arguments(double[] x, double shift, double scale) {
    for (int i = 0; i < SEGMENT; i++) {
      x[i] = Math.max((x[i] - shift) * scale, DOUBLE_FLOOR);
    }
  }

  /** out[i] = exp(x[i]) for x[i] in [−64, 0], within {@link #DOUBLE_ERROR}. */
  static void doubles(double[] x, double[] out) {
    for (int i = 0; i < SEGMENT; i++) {
      double y = Math.fma(x[i], 1 / 32.0, 1);
      double p = Math.fma(y, D13, D12);
      p = Math.fma(y, p, D11);
      p = Math.fma(y, p, D10);
      p = Math.fma(y, p, D9);
      p = Math.fma(y, p, D8);
      out[i] = Math.fma(y, p, D7);
    }
    for (int i = 0; i < SEGMENT; i++) {
      double y = Math.fma(x[i], 1 / 32.0, 1);
      double p = Math.fma(y, out[i], D6);
      p = Math.fma(y, p, D5);
      p = Math.fma(y, p, D4);
      p = Math.fma(y, p, D3);
      p = Math.fma(y, p, D2);
      p = Math.fma(y, p, D1);
      out[i] = Math.fma(y, p, D0);
    }
    for (int i = 0; i < SEGMENT; i++) {
      double p = out[i];
      p = p * p;
      p = p * p;
      p = p * p;
      p = p * p;
      out[i] = p * p;
    }
  }

  /** exp(x) for x ≤ 0 within 4e-16; 0 below −700. */
  static double exp(double x) {
    if (!(x > -700)) {
      return 0;
    }
    double n = Math.rint(x * TABLE_PER_LN2);
    double r = (x - n * LN2_HIGH) - n * LN2_LOW; // |r| ≤ ln 2 / 128
    int k = (int) n;
    double p = r * (1 + r * (0.5 + r * (1 / 6.0 + r * (1 / 24.0 + r * (1 / 120.0)))));
    double power = POWERS[k & (TABLE - 1)];
    double value = power + power * p;
    // k >> 6 is at least −1010, so that the factor is a normal number.
    return value * Double.longBitsToDouble((long) ((k >> 6) + 1023) << 52);
  }
}
