package dev.espalier.grammar.schema;

import tools.jackson.databind.JsonNode;

/**
 * A schema or sub-schema with the JSON pointer of its first occurrence. Equal texts of one document
 * are one node, so identity is equality.
 */
final class SchemaNode {
  private final JsonNode json;
  private final String pointer;

  SchemaNode(JsonNode json, String pointer) {
    this.json = json;
    this.pointer = pointer;
  }

  JsonNode json() {
    return json;
  }

  String pointer() {
    return pointer;
  }

  @Override
  public String toString() {
    return "#" + pointer;
  }
}
