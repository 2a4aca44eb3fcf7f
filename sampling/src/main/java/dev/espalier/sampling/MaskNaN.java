package dev.espalier.sampling;

import dev.espalier.Candidates;

/** Takes NaN logits as masked; without it they are an error. Must come first. */
record MaskNaN() implements Stage {
  @Override
  public void process(Candidates candidates) {
    candidates.maskNaN();
  }
}
