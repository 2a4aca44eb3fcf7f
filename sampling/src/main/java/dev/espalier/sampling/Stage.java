package dev.espalier.sampling;

import dev.espalier.Candidates;
import dev.espalier.LogitsProcessor;

/** A processor that remembers nothing: description and state are one immutable value. */
interface Stage extends LogitsProcessor, LogitsProcessor.State {
  @Override
  default State open(Context context) {
    return this;
  }

  @Override
  void process(Candidates candidates);

  @Override
  default State fork() {
    return this;
  }
}
