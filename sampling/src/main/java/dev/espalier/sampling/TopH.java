package dev.espalier.sampling;

import dev.espalier.Candidates;
import java.util.Locale;

/**
 * Keeps the best tokens while their entropy stays below a share of the whole one (Baghaei
 * Potraghloo et al. 2025). The candidates are judged at {@code temperature} but keep their logits.
 */
record TopH(double alpha, int topN, TopHMode mode, double temperature) implements Stage {
  TopH {
    Range.above(0, 1).check("top_h", "alpha", alpha);
    Range.atLeast("top_h", "top_n", 1, topN);
    DynamicTemperature.POSITIVE.check("top_h", "temperature", temperature);
  }

  @Override
  public void process(Candidates candidates) {
    if (candidates.isEmpty()) {
      return;
    }
    candidates.scale(1 / temperature);
    int kept = kept(candidates, false);
    if (kept < 0) {
      candidates.exactLogSumExp();
      kept = kept(candidates, true);
    }
    candidates.scale(temperature);
    candidates.keepBest(kept);
  }

  /** How many stay, in nats throughout; -1 if an error of the fast normaliser might change it. */
  private int kept(Candidates candidates, boolean exact) {
    return switch (mode) {
      case REFERENCE -> partial(candidates, exact);
      case HUGGING_FACE -> renormalised(candidates);
      case PAPER -> whole(candidates, exact);
    };
  }

  /** Σ −q ln q of the kept, not renormalised, against α times that of the best topN. */
  private int partial(Candidates c, boolean exact) {
    int n = c.rank(topN);
    double tau = 0;
    for (int i = 0; i < n; i++) {
      double lp = c.rankedLogProb(i);
      tau -= Math.exp(lp) * lp;
    }
    tau *= alpha;
    // An error ε of ln Z moves a sum of −q ln q by less than ε · (Σ q + Σ −q ln q).
    double slack = exact ? 0 : c.logSumExpError() * (2 + 2 * tau / alpha);
    double sum = term(c.rankedLogProb(0));
    int kept = 1;
    for (; kept < n; kept++) {
      double lp = c.rankedLogProb(kept);
      sum += term(lp);
      if (slack > 0 && Math.abs(sum - tau) <= slack) {
        return -1;
      }
      if (sum > tau || lp == Double.NEGATIVE_INFINITY) {
        break;
      }
    }
    return kept;
  }

  /** The same after renormalising the best topN: needs no normaliser of the rest. */
  private int renormalised(Candidates c) {
    int n = c.rank(topN);
    double first = c.rankedLogProb(0);
    double total = 0;
    for (int i = 0; i < n; i++) {
      total += Math.exp(c.rankedLogProb(i) - first);
    }
    double shift = first + Math.log(total);
    double tau = 0;
    for (int i = 0; i < n; i++) {
      tau += term(c.rankedLogProb(i) - shift);
    }
    tau *= alpha;
    double sum = term(first - shift);
    int kept = 1;
    for (; kept < n; kept++) {
      sum += term(c.rankedLogProb(kept) - shift);
      if (sum > tau) {
        break;
      }
    }
    return kept;
  }

  /** Entropy of the kept, renormalised, against α times the entropy of all. */
  private int whole(Candidates c, boolean exact) {
    double bound = alpha * (exact ? c.exactEntropy() : c.entropy());
    double slack = exact ? 0 : alpha * c.entropyError() + 4 * c.logSumExpError();
    double mass = Math.exp(c.rank(1) == 0 ? 0 : c.rankedLogProb(0));
    double sum = term(c.rankedLogProb(0));
    int n = 1;
    for (int kept = 1; ; kept++) {
      if (kept == n) {
        int more = c.rank(Math.max(64, 4 * n));
        if (more == n) {
          return kept;
        }
        n = more;
      }
      double lp = c.rankedLogProb(kept);
      mass += Math.exp(lp);
      sum += term(lp);
      double entropy = sum / mass + Math.log(mass);
      if (slack > 0 && Math.abs(entropy - bound) <= slack) {
        return -1;
      }
      if (entropy > bound) {
        return kept;
      }
    }
  }

  private static double term(double lp) {
    return lp == Double.NEGATIVE_INFINITY ? 0 : -Math.exp(lp) * lp;
  }

  @Override
  public String toString() {
    return "TopH[alpha=" + alpha + ", mode=" + mode.name().toLowerCase(Locale.ROOT) + "]";
  }
}
