package dev.espalier.sampling;

import dev.espalier.Candidates;
import dev.espalier.LogitsProcessor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Bans tokens, always or only as the first one of the output. */
record Suppress(List<Integer> tokens, boolean atBegin) implements LogitsProcessor {
  Suppress {
    tokens = List.copyOf(tokens);
    for (int token : tokens) {
      Range.atLeast("suppress", "token", 0, token);
    }
  }

  @Override
  public boolean pointwise() {
    return true;
  }

  @Override
  public State open(Context context) {
    return new Bans(tokens.stream().mapToInt(Integer::intValue).toArray(), atBegin, true);
  }

  private static final class Bans implements State {
    private final int[] tokens; // shared, not written
    private final boolean atBegin;
    private boolean begin;

    Bans(int[] tokens, boolean atBegin, boolean begin) {
      this.tokens = tokens;
      this.atBegin = atBegin;
      this.begin = begin;
    }

    @Override
    public void process(Candidates candidates) {
      if (begin || !atBegin) {
        for (int token : tokens) {
          candidates.remove(token);
        }
      }
    }

    @Override
    public void accept(int token, @Nullable Candidates drawnFrom) {
      begin = false;
    }

    @Override
    public State fork() {
      return new Bans(tokens, atBegin, begin);
    }
  }
}
