package dev.espalier.hub;

import dev.espalier.hub.HubException.Reason;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Pauses between attempts at one thing: exponential with jitter, or what the hub asks for within
 * reason, and only so many in a row. For one thread.
 */
final class Backoff {
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final Policy policy;
  private final DownloadListener listener;
  private int failures;

  /**
   * How patient to be.
   *
   * @param retries attempts after the first one before giving up
   * @param firstPause after the first failure; doubles with each further one
   */
  record Policy(int retries, Duration firstPause) {}

  Backoff(Policy policy, DownloadListener listener) {
    this.policy = policy;
    this.listener = listener;
  }

  /** The attempt got somewhere; patience starts anew. */
  void progressed() {
    failures = 0;
  }

  /**
   * Waits before the next attempt.
   *
   * @throws HubException if there were too many, or the hub asks for more patience than this
   */
  void afterFailure(String what, IOException why) {
    failures++;
    Duration asked = why instanceof TransientFailure busy ? busy.retryAfter() : Duration.ZERO;
    if (failures > policy.retries || asked.compareTo(LONGEST_PAUSE) > 0) {
      throw giveUp(what, why, asked);
    }
    long nanos = policy.firstPause.toNanos() << Math.min(failures - 1, 16);
    nanos = nanos / 2 + ThreadLocalRandom.current().nextLong(nanos / 2 + 1);
    nanos = Math.min(Math.max(nanos, asked.toNanos()), LONGEST_PAUSE.toNanos());
    Duration pause = Duration.ofNanos(nanos);
    listener.onRetry(describe(why), pause);
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      throw HubException.interrupted(e);
    }
  }

  private HubException giveUp(String what, IOException why, Duration asked) {
    if (why instanceof TransientFailure) {
      String when = asked.isZero() ? "later" : "in " + asked.toSeconds() + " s";
      return new HubException(
          Reason.SERVER,
          "cannot get " + what + ": " + why.getMessage() + "; try again " + when,
          why);
    }
    return new HubException(
        Reason.OFFLINE,
        "cannot get "
            + what
            + ": "
            + describe(why)
            + " ("
            + failures
            + " attempts); check the connection and any proxy (-Dhttps.proxyHost=…), then start"
            + " again: what came so far is kept",
        why);
  }

  /** The failure in words; the client's own messages are often empty. */
  private static String describe(IOException why) {
    for (Throwable cause = why; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
        return "the hub's host name is unknown here, which means no connection to the internet";
      }
    }
    String message = message(why);
    if (why instanceof ConnectException) {
      return "no connection to the hub" + (message == null ? "" : " (" + message + ")");
    }
    return message == null ? "the connection failed" : message;
  }

  private static @Nullable String message(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = cause.getMessage();
      if (message != null && !message.isBlank()) {
        return message;
      }
    }
    return null;
  }
}
