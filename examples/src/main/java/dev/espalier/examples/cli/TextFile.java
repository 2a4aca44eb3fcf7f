package dev.espalier.examples.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads the files that arguments name. */
final class TextFile {
  private static final long LIMIT = 16 << 20;

  private TextFile() {}

  /**
   * The whole file as text.
   *
   * @param what what the file is, for messages
   */
  static String read(Path file, String what) {
    try {
      if (Files.size(file) > LIMIT) {
        throw CliException.usage(
            "the "
                + what
                + " "
                + file
                + " has "
                + Files.size(file)
                + " bytes; the limit is "
                + LIMIT,
            "is this the right file?");
      }
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw CliException.usage("no " + what + " file " + file, "check the path");
    } catch (CharacterCodingException e) {
      throw CliException.usage("the " + what + " " + file + " is not UTF-8", "save it as UTF-8");
    } catch (IOException e) {
      throw new CliException(
          ExitCode.USAGE,
          "cannot read the " + what + " " + file + ": " + e,
          "check its permissions",
          e);
    }
  }
}
