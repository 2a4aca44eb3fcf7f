package dev.espalier;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** A generation running on its own thread; from {@link Sampler#start}. Thread-safe. */
public final class GenerationHandle {
  private final CompletableFuture<Generation> result = new CompletableFuture<>();
  private volatile boolean cancelled;

  GenerationHandle() {}

  /**
   * Asks the generation to end after the token that is being computed. It then finishes normally,
   * with {@link FinishReason#CANCELLED}, unless it had finished before.
   */
  public void cancel() {
    cancelled = true;
  }

  /** Whether {@link #cancel} was called. */
  public boolean isCancelled() {
    return cancelled;
  }

  /**
   * Waits for the result.
   *
   * @throws GenerationException if the generation failed
   * @throws EspalierException if the waiting thread is interrupted; the generation goes on
   */
  public Generation join() {
    try {
      return result.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EspalierException("interrupted while waiting for a generation, which goes on", e);
    } catch (ExecutionException | CancellationException e) {
      Throwable cause = e.getCause();
      if (cause instanceof RuntimeException failure) {
        throw failure;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      throw new CompletionException(e);
    }
  }

  /** The result as a future; completing or cancelling it does not touch the generation. */
  public CompletableFuture<Generation> future() {
    return result.copy();
  }

  void complete(Generation generation) {
    result.complete(generation);
  }

  void fail(Throwable failure) {
    result.completeExceptionally(failure);
  }
}
