package dev.espalier;

/**
 * Gumbel-max: every candidate gets its logit plus a Gumbel number of its own, and the largest wins.
 * The number belongs to the token (index {@code id} of the step's stream), so that the same seed
 * gives the same token whatever the batch, the order or the representation. Mutable, for one
 * thread.
 *
 * <p>The k largest are a sample without replacement in order of the draws (Kool, van Hoof, Welling
 * 2019). In a long row a whole block is skipped when even the largest uniform number could not lift
 * its best logit over the k-th so far, and a token before the two logarithms when its own does not.
 */
final class GumbelRace {
  /** A Gumbel number never exceeds −ln(−ln(1 − 2⁻⁵⁴)) = 37.43. */
  private static final double LARGEST = 37.5;

  private final int[] winners;
  private final double[] scores; // descending
  private int entered;

  GumbelRace(int k) {
    winners = new int[k];
    scores = new double[k];
  }

  void start() {
    entered = 0;
  }

  int entered() {
    return entered;
  }

  int winner(int place) {
    return winners[place];
  }

  double score(int place) {
    return scores[place];
  }

  /** The score that a token must exceed to matter, less its logit, as a bound for uniforms. */
  private double least(double logit) {
    if (entered < winners.length) {
      return 0;
    }
    double gap = scores[entered - 1] - logit;
    return gap > LARGEST ? 2 : Math.exp(-Math.exp(-gap)) * (1 - 1e-12);
  }

  void enter(int id, double logit, CounterRandom random) {
    enter(id, logit, random.uniform(id), -1);
  }

  private void enter(int id, double logit, double uniform, double least) {
    if (uniform < least) {
      return;
    }
    // Uniforms are multiples of 2^-53; half a step keeps them off 0 and 1.
    double score = logit - Math.log(-Math.log(uniform + 0x1p-54));
    int at = entered;
    if (entered == winners.length) {
      if (!before(score, id, scores[entered - 1], winners[entered - 1])) {
        return;
      }
      at--;
    } else {
      entered++;
    }
    while (at > 0 && before(score, id, scores[at - 1], winners[at - 1])) {
      scores[at] = scores[at - 1];
      winners[at] = winners[at - 1];
      at--;
    }
    scores[at] = score;
    winners[at] = id;
  }

  private static boolean before(double score, int id, double otherScore, int otherId) {
    return score > otherScore || (score == otherScore && id < otherId);
  }

  /** All members of a long row. */
  void run(DenseRow row, double scale, CounterRandom random) {
    float[] supers = row.index.supers();
    float[] blocks = row.index.blocks;
    for (int j = 0; j < BlockIndex.SUPERS; j++) {
      if (least(supers[j] * scale) > 1) {
        continue;
      }
      for (int b = j; b < blocks.length; b += BlockIndex.SUPERS) {
        double least = least(blocks[b] * scale);
        if (least > 1 || blocks[b] == Float.NEGATIVE_INFINITY) {
          continue;
        }
        int end = row.index.endOf(b);
        for (int id = BlockIndex.firstOf(b); id < end; id += BlockIndex.STRIDE) {
          double uniform = random.uniform(id);
          if (uniform >= least) {
            float x = row.logit(id);
            if (x != Float.NEGATIVE_INFINITY) {
              enter(id, x * scale, uniform, least);
            }
          }
        }
      }
    }
  }
}
