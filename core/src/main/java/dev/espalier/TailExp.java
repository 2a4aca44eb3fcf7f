package dev.espalier;

/**
 * exp for the tail of a long row, of which little is left 20 nats below its largest logit: two
 * thirds of the cost of {@link FastExp}'s floats, since only there it has to be right. Loops that
 * the just-in-time compiler turns into vector code; sums, products, fused ones and literals, so
 * that the bits are equal on every machine. Mutable, for one thread.
 *
 * <p>exp(y) = P(u)³² with u = y · {@link #SLOPE} + {@link #TOP}, cut off at 0, where y is −37. P is
 * the polynomial of degree 4 with the least of max |P³² − exp| / max(exp, 2.5e-4), by linear
 * programming; on the axis where it has no cube it is (u² + A)² + B u + C, three fused steps. The
 * shift goes into the constant of a fused step as well, and what that constant loses by rounding is
 * one {@link #factor} for all terms.
 */
final class TailExp {
  private static final int SEGMENT = FastExp.SEGMENT;
  private static final int PLANE = BlockIndex.PLANE;

  /** u for each nat. */
  static final double SLOPE = 0.01357348912;

  /** u for y = 0. */
  static final double TOP = 0.5034706;

  private static final float A = 0.5641911f;
  private static final float B = 0.65556645f;
  private static final float C = 0.0013511772f;

  /**
   * {@link #power} is within {@code POWER_ERROR} · exp + {@link #SLACK} of exp, for every float u
   * up to a bit more than {@link #TOP}; TailExpTest tries them all.
   */
  static final double POWER_ERROR = 1e-5;

  static final double SLACK = 4e-10;

  /**
   * Bound of the relative error of a term beside {@link #SLACK}: of the power, and of its argument,
   * which is rounded once, at half of TOP or less, 2⁻²⁶ · 2 / SLOPE = 2.2e-6, after the rounded
   * scale, 37 · 2⁻²⁴ = 2.2e-6.
   */
  static final double ERROR = POWER_ERROR + 4.5e-6;

  /** Logits may be so many nats from 0: further away the factor would be large. */
  private static final double LIMIT = 1e5;

  private float part; // scale as u/2 wants it
  private float constant;
  private double factor;

  /** Whether rows with such a largest tail logit can be summed. */
  static boolean holds(float cap, double scale) {
    return Math.abs(cap * scale) <= LIMIT;
  }

  /** From now on terms are exp((x − cap) · scale) / {@link #factor}. */
  void set(float cap, double scale) {
    part = (float) (scale * (SLOPE / 2));
    double exact = TOP / 2 - cap * (double) part;
    constant = (float) exact;
    factor = StrictMath.exp((exact - constant) * (2 / SLOPE));
  }

  /** What terms and sums are to be multiplied by; between 0.99 and 1.01. */
  double factor() {
    return factor;
  }

  /** exp((u − TOP) / SLOPE) for u ≥ 0. */
  static float power(float u) {
    float w = Math.fma(u, u, A);
    float p = Math.fma(w, w, Math.fma(u, B, C));
    p = p * p;
    p = p * p;
    p = p * p;
    p = p * p;
    return p * p;
  }

  private static float term(float x, float part, float constant) {
    float t = Math.fma(x, part, constant);
    return power(t + Math.abs(t)); // Math.max would cost as much as the power
  }

  /** The term of a logit; above the cap it is not exp any more, but the same as in the loops. */
  float term(float x) {
    return term(x, part, constant);
  }

  /** sums[i] += term(x[i]), NaN for −∞. */
  void add(float[] x, float[] sums) {
    float p = part;
    float c = constant;
    for (int i = 0; i < SEGMENT; i++) {
      sums[i] += term(x[i], p, c);
    }
  }

  /**
   * For {@code from ≤ i < end}, sums[i] += term(x[j]) for those of j = i + {0, 1, 2, 3} · {@link
   * BlockIndex#PLANE} that are below {@code size}.
   */
  void add(float[] x, int size, int from, int end, float[] sums) {
    float p = part;
    float c = constant;
    addPlane(x, 0, from, Math.min(end, size), p, c, sums);
    addPlane(x, PLANE, from, Math.min(end, size - PLANE), p, c, sums);
    addPlane(x, 2 * PLANE, from, Math.min(end, size - 2 * PLANE), p, c, sums);
    addPlane(x, 3 * PLANE, from, Math.min(end, size - 3 * PLANE), p, c, sums);
  }

  /** Vector code where {@code plane} is a constant once this is inlined. */
  private static void addPlane(
      float[] x, int plane, int from, int end, float p, float c, float[] sums) {
    for (int i = from; i < end; i++) {
      sums[i] += term(x[i + plane], p, c);
    }
  }
}
