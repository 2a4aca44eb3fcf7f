package dev.espalier.examples.embedded;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * Some dialogues of about one length, padded on the right. Attention is causal, so padding needs no mask: nothing that
 * counts comes after it.
 *
 * @param ids (rows, columns), row after row: every token but the last of each dialogue
 * @param at positions in {@code ids}, flattened, whose next token belongs to an answer
 * @param targets those next tokens
 */
record Batch(int rows, int columns, long[] ids, long[] at, long[] targets) {
  static Batch of(List<Dialogue> dialogues) {
    int columns = dialogues.stream().mapToInt(Dialogue::length).max().orElseThrow() - 1;
    int answers = dialogues.stream().mapToInt(dialogue -> dialogue.length() - dialogue.prompt()).sum();
    long[] ids = new long[dialogues.size() * columns];
    long[] at = new long[answers];
    long[] targets = new long[answers];
    int n = 0;
    for (int row = 0; row < dialogues.size(); row++) {
      Dialogue dialogue = dialogues.get(row);
      for (int i = 0; i + 1 < dialogue.length(); i++) {
        int place = row * columns + i;
        ids[place] = dialogue.tokens()[i];
        if (i + 1 >= dialogue.prompt()) {
          at[n] = place;
          targets[n++] = dialogue.tokens()[i + 1];
        }
      }
    }
    return new Batch(dialogues.size(), columns, ids, at, targets);
  }

  /** Batches of {@code rows} dialogues each: alike in length within a batch, in random order. */
  static List<Batch> bucket(List<Dialogue> dialogues, int rows, Random random) {
    List<Dialogue> sorted = new ArrayList<>(dialogues);
    sorted.sort(Comparator.comparingInt(Dialogue::length));
    List<Batch> batches = new ArrayList<>();
    for (int from = 0; from + rows <= sorted.size(); from += rows) {
      batches.add(of(sorted.subList(from, from + rows)));
    }
    Collections.shuffle(batches, random);
    return batches;
  }
}
