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
    int kept =
        switch (mode) {
          case REFERENCE -> partial(candidates);
          case HUGGING_FACE -> renormalised(candidates);
          case PAPER -> whole(candidates);
        };
    candidates.scale(temperature);
    candidates.keepBest(kept);
  }

  /**
   * How many stay if Σ −q ln q of the kept, not renormalised, is bounded by α times that of the
   * best topN. Both sides times the normaliser Z are linear in ln Z and barely depend on it, so
   * bounds of Z mostly decide.
   */
  private int partial(Candidates c) {
    c.rank(topN); // first, so that the bounds need no ranking of their own
    int kept;
    do {
      kept = partial(c, c.leastLogSumExp(), c.mostLogSumExp());
    } while (kept < 0 && c.sharpenLogSumExp());
    return kept;
  }

  /** The same for ln Z in [low, high]; -1 if it is not the same for both ends. */
  private int partial(Candidates c, double low, double high) {
    int n = c.rank(topN);
    double max = c.rankedLogit(0);
    double mass = 0; // Σ e^y
    double moment = 0; // Σ y e^y
    for (int i = 0; i < n; i++) {
      double y = c.rankedLogit(i) - max;
      double e = Math.exp(y);
      mass += e;
      moment += e * y;
    }
    double least = alpha * ((low - max) * mass - moment);
    double most = alpha * ((high - max) * mass - moment);
    mass = 1;
    moment = 0;
    for (int kept = 1; kept < n; kept++) {
      double y = c.rankedLogit(kept) - max;
      double e = Math.exp(y);
      mass += e;
      moment += e * y;
      boolean over = (low - max) * mass - moment > least;
      if (over != ((high - max) * mass - moment > most)) {
        return -1;
      }
      if (over) {
        return kept;
      }
    }
    return n;
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
  private int whole(Candidates c) {
    if (alpha == 1) {
      return c.size(); // no prefix has more entropy than all, and rounding must not say so
    }
    int kept = whole(c, false);
    return kept < 0 ? whole(c, true) : kept;
  }

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
