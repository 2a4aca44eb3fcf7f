package dev.espalier.sampling;

import dev.espalier.LogitsProcessor;
import java.util.List;

/**
 * HAPO's adaptive temperature: up by at most τ where the entropy is above that of a reference
 * population, down where it is below (Liu et al. 2025, arXiv 2509.16591).
 *
 * <p>The released code has the sign of the lower branch turned round, so that sure steps are heated
 * too; {@code signed} is what the paper describes.
 */
record HapoTemperature(
    double temperature, double tau, double pivot, List<Double> population, boolean signed)
    implements LogitsProcessor {
  HapoTemperature {
    DynamicTemperature.POSITIVE.check("hapo", "temperature", temperature);
    Range.below(0, 1).check("hapo", "tau", tau);
    Range.closed(0, 1).check("hapo", "pivot", pivot);
    population = List.copyOf(population);
    for (double h : population) {
      DynamicTemperature.NOT_NEGATIVE.check("hapo", "population", h);
    }
  }

  /** The reference in logarithms of entropies: centre, spread about it, and the two extremes. */
  record Calibration(double centre, double spread, double high, double low) {
    private static final double EPS = 1e-6;

    static Calibration of(List<Double> population, double pivot) {
      double[] x =
          population.stream().mapToDouble(h -> Math.log(Math.max(h, 1e-8))).sorted().toArray();
      double centre = x[(int) Math.rint(pivot * (x.length - 1))];
      double squares = 0;
      for (double v : x) {
        squares += (v - centre) * (v - centre);
      }
      double spread = Math.sqrt(Math.max(squares / x.length, EPS));
      double high = Math.max(EPS, (x[x.length - 1] - centre) / spread);
      double low = Math.min(-EPS, (x[0] - centre) / spread);
      return new Calibration(centre, spread, 1 / high, 1 / low);
    }

    /** Where an entropy lies, in [−1, 1]. */
    double position(double entropy, boolean signed) {
      double z = (Math.log(Math.max(entropy, EPS)) - centre) / (spread + EPS);
      double h = z > 0 ? z * high : signed ? -z * low : z * low;
      return Math.max(-1, Math.min(1, h));
    }
  }

  @Override
  public State open(Context context) {
    if (population.isEmpty()) {
      return new Temperature(temperature);
    }
    Calibration calibration = Calibration.of(population, pivot);
    Stage stage = c -> Temperature.apply(c, of(calibration, c.entropy()));
    return stage;
  }

  double of(Calibration calibration, double entropy) {
    return temperature * (1 + tau * calibration.position(entropy, signed));
  }
}
