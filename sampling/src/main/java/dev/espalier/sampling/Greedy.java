package dev.espalier.sampling;

import dev.espalier.Candidates;

/** Keeps the best token; of equals the one with the smaller id. */
record Greedy() implements Stage {
  @Override
  public void process(Candidates candidates) {
    candidates.keepOnly(candidates.best());
  }
}
