package dev.espalier.grammar.schema;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * A schema or sub-schema at its place: the JSON, the resource whose URI its references are relative
 * to, and the dynamic scope. Shared by {@link References}: places with equal text in one resource
 * and scope are one node, so identity is equality. The pointer is that of the first occurrence.
 */
final class SchemaNode {
  private final JsonNode json;
  private final String pointer;
  private final Resource resource;
  private final DynamicScope scope;
  private final List<SchemaNode> alternatives;
  private final Set<JsonNode> excluded;
  private final boolean closed;

  /**
   * Found before by {@link References}, which fills it: hashing a text again would cost too much.
   */
  final IdentityHashMap<JsonNode, SchemaNode> inside = new IdentityHashMap<>();

  SchemaNode(
      JsonNode json,
      String pointer,
      Resource resource,
      DynamicScope scope,
      List<SchemaNode> alternatives,
      Set<JsonNode> excluded,
      boolean closed) {
    this.json = json;
    this.pointer = pointer;
    this.resource = resource;
    this.scope = scope;
    this.alternatives = alternatives;
    this.excluded = excluded;
    this.closed = closed;
  }

  JsonNode json() {
    return json;
  }

  String pointer() {
    return pointer;
  }

  Resource resource() {
    return resource;
  }

  Dialect dialect() {
    return resource.dialect;
  }

  DynamicScope scope() {
    return scope;
  }

  /** If this stands for "one of these schemas" rather than for a text: which. */
  List<SchemaNode> alternatives() {
    return alternatives;
  }

  /** If this stands for "none of these values" rather than for a text: which. */
  Set<JsonNode> excluded() {
    return excluded;
  }

  /** Whether an object may hold only properties that this schema, or one beside it, speaks of. */
  boolean closed() {
    return closed;
  }

  @Override
  public String toString() {
    return (pointer.isEmpty() || pointer.startsWith("/") ? "#" : "") + pointer;
  }
}
