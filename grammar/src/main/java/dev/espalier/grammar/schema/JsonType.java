package dev.espalier.grammar.schema;

import tools.jackson.databind.JsonNode;

/**
 * The kinds of JSON value that a formula is expanded for; the two booleans are kinds of their own.
 */
enum JsonType {
  NULL,
  TRUE,
  FALSE,
  STRING,
  NUMBER,
  ARRAY,
  OBJECT;

  static JsonType of(JsonNode value) {
    if (value.isNull()) {
      return NULL;
    } else if (value.isBoolean()) {
      return value.booleanValue() ? TRUE : FALSE;
    } else if (value.isString()) {
      return STRING;
    } else if (value.isNumber()) {
      return NUMBER;
    }
    return value.isArray() ? ARRAY : OBJECT;
  }
}
