package dev.espalier.tests.schema;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Says the suite's tests of one draft in the words of another, so that drafts of which no tests are
 * at hand are tried too. What the other draft has no words for, or judges otherwise, is left out.
 */
final class OlderDraft {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static final Map<String, String> METASCHEMAS =
      Map.of(
          "draft4", "http://json-schema.org/draft-04/schema",
          "draft6", "http://json-schema.org/draft-06/schema",
          "draft7", "http://json-schema.org/draft-07/schema",
          "draft2019-09", "https://json-schema.org/draft/2019-09/schema",
          "draft2020-12", "https://json-schema.org/draft/2020-12/schema");

  private static final Set<String> ONE =
      Set.of(
          "additionalItems",
          "additionalProperties",
          "contains",
          "contentSchema",
          "else",
          "if",
          "items",
          "not",
          "propertyNames",
          "then",
          "unevaluatedItems",
          "unevaluatedProperties");
  private static final Set<String> LISTS = Set.of("allOf", "anyOf", "oneOf", "prefixItems");
  private static final Set<String> MAPS =
      Set.of(
          "$defs",
          "definitions",
          "dependencies",
          "dependentSchemas",
          "patternProperties",
          "properties");

  /** What a draft does not know, or takes for something else than a later one. */
  private static final Map<String, Set<String>> WITHOUT =
      Map.of(
          "draft4", Set.of("if", "then", "else", "contains", "propertyNames", "contentMediaType"),
          "draft6", Set.of("if", "then", "else", "contentMediaType"),
          "draft2019-09",
              Set.of(
                  "$dynamicRef",
                  "$dynamicAnchor",
                  "$vocabulary",
                  "additionalItems",
                  "dependencies",
                  "contentMediaType"));

  /** Files about what differs; {@code OtherDraftsTest} has cases of its own for it. */
  private static final Set<String> FILES =
      Set.of(
          "optional/content.json",
          "optional/cross-draft.json",
          "optional/format-assertion.json",
          "optional/no-schema.json",
          "content.json",
          "vocabulary.json");

  /** In drafts before 7 a label is not looked into. */
  private static final Set<String> FORMATS_OF_7 =
      Set.of("optional/format/hostname.json", "optional/format/idn-hostname.json");

  private static final class Unsaid extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private final String from;
  private final String to;

  OlderDraft(String from, String to) {
    this.from = from;
    this.to = to;
  }

  boolean takes(String file) {
    boolean sameFormats = to.equals("draft2019-09");
    return !FILES.contains(file) && (sameFormats || !FORMATS_OF_7.contains(file));
  }

  /** A group of tests in the other draft's words, or null. */
  @Nullable JsonNode group(JsonNode group) {
    ObjectNode said = (ObjectNode) SchemaSuite.MAPPER.readTree(text(group.toString()));
    try {
      said.set("schema", schema(said.get("schema")));
    } catch (Unsaid e) {
      return null;
    }
    String schema = said.get("schema").toString();
    if (to.equals("draft2019-09")
        && schema.contains("\"contains\"")
        && schema.contains("\"unevaluatedItems\"")) {
      return null; // contained items count as evaluated in 2020-12 alone
    }
    if (to.equals("draft4") && schema.contains("\"integer\"")) {
      ArrayNode tests = NODES.arrayNode();
      for (JsonNode test : said.get("tests")) {
        if (!test.get("data").toString().matches(".*[0-9](\\.0+|[eE]).*")) {
          tests.add(test); // 1.0 is no integer yet
        }
      }
      said.set("tests", tests);
    }
    return said;
  }

  /** A document that schemas refer to, in the other draft's words. */
  String document(String text) {
    JsonNode said = SchemaSuite.MAPPER.readTree(text(text));
    try {
      return InstanceText.compact(schema(said));
    } catch (Unsaid e) {
      return text;
    }
  }

  private String text(String json) {
    String said =
        json.replace(METASCHEMAS.getOrDefault(from, ""), METASCHEMAS.getOrDefault(to, ""));
    if (to.equals("draft4")) {
      said = said.replace("\"$id\"", "\"id\"");
    }
    return said.replace("/prefixItems", "/items");
  }

  private JsonNode schema(JsonNode json) {
    if (json.isBoolean() && to.equals("draft4")) {
      ObjectNode any = NODES.objectNode();
      return json.booleanValue() ? any : NODES.objectNode().set("not", any);
    }
    if (!json.isObject()) {
      return json;
    }
    ObjectNode out = NODES.objectNode();
    for (Map.Entry<String, JsonNode> e : json.properties()) {
      if (WITHOUT.getOrDefault(to, Set.of()).contains(e.getKey())
          && !(from.equals("draft7") && e.getKey().equals("additionalItems"))) {
        throw new Unsaid();
      }
      out.set(e.getKey(), inside(e.getKey(), e.getValue()));
    }
    switch (to) {
      case "draft4" -> {
        if (out.has("const")) {
          if (out.has("enum")) {
            throw new Unsaid();
          }
          out.set("enum", NODES.arrayNode().add(out.remove("const")));
        }
        flag(out, "minimum", "exclusiveMinimum");
        flag(out, "maximum", "exclusiveMaximum");
      }
      case "draft2019-09" -> {
        JsonNode ref = out.get("$ref");
        if (from.equals("draft7") && ref != null && out.size() > 1) {
          throw new Unsaid(); // what stands beside it counts now
        }
        JsonNode id = out.get("$id");
        if (id != null && id.isString() && id.stringValue().startsWith("#")) {
          out.remove("$id");
          out.put("$anchor", id.stringValue().substring(1));
        }
        if (out.has("prefixItems")) {
          JsonNode rest = out.remove("items");
          out.set("items", out.remove("prefixItems"));
          if (rest != null) {
            out.set("additionalItems", rest);
          }
        }
      }
      default -> {}
    }
    return out;
  }

  private static void flag(ObjectNode out, String limit, String exclusive) {
    JsonNode value = out.get(exclusive);
    if (value != null) {
      if (out.has(limit) || !value.isNumber()) {
        throw new Unsaid();
      }
      out.set(limit, value);
      out.put(exclusive, true);
    }
  }

  private JsonNode inside(String keyword, JsonNode value) {
    if (value.isArray() && (LISTS.contains(keyword) || keyword.equals("items"))) {
      ArrayNode out = NODES.arrayNode();
      value.forEach(v -> out.add(schema(v)));
      return out;
    }
    if (ONE.contains(keyword)) {
      return schema(value);
    }
    if (MAPS.contains(keyword) && value.isObject()) {
      ObjectNode out = NODES.objectNode();
      for (Map.Entry<String, JsonNode> e : value.properties()) {
        out.set(e.getKey(), schema(e.getValue()));
      }
      return out;
    }
    return value;
  }

  /** Every way from a draft that is at hand to one that is not. */
  static List<OlderDraft> all() {
    return List.of(
        new OlderDraft("draft7", "draft6"),
        new OlderDraft("draft7", "draft4"),
        new OlderDraft("draft7", "draft2019-09"),
        new OlderDraft("draft2020-12", "draft2019-09"));
  }

  String from() {
    return from;
  }

  String to() {
    return to;
  }

  @Override
  public String toString() {
    return from + " as " + to;
  }
}
