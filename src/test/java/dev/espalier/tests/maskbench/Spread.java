package dev.espalier.tests.maskbench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** How a set of times is spread; microseconds. */
record Spread(
    double avg,
    double p25,
    double p50,
    double p75,
    double p90,
    double p99,
    double p999,
    double max) {

  static Spread ofNanos(int[] nanos) {
    int[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return new Spread(
        Arrays.stream(sorted).average().orElse(0) / 1e3,
        at(sorted, 0.25),
        at(sorted, 0.5),
        at(sorted, 0.75),
        at(sorted, 0.9),
        at(sorted, 0.99),
        at(sorted, 0.999),
        at(sorted, 1));
  }

  private static double at(int[] sorted, double share) {
    if (sorted.length == 0) {
      return 0;
    }
    return sorted[(int) Math.min(sorted.length - 1L, (long) (share * sorted.length))] / 1e3;
  }

  /** Each figure's median over several runs. */
  static Spread median(List<Spread> runs) {
    return new Spread(
        median(runs, Spread::avg),
        median(runs, Spread::p25),
        median(runs, Spread::p50),
        median(runs, Spread::p75),
        median(runs, Spread::p90),
        median(runs, Spread::p99),
        median(runs, Spread::p999),
        median(runs, Spread::max));
  }

  private static double median(List<Spread> runs, ToDoubleFunction<Spread> figure) {
    double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("avg", rounded(avg));
    map.put("p25", rounded(p25));
    map.put("p50", rounded(p50));
    map.put("p75", rounded(p75));
    map.put("p90", rounded(p90));
    map.put("p99", rounded(p99));
    map.put("p999", rounded(p999));
    map.put("max", rounded(max));
    return map;
  }

  static double rounded(double micros) {
    return Math.round(micros * 100) / 100.0;
  }

  @Override
  public String toString() {
    return String.format(
        "avg %.2f  p25 %.2f  p50 %.2f  p75 %.2f  p90 %.1f  p99 %.1f  p99.9 %.0f  max %.0f µs",
        avg, p25, p50, p75, p90, p99, p999, max);
  }
}
