package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CompiledConstraint;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What llguidance and XGrammar allow, written down by {@code src/test/python/grammar_goldens.py}.
 */
class GrammarGoldenTest {
  private static JsonNode golden() throws Exception {
    try (InputStream in = GrammarGoldenTest.class.getResourceAsStream("/golden/grammars.json")) {
      return new JsonMapper().readTree(Objects.requireNonNull(in));
    }
  }

  private static String digest(TokenMask mask) throws Exception {
    String ids =
        IntStream.range(0, mask.size())
            .filter(mask::contains)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(","));
    byte[] sha = MessageDigest.getInstance("SHA-256").digest(ids.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(sha).substring(0, 12);
  }

  @Test
  void masksEqualThoseOfTheirEngines() throws Exception {
    JsonNode golden = golden();
    JsonNode words = golden.get("vocabulary");
    Vocabulary.Builder builder = Vocabulary.builder(words.size() + 1);
    for (int i = 0; i < words.size(); i++) {
      builder.text(i, HexFormat.of().parseHex(words.get(i).asString()));
    }
    Vocabulary vocabulary = builder.special(words.size(), "<|eos|>").end(words.size()).build();
    int masks = 0;
    for (JsonNode c : golden.get("cases")) {
      String source = c.get("grammar").asString();
      boolean lark = c.get("kind").asString().equals("lark");
      CompiledConstraint compiled =
          (lark ? Grammar.lark(source) : Grammar.gbnf(source)).compile(vocabulary);
      CompiledConstraint.State state = compiled.start();
      JsonNode steps = c.get("steps");
      for (int i = 0; i < steps.size(); i++) {
        String what = c.get("engine").asString() + ", " + c.get("text") + ", step " + i + source;
        assertThat(state).as(what).isNotNull();
        TokenMask mask = new TokenMask(vocabulary.size());
        state.fillMask(mask);
        assertThat(mask.cardinality()).as(what).isEqualTo(steps.get(i).get(0).asInt());
        assertThat(digest(mask)).as(what).isEqualTo(steps.get(i).get(1).asString());
        assertThat(state.mayEnd()).as(what).isEqualTo(steps.get(i).get(2).asBoolean());
        masks++;
        if (i + 1 < steps.size()) {
          state = state.advance(c.get("tokens").get(i).asInt());
        }
      }
    }
    assertThat(masks).isGreaterThan(100);
  }
}
