package dev.espalier;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Selects on the host, one row after the other, over reused candidates. */
final class HostSelector implements TokenSelector {
  private final int rowSize;
  private final ConcurrentLinkedQueue<Candidates> idle = new ConcurrentLinkedQueue<>();

  HostSelector(int rowSize) {
    this.rowSize = rowSize;
  }

  @Override
  public void select(List<? extends DrawStep> batch) {
    Candidates candidates = borrow();
    for (DrawStep step : batch) {
      select(step, candidates);
    }
    idle.add(candidates);
  }

  private static void select(DrawStep step, Candidates candidates) {
    // The model's own law is read first, since processors edit the candidates in place.
    boolean raw = step.scored() || step.alternatives() > 0;
    boolean drawsFirst = step.drawsFirst();
    TokenMask mask = drawsFirst ? null : step.mask();
    double rawLogSumExp = Double.NaN;
    List<TokenDetail.Alternative> alternatives = List.of();
    NoAdmissibleTokenException broken = null;
    if (raw) {
      candidates.load(step.raw(), null);
      try {
        rawLogSumExp = candidates.logSumExp();
      } catch (NoAdmissibleTokenException e) {
        // A processor may say that NaN is to be taken as masked; then it is so here, too.
        broken = e;
        candidates.maskNaN();
        rawLogSumExp = candidates.logSumExp();
      }
      alternatives = best(candidates, step.alternatives());
    }
    if (!raw || broken != null || mask != null || step.row() != step.raw()) {
      candidates.load(step.row(), mask);
    }
    if (mask == null) {
      for (int id : step.blocked()) {
        candidates.remove(id);
      }
    }
    process(step, candidates);
    if (broken != null && !candidates.masksNaN()) {
      throw broken;
    }
    int token = step.draw().draw(candidates, step.random());
    double drawLogProb;
    if (drawsFirst && step.allows(token)) {
      drawLogProb = Double.NaN; // the mass of the allowed is not known
    } else {
      if (drawsFirst) {
        candidates.load(step.row(), step.mask());
        process(step, candidates);
        token = step.draw().redraw(candidates, step.random());
      }
      drawLogProb = candidates.logProb(token);
    }
    for (LogitsProcessor.State processor : step.processors()) {
      processor.accept(token, candidates);
    }
    double logProb = raw ? step.raw().host().get(token) - rawLogSumExp : Double.NaN;
    step.choose(new TokenDetail(token, logProb, drawLogProb, false, alternatives));
  }

  private static void process(DrawStep step, Candidates candidates) {
    for (LogitsProcessor.State processor : step.processors()) {
      processor.process(candidates);
    }
  }

  @Override
  public TokenDetail score(LogitsRow row, int token, int alternatives) {
    Candidates candidates = borrow();
    candidates.load(row, null);
    TokenDetail detail =
        new TokenDetail(token, candidates.logProb(token), 0, true, best(candidates, alternatives));
    idle.add(candidates);
    return detail;
  }

  private static List<TokenDetail.Alternative> best(Candidates candidates, int wanted) {
    if (wanted == 0) {
      return List.of();
    }
    int found = candidates.rank(wanted);
    List<TokenDetail.Alternative> best = new ArrayList<>(found);
    for (int rank = 0; rank < found; rank++) {
      int id = candidates.ranked(rank);
      best.add(new TokenDetail.Alternative(id, candidates.logProb(id)));
    }
    return best;
  }

  private Candidates borrow() {
    @Nullable Candidates free = idle.poll();
    return free == null ? new Candidates(rowSize) : free;
  }
}
