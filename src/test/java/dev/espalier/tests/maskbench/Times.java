package dev.espalier.tests.maskbench;

import java.util.Arrays;
import java.util.List;

/** Times in the order of measurement; nanoseconds, up to two seconds each. Mutable. */
final class Times {
  private int[] nanos = new int[1024];
  private int size;

  void add(long time) {
    if (size == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * size);
    }
    nanos[size++] = (int) Math.min(time, Integer.MAX_VALUE);
  }

  int size() {
    return size;
  }

  /** The mean of those from one place to before another; microseconds. */
  double average(int from, int to) {
    return Arrays.stream(nanos, from, to).average().orElse(0) / 1e3;
  }

  Spread spread() {
    return Spread.ofNanos(Arrays.copyOf(nanos, size));
  }

  /**
   * Each time's median over several runs of the same work: what a run adds by chance, be it the
   * collector or another process, does not count.
   */
  static Times medians(List<Times> runs) {
    Times last = runs.get(runs.size() - 1);
    if (runs.stream().anyMatch(r -> r.size != last.size)) {
      return last; // a budget ran out in one of them, so places do not correspond
    }
    Times medians = new Times();
    int[] one = new int[runs.size()];
    for (int i = 0; i < last.size; i++) {
      for (int r = 0; r < one.length; r++) {
        one[r] = runs.get(r).nanos[i];
      }
      Arrays.sort(one);
      medians.add(one[one.length / 2]);
    }
    return medians;
  }
}
