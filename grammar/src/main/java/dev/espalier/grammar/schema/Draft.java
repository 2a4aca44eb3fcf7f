package dev.espalier.grammar.schema;

import dev.espalier.grammar.SchemaException;
import tools.jackson.databind.JsonNode;

/** The drafts of JSON Schema whose rules are known, oldest first. */
enum Draft {
  DRAFT_6("draft-06"),
  DRAFT_7("draft-07"),
  DRAFT_2019_09("2019-09"),
  DRAFT_2020_12("2020-12");

  private final String mark;

  Draft(String mark) {
    this.mark = mark;
  }

  /** The draft that {@code $schema} names; the newest one if it names none. */
  static Draft of(JsonNode root) {
    JsonNode uri = root.get("$schema");
    if (uri == null) {
      return DRAFT_2020_12;
    }
    for (Draft d : values()) {
      if (uri.asString("").contains(d.mark)) {
        return d;
      }
    }
    throw new SchemaException(
        "",
        "$schema",
        "the dialect " + uri + " is not supported; drafts 6, 7, 2019-09 and 2020-12 are");
  }

  boolean before(Draft other) {
    return compareTo(other) < 0;
  }
}
