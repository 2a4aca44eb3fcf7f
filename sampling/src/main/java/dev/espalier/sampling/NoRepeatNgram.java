package dev.espalier.sampling;

import dev.espalier.Candidates;
import dev.espalier.LogitsProcessor;
import org.jspecify.annotations.Nullable;

/** Bans every token that would repeat an n-gram of prompt and output. O(length) per step. */
record NoRepeatNgram(int n) implements LogitsProcessor {
  NoRepeatNgram {
    Range.atLeast("no_repeat_ngram", "n", 1, n);
  }

  @Override
  public boolean pointwise() {
    return true;
  }

  @Override
  public State open(Context context) {
    return new Seen(n, new History(context.prompt()));
  }

  private static final class Seen implements State {
    private final int n;
    private final History history;

    Seen(int n, History history) {
      this.n = n;
      this.history = history;
    }

    @Override
    public void process(Candidates candidates) {
      for (int next = n - 1; next < history.length(); next++) {
        int i = 1;
        while (i < n && history.at(next - i) == history.back(i - 1)) {
          i++;
        }
        if (i == n) {
          candidates.remove(history.at(next));
        }
      }
    }

    @Override
    public void accept(int token, @Nullable Candidates drawnFrom) {
      history.add(token);
    }

    @Override
    public State fork() {
      return new Seen(n, new History(history));
    }
  }
}
