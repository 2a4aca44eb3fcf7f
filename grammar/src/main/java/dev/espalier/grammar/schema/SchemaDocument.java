package dev.espalier.grammar.schema;

import dev.espalier.grammar.SchemaException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A parsed schema: its nodes by place, and where references lead. Mutable, for one thread. */
final class SchemaDocument {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final JsonNode root;
  private final Draft draft;
  private final Map<JsonNode, SchemaNode> nodes = new HashMap<>();

  SchemaDocument(JsonNode root) {
    this.root = root;
    draft = Draft.of(root);
  }

  static JsonNode parse(String text) {
    try {
      JsonNode json = MAPPER.readTree(text);
      if (json.isObject() || json.isBoolean()) {
        return json;
      }
      throw new SchemaException("", "", "a schema is an object or a boolean, not " + clip(json));
    } catch (JacksonException e) {
      throw new SchemaException("", "", "the text is not JSON: " + e.getOriginalMessage());
    }
  }

  private static String clip(JsonNode json) {
    String s = json.toString();
    return s.length() <= 60 ? s : s.substring(0, 60) + "…";
  }

  Draft draft() {
    return draft;
  }

  SchemaNode root() {
    return node(root, "");
  }

  /** The node of a sub-schema; places with equal text share one. */
  SchemaNode node(JsonNode json, String pointer) {
    if (!json.isObject() && !json.isBoolean()) {
      throw new SchemaException(
          pointer, "", "a schema is an object or a boolean, not " + clip(json));
    }
    return nodes.computeIfAbsent(json, j -> new SchemaNode(j, pointer));
  }

  /** Where a reference inside this document leads. */
  SchemaNode resolve(String reference, SchemaNode from) {
    if (!reference.startsWith("#")) {
      JsonNode id = root.get("$id");
      String base = id == null ? "" : id.asString("").replaceFirst("#$", "");
      int hash = reference.indexOf('#');
      String document = hash < 0 ? reference : reference.substring(0, hash);
      if (base.isEmpty() || !document.equals(base)) {
        throw new SchemaException(
            from.pointer(),
            "$ref",
            "'"
                + reference
                + "' leads out of the document, which is not supported; copy the target"
                + " into $defs and refer to '#/$defs/…'");
      }
      reference = hash < 0 ? "#" : reference.substring(hash);
    }
    String pointer =
        URLDecoder.decode(reference.substring(1).replace("+", "%2B"), StandardCharsets.UTF_8);
    if (!pointer.isEmpty() && !pointer.startsWith("/")) {
      throw new SchemaException(
          from.pointer(),
          "$ref",
          "the anchor '" + reference + "' is not supported; refer to its JSON pointer, '#/…'");
    }
    JsonNode at = root;
    if (!pointer.isEmpty()) {
      for (String step : pointer.substring(1).split("/", -1)) {
        String name = step.replace("~1", "/").replace("~0", "~");
        JsonNode next = at.isArray() ? at.get(index(name)) : at.get(name);
        if (next == null) {
          throw new SchemaException(
              from.pointer(), "$ref", "'" + reference + "' leads nowhere: no '" + name + "'");
        }
        at = next;
      }
    }
    return node(at, pointer);
  }

  private static int index(String name) {
    try {
      return Integer.parseInt(name);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
