package dev.espalier.sampling;

import dev.espalier.LogitsProcessor;

/** Mirostat, second version, as in llama.cpp: a bound on each token's surprise. */
record MirostatV2(double tau, double eta) implements LogitsProcessor {
  MirostatV2 {
    DynamicTemperature.POSITIVE.check("mirostat_v2", "tau", tau);
    DynamicTemperature.POSITIVE.check("mirostat_v2", "eta", eta);
  }

  @Override
  public Mirostat.V2 open(Context context) {
    return new Mirostat.V2(tau, eta, context.vocabulary().size(), 2 * tau);
  }
}
