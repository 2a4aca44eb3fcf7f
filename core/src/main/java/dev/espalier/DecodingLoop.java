package dev.espalier;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The one decoding loop: feed → mask (beside the model) → processors → draw → accept → stream, over
 * a batch of lanes that finish one by one.
 */
final class DecodingLoop {
  /** A prompt enters the cache in pieces of this many tokens, between which a caller may cancel. */
  static final int PREFILL_CHUNK = 512;

  private final TokenSelector selector;
  private final Executor maskWorker;
  private final BooleanSupplier cancelled;
  private final long deadline; // System.nanoTime() at which to end, if limited
  private final boolean limited;

  DecodingLoop(
      TokenSelector selector,
      Executor maskWorker,
      BooleanSupplier cancelled,
      @Nullable Long nanosLeft) {
    this.selector = selector;
    this.maskWorker = maskWorker;
    this.cancelled = cancelled;
    limited = nanosLeft != null;
    deadline = nanosLeft == null ? 0 : System.nanoTime() + nanosLeft;
  }

  /**
   * Brings prompts into the cache, makes the samples of each, and draws their first tokens.
   *
   * @param firsts one lane a prompt
   * @param samples lanes to make of each
   * @param all receives every lane, those of the first prompt first, as soon as it exists
   */
  void start(List<Lane> firsts, int samples, List<Lane> all) {
    long start = System.nanoTime();
    List<Lane> active = step(firsts);
    for (Lane lane : active) {
      prefill(lane.own, lane.unscored() + 1);
      for (Track companion : lane.companions) {
        prefill(companion, 1);
      }
    }
    active = active(active);
    if (active.isEmpty()) {
      fork(firsts, samples, firsts, all);
      return;
    }
    try (Rows rows = forward(active)) {
      for (Lane lane : active) {
        lane.watch.prefill += System.nanoTime() - start;
      }
      rows.scoreForced();
      List<Integer> feeds = fork(firsts, samples, active, all);
      List<Lane> drawing = new ArrayList<>();
      for (int i = 0; i < all.size(); i++) {
        if (all.get(i).active() && rows.ready(all.get(i), feeds.get(i))) {
          drawing.add(all.get(i));
        }
      }
      select(drawing);
    }
  }

  /** Makes the samples; returns for each lane the number of its prompt's feed, -1 without one. */
  private static List<Integer> fork(
      List<Lane> firsts, int samples, List<Lane> fed, List<Lane> all) {
    List<Integer> feeds = new ArrayList<>(firsts.size() * samples);
    for (Lane first : firsts) {
      for (int sample = 0; sample < samples; sample++) {
        all.add(sample == 0 ? first : first.fork(sample));
        feeds.add(fed.indexOf(first));
      }
    }
    return feeds;
  }

  /** Runs lanes until all have finished. */
  void run(List<Lane> lanes) {
    for (List<Lane> batch = step(lanes); !batch.isEmpty(); batch = step(batch)) {
      long start = System.nanoTime();
      try (Rows rows = forward(batch)) {
        long took = System.nanoTime() - start;
        for (Lane lane : batch) {
          lane.watch.forward += took;
          lane.watch.forwardPasses++;
        }
        rows.scoreForced();
        List<Lane> drawing = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
          if (batch.get(i).active() && rows.ready(batch.get(i), i)) {
            drawing.add(batch.get(i));
          }
        }
        select(drawing);
      }
    }
  }

  /** What happens between a draw and the next pass; returns the lanes that take part in it. */
  private List<Lane> step(List<Lane> lanes) {
    for (Lane lane : lanes) {
      lane.force();
    }
    List<Lane> batch = active(lanes);
    for (Lane lane : batch) {
      if (!makeRoom(lane)) {
        lane.finish(FinishReason.LENGTH);
        lane.leaveUnscored();
      }
    }
    batch.removeIf(lane -> !lane.needsPass());
    return batch;
  }

  private static boolean makeRoom(Lane lane) {
    boolean room = lane.own.makeRoom();
    for (Track companion : lane.companions) {
      room &= companion.makeRoom();
    }
    return room;
  }

  /** The lanes that still need the model, after ending those whose time is over. */
  private List<Lane> active(List<Lane> lanes) {
    interrupted();
    List<Lane> active = new ArrayList<>(lanes.size());
    for (Lane lane : lanes) {
      if (cancelled.getAsBoolean()) {
        lane.cut(FinishReason.CANCELLED);
      } else if (expired()) {
        lane.cut(FinishReason.DEADLINE);
      }
      if (lane.needsPass()) {
        active.add(lane);
      }
    }
    return active;
  }

  private boolean expired() {
    return limited && System.nanoTime() - deadline >= 0;
  }

  private static void interrupted() {
    if (Thread.currentThread().isInterrupted()) {
      throw new EspalierException("the generating thread was interrupted");
    }
  }

  /** Feeds all but the last {@code rest} pending tokens, whose rows nobody needs. */
  private void prefill(Track track, int rest) {
    while (track.pending() > rest) {
      interrupted();
      if (cancelled.getAsBoolean() || expired()) {
        return;
      }
      int n = Math.min(PREFILL_CHUNK, track.pending() - rest);
      track.model.forward(List.of(track.feed(n, Feed.Rows.NONE))).close();
    }
  }

  private void select(List<Lane> drawing) {
    if (drawing.isEmpty()) {
      return;
    }
    long start = System.nanoTime();
    selector.select(drawing);
    long took = System.nanoTime() - start;
    for (Lane lane : drawing) {
      lane.watch.sampling += took;
    }
  }

  /** One pass of every model over its pending tokens, while a worker fills the next masks. */
  private Rows forward(List<Lane> lanes) {
    CompletableFuture<Void> masks =
        lanes.stream().anyMatch(Lane::needsMask)
            ? CompletableFuture.runAsync(() -> lanes.forEach(Lane::fillMask), maskWorker)
            : CompletableFuture.completedFuture(null);
    Rows rows = new Rows(lanes);
    try {
      rows.forward();
      masks.join();
      return rows;
    } catch (CompletionException e) {
      rows.close();
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw e;
    } catch (RuntimeException | Error e) {
      rows.close();
      masks.exceptionally(ignored -> null).join();
      throw e;
    }
  }

  /** The rows of one pass over a batch: the own model's outputs and the companions'. */
  private final class Rows implements AutoCloseable {
    private final List<Lane> lanes;
    private final List<ForwardOutput> outputs = new ArrayList<>();

    Rows(List<Lane> lanes) {
      this.lanes = lanes;
    }

    void forward() {
      List<Feed> feeds = new ArrayList<>(lanes.size());
      for (Lane lane : lanes) {
        Feed.Rows which = lane.unscored() > 0 && lane.scored() ? Feed.Rows.ALL : Feed.Rows.LAST;
        feeds.add(lane.own.feed(lane.own.pending(), which));
      }
      outputs.add(lanes.get(0).own.model.forward(feeds));
      for (int c = 0; c < lanes.get(0).companions.size(); c++) {
        List<Feed> others = new ArrayList<>(lanes.size());
        for (Lane lane : lanes) {
          Track track = lane.companions.get(c);
          others.add(track.feed(track.pending(), Feed.Rows.LAST));
        }
        outputs.add(lanes.get(0).companions.get(c).model.forward(others));
      }
    }

    /** Scores the forced tokens of this pass, each by the row before it. */
    void scoreForced() {
      for (int i = 0; i < lanes.size(); i++) {
        Lane lane = lanes.get(i);
        if (!lane.scored()) {
          lane.leaveUnscored();
        }
        int row = lane.own.lastFeed() - 1 - lane.unscored();
        for (; lane.unscored() > 0; row++) {
          int token = lane.unscoredToken();
          lane.scored(selector.score(outputs.get(0).logits(i, row), token, lane.alternatives()));
        }
      }
    }

    boolean ready(Lane lane, int feed) {
      List<LogitsRow> others = new ArrayList<>(outputs.size() - 1);
      for (ForwardOutput output : outputs.subList(1, outputs.size())) {
        others.add(output.logits(feed));
      }
      return lane.ready(outputs.get(0).logits(feed), others);
    }

    @Override
    public void close() {
      outputs.forEach(ForwardOutput::close);
    }
  }
}
