package dev.espalier.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ColumnsTest {
  @Test
  void theLongerTextSetsTheHeight() {
    List<String> lines = new Columns(23).join("aaaa", l -> l, "bbbb, cccc, dddd, eeee", l -> l);
    assertThat(lines)
        .containsExactly("aaaa       │ bbbb,", "           │ cccc,", "           │ dddd, eeee");
  }

  @Test
  void nothingIsLostByWrapping() {
    String json = "{\"name\":\"Ada\",\"skills\":[\"" + "x".repeat(40) + "\"],\"emoji\":\"😀😀😀\"}";
    List<String> lines = Columns.wrap(json, 12);
    assertThat(String.join("", lines)).isEqualTo(json);
    assertThat(lines).allMatch(line -> line.codePointCount(0, line.length()) <= 12);
  }

  @Test
  void coloursTakeNoRoom() {
    List<String> lines =
        new Columns(23).join("ab", l -> "\u001b[31m" + l + "\u001b[0m", "c", l -> l);
    assertThat(lines).containsExactly("\u001b[31mab\u001b[0m         │ c");
  }

  @Test
  void controlCharactersNeverReachTheTerminal() {
    assertThat(Columns.printable("a\u001b[2Jb\u0007\nc\u009bd"))
        .isEqualTo("a\uFFFD[2Jb\uFFFD\nc\uFFFDd");
  }
}
