package dev.espalier.sampling;

import dev.espalier.Candidates;
import dev.espalier.LogitsProcessor;
import dev.espalier.SparseEdit;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Lowers tokens that the window holds: by the factor {@code repetition} (Keskar et al. 2019), by
 * {@code frequency} per occurrence and by {@code presence} once (OpenAI), in this order as
 * llama.cpp does. Needs raw logits: put it before any temperature.
 *
 * @param window how many of the last tokens count, prompt included; -1 for all
 */
record Penalties(double repetition, double frequency, double presence, int window)
    implements LogitsProcessor {
  Penalties {
    Range.open(0, Double.POSITIVE_INFINITY).check("penalties", "repetition", repetition);
    Range any = Range.open(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    any.check("penalties", "frequency", frequency);
    any.check("penalties", "presence", presence);
    Range.atLeast("penalties", "window", -1, window);
  }

  @Override
  public boolean pointwise() {
    return true;
  }

  @Override
  public State open(Context context) {
    int[] prompt = context.prompt();
    Window counted = new Window(this, new History(prompt), new IntIntMap());
    int from = window < 0 ? 0 : Math.max(0, prompt.length - window);
    Arrays.sort(prompt, from, prompt.length); // edits in the order of the row miss fewer caches
    for (int i = from; i < prompt.length; i++) {
      counted.counts.add(prompt[i], 1);
    }
    return counted;
  }

  private float penalised(float logit, int count) {
    double x = logit > 0 ? logit / repetition : logit * repetition;
    return (float) (x - count * frequency - presence);
  }

  private static final class Window implements State, SparseEdit {
    private final Penalties method;
    private final History history;
    private final IntIntMap counts; // of the tokens in the window

    Window(Penalties method, History history, IntIntMap counts) {
      this.method = method;
      this.history = history;
      this.counts = counts;
    }

    @Override
    public void process(Candidates candidates) {
      if (method.repetition == 1 && method.frequency == 0 && method.presence == 0) {
        return;
      }
      int slots = candidates.slots();
      if (slots >= 0 && slots < counts.size()) {
        for (int slot = 0; slot < slots; slot++) {
          int id = candidates.slotId(slot);
          int count = counts.get(id);
          if (count > 0) {
            candidates.set(id, method.penalised(candidates.logit(id), count));
          }
        }
        return;
      }
      candidates.edit(this);
    }

    @Override
    public int[] tokens() {
      return counts.keys();
    }

    @Override
    public int[] arguments() {
      return counts.values();
    }

    @Override
    public int size() {
      return counts.size();
    }

    @Override
    public int argument(int token) {
      return counts.get(token);
    }

    @Override
    public float apply(float logit, int count) {
      return method.penalised(logit, count);
    }

    @Override
    public boolean lowers() {
      return method.repetition >= 1 && method.frequency >= 0 && method.presence >= 0;
    }

    @Override
    public void accept(int token, @Nullable Candidates drawnFrom) {
      history.add(token);
      if (method.window != 0) {
        counts.add(token, 1);
      }
      if (method.window > 0 && history.length() > method.window) {
        counts.add(history.back(method.window), -1);
      }
    }

    @Override
    public State fork() {
      return new Window(method, new History(history), new IntIntMap(counts));
    }
  }
}
