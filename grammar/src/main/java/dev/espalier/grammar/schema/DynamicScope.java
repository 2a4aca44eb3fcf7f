package dev.espalier.grammar.schema;

import java.util.HashMap;
import java.util.Map;

/**
 * The resources that were entered on the way to a schema, as far as {@code $dynamicRef} and {@code
 * $recursiveRef} ask: by anchor, the outermost one that declares it. Immutable.
 */
record DynamicScope(Map<String, Resource> outermost) {
  static final DynamicScope EMPTY = new DynamicScope(Map.of());

  /** The name under which resources with a {@code $recursiveAnchor} are kept. */
  static final String RECURSIVE = "";

  /** The scope inside a resource. */
  DynamicScope enter(Resource resource) {
    if (resource.dynamicAnchors.isEmpty() && !resource.recursiveAnchor) {
      return this; // nearly always
    }
    Map<String, Resource> more = new HashMap<>(outermost);
    resource.dynamicAnchors.forEach(name -> more.putIfAbsent(name, resource));
    if (resource.recursiveAnchor) {
      more.putIfAbsent(RECURSIVE, resource);
    }
    return more.size() == outermost.size() ? this : new DynamicScope(Map.copyOf(more));
  }
}
