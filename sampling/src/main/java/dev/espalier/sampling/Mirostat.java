package dev.espalier.sampling;

import dev.espalier.Candidates;
import dev.espalier.LogitsProcessor;
import org.jspecify.annotations.Nullable;

/**
 * The controller that both versions of mirostat share (Basu et al. 2021): the bound μ, in bits,
 * starts at 2τ and moves by η times the difference of target and surprise. Mutable, for one
 * sequence.
 */
abstract sealed class Mirostat implements LogitsProcessor.State {
  static final double BIT = Math.log(2);
  private static final double CLAMP = 50;

  final double tau;
  final double eta;
  final int vocabularySize;
  double mu;

  private Mirostat(double tau, double eta, int vocabularySize, double mu) {
    this.tau = tau;
    this.eta = eta;
    this.vocabularySize = vocabularySize;
    this.mu = mu;
  }

  /** Surprise in bits of the drawn token, as the version measures it. */
  abstract double surprise(int token, Candidates drawnFrom);

  @Override
  public void accept(int token, @Nullable Candidates drawnFrom) {
    if (drawnFrom == null) {
      return; // a forced token is no draw, and says nothing about the bound
    }
    double s = surprise(token, drawnFrom);
    if (s < Double.POSITIVE_INFINITY) {
      // The clamp lets μ come back in finite time from a stretch where no bound can help.
      double highest = CLAMP + Math.log(vocabularySize) / BIT;
      mu = Math.max(-CLAMP, Math.min(highest, mu - eta * (s - tau)));
    }
  }

  /** Version 1: estimates the exponent of a Zipf law and cuts to the k that gives the surprise. */
  static final class V1 extends Mirostat {
    private static final double FLAT = 1e-6;
    private static final double[] RATIOS = new double[100];

    static {
      for (int i = 0; i < RATIOS.length; i++) {
        RATIOS[i] = ratio(i);
      }
    }

    /** ln of the quotient of neighbouring ranks. */
    private static double ratio(int i) {
      return Math.log((i + 2.0) / (i + 1.0));
    }

    private final MirostatV1 method;
    private double logSumExp;

    V1(MirostatV1 method, int vocabularySize, double mu) {
      super(method.tau(), method.eta(), vocabularySize, mu);
      this.method = method;
    }

    @Override
    public void process(Candidates candidates) {
      if (candidates.isEmpty()) {
        return;
      }
      double exponent = exponent(candidates); // first, so that the sum needs no ranking of its own
      if (!method.truncatedSurprise()) {
        logSumExp = candidates.logSumExp();
      }
      candidates.keepBest(k(exponent));
    }

    /** Least squares of ln p over ln rank, by differences. */
    double exponent(Candidates c) {
      int n = c.rank(method.terms() + 1);
      double product = 0;
      double squares = 0;
      double logit = n == 0 ? 0 : c.rankedLogit(0);
      for (int i = 0; i + 1 < n; i++) {
        double t = i < RATIOS.length ? RATIOS[i] : ratio(i);
        double next = c.rankedLogit(i + 1);
        product += t * (logit - next); // as of log-probabilities
        squares += t * t;
        logit = next;
      }
      return squares == 0 ? 0 : product / squares;
    }

    int k(double s) {
      if (s <= FLAT) {
        return vocabularySize;
      }
      double e = s - 1;
      double lnN = Math.log(vocabularySize);
      double ratio = Math.abs(e) < 1e-9 ? 1 / lnN : e / -Math.expm1(-e * lnN);
      double real = Math.exp((Math.log(ratio) + mu * BIT) / s);
      double k = method.floor() ? Math.floor(real) : Math.rint(real) + 1;
      return (int) Math.max(1, Math.min(vocabularySize, k));
    }

    @Override
    double surprise(int token, Candidates drawnFrom) {
      double lp =
          method.truncatedSurprise()
              ? drawnFrom.logProb(token)
              : drawnFrom.logit(token) - logSumExp;
      return -lp / BIT;
    }

    @Override
    public LogitsProcessor.State fork() {
      V1 copy = new V1(method, vocabularySize, mu);
      copy.logSumExp = logSumExp;
      return copy;
    }
  }

  /** Version 2: removes tokens that surprise by more than μ. */
  static final class V2 extends Mirostat {
    V2(double tau, double eta, int vocabularySize, double mu) {
      super(tau, eta, vocabularySize, mu);
    }

    @Override
    public void process(Candidates candidates) {
      candidates.keepProbable(-mu * BIT, 1);
    }

    @Override
    double surprise(int token, Candidates drawnFrom) {
      return -drawnFrom.logProb(token) / BIT;
    }

    @Override
    public LogitsProcessor.State fork() {
      return new V2(tau, eta, vocabularySize, mu);
    }
  }
}
