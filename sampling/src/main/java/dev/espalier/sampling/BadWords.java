package dev.espalier.sampling;

import dev.espalier.LogitsProcessor;
import dev.espalier.Vocabulary;
import java.util.List;

/** Bans sequences of tokens. An end token alone is left out, as Hugging Face does. */
record BadWords(List<List<Integer>> words, boolean wholeContext) implements LogitsProcessor {
  BadWords {
    words = words.stream().map(List::copyOf).toList();
    for (List<Integer> word : words) {
      Range.atLeast("bad_words", "length of a word", 1, word.size());
    }
  }

  @Override
  public boolean pointwise() {
    return true;
  }

  @Override
  public State open(Context context) {
    Vocabulary vocabulary = context.vocabulary();
    List<SequenceBias.Rule> rules =
        words.stream()
            .filter(w -> w.size() > 1 || !vocabulary.isEnd(w.get(0)))
            .map(w -> new SequenceBias.Rule(w, Double.NEGATIVE_INFINITY))
            .toList();
    return new SequenceBias(rules, wholeContext).open(context);
  }
}
