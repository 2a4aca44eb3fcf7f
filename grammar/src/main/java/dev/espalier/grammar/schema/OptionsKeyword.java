package dev.espalier.grammar.schema;

import dev.espalier.grammar.SchemaException;
import dev.espalier.grammar.Whitespace;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** {@code x-espalier}, which carries options with the schema. */
final class OptionsKeyword {
  static final String NAME = "x-espalier";

  private OptionsKeyword() {}

  /** The options of a schema's own, over the given ones. */
  static Options read(JsonNode schema, Options given) {
    JsonNode own = schema.get(NAME);
    if (own == null) {
      return given;
    }
    if (!own.isObject()) {
      throw broken("", "must be an object of options");
    }
    return given.with(
        o -> {
          for (Map.Entry<String, JsonNode> e : own.properties()) {
            set(o, e.getKey(), e.getValue());
          }
        });
  }

  private static void set(Options.Changes o, String option, JsonNode value) {
    switch (option) {
      case "order" -> o.declaredOrder = choice(option, value, "declared", "any");
      case "whitespace" -> o.whitespace = whitespace(value);
      case "formats" -> o.assertFormats = choice(option, value, "assert", "annotate");
      case "additionalProperties" -> o.strict = !choice(option, value, "asWritten", "strict");
      case "escapes" -> o.anyEscape = !choice(option, value, "writer", "any");
      case "lenient" -> o.lenient = flag(option, value);
      case "dialect" -> o.dialect = text(option, value);
      case "depth" -> o.depth = number(option, value, 1);
      case "states" -> o.states = number(option, value, 1000);
      case "compileMillis" -> o.compileTime = Duration.ofMillis(number(option, value, 1));
      default ->
          throw broken(
              option,
              "is no option; there are order, whitespace, formats, additionalProperties, escapes,"
                  + " lenient, dialect, depth, states and compileMillis");
    }
  }

  private static SchemaException broken(String option, String problem) {
    return SchemaException.broken("/" + NAME, option, problem);
  }

  private static boolean choice(String option, JsonNode value, String yes, String no) {
    String text = text(option, value);
    if (!text.equals(yes) && !text.equals(no)) {
      throw broken(option, "must be '" + yes + "' or '" + no + "'");
    }
    return text.equals(yes);
  }

  private static Whitespace whitespace(JsonNode value) {
    JsonNode width = value.get("indented");
    if (width != null && value.size() == 1) {
      int spaces = number("whitespace", width, 0);
      if (spaces > 16) {
        throw broken("whitespace", "an indentation is 0 to 16 spaces wide");
      }
      return Whitespace.indented(spaces);
    }
    return switch (value.asString("")) {
      case "compact" -> Whitespace.compact();
      case "singleSpace" -> Whitespace.singleSpace();
      case "flexible" -> Whitespace.flexible();
      default ->
          throw broken(
              "whitespace", "must be 'compact', 'singleSpace', 'flexible' or {\"indented\": n}");
    };
  }

  private static boolean flag(String option, JsonNode value) {
    if (!value.isBoolean()) {
      throw broken(option, "must be true or false");
    }
    return value.booleanValue();
  }

  private static String text(String option, JsonNode value) {
    if (!value.isString()) {
      throw broken(option, "must be a string");
    }
    return value.stringValue();
  }

  private static int number(String option, JsonNode value, int least) {
    if (!value.isInt() || value.intValue() < least) {
      throw broken(option, "must be an integer from " + least + " on");
    }
    return value.intValue();
  }
}
