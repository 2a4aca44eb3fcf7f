package dev.espalier.examples.embedded;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * Some dialogues of about one length, padded on the right. Attention is causal, so padding needs no
 * mask: nothing that counts comes after it. The arrays are shared with the caller, who must not
 * write to them.
 */
final class Batch {
  private final int rows;
  private final int columns;
  private final long[] ids;
  private final long[] at;
  private final long[] targets;

  private Batch(int rows, int columns, int answers) {
    this.rows = rows;
    this.columns = columns;
    ids = new long[rows * columns];
    at = new long[answers];
    targets = new long[answers];
  }

  static Batch of(List<Dialogue> dialogues) {
    int columns = dialogues.stream().mapToInt(Dialogue::length).max().orElseThrow() - 1;
    int answers =
        dialogues.stream().mapToInt(dialogue -> dialogue.length() - dialogue.prompt()).sum();
    Batch batch = new Batch(dialogues.size(), columns, answers);
    int n = 0;
    for (int row = 0; row < dialogues.size(); row++) {
      Dialogue dialogue = dialogues.get(row);
      for (int i = 0; i + 1 < dialogue.length(); i++) {
        int place = row * columns + i;
        batch.ids[place] = dialogue.token(i);
        if (i + 1 >= dialogue.prompt()) {
          batch.at[n] = place;
          batch.targets[n++] = dialogue.token(i + 1);
        }
      }
    }
    return batch;
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

  int rows() {
    return rows;
  }

  int columns() {
    return columns;
  }

  /** (rows, columns), row after row: every token but the last of each dialogue. */
  long[] ids() {
    return ids;
  }

  /** Places in {@link #ids}, flattened, whose next token belongs to an answer. */
  long[] at() {
    return at;
  }

  /** Those next tokens. */
  long[] targets() {
    return targets;
  }
}
