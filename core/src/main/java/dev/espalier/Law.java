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

  private final Candidates c;
  private final @Nullable ExpSums sums; // null where rows are short, as the next two
  private final @Nullable ExactLaw exactLaw;
  private final @Nullable BlockRejection rejection;

  // NaN where unknown.
  private double normaliser; // Σ exp((x − top) · scale)
  private double normaliserError; // relative bound
  private double entropy;
  private boolean entropyExact;

  // Bounds of the normaliser, by a glance at the best few; `best` is what these have of it.
  private double best;
  private double least;
  private double most;

  Law(Candidates candidates, @Nullable BlockRejection rejection) {
    c = candidates;
    this.rejection = rejection;
    sums = rejection == null ? null : new ExpSums();
    exactLaw = rejection == null ? null : new ExactLaw();
  }

  /** Forgets everything: the candidates or their logits have changed. */
  void drop() {
    normaliser = Double.NaN;
    least = Double.NaN;
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

  /** Whether {@link #sum} is known, if only within its bound. */
  boolean isSummed() {
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
    } else if (exact || !fastSums(r, max, false)) {
      exactSums(r);
    }
    return normaliser;
  }

  private boolean fastSums(DenseRow r, double max, boolean withEntropy) {
    if (!ExpSums.holds((float) max, c.scale)) {
      return false;
    }
    sums().add(r, (float) max, c.scale, withEntropy);
    normaliser = sums().sum();
    normaliserError = ExpSums.ERROR;
    if (withEntropy) {
      entropy = sums().entropy();
      entropyExact = false;
    }
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
      if (exact || !fastSums(r, max, true)) {
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
   * Bounds the normaliser by the best 64 candidates and the blocks' maxima; false where the row is
   * a list or has no more than these.
   */
  boolean glance() {
    DenseRow r = c.prepared();
    BlockRejection blocks = rejection;
    if (r == null
        || blocks == null
        || !ExpSums.holds((float) c.top(), c.scale)
        || c.rank(GLANCE) < GLANCE) {
      return false;
    }
    if (Double.isNaN(least)) {
      best = 0;
      for (int i = 0; i < GLANCE; i++) {
        best += FastExp.exp((c.rankedRaw(i) - c.top()) * c.scale);
      }
      blocks.boundTail(r, (float) c.top(), c.rankedRaw(GLANCE - 1), GLANCE, (float) c.scale);
      least = best + blocks.least();
      most = best + blocks.most();
    }
    return true;
  }

  /** Whether a glance has been taken. */
  boolean glanced() {
    return !Double.isNaN(least);
  }

  /** What the best {@link #GLANCE} have of the normaliser. */
  double best() {
    return best;
  }

  /** Lower bound of the normaliser by a glance. */
  double least() {
    return least;
  }

  /** Upper bound of the normaliser by a glance. */
  double most() {
    return most;
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
