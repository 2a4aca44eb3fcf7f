package dev.espalier.sampling;

import dev.espalier.Candidates;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Measures a chain while it works. Mutable, for one sequence; slow, and used only on request. */
final class Observation {
  private final Consumer<StepReport> listener;
  private int step;
  private double surprises;

  private final List<StepReport.StageReport> stages = new ArrayList<>();
  private double[] first = new double[0]; // ln p before the chain
  private double[] last = new double[0]; // ln p before the next stage
  private double entropyBefore;
  private double entropyAfter;

  Observation(Consumer<StepReport> listener) {
    this.listener = listener;
  }

  void start(Candidates candidates) {
    stages.clear();
    first = logProbs(candidates, first);
    last = first.clone();
    entropyBefore = candidates.exactEntropy();
    entropyAfter = entropyBefore;
  }

  private static double[] logProbs(Candidates candidates, double[] into) {
    double[] out = into.length == candidates.size() ? into : new double[candidates.size()];
    candidates.exactLogSumExp();
    for (int id = 0; id < out.length; id++) {
      out[id] = candidates.logProb(id);
    }
    return out;
  }

  void stage(String name, Candidates candidates) {
    BitSet removed = new BitSet();
    double mass = 0;
    int kept = 0;
    for (int id = 0; id < last.length; id++) {
      if (last[id] != Double.NEGATIVE_INFINITY) {
        if (candidates.contains(id)) {
          kept++;
          mass += Math.exp(last[id]);
        } else {
          removed.set(id);
        }
      }
    }
    entropyAfter = candidates.exactEntropy();
    stages.add(new StepReport.StageReport(name, kept, Math.min(1, mass), entropyAfter, removed));
    last = logProbs(candidates, last);
  }

  void accept(int token, @Nullable Candidates drawnFrom) {
    boolean measured = drawnFrom != null && token < first.length;
    double before = measured ? 0 - first[token] : 0; // never −0
    double after = drawnFrom == null ? 0 : 0 - drawnFrom.logProb(token);
    surprises += before;
    double perplexity = Math.exp(surprises / (step + 1));
    List<StepReport.StageReport> done = measured ? stages : List.of();
    listener.accept(
        new StepReport(step, token, before, after, entropyBefore, entropyAfter, perplexity, done));
    step++;
    stages.clear();
  }

  Observation fork() {
    Observation copy = new Observation(listener);
    copy.step = step;
    copy.surprises = surprises;
    return copy;
  }
}
