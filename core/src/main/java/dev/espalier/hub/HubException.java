package dev.espalier.hub;

import dev.espalier.EspalierException;
import org.jspecify.annotations.Nullable;

/** A model cannot be downloaded; the message says which, why, and what to do about it. */
public final class HubException extends EspalierException {
  private static final long serialVersionUID = 1L;

  /** What went wrong, for programs. */
  public enum Reason {
    /** The name is not of the form {@code owner/name[@revision]}. */
    NAME,
    /** The hub cannot be reached. */
    OFFLINE,
    /** No such model, revision or file, or it is private and no token was given. */
    NOT_FOUND,
    /** A token is needed, or the one given is refused. */
    UNAUTHORIZED,
    /** The model's terms must be accepted on its page first. */
    GATED,
    /** The model holds no files that Espalier can load. */
    UNSUPPORTED,
    /** The bytes that came are not the ones that the hub announced. */
    CORRUPT,
    /** The cache folder is full or cannot be written. */
    DISK,
    /** The hub answered with an error of its own, or with something that is no hub's answer. */
    SERVER,
    /** The thread was interrupted; the interrupt flag stays set. */
    INTERRUPTED
  }

  private final Reason reason;

  HubException(Reason reason, String message) {
    this(reason, message, null);
  }

  HubException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** What went wrong. */
  public Reason reason() {
    return reason;
  }

  static HubException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new HubException(
        Reason.INTERRUPTED, "the download was interrupted; start it again and it goes on", cause);
  }
}
