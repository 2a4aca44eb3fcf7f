package dev.espalier.sampling;

import dev.espalier.LogitsProcessor;

/**
 * Mirostat, first version (Basu et al. 2021).
 *
 * @param terms how many ratios of neighbours the exponent is estimated from: 100 in the authors'
 *     code, 99 in llama.cpp
 * @param floor k is rounded down, as in llama.cpp; else rounded and one more, as in the authors'
 *     code
 * @param truncatedSurprise the surprise is measured after the cut, as in llama.cpp; else before
 */
record MirostatV1(double tau, double eta, int terms, boolean floor, boolean truncatedSurprise)
    implements LogitsProcessor {
  MirostatV1 {
    DynamicTemperature.POSITIVE.check("mirostat_v1", "tau", tau);
    DynamicTemperature.POSITIVE.check("mirostat_v1", "eta", eta);
    Range.atLeast("mirostat_v1", "terms", 1, terms);
  }

  @Override
  public Mirostat.V1 open(Context context) {
    return new Mirostat.V1(this, context.vocabulary().size(), 2 * tau);
  }
}
