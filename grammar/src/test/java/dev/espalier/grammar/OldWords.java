package dev.espalier.grammar;

import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Says a random schema in the words of draft 4, as far as that has any. */
final class OldWords {
  private static final Set<String> DATA = Set.of("const", "enum", "required", "type");
  private static final Set<String> MAPS =
      Set.of("$defs", "properties", "patternProperties", "dependentSchemas", "dependentRequired");

  private OldWords() {}

  static JsonNode of(JsonNode schema) {
    if (schema.isBoolean()) {
      ObjectNode any = JsonNodeFactory.instance.objectNode();
      return schema.booleanValue() ? any : any.set("not", JsonNodeFactory.instance.objectNode());
    }
    if (!schema.isObject()) {
      return schema;
    }
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> e : schema.properties()) {
      String keyword = e.getKey();
      JsonNode value = e.getValue();
      if (keyword.equals("items") && schema.has("prefixItems")) {
        continue; // is said with those
      }
      if (keyword.equals("exclusiveMaximum")) {
        out.set("maximum", value).put(keyword, true);
      } else if (keyword.equals("prefixItems")) {
        out.set("items", each(value));
        if (schema.has("items")) {
          out.set("additionalItems", of(schema.get("items")));
        }
      } else if (keyword.startsWith("dependent")) {
        ObjectNode all =
            out.has("dependencies")
                ? (ObjectNode) out.get("dependencies")
                : out.putObject("dependencies");
        all.setAll((ObjectNode) map(value));
      } else if (DATA.contains(keyword) || keyword.equals("uniqueItems")) {
        out.set(keyword, value);
      } else {
        out.set(
            keyword,
            MAPS.contains(keyword) ? map(value) : value.isArray() ? each(value) : of(value));
      }
    }
    return out;
  }

  private static JsonNode each(JsonNode schemas) {
    ArrayNode out = JsonNodeFactory.instance.arrayNode();
    schemas.forEach(s -> out.add(of(s)));
    return out;
  }

  private static JsonNode map(JsonNode schemas) {
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    schemas.properties().forEach(e -> out.set(e.getKey(), of(e.getValue())));
    return out;
  }
}
