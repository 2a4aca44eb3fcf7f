package dev.espalier.sampling;

import java.util.BitSet;
import java.util.List;

/**
 * What a chain did in one step. Entropies and surprises are in nats.
 *
 * @param step 0 for the first token
 * @param token the one that followed
 * @param surpriseBefore −ln p of the token before the chain (the mask applied)
 * @param surpriseAfter the same under the law it was drawn from; 0 if it was forced
 * @param entropyBefore of the law before the chain
 * @param entropyAfter of the law after the chain
 * @param perplexity exp of the mean of {@code surpriseBefore} so far
 * @param stages one for each processor, in order
 */
public record StepReport(
    int step,
    int token,
    double surpriseBefore,
    double surpriseAfter,
    double entropyBefore,
    double entropyAfter,
    double perplexity,
    List<StageReport> stages) {
  /** Copies the list. */
  public StepReport {
    stages = List.copyOf(stages);
  }

  /**
   * What one processor did.
   *
   * @param stage its name, as in the JSON form
   * @param kept candidates after it
   * @param keptMass their probability under the law before it, in [0, 1]
   * @param entropy of the law after it
   * @param removed the tokens it removed; a set of its own
   */
  public record StageReport(
      String stage, int kept, double keptMass, double entropy, BitSet removed) {}
}
