package dev.espalier.hub;

import dev.espalier.hub.HubException.Reason;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A file of a model as the hub lists it.
 *
 * @param path inside the model, with forward slashes
 * @param size in bytes
 * @param checksum how its bytes are verified
 */
public record RemoteFile(String path, long size, Checksum checksum) {

  /**
   * Checks the path, which becomes a path on this machine.
   *
   * @throws HubException if it could leave the model's folder, or is no plain relative path
   */
  public RemoteFile {
    checkPath(path);
    if (size < 0) {
      throw new HubException(
          Reason.SERVER, "the hub lists '" + path + "' with a size of " + size + " bytes");
    }
  }

  /**
   * The checksum of a file: SHA-256 of the content for files in large file storage, git's SHA-1
   * blob id for the others.
   *
   * @param algorithm of the two
   * @param hex its value, lower case
   */
  public record Checksum(Algorithm algorithm, String hex) {
    private static final Pattern HEX = Pattern.compile("[0-9a-f]+");

    /** Checks the form of the value. */
    public Checksum {
      hex = hex.toLowerCase(Locale.ROOT);
      if (hex.length() != algorithm.digits || !HEX.matcher(hex).matches()) {
        throw new HubException(
            Reason.SERVER, "the hub lists '" + hex + "' as a checksum, which is no " + algorithm);
      }
    }

    @Override
    public String toString() {
      return algorithm + " " + hex;
    }
  }

  /** What a checksum is made of. */
  public enum Algorithm {
    /** SHA-256 of the content. */
    SHA_256("SHA-256", 64),
    /** SHA-1 of {@code "blob " + size + "\0"} and the content, as git names files. */
    GIT_BLOB("SHA-1", 40);

    private final String digestName;
    private final int digits;

    Algorithm(String digestName, int digits) {
      this.digestName = digestName;
      this.digits = digits;
    }
  }

  /** A digest that has taken what precedes the content. */
  MessageDigest newDigest() {
    try {
      MessageDigest digest = MessageDigest.getInstance(checksum.algorithm.digestName);
      if (checksum.algorithm == Algorithm.GIT_BLOB) {
        digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
      }
      return digest;
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-1 and SHA-256", e);
    }
  }

  boolean matches(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest()).equals(checksum.hex);
  }

  private static void checkPath(String path) {
    boolean plain =
        !path.isEmpty()
            && !path.startsWith("/")
            && path.indexOf('\\') < 0
            && path.indexOf(':') < 0
            && path.chars().noneMatch(Character::isISOControl);
    if (plain) {
      for (String segment : path.split("/", -1)) {
        plain &= !segment.isEmpty() && !segment.equals(".") && !segment.equals("..");
      }
    }
    if (!plain) {
      throw new HubException(
          Reason.SERVER,
          "the hub lists a file '" + path + "', which is no plain path inside a folder; refused");
    }
  }
}
