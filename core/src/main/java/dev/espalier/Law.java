package dev.espalier;

import org.jspecify.annotations.Nullable;

/**
 * What is known of the candidates' law: normaliser and entropy, computed when asked for and kept
 * until an edit drops them. Of a long row first within a bound, by floats, and exactly only where
 * that leaves a decision open. Mutable, for one thread.
 */
final class Law {
  /** So many of the best are looked at before the whole row is. */
  static final int GLANCE = 64;

  /** Of a sum of that many doubles and some products, relative. */
  private static final double ROUNDING = 1e-12;

  private final CandidateSet c;
  private final @Nullable ExpSums sums; // null where rows are short, as the next
  private final @Nullable ExactLaw exactLaw;

  // NaN where unknown.
  private double normaliser; // Σ exp((x − top) · scale)
  private double normaliserError; // relative bound
  private double entropy;
  private boolean entropyExact;

  // What bounds the normaliser until it is known, and what the best GLANCE have of it.
  private double least;
  private double most;
  private double best;
  private boolean tailSummed; // the bounds are those of ExpSums.boundTail, or cannot be

  Law(CandidateSet candidates) {
    c = candidates;
    sums = candidates.hasLongRows() ? new ExpSums(candidates.size) : null;
    exactLaw = candidates.hasLongRows() ? new ExactLaw() : null;
  }

  /** Forgets everything: the candidates or their logits have changed. */
  void drop() {
    normaliser = Double.NaN;
    least = Double.NaN;
    tailSummed = false;
    entropy = Double.NaN;
  }

  /** The double-precision path of a long row. */
  ExactLaw exactLaw() {
    if (exactLaw == null) {
      throw new AssertionError("a dense row has its exact law");
    }
    return exactLaw;
  }

  private ExpSums sums() {
    if (sums == null) {
      throw new AssertionError("a dense row has its sums");
    }
    return sums;
  }

  private boolean isSummed() {
    return !Double.isNaN(normaliser);
  }

  /** Relative bound of the error of {@link #sum} as it is known now. */
  double sumError() {
    return normaliserError;
  }

  /** Σ exp((x − top) · scale), 0 if there is no candidate; in double throughout, or by floats. */
  double sum(boolean exact) {
    if (!Double.isNaN(normaliser) && !(exact && normaliserError > 0)) {
      return normaliser;
    }
    double max = c.top();
    DenseRow r = c.prepared();
    normaliserError = 0;
    if (max == Double.NEGATIVE_INFINITY) {
      normaliser = 0;
    } else if (r == null) {
      double total = 0;
      for (int i = 0; i < c.list.size(); i++) {
        total += FastExp.exp((c.list.value(i) - max) * c.scale);
      }
      normaliser = total;
    } else if (exact || !middle()) {
      exactSums(r);
    }
    return normaliser;
  }

  /** ln Σ exp(logit), −∞ if there is no candidate. */
  double logSumExp(boolean exact) {
    double sum = sum(exact);
    return sum == 0 ? Double.NEGATIVE_INFINITY : c.top() * c.scale + Math.log(sum);
  }

  /** ln p of a candidate by its raw logit; −∞ for −∞. */
  double logProb(float raw) {
    return raw == Float.NEGATIVE_INFINITY ? raw : (raw - c.top()) * c.scale - Math.log(sum(false));
  }

  /** Takes the middle of the bounds, brought near by a pass of floats; false if none can be. */
  private boolean middle() {
    if (Double.isNaN(least)) {
      if (!hasGlance()) {
        return false;
      }
      best = ranked(0, GLANCE);
      least = best * (1 - ROUNDING);
      most = Double.POSITIVE_INFINITY;
    }
    if (!tailSummed && most > (1 + ExpSums.ERROR) * least) {
      sumTail();
    }
    if (most > (1 + 3 * ExpSums.ERROR) * least) {
      return false;
    }
    normaliser = (least + most) / 2;
    normaliserError = 1.001 * (most - least) / (least + most);
    return true;
  }

  private boolean fastSums(DenseRow r, double max) {
    if (!ExpSums.holds((float) max, c.scale)) {
      return false;
    }
    sums().add(r, (float) max, c.scale);
    normaliser = sums().sum();
    normaliserError = ExpSums.ERROR;
    entropy = sums().entropy();
    entropyExact = false;
    return true;
  }

  private void exactSums(DenseRow r) {
    ExactLaw law = exactLaw();
    law.sums(r, c.top(), c.scale);
    normaliser = law.sum();
    normaliserError = 0;
    entropy = law.entropy();
    entropyExact = true;
  }

  /** In nats; in double throughout, or by floats. */
  double entropy(boolean exact) {
    if (!Double.isNaN(entropy) && !(exact && !entropyExact)) {
      return entropy;
    }
    double max = c.top();
    DenseRow r = c.prepared();
    if (max == Double.NEGATIVE_INFINITY) {
      entropy = 0;
      entropyExact = true;
    } else if (r == null) {
      double sum = 0;
      double moment = 0;
      for (int i = 0; i < c.list.size(); i++) {
        double y = (c.list.value(i) - max) * c.scale;
        double e = FastExp.exp(y);
        sum += e;
        moment += e == 0 ? 0 : e * y;
      }
      entropy = Math.max(0, Math.log(sum) - moment / sum);
      entropyExact = true;
    } else {
      double known = normaliser;
      double error = normaliserError;
      if (exact || !fastSums(r, max)) {
        exactSums(r);
      } else if (!Double.isNaN(known) && error == 0) {
        normaliser = known;
        normaliserError = 0;
      }
    }
    return entropy;
  }

  /** Whether {@link #entropy} is known in double throughout. */
  boolean isEntropyExact() {
    return entropyExact;
  }

  /**
   * Bound of the absolute error of {@link #entropy} as it is known now, in nats. With relative
   * errors ε of every term, ln Σ is off by ε and the mean of −ln p, at most the entropy plus ln Σ's
   * error, by 2ε of itself and once more ε for its own products.
   */
  double entropyError() {
    double h = entropy(false);
    return entropyExact ? 0 : ExpSums.ERROR * (1.1 + 3.1 * h) + ExpSums.MOMENT_ERROR;
  }

  // ---- bounds

  /**
   * Bounds the normaliser as cheaply as there is a way: by the best few and the blocks' maxima, at
   * a third of the cost of a pass over the row. There is a candidate.
   */
  void bound() {
    if (isSummed() || !Double.isNaN(least)) {
      return;
    }
    DenseRow r = c.prepared();
    BlockRejection blocks = c.rejection;
    if (r == null || blocks == null || !hasGlance()) {
      sum(false);
      return;
    }
    double scale = c.scale;
    blocks.boundTail(r, (float) c.top(), c.rankedRaw(GLANCE - 1), GLANCE, (float) scale);
    best = ranked(0, GLANCE);
    least = (best + blocks.least()) * (1 - ROUNDING);
    most = (best + blocks.most()) * (1 + ROUNDING);
  }

  /**
   * Brings the bounds nearer to each other: by a pass of floats, and one in double, after which
   * they are equal.
   *
   * @return whether they were not equal before
   */
  boolean sharpen() {
    bound();
    boolean open = !isSummed() || normaliserError > 0;
    if (isSummed() || tailSummed || !sumTail()) {
      sum(true);
    }
    return open;
  }

  /** Sums the tail by floats, once. */
  private boolean sumTail() {
    DenseRow r = c.prepared();
    tailSummed = true;
    if (r == null || !sums().boundTail(r, c.rankedKeys(), GLANCE, c.scale)) {
      return false;
    }
    double unit = FastExp.exp((c.rankedRaw(GLANCE - 1) - c.top()) * c.scale);
    least = Math.max(least, (best + unit * sums().tailLeast()) * (1 - ROUNDING));
    most = Math.min(most, (best + unit * sums().tailMost()) * (1 + ROUNDING));
    return true;
  }

  /** Whether the row is long and the best few can be told from the rest. */
  private boolean hasGlance() {
    return c.prepared() != null
        && ExpSums.holds((float) c.top(), c.scale)
        && c.rank(GLANCE) == GLANCE;
  }

  /** Σ exp over some of the ranked candidates. */
  private double ranked(int from, int end) {
    double sum = 0;
    for (int i = from; i < end; i++) {
      sum += FastExp.exp((c.rankedRaw(i) - c.top()) * c.scale);
    }
    return sum;
  }

  /** Lower bound of the normaliser, after {@link #bound}. */
  double least() {
    return isSummed() ? normaliser * (1 - normaliserError) : least;
  }

  /** Upper bound of the normaliser, after {@link #bound}. */
  double most() {
    return isSummed() ? normaliser * (1 + 1.001 * normaliserError) : most;
  }

  /** Standard deviation of the logits. */
  double deviation(boolean sample) {
    double max = c.top();
    if (max == Double.NEGATIVE_INFINITY) {
      return 0;
    }
    long members = 0;
    double sum = 0;
    double squares = 0;
    DenseRow r = c.prepared();
    if (r == null) {
      for (int i = 0; i < c.list.size(); i++) {
        double y = c.list.value(i) - max;
        sum += y;
        squares += y * y;
      }
      members = c.list.size();
    } else {
      for (int s = 0; s < r.segments(); s++) {
        r.members(s, r.scratch);
        for (float x : r.scratch) {
          if (x != Float.NEGATIVE_INFINITY) {
            double y = x - max;
            sum += y;
            squares += y * y;
            members++;
          }
        }
      }
    }
    long divisor = sample ? members - 1 : members;
    if (divisor <= 0) {
      return 0;
    }
    return c.scale * Math.sqrt(Math.max(0, squares - sum * sum / members) / divisor);
  }
}
