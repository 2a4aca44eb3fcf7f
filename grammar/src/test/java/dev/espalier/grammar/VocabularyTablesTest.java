package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CompiledConstraint;
import dev.espalier.EspalierException;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.token.Vocabularies;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VocabularyTablesTest {
  private static final int SUMMED_FROM = 16;

  @TempDir Path folder;

  // Equal vocabularies made anew share no tables, so each one reads the file again.
  private static Vocabulary vocabulary() {
    return Vocabularies.random(new Random(3), 3_000, "abcabcabc", "{\"name\": ", "0123456789");
  }

  private static long[] mask(Vocabulary vocabulary) {
    CompiledConstraint c = Regex.of("[a-c]{1,20}(name|[0-9]+)*").compile(vocabulary);
    TokenMask mask = new TokenMask(vocabulary.size());
    c.start().fillMask(mask);
    return mask.words().clone();
  }

  @Test
  void masksAreTheSameFromAFile() throws IOException {
    Path file = VocabularyTables.prepare(vocabulary(), folder.resolve("new/deep"));
    byte[] written = Files.readAllBytes(file);
    assertThat(VocabularyTables.prepare(vocabulary(), folder.resolve("new/deep"))).isEqualTo(file);
    assertThat(Files.readAllBytes(file)).isEqualTo(written);
    Vocabulary read = vocabulary();
    VocabularyTables.read(read, file);
    assertThat(mask(read)).isEqualTo(mask(vocabulary()));
  }

  @Test
  void anotherVocabularysFileIsRefused() {
    Path file = VocabularyTables.prepare(vocabulary(), folder);
    Vocabulary other = Vocabularies.random(new Random(4), 3_000, "abc");
    assertThatThrownBy(() -> VocabularyTables.read(other, file))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("the vocabulary it was made for");
    assertThatThrownBy(() -> VocabularyTables.read(other, folder.resolve("none")))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("cannot be read");
  }

  @Test
  void aDamagedFileIsRefusedAndMadeAgain() throws IOException {
    Path file = VocabularyTables.prepare(vocabulary(), folder);
    byte[] good = Files.readAllBytes(file);
    Random r = new Random(1);
    for (int i = 0; i < 200; i++) {
      byte[] bad = good.clone();
      if (i % 4 == 0) {
        bad = java.util.Arrays.copyOf(bad, r.nextInt(bad.length + 100));
      }
      if (bad.length > 0 && (i % 4 > 0 || bad.length == good.length)) {
        bad[i < 100 ? r.nextInt(80) % bad.length : r.nextInt(bad.length)] ^=
            (byte) (1 << r.nextInt(8));
      }
      if (i >= 100 && bad.length > 100) {
        bad[r.nextInt(bad.length)] ^= 1;
      }
      if (java.util.Arrays.equals(bad, good)) {
        continue;
      }
      Files.write(file, bad);
      String at = "change " + i;
      assertThatThrownBy(() -> VocabularyTables.read(vocabulary(), file))
          .as(at)
          .isInstanceOf(EspalierException.class);
    }
    VocabularyTables.prepare(vocabulary(), folder);
    assertThat(Files.readAllBytes(file)).isEqualTo(good);
  }

  @Test
  void wrongIndexesUnderARightChecksumAreRefusedOrHarmless() throws IOException {
    Path file = VocabularyTables.prepare(vocabulary(), folder);
    byte[] good = Files.readAllBytes(file);
    int refused = 0;
    Random r = new Random(2);
    for (int i = 0; i < 300; i++) {
      ByteBuffer bad = ByteBuffer.wrap(good.clone()).order(ByteOrder.LITTLE_ENDIAN);
      int at = 80 + 4 * r.nextInt((good.length - 84) / 4);
      bad.putInt(at, r.nextBoolean() ? r.nextInt() : bad.getInt(at) + r.nextInt(7) - 3);
      CRC32 crc = new CRC32();
      crc.update(bad.array(), SUMMED_FROM, good.length - SUMMED_FROM);
      bad.putLong(8, crc.getValue());
      Files.write(file, bad.array());
      Vocabulary vocabulary = vocabulary();
      try {
        VocabularyTables.read(vocabulary, file);
        mask(vocabulary); // perhaps wrong, but it ends
      } catch (EspalierException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(100);
  }
}
