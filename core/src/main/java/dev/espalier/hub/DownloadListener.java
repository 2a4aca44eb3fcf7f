package dev.espalier.hub;

import java.time.Duration;
import java.util.List;

/** Follows a download, on the thread that runs it. */
public interface DownloadListener {
  /** Listens to nothing. */
  DownloadListener NONE = new DownloadListener() {};

  /**
   * The download starts.
   *
   * @param files what is missing in the cache, in the order in which it comes
   * @param bytes their size together, what an earlier download left of them included
   */
  default void onStart(List<RemoteFile> files, long bytes) {}

  /**
   * Bytes of a file came.
   *
   * @param have how many of its bytes are here now; less than before when it starts anew
   */
  default void onProgress(RemoteFile file, long have) {}

  /** A connection failed, and the download goes on after a pause. */
  default void onRetry(String why, Duration pause) {}

  /** The file is complete and verified. */
  default void onFinished(RemoteFile file) {}
}
