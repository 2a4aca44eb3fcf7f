package dev.espalier.hub;

import dev.espalier.hub.HubClient.Answer;
import dev.espalier.hub.HubException.Reason;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** Brings one file: goes on where an earlier attempt ended, and verifies the whole. */
final class Download {
  /** A connection that brought this much was a good one, and earlier failures are forgotten. */
  private static final long PROGRESS = 1 << 20;

  private final HubClient client;
  private final Backoff.Policy patience;
  private final DownloadListener listener;

  Download(HubClient client, Backoff.Policy patience, DownloadListener listener) {
    this.client = client;
    this.patience = patience;
    this.listener = listener;
  }

  void run(URI address, RemoteFile file, Path target) {
    Backoff backoff = new Backoff(patience, listener);
    try (PartFile part = PartFile.open(file, target)) {
      boolean wrongBefore = false;
      while (true) {
        long before = part.length();
        try {
          if (!part.isFull()) {
            transfer(address, file, part);
          }
          if (part.finish()) {
            listener.onFinished(file);
            return;
          }
          listener.onProgress(file, 0);
          // The left-over of an earlier download may have been damaged; a whole new file may not.
          if (wrongBefore || before == 0) {
            throw new HubException(
                Reason.CORRUPT,
                file.path()
                    + ": the bytes that came do not have the checksum that the hub lists ("
                    + file.checksum()
                    + "); try again later, or behind another proxy");
          }
          wrongBefore = true;
        } catch (IOException e) {
          if (part.length() - before >= PROGRESS) {
            backoff.progressed();
          }
          backoff.afterFailure(file.path(), e);
        }
      }
    }
  }

  private void transfer(URI address, RemoteFile file, PartFile part) throws IOException {
    try (Answer answer = client.get(address, file.path(), part.length())) {
      if (answer.status() == 416) {
        part.restart();
        throw new IOException("the hub cannot go on in the middle of the file");
      }
      if (answer.status() == 200) {
        part.restart(); // it ignores ranges and sends everything
      } else if (!continues(answer, part.length())) {
        part.restart();
        throw new IOException("the hub sent another range than the one asked for");
      }
      listener.onProgress(file, part.length());
      for (List<ByteBuffer> pieces; (pieces = HubClient.next(answer)) != null; ) {
        if (!part.append(pieces)) {
          part.restart();
          throw new HubException(
              Reason.CORRUPT,
              file.path() + ": more bytes come than the " + file.size() + " that the hub lists");
        }
        listener.onProgress(file, part.length());
      }
    }
    if (!part.isFull()) {
      throw new IOException(
          "the connection ended after " + part.length() + " of " + file.size() + " bytes");
    }
  }

  private static boolean continues(Answer answer, long from) {
    String range = answer.headers().firstValue("Content-Range").orElse("");
    return range.startsWith("bytes " + from + "-");
  }
}
