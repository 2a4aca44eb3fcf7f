package dev.espalier.sampling;

import dev.espalier.Candidates;

/**
 * Temperature between {@code temperature − range} and {@code temperature + range}, by the entropy
 * relative to its maximum (llama.cpp's "temp-ext").
 */
record DynamicTemperature(double temperature, double range, double exponent) implements Stage {
  static final Range NOT_NEGATIVE = Range.below(0, Double.POSITIVE_INFINITY);
  static final Range POSITIVE = Range.open(0, Double.POSITIVE_INFINITY);

  DynamicTemperature {
    NOT_NEGATIVE.check("dynamic_temperature", "temperature", temperature);
    NOT_NEGATIVE.check("dynamic_temperature", "range", range);
    POSITIVE.check("dynamic_temperature", "exponent", exponent);
  }

  @Override
  public void process(Candidates candidates) {
    if (range == 0) {
      Temperature.apply(candidates, temperature);
      return;
    }
    // Of the candidates, not of the list as llama.cpp does, whose list may hold masked tokens.
    int n = candidates.count();
    if (n > 1) {
      Temperature.apply(candidates, of(candidates.entropy() / Math.log(n)));
    }
  }

  double of(double normalisedEntropy) {
    double low = Math.max(0, temperature - range);
    double high = temperature + range;
    return low + (high - low) * Math.pow(Math.min(1, Math.max(0, normalisedEntropy)), exponent);
  }
}
