package dev.espalier;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Generations that share a cache: each call computes only what its prompt does not share with the
 * tokens of the call before, so a chat that grows is not computed anew. For one thread at a time.
 */
public final class Session implements AutoCloseable {
  private final Sampler sampler;
  private final CausalLm model;
  private @Nullable LmSequence sequence;
  private int[] held = {};
  private boolean closed;

  Session(Sampler sampler, CausalLm model) {
    this.sampler = sampler;
    this.model = model;
  }

  /** One generation; throws what {@link Sampler#generate(Prompt)} throws. */
  public Generation generate(Prompt prompt) {
    return generate(prompt, piece -> {});
  }

  /**
   * One generation, followed by a listener; throws what {@link Sampler#generate(Prompt)} throws.
   */
  public Generation generate(Prompt prompt, GenerationListener listener) {
    if (closed) {
      throw new IllegalStateException("the session is closed");
    }
    PromptEncoder.Encoded encoded = sampler.encode(prompt);
    int[] ids = encoded.ids();
    LmSequence kept = sequence == null ? model.open() : sequence;
    sequence = null;
    int shared = 0;
    while (shared < held.length && shared < ids.length - 1 && held[shared] == ids[shared]) {
      shared++;
    }
    Track track = new Track(model, kept, Arrays.copyOf(ids, shared), sampler.overflow());
    try {
      kept.truncate(shared);
    } catch (RuntimeException | Error e) {
      kept.close();
      throw e;
    }
    track.push(Arrays.copyOfRange(ids, shared, ids.length));
    Sampler.Call call = sampler.call(prompt, encoded, track, shared);
    try {
      Generation generation = sampler.decode(List.of(call), 1, listener, () -> false).get(0);
      held = track.fed();
      sequence = kept;
      return generation;
    } finally {
      // A failed call may have left half a pass in the cache; the next one starts afresh.
      if (sequence == null) {
        held = new int[0];
        kept.close();
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    if (sequence != null) {
      sequence.close();
      sequence = null;
    }
  }
}
