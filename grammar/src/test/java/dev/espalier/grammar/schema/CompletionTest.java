package dev.espalier.grammar.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

class CompletionTest {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int LONG_LIST = 1_000; // bytes

  // Strings of what lists and strings begin and end with.
  private static String random(Random r, int depth) {
    int parts = r.nextInt(depth == 0 ? 1 : 7);
    StringBuilder out = new StringBuilder();
    switch (r.nextInt(depth == 3 ? 2 : 4)) {
      case 0 -> {
        for (int i = 0; i < parts; i++) {
          out.append(i == 0 ? "" : ",").append(string(r)).append(':').append(random(r, depth - 1));
        }
        return "{" + out + "}";
      }
      case 1 -> {
        int items = r.nextInt(3) == 0 ? 50 * parts : parts;
        for (int i = 0; i < items; i++) {
          out.append(i == 0 ? "" : ",").append(random(r, depth - 1));
        }
        return "[" + out + "]";
      }
      default -> {
        return string(r);
      }
    }
  }

  private static String string(Random r) {
    String[] characters = {"[", "]", "\\\"", "\\\\", "{", "x", "é"};
    StringBuilder out = new StringBuilder("\"");
    for (int n = r.nextInt(5); n > 0; n--) {
      out.append(characters[r.nextInt(characters.length)]);
    }
    return out.append('"').toString();
  }

  // Behind the bracket of the first list that is long, as a parser finds lists.
  private static int behindFirstLong(byte[] text) {
    int first = text.length;
    ArrayDeque<Integer> open = new ArrayDeque<>();
    try (JsonParser parser = MAPPER.createParser(text)) {
      for (JsonToken t = parser.nextToken(); t != null; t = parser.nextToken()) {
        int at = (int) parser.currentTokenLocation().getByteOffset();
        if (t == JsonToken.START_ARRAY) {
          open.push(at);
        } else if (t == JsonToken.END_ARRAY) {
          int begin = open.pop();
          first = at - begin > LONG_LIST ? Math.min(first, begin + 1) : first;
        }
      }
    }
    return first;
  }

  @Test
  void aLongListIsFoundWhateverStringsHoldBeforeIt() {
    long seed = 12;
    Random r = new Random(seed);
    int cut = 0;
    for (int round = 0; round < 1_000; round++) {
      byte[] text = random(r, 3).getBytes(StandardCharsets.UTF_8);
      int expected = behindFirstLong(text);
      assertThat(Completion.toLongList(text))
          .as("seed %d, round %d", seed, round)
          .isEqualTo(Arrays.copyOf(text, expected));
      cut += expected < text.length && expected > 1 ? 1 : 0;
    }
    assertThat(cut).isGreaterThan(100);
  }
}
