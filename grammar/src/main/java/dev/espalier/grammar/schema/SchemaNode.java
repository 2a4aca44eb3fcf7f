package dev.espalier.grammar.schema;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A schema or sub-schema at its place: the JSON, the resource whose URI its references are relative
 * to, and the dynamic scope. Shared by {@link References}: places with equal text in one resource
 * and scope are one node, so identity is equality. The pointer is that of the first occurrence.
 */
final class SchemaNode {
  private final JsonNode json;
  private final Resource resource;
  private final DynamicScope scope;
  private final List<SchemaNode> alternatives;
  private final Set<JsonNode> excluded;
  private final boolean closed;
  private final int hash;

  private final Supplier<String> place;
  private @Nullable String pointer; // spelled out when somebody asks: most places are never named

  // Found before by References, which fills it: hashing a text again would cost too much.
  private @Nullable IdentityHashMap<JsonNode, SchemaNode> inside;

  /**
   * A node.
   *
   * @param place makes its pointer
   * @param hash of the node among those of its references
   */
  SchemaNode(
      JsonNode json,
      Supplier<String> place,
      Resource resource,
      DynamicScope scope,
      List<SchemaNode> alternatives,
      Set<JsonNode> excluded,
      boolean closed,
      int hash) {
    this.json = json;
    this.place = place;
    this.resource = resource;
    this.scope = scope;
    this.alternatives = alternatives;
    this.excluded = excluded;
    this.closed = closed;
    this.hash = hash;
  }

  JsonNode json() {
    return json;
  }

  String pointer() {
    String known = pointer;
    if (known == null) {
      known = place.get();
      pointer = known;
    }
    return known;
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

  /** The node of a text inside this one's, if {@link #add} brought it. */
  @Nullable SchemaNode inside(JsonNode text) {
    return inside == null ? null : inside.get(text);
  }

  void add(JsonNode text, SchemaNode node) {
    if (inside == null) {
      inside = new IdentityHashMap<>(8);
    }
    inside.put(text, node);
  }

  /** Identity is equality; the runtime's own number of an object costs more to make. */
  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return this == o;
  }

  @Override
  public String toString() {
    String at = pointer();
    return (at.isEmpty() || at.startsWith("/") ? "#" : "") + at;
  }
}
