package dev.espalier.sampling;

import dev.espalier.Candidates;
import dev.espalier.LogitsProcessor;
import dev.espalier.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * DRY, "don't repeat yourself": a token that would continue a copy of the last m tokens loses
 * multiplier · base^(m − allowedLength) (p-e-w and pi6am 2024, as in llama.cpp).
 *
 * @param window how many of the last tokens are searched; -1 for all
 * @param breakers texts that no repetition crosses: every token that contains one is a breaker
 * @param breakerSequences token sequences with the same effect
 */
record Dry(
    double multiplier,
    double base,
    int allowedLength,
    int window,
    List<String> breakers,
    List<List<Integer>> breakerSequences)
    implements LogitsProcessor {
  Dry {
    DynamicTemperature.NOT_NEGATIVE.check("dry", "multiplier", multiplier);
    Range.below(1, Double.POSITIVE_INFINITY).check("dry", "base", base);
    Range.atLeast("dry", "allowed_length", 1, allowedLength);
    Range.atLeast("dry", "window", -1, window);
    breakers = List.copyOf(breakers);
    breakerSequences = breakerSequences.stream().map(List::copyOf).toList();
    for (List<Integer> sequence : breakerSequences) {
      Range.atLeast("dry", "length of a breaker sequence", 1, sequence.size());
    }
  }

  @Override
  public boolean pointwise() {
    return true;
  }

  @Override
  public State open(Context context) {
    return new Matches(this, breakerTokens(context.vocabulary()), new History(context.prompt()));
  }

  private BitSet breakerTokens(Vocabulary vocabulary) {
    BitSet found = new BitSet(vocabulary.size());
    byte[][] texts = new byte[breakers.size()][];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = breakers.get(i).getBytes(StandardCharsets.UTF_8);
    }
    for (int id = 0; id < vocabulary.size(); id++) {
      for (byte[] text : texts) {
        if (contains(vocabulary, id, text)) {
          found.set(id);
        }
      }
    }
    for (List<Integer> sequence : breakerSequences) {
      if (sequence.size() == 1 && sequence.get(0) >= 0) {
        found.set(sequence.get(0));
      }
    }
    return found;
  }

  private static boolean contains(Vocabulary vocabulary, int id, byte[] text) {
    int last = vocabulary.byteLength(id) - text.length;
    for (int from = 0; from <= last && text.length > 0; from++) {
      int i = 0;
      while (i < text.length && vocabulary.byteAt(id, from + i) == text[i]) {
        i++;
      }
      if (i == text.length) {
        return true;
      }
    }
    return false;
  }

  private static final class Matches implements State {
    private final Dry method;
    private final BitSet breakers; // shared, not written
    private final int[][] sequences; // of two and more tokens; shared, not written
    private final History history;
    private final double longest; // beyond this the power overflows a float
    private int[] z = new int[64]; // z[i]: common suffix of the history and the history less i
    private final IntIntMap best = new IntIntMap(); // longest match + 1 of each continuation

    Matches(Dry method, BitSet breakers, History history) {
      this.method = method;
      this.breakers = breakers;
      this.history = history;
      longest = method.base > 1 ? Math.floor(88.72 / Math.log(method.base)) : 0;
      sequences =
          method.breakerSequences.stream()
              .filter(s -> s.size() > 1)
              .map(s -> s.stream().mapToInt(Integer::intValue).toArray())
              .toArray(int[][]::new);
    }

    @Override
    public void process(Candidates candidates) {
      int n = history.length();
      if (method.window >= 0) {
        n = Math.min(n, method.window);
      }
      if (method.multiplier == 0 || n <= method.allowedLength) {
        return;
      }
      int limit = limit(n);
      if (limit < method.allowedLength) {
        return;
      }
      match(n, limit);
      for (int i = 0; i < best.size(); i++) {
        int token = best.keys()[i];
        if (!breakers.get(token)) {
          double power = Math.min(best.values()[i] - method.allowedLength, longest);
          candidates.add(token, (float) (-method.multiplier * Math.pow(method.base, power)));
        }
      }
    }

    /** Tokens since the end of the nearest breaker. */
    private int limit(int n) {
      for (int back = 0; back < n; back++) {
        if (breakers.get(history.back(back))) {
          return back;
        }
        for (int[] sequence : sequences) {
          if (endsAt(back, sequence, n)) {
            return back;
          }
        }
      }
      return n;
    }

    private boolean endsAt(int back, int[] sequence, int n) {
      if (back + sequence.length > n) {
        return false;
      }
      for (int i = 0; i < sequence.length; i++) {
        if (history.back(back + sequence.length - 1 - i) != sequence[i]) {
          return false;
        }
      }
      return true;
    }

    /** The Z-algorithm on the reversed window, O(n). */
    private void match(int n, int limit) {
      if (z.length < n) {
        z = new int[Math.max(n, 2 * z.length)];
      }
      best.clear();
      int left = 0;
      int right = 0;
      for (int i = 1; i < n; i++) {
        int m = i < right ? Math.min(right - i, z[i - left]) : 0;
        while (i + m < n && history.back(m) == history.back(i + m)) {
          m++;
        }
        z[i] = m;
        if (i + m > right) {
          left = i;
          right = i + m;
        }
        int length = Math.min(m, limit);
        if (length >= method.allowedLength) {
          int next = history.back(i - 1);
          best.put(next, Math.max(best.get(next), length));
        }
      }
    }

    @Override
    public void accept(int token, @Nullable Candidates drawnFrom) {
      history.add(token);
    }

    @Override
    public State fork() {
      return new Matches(method, breakers, new History(history));
    }
  }
}
