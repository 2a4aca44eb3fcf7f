package dev.espalier.grammar.schema;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Finds schemas that refer to themselves for the same value. Where such a schema stands in an
 * optional property nothing else would meet it before a text does.
 */
final class EndlessReferences {
  private record Visit(SchemaNode schema, Iterator<SchemaNode> next) {}

  private final Expansion expansion;
  private final Map<SchemaNode, Boolean> open = new HashMap<>(); // no longer once it is left

  EndlessReferences(Expansion expansion) {
    this.expansion = expansion;
  }

  /**
   * Looks at every way that leads from a schema through others about the same value.
   *
   * @param referring those that have references: without one no way leads back
   * @throws dev.espalier.grammar.SchemaException that names one which never ends
   */
  void check(List<SchemaNode> referring) {
    Deque<Visit> way = new ArrayDeque<>();
    for (SchemaNode start : referring) {
      enter(start, way);
      while (!way.isEmpty()) {
        Visit last = way.getLast();
        if (last.next.hasNext()) {
          enter(last.next.next(), way);
        } else {
          open.put(way.removeLast().schema, false);
        }
      }
    }
  }

  private void enter(SchemaNode schema, Deque<Visit> way) {
    if (!schema.json().isObject()) {
      return;
    }
    Boolean met = open.putIfAbsent(schema, true);
    if (met == null) {
      way.add(new Visit(schema, aboutTheSameValue(expansion.keywords(schema)).iterator()));
    } else if (met) {
      // Types may keep the ways apart on which it would go round: expanding says so, or throws.
      for (JsonType type : JsonType.values()) {
        expansion.of(schema, type);
      }
    }
  }

  private static List<SchemaNode> aboutTheSameValue(Keywords k) {
    List<SchemaNode> out = new ArrayList<>(k.targets());
    k.schema()
        .json()
        .propertyNames()
        .forEach(
            keyword -> {
              switch (keyword) {
                case "allOf", "anyOf", "oneOf" -> out.addAll(k.schemas(keyword));
                case "not", "if", "then", "else" -> {
                  SchemaNode inside = k.schema(keyword);
                  if (inside != null) {
                    out.add(inside);
                  }
                }
                case "dependentSchemas", "dependencies" ->
                    out.addAll(Dependencies.schemas(k).values());
                default -> {}
              }
            });
    return out;
  }
}
