package dev.espalier.grammar.schema;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A schema with a URI of its own: a document, or a sub-schema with an {@code $id}. References
 * inside it are relative to that URI. Filled while its document is scanned; compared by identity.
 */
final class Resource {
  /**
   * A schema inside a resource.
   *
   * @param pointer from the document that holds it, for people
   */
  record Place(JsonNode json, String pointer) {}

  final String base; // without fragment
  final JsonNode root;
  final String pointer; // from the document that holds it, for people
  final Dialect dialect;
  final @Nullable Resource outer; // around it in the same document
  final Map<String, Place> anchors;
  final Set<String> dynamicAnchors;
  boolean recursiveAnchor;

  Resource(String base, JsonNode root, String pointer, Dialect dialect, @Nullable Resource outer) {
    this.base = base;
    this.root = root;
    this.pointer = pointer;
    this.dialect = dialect;
    this.outer = outer;
    anchors = new HashMap<>();
    dynamicAnchors = new HashSet<>();
  }

  private Resource(Resource same, Dialect dialect) {
    base = same.base;
    root = same.root;
    pointer = same.pointer;
    this.dialect = dialect;
    outer = same.outer;
    anchors = same.anchors;
    dynamicAnchors = same.dynamicAnchors;
  }

  /** This resource, as a part of it is read that is written in a dialect of its own. */
  Resource in(Dialect other) {
    return other.equals(dialect) ? this : new Resource(this, other);
  }
}
