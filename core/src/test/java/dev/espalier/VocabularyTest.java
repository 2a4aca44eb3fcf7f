package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class VocabularyTest {
  private static Vocabulary.Builder small() {
    return Vocabulary.builder(6)
        .text(0, "a")
        .text(1, new byte[] {(byte) 0xC3})
        .text(2, new byte[] {(byte) 0xA9})
        .special(3, "<end>")
        .end(3)
        .special(4, "<tool>");
  }

  @Test
  void tokensHaveTheirExactBytes() {
    Vocabulary v = small().build();
    assertThat(v.bytes(1)).containsExactly(0xC3);
    assertThat(v.byteAt(2, 0)).isEqualTo((byte) 0xA9);
    assertThat(v.decode(0, 1, 2, 3, 0)).isEqualTo("aéa");
    assertThat(v.decode(1)).isEqualTo("\uFFFD");
    assertThat(v.byteLength(3)).isZero();
    assertThat(v.kind(5)).isEqualTo(Vocabulary.Kind.UNUSED);
    assertThat(v.isEnd(3)).isTrue();
    assertThat(v.isEnd(4)).isFalse();
    assertThat(v.special("<tool>")).hasValue(4);
    assertThat(v.special("<nope>")).isEmpty();
    assertThat(v.describe(0)).isEqualTo("\"a\"");
    assertThat(v.describe(3)).isEqualTo("<end>");
    assertThat(v.describe(9)).contains("outside");
  }

  @Test
  void aVocabularyOfBytesSpellsEveryText() {
    Vocabulary v = Vocabulary.ofBytes();
    assertThat(v.size()).isEqualTo(257);
    assertThat(v.endTokens()).containsExactly(256);
    assertThat(v.special("<end>")).hasValue(256);
    for (int b = 0; b < 256; b++) {
      assertThat(v.bytes(b)).containsExactly(b);
    }
    byte[] text = "aé🙂".getBytes(StandardCharsets.UTF_8);
    int[] ids = new int[text.length];
    for (int i = 0; i < text.length; i++) {
      ids[i] = text[i] & 0xFF;
    }
    assertThat(v.decode(ids)).isEqualTo("aé🙂");
  }

  @Test
  void theFingerprintTellsContentsApart() {
    String base = small().build().fingerprint();
    assertThat(small().build().fingerprint()).isEqualTo(base);
    assertThat(small().text(0, "b").build().fingerprint()).isNotEqualTo(base);
    assertThat(small().end(4).build().fingerprint()).isNotEqualTo(base);
    assertThat(small().special(4, "<other>").build().fingerprint()).isNotEqualTo(base);
    assertThat(small().text(5, "x").build().fingerprint()).isNotEqualTo(base);
    // The same bytes cut elsewhere.
    Vocabulary ab = Vocabulary.builder(2).text(0, "ab").text(1, "c").build();
    Vocabulary bc = Vocabulary.builder(2).text(0, "a").text(1, "bc").build();
    assertThat(ab.fingerprint()).isNotEqualTo(bc.fingerprint());
  }

  @Test
  void aTextTokenCannotEndASequence() {
    assertThatThrownBy(() -> small().end(0).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("token 0");
    assertThatThrownBy(() -> small().text(6, "x")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void bytesHandedOutAreCopies() {
    Vocabulary v = small().build();
    v.bytes(0)[0] = 'z';
    v.endTokens()[0] = 0;
    assertThat(new String(v.bytes(0), StandardCharsets.UTF_8)).isEqualTo("a");
    assertThat(v.isEnd(3)).isTrue();
  }
}
