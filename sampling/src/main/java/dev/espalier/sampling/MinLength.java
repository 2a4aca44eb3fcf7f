package dev.espalier.sampling;

import dev.espalier.Candidates;
import dev.espalier.LogitsProcessor;
import org.jspecify.annotations.Nullable;

/** Bans the end until there are enough tokens: new ones, or {@code withPrompt} all of them. */
record MinLength(int tokens, boolean withPrompt) implements LogitsProcessor {
  MinLength {
    Range.atLeast("min_length", "tokens", 0, tokens);
  }

  @Override
  public boolean pointwise() {
    return true;
  }

  @Override
  public State open(Context context) {
    int missing = withPrompt ? tokens - context.prompt().length : tokens;
    return new Missing(context.vocabulary().endTokens(), missing);
  }

  private static final class Missing implements State {
    private final int[] ends; // shared, not written
    private int missing;

    Missing(int[] ends, int missing) {
      this.ends = ends;
      this.missing = missing;
    }

    @Override
    public void process(Candidates candidates) {
      for (int i = 0; missing > 0 && i < ends.length; i++) {
        candidates.remove(ends[i]);
      }
    }

    @Override
    public void accept(int token, @Nullable Candidates drawnFrom) {
      missing--;
    }

    @Override
    public State fork() {
      return new Missing(ends, missing);
    }
  }
}
