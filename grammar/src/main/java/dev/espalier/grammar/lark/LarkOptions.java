package dev.espalier.grammar.lark;

import dev.espalier.grammar.GrammarSyntaxException;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the JSON that stands in a grammar. */
final class LarkOptions {
  private static final JsonMapper MAPPER = new JsonMapper();

  private LarkOptions() {}

  static JsonNode json(String text, String source, int offset) {
    try {
      return MAPPER.readTree(text);
    } catch (JacksonException e) {
      long inside = e.getLocation() == null ? 0 : e.getLocation().getCharOffset();
      int place = offset + (int) Math.max(0, Math.min(inside, text.length()));
      throw new GrammarSyntaxException(
          source, place, "expected a JSON value: " + e.getOriginalMessage());
    }
  }

  /** Where the value that a JSON pointer leads to begins in a text, in chars; -1 if nowhere. */
  static int placeOf(String pointer, String json) {
    try (JsonParser parser = MAPPER.createParser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        boolean begins = token.isScalarValue() || token.isStructStart();
        if (begins && parser.streamReadContext().pathAsPointer().toString().equals(pointer)) {
          return (int) parser.currentTokenLocation().getCharOffset();
        }
      }
    } catch (JacksonException e) {
      return -1; // whoever reads the text as a whole says so
    }
    return -1;
  }

  /** Refuses options of {@code %llguidance} that would change the language or cannot be kept. */
  static void check(LarkToken json, String source) {
    JsonNode options = json(json.text(), source, json.offset());
    if (!options.isObject()) {
      throw new GrammarSyntaxException(source, json.offset(), "expected a JSON object of options");
    }
    for (Map.Entry<String, JsonNode> option : options.properties()) {
      boolean harmless =
          switch (option.getKey()) {
            case "no_forcing", "verbose_errors" -> option.getValue().isBoolean();
            case "skip_repetition" -> option.getValue().asString("").equals("unbounded");
            default -> false;
          };
      if (!harmless) {
        throw new GrammarSyntaxException(
            source, json.offset(), "the option '" + option.getKey() + "' is not supported");
      }
    }
  }
}
