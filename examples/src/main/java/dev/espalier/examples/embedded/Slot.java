package dev.espalier.examples.embedded;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A named property of an answer: the JSON Schema of its values and where they come from.
 *
 * @param optional whether a request may leave the property out
 */
record Slot(String name, boolean optional, ObjectNode schema, Function<Draw, Value> source) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  Value draw(Draw draw) {
    return source.apply(draw);
  }

  Slot asOptional() {
    return new Slot(name, true, schema, source);
  }

  static Slot text(String name, Function<Draw, String> source) {
    return text(name, 1, 60, draw -> Value.string(source.apply(draw)));
  }

  static Slot date(String name) {
    return text(name, 10, 10, Draw::date);
  }

  static Slot time(String name) {
    return text(name, 5, 5, Draw::time);
  }

  private static Slot text(String name, int min, int max, Function<Draw, Value> source) {
    ObjectNode schema =
        JSON.objectNode().put("type", "string").put("minLength", min).put("maxLength", max);
    return new Slot(name, false, schema, source);
  }

  static Slot integer(String name, int low, int high) {
    ObjectNode schema =
        JSON.objectNode().put("type", "integer").put("minimum", low).put("maximum", high);
    return new Slot(name, false, schema, draw -> Value.integer(draw.between(low, high)));
  }

  static Slot number(String name, int high, Function<Draw, Value> source) {
    ObjectNode schema =
        JSON.objectNode().put("type", "number").put("minimum", 0).put("maximum", high);
    return new Slot(name, false, schema, source);
  }

  /** One of a few words, which the request uses as they are. */
  static Slot choice(String name, String... choices) {
    ObjectNode schema = JSON.objectNode();
    ArrayNode values = schema.putArray("enum");
    for (String choice : choices) {
      values.add(choice);
    }
    return new Slot(name, false, schema, draw -> Value.string(draw.oneOf(List.of(choices))));
  }

  /** A fact that the request words in one of two ways. */
  static Slot flag(String name, String whenTrue, String whenFalse) {
    ObjectNode schema = JSON.objectNode().put("type", "boolean");
    return new Slot(
        name,
        false,
        schema,
        draw -> {
          boolean fact = draw.chance(0.5);
          return new Value(fact ? whenTrue : whenFalse, JSON.booleanNode(fact));
        });
  }

  /** A list of {@code min} to {@code max} elements. */
  static Slot list(int min, int max, Slot element) {
    ObjectNode schema = JSON.objectNode().put("type", "array");
    schema.set("items", element.schema);
    schema.put("minItems", min).put("maxItems", 5);
    return new Slot(
        element.name,
        false,
        schema,
        draw -> {
          List<Value> values = new ArrayList<>();
          for (int n = draw.between(min, max); n > 0; n--) {
            values.add(element.draw(draw));
          }
          return Value.list(values);
        });
  }

  /** A nested object that the request words as {@code phrase}, its properties in braces. */
  static Slot object(String name, String phrase, Slot... properties) {
    List<Slot> slots = List.of(properties);
    return new Slot(name, false, objectSchema(slots), draw -> fill(phrase, slots, draw));
  }

  /** The closed object schema of some slots, its properties in their order. */
  static ObjectNode objectSchema(List<Slot> slots) {
    ObjectNode schema = JSON.objectNode().put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = schema.putArray("required");
    for (Slot slot : slots) {
      properties.set(slot.name, slot.schema);
      if (!slot.optional) {
        required.add(slot.name);
      }
    }
    return schema.put("additionalProperties", false);
  }

  /**
   * Fills the braces of a phrase. The object holds, in the order of {@code slots}, just the
   * properties that the phrase names.
   */
  static Value fill(String phrase, List<Slot> slots, Draw draw) {
    ObjectNode object = JSON.objectNode();
    Map<String, String> texts = new HashMap<>();
    for (Slot slot : slots) {
      if (phrase.contains("{" + slot.name + "}")) {
        Value value = slot.draw(draw);
        texts.put(slot.name, value.text());
        object.set(slot.name, value.json());
      } else if (!slot.optional) {
        throw new IllegalArgumentException(
            "phrase '" + phrase + "' leaves out '" + slot.name + "', which is required");
      }
    }
    StringBuilder text = new StringBuilder();
    int from = 0;
    for (int open = phrase.indexOf('{'); open >= 0; open = phrase.indexOf('{', from)) {
      int close = phrase.indexOf('}', open);
      String value = texts.get(phrase.substring(open + 1, close));
      if (value == null) {
        throw new IllegalArgumentException("phrase '" + phrase + "' names no slot at " + open);
      }
      text.append(phrase, from, open).append(value);
      from = close + 1;
    }
    return new Value(text.append(phrase, from, phrase.length()).toString(), object);
  }
}
