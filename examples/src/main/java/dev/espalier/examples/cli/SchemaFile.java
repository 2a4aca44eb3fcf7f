package dev.espalier.examples.cli;

import dev.espalier.Constraint;
import dev.espalier.grammar.JsonSchema;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads a JSON Schema from a file. */
final class SchemaFile {
  private static final long LIMIT = 16 << 20;

  private SchemaFile() {}

  /** The constraint that the file describes; a broken or unenforceable schema is refused here. */
  static Constraint read(Path file) {
    return JsonSchema.of(text(file));
  }

  private static String text(Path file) {
    try {
      if (Files.size(file) > LIMIT) {
        throw CliException.usage(
            "the schema " + file + " has " + Files.size(file) + " bytes; the limit is " + LIMIT,
            "is this the right file?");
      }
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw CliException.usage("no schema file " + file, "give the path of a JSON Schema");
    } catch (CharacterCodingException e) {
      throw CliException.usage("the schema " + file + " is not UTF-8", "save it as UTF-8");
    } catch (IOException e) {
      throw new CliException(
          ExitCode.USAGE, "cannot read the schema " + file + ": " + e, "check its permissions", e);
    }
  }
}
