package dev.espalier.sampling;

import dev.espalier.Candidates;
import dev.espalier.LogitsProcessor;
import dev.espalier.LogitsRow;
import dev.espalier.Vocabulary;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** One step of a method, for tests. */
final class Steps {
  private Steps() {}

  static Vocabulary vocabulary(int size) {
    return Vocabulary.builder(size).build();
  }

  static LogitsProcessor.Context context(int size, int... prompt) {
    return new LogitsProcessor.Context(vocabulary(size), prompt);
  }

  static Candidates load(float... logits) {
    Candidates candidates = new Candidates(logits.length);
    candidates.load(LogitsRow.of(logits), null);
    return candidates;
  }

  static Candidates after(LogitsProcessor processor, float... logits) {
    return after(processor, new int[0], logits);
  }

  static Candidates after(LogitsProcessor processor, int[] prompt, float... logits) {
    Candidates candidates = load(logits);
    processor.open(context(logits.length, prompt)).process(candidates);
    return candidates;
  }

  static List<Integer> kept(Candidates candidates) {
    List<Integer> ids = new ArrayList<>();
    for (int id = 0; id < candidates.size(); id++) {
      if (candidates.contains(id)) {
        ids.add(id);
      }
    }
    return ids;
  }

  static double[] law(Candidates candidates) {
    double[] p = new double[candidates.size()];
    for (int id = 0; id < p.length; id++) {
      p[id] = Math.exp(candidates.logProb(id));
    }
    return p;
  }

  static float[] logs(double... p) {
    float[] logits = new float[p.length];
    for (int i = 0; i < p.length; i++) {
      logits[i] = (float) Math.log(p[i]);
    }
    return logits;
  }

  /** Short rows for properties, of sixty-fourths, so that many values are equal. */
  static Arbitrary<float[]> rows() {
    return Arbitraries.integers()
        .between(-640, 640)
        .map(i -> i / 64f)
        .array(float[].class)
        .ofMinSize(2)
        .ofMaxSize(40);
  }
}
