package dev.espalier.grammar.schema;

import dev.espalier.grammar.SchemaException;
import tools.jackson.databind.JsonNode;

/** The drafts of JSON Schema whose rules are known, oldest first. */
enum Draft {
  DRAFT_6("json-schema.org/draft-06/schema"),
  DRAFT_7("json-schema.org/draft-07/schema"),
  DRAFT_2019_09("json-schema.org/draft/2019-09/schema"),
  DRAFT_2020_12("json-schema.org/draft/2020-12/schema");

  private final String uri; // without scheme and fragment

  Draft(String uri) {
    this.uri = uri;
  }

  /** The draft that {@code $schema} names; the newest one if it names none. */
  static Draft of(JsonNode root) {
    JsonNode uri = root.get("$schema");
    if (uri == null) {
      return DRAFT_2020_12;
    }
    String named = uri.asString("").replaceFirst("^https?://", "").replaceFirst("#$", "");
    for (Draft d : values()) {
      if (named.equals(d.uri)) {
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
