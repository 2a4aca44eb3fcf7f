package dev.espalier.examples.embedded;

import java.util.List;
import java.util.Random;

/**
 * Which batches a step sees and how far it goes; a pure function of seed and step, so that a
 * resumed run goes on as if it had never stopped.
 *
 * @param seed of the corpus
 * @param rows dialogues per step
 * @param steps of the first round
 * @param refinement steps of the second round, on {@link Corpus#lastSteps}, at a lower rate
 */
record Curriculum(Bpe bpe, long seed, int rows, int steps, int refinement) {
  /** Steps with many plain repetitions, in which the attention heads that copy appear. */
  private static final int FIRST_STEPS = 1_000;

  private static final int WARM_UP = 100;
  private static final double PEAK_RATE = 3e-3;
  private static final double REFINEMENT_RATE = 1e-3;

  /** The share of the first round over which the rate falls to zero; before that it is constant. */
  private static final double COOL_DOWN = 0.4;

  /**
   * Batches are cut out of pools of this many steps, so that each holds dialogues of about one
   * length.
   */
  private static final int POOL_STEPS = 32;

  private static final int MAX_LENGTH = 160;

  /**
   * The batches from this step to the end of its pool, each a step's share for one of {@code
   * workers}.
   */
  List<Batch> pool(int step, int workers) {
    int pool = step / POOL_STEPS;
    Corpus corpus =
        step < FIRST_STEPS
            ? Corpus.firstSteps()
            : step < steps ? Corpus.train() : Corpus.lastSteps();
    long poolSeed = seed * 1_000_003 + pool;
    List<Dialogue> dialogues =
        corpus.stream(poolSeed)
            .map(example -> Dialogue.of(example, bpe))
            .filter(dialogue -> dialogue.length() <= MAX_LENGTH)
            .limit((long) POOL_STEPS * rows)
            .toList();
    List<Batch> batches = Batch.bucket(dialogues, rows / workers, new Random(poolSeed));
    // A pool ends with its round, so that a run resumed there sees what an unbroken one does.
    int first = step % POOL_STEPS;
    int stepsLeft = step < steps ? Math.min(POOL_STEPS - first, steps - step) : POOL_STEPS - first;
    return batches.subList(first * workers, (first + stepsLeft) * workers);
  }

  int total() {
    return steps + refinement;
  }

  /**
   * The learning rate: linear warm-up, constant, then linear to zero (Hu et al. 2024); in the
   * second round linear to zero from a third of it.
   */
  double rate(int step) {
    if (step >= steps) {
      return REFINEMENT_RATE * (total() - step) / refinement;
    }
    double left = (steps - step) / (COOL_DOWN * steps);
    return PEAK_RATE * Math.min(1, Math.min((step + 1.0) / WARM_UP, left));
  }
}
