package dev.espalier.grammar;

import dev.espalier.EspalierException;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.token.TokenTables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What constraints need to know of a vocabulary, ready before the first request: a trie of its
 * tokens. Made on first use otherwise, in some 0.1 to 1 s for 128,000 tokens, depending on how warm
 * the JVM is; read from a file in some milliseconds. The file belongs to one vocabulary, by its
 * {@link Vocabulary#fingerprint fingerprint}.
 */
public final class VocabularyTables {
  private VocabularyTables() {}

  /**
   * Reads the tables from a folder or, where they are not there or cannot be used, makes them and
   * leaves them there for the next process. Call it when a model is loaded. Processes may share the
   * folder. Whoever can write to it can make masks wrong, but no worse.
   *
   * @param folder made if need be
   * @return the file
   * @throws EspalierException if the file can neither be read nor written
   */
  public static Path prepare(Vocabulary vocabulary, Path folder) {
    Path file = folder.resolve(vocabulary.fingerprint() + ".tables");
    if (Files.exists(file)) {
      try {
        read(vocabulary, file);
        return file;
      } catch (EspalierException e) {
        // of an older version, or damaged: made again below
      }
    }
    write(vocabulary, file);
    return file;
  }

  /**
   * Makes the tables, unless they are there, and writes them to a file, replacing it at once.
   *
   * @throws EspalierException if it cannot be written
   */
  public static void write(Vocabulary vocabulary, Path file) {
    try {
      TokenTables.of(vocabulary).write(file);
    } catch (IOException e) {
      throw new EspalierException(file + " cannot be written: " + e, e);
    }
  }

  /**
   * Reads the tables from a file, unless they are there. The file is not trusted: its version,
   * vocabulary, sizes, checksum and every index are looked at first.
   *
   * @throws EspalierException if it cannot be read, is damaged, of another version, or another
   *     vocabulary's
   */
  public static void read(Vocabulary vocabulary, Path file) {
    try {
      TokenTables.read(vocabulary, file);
    } catch (IOException e) {
      throw new EspalierException(file + " cannot be read: " + e, e);
    }
  }
}
