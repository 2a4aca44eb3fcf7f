package dev.espalier;

/**
 * The draws that come with the library. All are conditional: among the allowed, the best of all is
 * the best if it is allowed, with Gumbel numbers as without; and a multinomial draw that is thrown
 * away when refused leaves {@code p(t) + p(refused) p(t) / p(allowed) = p(t) / p(allowed)}.
 */
enum Draws implements Draw {
  MULTINOMIAL {
    @Override
    public int draw(Candidates candidates, CounterRandom random) {
      return candidates.drawMultinomial(random);
    }

    /** Needs fresh numbers: given that the first were refused, they are no longer uniform. */
    @Override
    public int redraw(Candidates candidates, CounterRandom random) {
      return draw(candidates, random.split(1));
    }
  },
  GREEDY {
    @Override
    public int draw(Candidates candidates, CounterRandom random) {
      return candidates.best();
    }
  },
  GUMBEL {
    @Override
    public int draw(Candidates candidates, CounterRandom random) {
      return candidates.drawGumbel(random);
    }
  };

  @Override
  public boolean conditional() {
    return true;
  }
}
