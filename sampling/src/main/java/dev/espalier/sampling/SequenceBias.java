package dev.espalier.sampling;

import dev.espalier.Candidates;
import dev.espalier.LogitsProcessor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds to the last token of a sequence when the tokens before it have just been seen; several
 * matches add up. −∞ makes it a bad word.
 *
 * @param wholeContext a sequence counts only when the context is at least as long as it, as Hugging
 *     Face has it; else one less is enough
 */
record SequenceBias(List<Rule> rules, boolean wholeContext) implements LogitsProcessor {
  /** A sequence and what its last token gets. */
  record Rule(List<Integer> tokens, double bias) {
    Rule {
      tokens = List.copyOf(tokens);
      Range.atLeast("sequence_bias", "length of a sequence", 1, tokens.size());
      LogitBias.RANGE.check("sequence_bias", "bias", bias);
    }
  }

  SequenceBias {
    rules = List.copyOf(rules);
  }

  @Override
  public boolean pointwise() {
    return true;
  }

  @Override
  public State open(Context context) {
    int[][] sequences = new int[rules.size()][];
    for (int i = 0; i < sequences.length; i++) {
      sequences[i] = rules.get(i).tokens().stream().mapToInt(Integer::intValue).toArray();
    }
    return new Rules(this, sequences, new History(context.prompt()));
  }

  private static final class Rules implements State {
    private final SequenceBias method;
    private final int[][] sequences; // shared, not written
    private final History history;

    Rules(SequenceBias method, int[][] sequences, History history) {
      this.method = method;
      this.sequences = sequences;
      this.history = history;
    }

    @Override
    public void process(Candidates candidates) {
      for (int i = 0; i < sequences.length; i++) {
        int[] sequence = sequences[i];
        int before = sequence.length - 1;
        boolean enough = before == 0 || !method.wholeContext || history.length() > before;
        if (enough && history.endsWith(sequence, before)) {
          candidates.add(sequence[before], (float) method.rules.get(i).bias());
        }
      }
    }

    @Override
    public void accept(int token, @Nullable Candidates drawnFrom) {
      history.add(token);
    }

    @Override
    public State fork() {
      return new Rules(method, sequences, new History(history));
    }
  }
}
