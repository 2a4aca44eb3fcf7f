package dev.espalier.hub;

import dev.espalier.hub.HubException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.List;

/**
 * A file on its way, next to its place and with {@code .part} at the end of its name. It survives a
 * crash, and the next download goes on with it. Any failure here is one of the disk. For one
 * thread.
 */
final class PartFile implements AutoCloseable {
  private final RemoteFile file;
  private final Path part;
  private final Path target;
  private final FileChannel channel;
  private MessageDigest digest;
  private long length;

  private PartFile(RemoteFile file, Path part, Path target, FileChannel channel) {
    this.file = file;
    this.part = part;
    this.target = target;
    this.channel = channel;
    digest = file.newDigest();
  }

  static Path partOf(Path target) {
    return target.resolveSibling(target.getFileName() + ".part");
  }

  /** Opens what an earlier download left, or starts one. Reads what is there, for the digest. */
  static PartFile open(RemoteFile file, Path target) {
    Path part = partOf(target);
    try {
      Path parent = target.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      FileChannel channel =
          FileChannel.open(
              part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      PartFile opened = new PartFile(file, part, target, channel);
      try {
        opened.digestContent();
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
      return opened;
    } catch (IOException e) {
      throw diskFailure(part, e);
    }
  }

  private void digestContent() throws IOException {
    if (channel.size() > file.size()) {
      channel.truncate(0);
    }
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    for (int n; (n = channel.read(buffer)) >= 0; ) {
      buffer.flip();
      digest.update(buffer);
      buffer.clear();
      length += n;
    }
  }

  long length() {
    return length;
  }

  boolean isFull() {
    return length == file.size();
  }

  /**
   * Appends bytes.
   *
   * @return false if there are more of them than the file has
   */
  boolean append(List<ByteBuffer> pieces) {
    try {
      for (ByteBuffer piece : pieces) {
        if (piece.remaining() > file.size() - length) {
          return false;
        }
        digest.update(piece.duplicate());
        length += piece.remaining();
        while (piece.hasRemaining()) {
          channel.write(piece);
        }
      }
      return true;
    } catch (IOException e) {
      throw diskFailure(part, e);
    }
  }

  /** Forgets all bytes. */
  void restart() {
    try {
      channel.truncate(0);
      digest = file.newDigest();
      length = 0;
    } catch (IOException e) {
      throw diskFailure(part, e);
    }
  }

  /**
   * Checks the full content and moves it to its place in one step.
   *
   * @return false if the checksum is wrong; all bytes are forgotten then
   */
  boolean finish() {
    try {
      if (!file.matches(digest)) {
        restart();
        return false;
      }
      channel.force(true);
      channel.close();
      try {
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
      }
      return true;
    } catch (IOException e) {
      throw diskFailure(part, e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw diskFailure(part, e);
    }
  }

  static HubException diskFailure(Path path, IOException cause) {
    if (cause instanceof ClosedByInterruptException
        || cause instanceof FileLockInterruptionException) {
      return new HubException(
          Reason.INTERRUPTED, "the download was interrupted; start it again and it goes on", cause);
    }
    return new HubException(
        Reason.DISK,
        "cannot write "
            + path
            + ": "
            + (cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage())
            + "; make room or give another cache folder (ESPALIER_CACHE), then start again: what"
            + " came so far is kept",
        cause);
  }
}
