package dev.espalier;

/** Draws from the candidates, whichever shape they have. Mutable, for one thread. */
final class TokenDraw {
  private final CandidateSet c;
  private final Law law;
  private final GumbelRace race = new GumbelRace(1);

  TokenDraw(CandidateSet candidates) {
    c = candidates;
    law = candidates.law;
  }

  /**
   * Draws in proportion to exp(logit). Lists, and rows as short as one, are walked by ascending id
   * with one uniform number; longer rows keep the law only.
   */
  int multinomial(CounterRandom random) {
    DenseRow r = c.prepared();
    double max = c.top();
    double scale = c.scale;
    if (max == Double.NEGATIVE_INFINITY) {
      throw Candidates.exhausted();
    }
    if (r == null) {
      double uniform = random.uniform(0);
      CandidateList list = c.list;
      return list.size() == 1 ? list.id(0) : list.walk(uniform * law.sum(false), max, scale);
    }
    int id = -1;
    BlockRejection rejection = c.rejection;
    if (rejection != null && ExpSums.holds((float) max, scale)) {
      id = rejection.draw(r, (float) max, scale, random);
    }
    return id >= 0 ? id : law.exactLaw().walk(r, random.uniform(-1) * law.sum(true), max, scale);
  }

  /** Draws the token whose logit with its own Gumbel number is the largest. */
  int gumbel(CounterRandom random) {
    run(race, random);
    return race.winner(0);
  }

  /** The {@code k} tokens with the largest such sums, in order; all if there are fewer. */
  int[] distinct(int k, CounterRandom random) {
    GumbelRace gumbels = new GumbelRace(k);
    run(gumbels, random);
    int[] drawn = new int[gumbels.entered()];
    for (int i = 0; i < drawn.length; i++) {
      drawn[i] = gumbels.winner(i);
    }
    return drawn;
  }

  private void run(GumbelRace gumbels, CounterRandom random) {
    if (c.isEmpty()) {
      throw Candidates.exhausted();
    }
    gumbels.start();
    DenseRow r = c.prepared();
    if (r == null) {
      for (int i = 0; i < c.list.size(); i++) {
        gumbels.enter(c.list.id(i), c.list.value(i) * c.scale, random);
      }
    } else {
      gumbels.run(r, c.scale, random);
    }
  }
}
