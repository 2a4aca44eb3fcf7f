package dev.espalier.grammar;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import dev.espalier.CompiledConstraint;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.RandomSchemas.Draft;
import dev.espalier.grammar.token.Vocabularies;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Networknt's validator in one draft. Where it departs from the draft it is given the schema and
 * the instance in other words that mean the same, each by a rule that stands below; what cannot be
 * said otherwise it does not judge.
 */
final class AnotherValidator {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Its patterns are Java's, which have other line ends and other white space than ECMA-262. */
  private static final SchemaRegistryConfig CONFIG =
      SchemaRegistryConfig.builder()
          .formatAssertionsEnabled(true)
          .regularExpressionFactory(p -> Pattern.compile(ofJava(p)).asPredicate()::test)
          .build();

  private static final Vocabulary BYTES = Vocabularies.random(new Random(1), 300, "a1");

  private final Draft draft;
  private final Map<String, Schema> formats = new HashMap<>();
  private final Map<String, CompiledConstraint> ours = new HashMap<>();
  private @Nullable String known;
  private @Nullable Schema schema;

  AnotherValidator(Draft draft) {
    this.draft = draft;
  }

  private static String ofJava(String pattern) {
    StringBuilder out = new StringBuilder();
    boolean inside = false; // a class
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c == '\\') {
        String two = pattern.substring(i, ++i + 1);
        out.append(
            switch (two) {
              case "\\s" -> inside ? SPACES : "[" + SPACES + "]";
              case "\\S" -> inside ? "&&[^" + SPACES + "]" : "[^" + SPACES + "]";
              default -> two;
            });
      } else if (c == '.' && !inside) {
        out.append("[^\\n\\r\\u2028\\u2029]");
      } else if (c == '$' && !inside) {
        out.append("\\z");
      } else {
        inside = c == '[' || (inside && c != ']');
        out.append(c);
      }
    }
    return out.toString();
  }

  private static final String SPACES =
      "\\t\\n\\x0B\\f\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff";

  /** Whether it can be asked about this. */
  boolean follows(JsonNode schema, JsonNode instance) {
    // It looks for undeclared names without those that begin with '#'.
    if (any(instance, v -> v.propertyNames().stream().anyMatch(n -> n.startsWith("#")))) {
      return false;
    }
    // It computes in doubles.
    if (any(instance, v -> v.isNumber() && !exact(v.decimalValue()))) {
      return false;
    }
    // Where it differs about a text's format, FormatFuzzTest says why.
    Set<String> formats = new HashSet<>();
    collectFormats(schema, formats);
    for (String format : formats) {
      if (any(instance, v -> v.isString() && !agrees(format, v))
          || any(
              instance,
              v ->
                  v.propertyNames().stream().anyMatch(n -> !agrees(format, NODES.stringNode(n))))) {
        return false;
      }
    }
    // It compares numbers inside values by their spelling, which in draft 4 cannot be changed.
    return draft != Draft.D4 || !any(instance, AnotherValidator::holdsOneValueInTwoSpellings);
  }

  private static boolean holdsOneValueInTwoSpellings(JsonNode array) {
    if (array.isArray()) {
      Map<JsonNode, JsonNode> seen = new HashMap<>();
      for (JsonNode item : array) {
        JsonNode other = seen.putIfAbsent(plain(item), item);
        if (other != null && !other.equals(item)) {
          return true;
        }
      }
    }
    return false;
  }

  private static void collectFormats(JsonNode schema, Set<String> out) {
    if (schema.path("format").isString()) {
      out.add(schema.get("format").stringValue());
    }
    schema.forEach(s -> collectFormats(s, out));
  }

  private boolean agrees(String format, JsonNode text) {
    String alone = NODES.objectNode().put("$schema", draft.uri).put("format", format).toString();
    Schema theirs = formats.computeIfAbsent(alone, AnotherValidator::schema);
    CompiledConstraint ours =
        this.ours.computeIfAbsent(alone, a -> JsonSchema.of(a).compile(BYTES));
    return theirs.validate(text).isEmpty() == ours.check(text.toString()).accepted();
  }

  private static boolean any(JsonNode node, Predicate<JsonNode> test) {
    return test.test(node) || node.valueStream().anyMatch(child -> any(child, test));
  }

  private static boolean exact(BigDecimal number) {
    return number.precision() <= 15
        && (number.signum() == 0 || Math.abs(number.precision() - number.scale()) < 15);
  }

  // An integer as one, without zeros at the end of a fraction.
  private static JsonNode plain(JsonNode value) {
    if (value.isNumber()) {
      BigDecimal number = value.decimalValue().stripTrailingZeros();
      return number.scale() <= 0
          ? number.precision() - number.scale() > 400
              ? value
              : NODES.numberNode(number.toBigInteger())
          : NODES.numberNode(number);
    }
    if (value.isArray()) {
      ArrayNode out = NODES.arrayNode();
      value.forEach(item -> out.add(plain(item)));
      return out;
    }
    if (value.isObject()) {
      ObjectNode out = NODES.objectNode();
      value.properties().forEach(e -> out.set(e.getKey(), plain(e.getValue())));
      return out;
    }
    return value;
  }

  // The schema in words with which it does as the draft says.
  private JsonNode said(JsonNode schema) {
    if (schema.isArray()) {
      ArrayNode out = NODES.arrayNode();
      schema.forEach(item -> out.add(said(item)));
      return out;
    }
    if (!schema.isObject()) {
      return schema;
    }
    ObjectNode out = NODES.objectNode();
    for (Map.Entry<String, JsonNode> e : schema.properties()) {
      boolean values = e.getKey().equals("enum") || e.getKey().equals("const");
      out.set(e.getKey(), values ? plain(e.getValue()) : said(e.getValue()));
    }
    if (draft == Draft.D4 && out.has("enum")) {
      ArrayNode ways = NODES.arrayNode();
      out.remove("enum").forEach(v -> ways.add(exactly(v)));
      all(out).addObject().set("anyOf", ways);
    }
    if (out.has("uniqueItems")) {
      // It compares the members of objects too.
      ArrayNode ways = all(out).addObject().putArray("anyOf");
      ways.addObject().putObject("not").put("type", "array");
      ways.addObject().set("uniqueItems", out.remove("uniqueItems"));
    }
    JsonNode contains = out.get("contains");
    if (draft.before(Draft.D2019)) {
      // It counts in drafts that know no counts.
      out.remove(List.of("minContains", "maxContains"));
    } else if (out.path("minContains").asInt(1) > out.path("maxContains").asInt(99)) {
      // It takes a lower count above the upper one for a schema of no value at all.
      out.remove(List.of("contains", "minContains", "maxContains"));
      if (contains != null) {
        all(out).addObject().putObject("not").put("type", "array");
      }
    } else if (draft == Draft.D2019 && contains != null) {
      // It takes what is contained as evaluated, as the next draft does; not so below "not".
      ObjectNode counted = NODES.objectNode();
      for (String keyword : List.of("contains", "minContains", "maxContains")) {
        if (out.has(keyword)) {
          counted.set(keyword, out.remove(keyword));
        }
      }
      all(out).addObject().putObject("not").set("not", counted);
    }
    return out;
  }

  private static ArrayNode all(ObjectNode schema) {
    return schema.has("allOf") ? (ArrayNode) schema.get("allOf") : schema.putArray("allOf");
  }

  // The schema of one value, whatever the spelling of its numbers, in draft 4.
  private static ObjectNode exactly(JsonNode value) {
    ObjectNode out = NODES.objectNode();
    if (value.isNumber()) {
      out.put("type", "number").set("minimum", value).set("maximum", value);
      return out;
    }
    if (value.isArray()) {
      out.put("type", "array").put("minItems", value.size()).put("maxItems", value.size());
      ArrayNode items = out.putArray("items");
      value.forEach(item -> items.add(exactly(item)));
      return items.isEmpty() ? out.without("items") : out;
    }
    if (value.isObject()) {
      out.put("type", "object").put("minProperties", value.size());
      out.put("additionalProperties", false);
      ObjectNode properties = out.putObject("properties");
      value.properties().forEach(e -> properties.set(e.getKey(), exactly(e.getValue())));
      return out;
    }
    out.putArray("enum").add(value);
    return out;
  }

  private static Schema schema(String text) {
    return SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            b -> b.schemaCacheEnabled(false).schemaRegistryConfig(CONFIG))
        .getSchema(MAPPER.readTree(text));
  }

  boolean valid(String text, String instance) {
    Schema s = schema;
    if (s == null || !text.equals(known)) {
      s = schema(said(MAPPER.readTree(text)).toString());
      schema = s;
      known = text;
    }
    JsonNode value = MAPPER.readTree(instance);
    return s.validate(draft == Draft.D4 ? value : MAPPER.readTree(plain(value).toString()))
        .isEmpty();
  }
}
