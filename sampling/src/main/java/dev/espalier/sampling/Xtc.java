package dev.espalier.sampling;

import dev.espalier.Candidates;
import dev.espalier.CounterRandom;
import dev.espalier.LogitsProcessor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Exclude Top Choices: with a probability, removes all tokens above a threshold but the least
 * probable of them (p-e-w 2024). Where a protected token, such as the end, would be removed,
 * nothing is.
 */
record Xtc(double probability, double threshold, int minKeep, List<Integer> protectedTokens)
    implements LogitsProcessor {
  Xtc {
    Range.closed(0, 1).check("xtc", "probability", probability);
    Range.above(0, 1).check("xtc", "threshold", threshold);
    Range.atLeast("xtc", "min_keep", 1, minKeep);
    protectedTokens = List.copyOf(protectedTokens);
  }

  @Override
  public State open(Context context) {
    return new Steps(this, context.random(), 0);
  }

  /** Removes the top choices. */
  void fire(Candidates c) {
    double least = Math.log(threshold);
    // No more than 1 / threshold tokens can reach it.
    int n = c.rank((int) Math.min(1 / threshold, 1e6) + 2);
    int above = 0;
    while (above < n && reaches(c, above, least)) {
      above++;
    }
    int removed = above - 1;
    if (minKeep > 1) {
      removed = Math.min(removed, c.count() - minKeep);
    }
    for (int i = 0; i < removed; i++) {
      if (!protectedTokens.isEmpty() && protectedTokens.contains(c.ranked(i))) {
        return;
      }
    }
    if (removed > 0) {
      c.dropBest(removed);
    }
  }

  private static boolean reaches(Candidates c, int rank, double least) {
    if (Math.abs(c.rankedLogProb(rank) - least) <= c.logSumExpError()) {
      c.exactLogSumExp();
    }
    return c.rankedLogProb(rank) >= least;
  }

  private static final class Steps implements State {
    private final Xtc method;
    private final CounterRandom random;
    private long step;

    Steps(Xtc method, CounterRandom random, long step) {
      this.method = method;
      this.random = random;
      this.step = step;
    }

    @Override
    public void process(Candidates candidates) {
      if (method.probability > 0
          && method.threshold <= 0.5
          && random.uniform(step) < method.probability) {
        method.fire(candidates);
      }
    }

    @Override
    public void accept(int token, @Nullable Candidates drawnFrom) {
      step++;
    }

    @Override
    public State fork() {
      return fork(random);
    }

    @Override
    public State fork(CounterRandom numbers) {
      return new Steps(method, numbers, step);
    }
  }
}
