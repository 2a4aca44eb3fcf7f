package dev.espalier.hub;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a response, pulled by the thread that asked for them. The client's own stream blocks
 * for ever on a server that goes silent; this one waits a limited time for each piece.
 */
final class ResponseBody implements BodySubscriber<ResponseBody>, AutoCloseable {
  /** A piece of the body, or how it ended. */
  private record Event(List<ByteBuffer> pieces, boolean last, @Nullable Throwable failure) {}

  // At most one piece is on its way, so that a slow disk slows the connection and nothing piles up.
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final Duration stallLimit;
  private volatile Flow.@Nullable Subscription subscription;
  private volatile boolean closed;

  ResponseBody(Duration stallLimit) {
    this.stallLimit = stallLimit;
  }

  /**
   * The next pieces, or null at the end.
   *
   * @throws IOException if the connection is cut, or silent for longer than the limit
   */
  @Nullable List<ByteBuffer> next() throws IOException, InterruptedException {
    Event event = events.poll(stallLimit.toMillis(), TimeUnit.MILLISECONDS);
    if (event == null) {
      throw new HttpTimeoutException("nothing came for " + stallLimit.toSeconds() + " s");
    }
    Throwable failure = event.failure();
    if (failure != null) {
      throw new IOException(failure.getMessage(), failure);
    }
    if (event.last()) {
      return null;
    }
    Flow.Subscription current = subscription;
    if (current != null) {
      current.request(1);
    }
    return event.pieces();
  }

  /** Itself at once: the caller pulls the bytes while they come. */
  @Override
  public CompletionStage<ResponseBody> getBody() {
    return CompletableFuture.completedStage(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription source) {
    subscription = source;
    if (closed) {
      source.cancel();
    } else {
      source.request(1);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> pieces) {
    events.add(new Event(pieces, false, null));
  }

  @Override
  public void onError(Throwable failure) {
    events.add(new Event(List.of(), true, failure));
  }

  @Override
  public void onComplete() {
    events.add(new Event(List.of(), true, null));
  }

  /** Drops the rest of the body. */
  @Override
  public void close() {
    closed = true;
    Flow.Subscription current = subscription;
    if (current != null) {
      current.cancel();
    }
  }
}
