package dev.espalier.examples.embedded;

import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** One thing a request speaks of: how the request words it, and what the answer holds. */
record Value(String text, JsonNode json) {
  static Value string(String text) {
    return new Value(text, JsonNodeFactory.instance.stringNode(text));
  }

  static Value integer(int number) {
    return new Value(Integer.toString(number), JsonNodeFactory.instance.numberNode(number));
  }

  /** An English enumeration: {@code a}, {@code a and b}, {@code a, b and c}. */
  static Value list(List<Value> values) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    values.forEach(value -> array.add(value.json));
    int last = values.size() - 1;
    String text = values.stream().limit(last).map(Value::text).collect(Collectors.joining(", "));
    return new Value(
        last == 0 ? values.get(0).text : text + " and " + values.get(last).text, array);
  }
}
