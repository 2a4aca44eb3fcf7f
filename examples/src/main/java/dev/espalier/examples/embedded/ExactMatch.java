package dev.espalier.examples.embedded;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How many answers unconstrained greedy decoding gets exactly right, by task.
 *
 * <p>An answer comes out right just when each of its tokens is the most likely one after the right
 * ones before it, so one forward pass over request and answer tells, without decoding.
 */
record ExactMatch(Map<String, int[]> rightOfTotal) {
  static ExactMatch of(Network network, List<Example> examples, Bpe bpe) {
    Map<String, int[]> tasks = new TreeMap<>();
    for (Example example : examples) {
      Batch batch = Batch.of(List.of(Dialogue.of(example, bpe)));
      int[] counts = tasks.computeIfAbsent(example.task().name(), none -> new int[2]);
      counts[0] += Arrays.equals(network.best(batch), batch.targets()) ? 1 : 0;
      counts[1]++;
    }
    return new ExactMatch(tasks);
  }

  int right() {
    return rightOfTotal.values().stream().mapToInt(counts -> counts[0]).sum();
  }

  int total() {
    return rightOfTotal.values().stream().mapToInt(counts -> counts[1]).sum();
  }

  @Override
  public String toString() {
    return right()
        + " of "
        + total()
        + rightOfTotal.entrySet().stream()
            .map(task -> task.getKey() + " " + task.getValue()[0] + "/" + task.getValue()[1])
            .collect(Collectors.joining(", ", " (", ")"));
  }
}
