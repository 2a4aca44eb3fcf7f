package dev.espalier.sampling;

import dev.espalier.Candidates;

/** Divides every logit by a constant; 0 leaves only the best token. */
record Temperature(double temperature) implements Stage {
  static final Range RANGE = Range.below(0, Double.POSITIVE_INFINITY);

  Temperature {
    RANGE.check("temperature", "temperature", temperature);
  }

  @Override
  public boolean pointwise() {
    return temperature >= Double.MIN_NORMAL;
  }

  @Override
  public void process(Candidates candidates) {
    apply(candidates, temperature);
  }

  /** Divides by a temperature that a method has found; below the smallest normal it is greedy. */
  static void apply(Candidates candidates, double temperature) {
    if (temperature < Double.MIN_NORMAL) {
      candidates.keepOnly(candidates.best());
    } else {
      candidates.scale(1 / temperature);
    }
  }
}
