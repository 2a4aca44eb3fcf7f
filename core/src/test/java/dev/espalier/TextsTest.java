package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextsTest {
  @Test
  void whatIsQuotedCanBeToldFromItsEscapes() {
    assertThat(Texts.quote("a\n\\n\"\u0001", 80)).isEqualTo("\"a\\n\\\\n\\\"\\u0001\"");
    assertThat(Texts.quote("\r\t\u007f é", 80)).isEqualTo("\"\\r\\t\\u007f é\"");
  }

  @Test
  void noCharacterIsCutInHalf() {
    String faces = "\uD83D\uDE00".repeat(10);
    for (int limit = 0; limit <= 20; limit++) {
      assertThat(Texts.loneSurrogate(Texts.quote(faces, limit)))
          .as("limit %d", limit)
          .isEqualTo(-1);
      String shortened = Texts.shortened(faces, limit);
      assertThat(shortened)
          .isEqualTo(limit == 20 ? faces : faces.substring(0, limit / 2 * 2) + "…");
    }
    assertThat(Texts.quote("abcdefgh", 4)).isEqualTo("\"ab … gh\"");
    assertThat(Texts.quote("abcdefgh", 5)).isEqualTo("\"ab … fgh\"");
    assertThat(Texts.quote("abcd", 4)).isEqualTo("\"abcd\"");
    assertThat(Texts.loneSurrogate("a\uDE00")).isEqualTo(1);
  }

  @Test
  void onlyALongerTextIsShortened() {
    assertThat(Texts.shortened("abcd", 4)).isEqualTo("abcd");
    assertThat(Texts.shortened("abcde", 4)).isEqualTo("abcd…");
    assertThat(Texts.shortened("", 0)).isEmpty();
    assertThat(Texts.shortened("a", 0)).isEqualTo("…");
  }
}
