package dev.espalier.tests.maskbench;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Changes schemas and instances a little. What a schema becomes is still one of its draft, though
 * it may have no values.
 */
@SuppressWarnings("ReferenceEquality") // places are told apart by identity
final class Mutation {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final Set<String> ONE =
      Set.of("additionalItems", "additionalProperties", "contains", "items", "not");
  private static final Set<String> KEPT = Set.of("definitions", "id"); // that others may refer to
  private static final Set<String> LISTS = Set.of("allOf", "anyOf", "oneOf");
  private static final Set<String> MAPS = Set.of("definitions", "patternProperties", "properties");
  private static final String[] TEXTS = {
    "", "a", "😀", "0", "A_b-1", "http://a.b/c", "é\n", "2020-02-29"
  };
  private static final String[] STEPS = {"0", "1", "-1", "0.5", "-0.5", "0.01"};

  private final Random r;
  private final boolean draft4; // which has no boolean schemas, and 1.0 for no integer

  Mutation(Random r, boolean draft4) {
    this.r = r;
    this.draft4 = draft4;
  }

  private <T> T any(List<T> of) {
    return of.get(r.nextInt(of.size()));
  }

  // ---- schemas

  /** A sub-schema that is an object, and how to put another one in its place. */
  private record Place(JsonNode holder, String name, int index, ObjectNode schema) {
    void set(JsonNode other) {
      if (holder instanceof ObjectNode object) {
        object.set(name, other);
      } else {
        ((ArrayNode) holder).set(index, other);
      }
    }
  }

  private static void collect(
      JsonNode holder, String name, int index, JsonNode at, List<Place> out) {
    if (!(at instanceof ObjectNode schema)) {
      return;
    }
    out.add(new Place(holder, name, index, schema));
    for (Map.Entry<String, JsonNode> e : schema.properties()) {
      JsonNode value = e.getValue();
      if (ONE.contains(e.getKey())) {
        collect(schema, e.getKey(), 0, value, out);
      } else if (LISTS.contains(e.getKey()) && value.isArray()) {
        for (int i = 0; i < value.size(); i++) {
          collect(value, "", i, value.get(i), out);
        }
      } else if (MAPS.contains(e.getKey()) && value.isObject()) {
        value.properties().forEach(p -> collect(value, p.getKey(), 0, p.getValue(), out));
      }
    }
  }

  /** The same schema with something else in one place. */
  JsonNode schema(JsonNode original) {
    ObjectNode root = NODES.objectNode();
    root.set("schema", original.deepCopy());
    List<Place> places = new ArrayList<>();
    collect(root, "schema", 0, root.get("schema"), places);
    if (!places.isEmpty()) {
      Place at = any(places);
      ObjectNode other = any(places).schema().deepCopy();
      if (at.holder() != root || r.nextBoolean()) {
        change(at, other, (ObjectNode) root.get("schema"));
      } else {
        limit(at.schema(), other);
      }
    }
    return root.get("schema");
  }

  private void change(Place at, ObjectNode other, ObjectNode root) {
    ObjectNode schema = at.schema();
    ObjectNode wrapped = NODES.objectNode();
    switch (r.nextInt(8)) {
      case 0 -> wrapped.putArray("allOf").add(schema).add(other);
      case 1 -> wrapped.putArray("anyOf").add(other).add(schema);
      case 2 -> wrapped.putArray("oneOf").add(schema).add(other);
      case 3 -> wrapped.putObject("not").set("not", schema);
      case 4 -> {
        if (at.schema() != root && !root.toString().contains("id\":") && root.isObject()) {
          ObjectNode all =
              root.get("definitions") instanceof ObjectNode o ? o : root.putObject("definitions");
          all.set("a/b~c d", schema);
          wrapped.put("$ref", "#/definitions/a~1b~0c%20d");
        }
      }
      case 5 -> {
        for (String keyword : List.copyOf(other.propertyNames())) {
          if (r.nextBoolean() && !KEPT.contains(keyword) && !keyword.startsWith("$")) {
            schema.set(keyword, other.get(keyword));
          }
        }
      }
      default -> limit(schema, other);
    }
    if (!wrapped.isEmpty() && schema != root) {
      at.set(wrapped);
    }
  }

  private void limit(ObjectNode schema, ObjectNode other) {
    List<String> names = new ArrayList<>(schema.path("properties").propertyNames());
    String name = names.isEmpty() ? "a" : any(names);
    ObjectNode nothing = NODES.objectNode();
    nothing.putObject("not");
    switch (r.nextInt(9)) {
      case 0 -> schema.set("additionalProperties", r.nextBoolean() ? nothing : other);
      case 1 -> {
        String start = name.isEmpty() ? "" : name.substring(0, 1).replaceAll("[^A-Za-z0-9]", ".");
        schema.putObject("patternProperties").set(r.nextBoolean() ? "^" + start : "[a-e]$", other);
      }
      case 2 -> schema.putArray("required").add(name);
      case 3 -> schema.put("maxProperties", r.nextInt(5));
      case 4 -> schema.put("minProperties", r.nextInt(4));
      case 5 -> schema.put("maxLength", r.nextInt(20));
      case 6 -> schema.put("minItems", r.nextInt(3));
      case 7 -> schema.remove("type");
      default -> schema.set("not", other);
    }
  }

  // ---- instances

  /** The same instance with one value changed, added, removed or renamed. */
  JsonNode instance(JsonNode original, JsonNode other) {
    ArrayNode root = NODES.arrayNode().add(original.deepCopy());
    List<JsonNode> holders = new ArrayList<>();
    containers(root, holders);
    JsonNode at = any(holders);
    if (at instanceof ArrayNode array) {
      int i = array.isEmpty() ? 0 : r.nextInt(array.size());
      switch (at == root ? 0 : r.nextInt(4)) {
        case 0 -> {
          if (!array.isEmpty()) {
            array.set(i, value(array.get(i), other));
          }
        }
        case 1 -> array.remove(i);
        case 2 -> array.add(array.isEmpty() ? other : array.get(i).deepCopy());
        default -> array.insert(i, value(other, other));
      }
    } else if (at instanceof ObjectNode object) {
      List<String> names = new ArrayList<>(object.propertyNames());
      String name = names.isEmpty() ? "a" : any(names);
      switch (names.isEmpty() ? 3 : r.nextInt(4)) {
        case 0 -> object.set(name, value(object.get(name), other));
        case 1 -> object.remove(name);
        case 2 -> object.set(name + "x", object.remove(name));
        default -> object.set(TEXTS[r.nextInt(TEXTS.length)], value(other, other));
      }
    }
    return root.get(0);
  }

  private static void containers(JsonNode at, List<JsonNode> out) {
    if (at.isContainer()) {
      out.add(at);
      at.forEach(child -> containers(child, out));
    }
  }

  private JsonNode value(JsonNode old, JsonNode other) {
    return switch (r.nextInt(8)) {
      case 0 -> NODES.nullNode();
      case 1 -> other.deepCopy();
      case 2 -> r.nextBoolean() ? NODES.objectNode() : NODES.arrayNode();
      case 3 -> NODES.numberNode(r.nextInt(5));
      default -> near(old);
    };
  }

  private JsonNode near(JsonNode old) {
    if (old.isString()) {
      String text = old.stringValue();
      int at = text.offsetByCodePoints(0, r.nextInt(text.codePointCount(0, text.length()) + 1));
      String more = TEXTS[r.nextInt(TEXTS.length)];
      return NODES.stringNode(
          r.nextInt(3) == 0
              ? text.substring(0, at)
              : text.substring(0, at) + more + text.substring(at));
    }
    if (old.isNumber()) {
      BigDecimal n = old.decimalValue().add(new BigDecimal(STEPS[r.nextInt(STEPS.length)]));
      boolean plain = draft4 || r.nextBoolean() || n.precision() > 12;
      return NODES.numberNode(
          plain
              ? new BigDecimal(n.stripTrailingZeros().toPlainString())
              : n.setScale(n.scale() + 1));
    }
    return old.isBoolean() ? NODES.booleanNode(!old.booleanValue()) : NODES.stringNode("true");
  }
}
