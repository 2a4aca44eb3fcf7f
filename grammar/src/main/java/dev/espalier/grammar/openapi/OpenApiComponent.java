package dev.espalier.grammar.openapi;

import dev.espalier.Texts;
import dev.espalier.grammar.SchemaException;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the JSON Schema (draft 2020-12) of one component of an OpenAPI 3.0 or 3.1 document, with
 * the components that it refers to under {@code $defs}.
 *
 * <p>Of 3.0 it translates {@code nullable} and the boolean exclusive bounds, and drops what stands
 * beside a {@code $ref}, as that version does. Of both it translates {@code format} {@code int32}
 * and {@code int64} into bounds, and a {@code discriminator} beside {@code oneOf} or {@code anyOf}
 * into the values that each branch's property must have.
 */
public final class OpenApiComponent {
  private static final String COMPONENTS = "#/components/schemas/";
  private static final String DEFS = "#/$defs/";
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final Set<String> SCHEMAS =
      Set.of(
          "additionalProperties",
          "unevaluatedProperties",
          "unevaluatedItems",
          "propertyNames",
          "items",
          "contains",
          "not",
          "if",
          "then",
          "else");
  private static final Set<String> LISTS = Set.of("allOf", "anyOf", "oneOf", "prefixItems");
  private static final Set<String> MAPS =
      Set.of("properties", "patternProperties", "dependentSchemas", "$defs");

  private final JsonNode components;
  private final boolean before31;
  private final Deque<String> wanted = new ArrayDeque<>();
  private final Set<String> seen = new HashSet<>();

  private OpenApiComponent(JsonNode components, boolean before31) {
    this.components = components;
    this.before31 = before31;
  }

  /**
   * The schema of a component as text.
   *
   * @param document the OpenAPI document, as JSON
   * @param component name of one of {@code components.schemas}
   * @throws SchemaException if the document is not of version 3.0 or 3.1, lacks the component, or
   *     refers to something outside {@code components.schemas}
   */
  public static String schema(String document, String component) {
    JsonNode root;
    try {
      root = MAPPER.readTree(Texts.withoutByteOrderMark(document));
    } catch (JacksonException e) {
      throw new SchemaException(
          "",
          "",
          "the OpenAPI document is not JSON (convert YAML first): " + e.getOriginalMessage());
    }
    String version = root.path("openapi").asString("");
    if (!version.startsWith("3.0.") && !version.startsWith("3.1.")) {
      throw new SchemaException(
          "",
          "openapi",
          "an OpenAPI document of version 3.0 or 3.1 is wanted, not '" + version + "'");
    }
    return new OpenApiComponent(root.at("/components/schemas"), version.startsWith("3.0."))
        .write(component);
  }

  private String write(String component) {
    want(component, "");
    ObjectNode root = MAPPER.createObjectNode();
    root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    root.put("$ref", DEFS + escape(component));
    Map<String, JsonNode> definitions = new LinkedHashMap<>();
    while (!wanted.isEmpty()) {
      String name = wanted.remove();
      definitions.put(
          name, translate(components.get(name), COMPONENTS.substring(1) + escape(name)));
    }
    ObjectNode defs = root.putObject("$defs");
    definitions.forEach(defs::set);
    return MAPPER.writeValueAsString(root);
  }

  private void want(String component, String pointer) {
    if (!components.has(component)) {
      throw new SchemaException(
          pointer,
          pointer.isEmpty() ? "" : "$ref",
          "the document has no schema component '" + component + "'");
    }
    if (seen.add(component)) {
      wanted.add(component);
    }
  }

  private JsonNode translate(JsonNode schema, String pointer) {
    if (!schema.isObject()) {
      return schema;
    }
    ObjectNode out = MAPPER.createObjectNode();
    if (before31 && schema.has("$ref")) {
      return out.put("$ref", reference(schema.get("$ref"), pointer));
    }
    for (Map.Entry<String, JsonNode> entry : schema.properties()) {
      String keyword = entry.getKey();
      JsonNode value = entry.getValue();
      String at = pointer + "/" + escape(keyword);
      if (keyword.equals("$ref")) {
        out.put(keyword, reference(value, pointer));
      } else if (SCHEMAS.contains(keyword)) {
        out.set(keyword, translate(value, at));
      } else if (LISTS.contains(keyword) && value.isArray()) {
        ArrayNode list = out.putArray(keyword);
        for (int i = 0; i < value.size(); i++) {
          list.add(translate(value.get(i), at + "/" + i));
        }
      } else if (MAPS.contains(keyword) && value.isObject()) {
        ObjectNode map = out.putObject(keyword);
        value
            .properties()
            .forEach(
                e -> map.set(e.getKey(), translate(e.getValue(), at + "/" + escape(e.getKey()))));
      } else {
        out.set(keyword, value);
      }
    }
    if (before31) {
      modernise(out);
    }
    bound(out);
    discriminate(out, schema, pointer);
    return out;
  }

  /** What 3.0 says otherwise than JSON Schema does now. */
  private static void modernise(ObjectNode schema) {
    JsonNode nullable = schema.remove("nullable");
    JsonNode type = schema.get("type");
    if (nullable != null && nullable.asBoolean(false) && type != null && type.isString()) {
      schema.putArray("type").add(type.stringValue()).add("null");
    }
    exclusive(schema, "exclusiveMinimum", "minimum");
    exclusive(schema, "exclusiveMaximum", "maximum");
    schema.remove("example"); // data that may look like a schema
  }

  private static void exclusive(ObjectNode schema, String flag, String bound) {
    JsonNode is = schema.get(flag);
    if (is == null || !is.isBoolean()) {
      return;
    }
    schema.remove(flag);
    if (is.booleanValue() && schema.has(bound)) {
      schema.set(flag, schema.remove(bound));
    }
  }

  /** An integer of so many bits; bounds of its own that are tighter stay. */
  private static void bound(ObjectNode schema) {
    String format = schema.path("format").asString("");
    if (!format.equals("int32") && !format.equals("int64")) {
      return;
    }
    schema.remove("format");
    ObjectNode range = MAPPER.createObjectNode();
    BigInteger half = BigInteger.ONE.shiftLeft(format.equals("int32") ? 31 : 63);
    range.put("minimum", half.negate()).put("maximum", half.subtract(BigInteger.ONE));
    if (schema.has("minimum") || schema.has("maximum") || schema.has("allOf")) {
      schema.withArray("allOf").add(range);
    } else {
      schema.setAll(range);
    }
  }

  /**
   * Gives each branch the values of the discriminating property that stand for it: what the mapping
   * names it, else the name of its component. A branch that is no component has none.
   */
  private void discriminate(ObjectNode out, JsonNode schema, String pointer) {
    JsonNode discriminator = out.remove("discriminator");
    if (discriminator == null) {
      return;
    }
    JsonNode property = discriminator.get("propertyName");
    if (property == null || !property.isString()) {
      throw new SchemaException(pointer, "discriminator", "it needs a string 'propertyName'");
    }
    for (String keyword : new String[] {"oneOf", "anyOf"}) {
      JsonNode branches = schema.path(keyword);
      if (!branches.isArray()) {
        continue;
      }
      ArrayNode list = out.putArray(keyword);
      for (JsonNode branch : branches) {
        String target = branch.path("$ref").asString("");
        if (!target.startsWith(COMPONENTS)) {
          list.add(translate(branch, pointer + "/" + keyword + "/" + list.size())); // has no name
          continue;
        }
        ObjectNode told = list.addObject().put("$ref", reference(branch.get("$ref"), pointer));
        ArrayNode names =
            told.putObject("properties").putObject(property.stringValue()).putArray("enum");
        name(names, target, discriminator.path("mapping"));
        told.putArray("required").add(property.stringValue());
      }
    }
  }

  private static void name(ArrayNode names, String target, JsonNode mapping) {
    String component = target.substring(COMPONENTS.length());
    for (Map.Entry<String, JsonNode> entry : mapping.properties()) {
      String to = entry.getValue().asString("");
      if (to.equals(target) || to.equals(component)) {
        names.add(entry.getKey());
      }
    }
    if (names.isEmpty()) {
      names.add(component.replace("~1", "/").replace("~0", "~"));
    }
  }

  private String reference(JsonNode value, String pointer) {
    String target = value.asString("");
    if (!target.startsWith(COMPONENTS)) {
      throw new SchemaException(
          pointer,
          "$ref",
          "'" + target + "' is no schema component of this document ('" + COMPONENTS + "…')");
    }
    String path = target.substring(COMPONENTS.length());
    int slash = path.indexOf('/');
    String name = slash < 0 ? path : path.substring(0, slash);
    want(name.replace("~1", "/").replace("~0", "~"), pointer);
    return DEFS + path;
  }

  private static String escape(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }
}
