package dev.espalier.sampling;

import dev.espalier.Candidates;

/**
 * EDT: temperature T₀ · N^(θ / H), low where the model is sure (Zhang et al. 2024, arXiv
 * 2403.14541). H is the entropy of this step in nats.
 */
record EntropyTemperature(double temperature, double theta, double base) implements Stage {
  /** Below this entropy, in nats, the limit 0 is taken. */
  private static final double SURE = 1e-12;

  EntropyTemperature {
    DynamicTemperature.POSITIVE.check("edt", "temperature", temperature);
    DynamicTemperature.NOT_NEGATIVE.check("edt", "theta", theta);
    Range.open(0, 1).check("edt", "base", base);
  }

  @Override
  public void process(Candidates candidates) {
    Temperature.apply(candidates, of(candidates.entropy()));
  }

  double of(double entropy) {
    if (theta == 0) {
      return temperature;
    }
    return entropy < SURE ? 0 : temperature * Math.pow(base, theta / entropy);
  }
}
