package dev.espalier;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Reads generated JSON as Java values; the one place in core that knows Jackson. */
final class JsonBinding {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonBinding() {}

  static <T> T read(String text, Class<T> type, Generation from) {
    try {
      return MAPPER.readValue(text, type);
    } catch (JacksonException e) {
      String hint =
          from.constraintSatisfied()
              ? ""
              : "; the generation ended early (" + from.finishReason() + "), raise maxTokens";
      throw new BindingException(
          "not a "
              + type.getName()
              + ": "
              + e.getOriginalMessage()
              + hint
              + "; text: "
              + Texts.quote(text, 400),
          e);
    }
  }
}
