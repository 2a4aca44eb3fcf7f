package dev.espalier.tests.maskbench;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tells from a schema's text alone whether an instance's properties come in declared order: names
 * of {@code properties} as the schemas at one place write them, first to last; where two of those
 * schemas disagree about two names, either way round; then names only in {@code required}, then all
 * others. Knows references inside a document. It is a judge for the harness and shares no code with
 * the library.
 */
final class InstanceOrder {
  private static final JsonMapper MAPPER = new JsonMapper();

  /** What one object's schemas say of names. */
  record Names(
      Set<String> merged, List<List<String>> lists, Set<String> required, List<JsonNode> schemas) {
    Names() {
      this(new LinkedHashSet<>(), new ArrayList<>(), new LinkedHashSet<>(), new ArrayList<>());
    }

    void add(List<String> list) {
      merged.addAll(list);
      lists.add(list);
    }
  }

  private final JsonNode root;
  private final boolean referencesHideSiblings;

  InstanceOrder(String schema) {
    root = MAPPER.readTree(schema);
    referencesHideSiblings =
        root.path("$schema").asString("").matches(".*json-schema\\.org/draft-0[467]/.*");
  }

  boolean holds(String instance) {
    return holds(List.of(root), MAPPER.readTree(instance));
  }

  private boolean holds(List<JsonNode> schemas, JsonNode value) {
    if (!value.isContainer()) {
      return true;
    }
    Names names = new Names();
    Set<JsonNode> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    schemas.forEach(s -> collect(s, names, seen));
    if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        if (!holds(items(names.schemas, i), value.get(i))) {
          return false;
        }
      }
      return true;
    }
    List<String> keys = new ArrayList<>(value.propertyNames());
    if (!inOrder(keys, names)) {
      return false;
    }
    for (String key : keys) {
      if (!holds(members(names.schemas, key), value.get(key))) {
        return false;
      }
    }
    return true;
  }

  private static boolean inOrder(List<String> keys, Names names) {
    List<String> order = new ArrayList<>(names.merged);
    for (String name : names.required) {
      if (!names.merged.contains(name)) {
        order.add(name);
      }
    }
    for (int late = 1; late < keys.size(); late++) {
      int own = order.indexOf(keys.get(late));
      for (int early = 0; early < late && own >= 0; early++) {
        int before = order.indexOf(keys.get(early));
        if ((before < 0 || before > own) && !anyHas(names, keys.get(early), keys.get(late))) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean anyHas(Names names, String first, String second) {
    return names.lists.stream()
        .anyMatch(l -> l.contains(first) && l.indexOf(first) < l.indexOf(second));
  }

  // All schemas that speak of the same value, in the order of their text.
  private void collect(JsonNode schema, Names names, Set<JsonNode> seen) {
    if (!schema.isObject() || !seen.add(schema)) {
      return;
    }
    if (referencesHideSiblings && schema.path("$ref").isString()) {
      collect(target(schema.get("$ref").stringValue()), names, seen);
      return;
    }
    names.schemas.add(schema);
    for (Map.Entry<String, JsonNode> e : schema.properties()) {
      JsonNode value = e.getValue();
      switch (e.getKey()) {
        case "properties" -> names.add(List.copyOf(value.propertyNames()));
        case "required" -> value.forEach(n -> names.required.add(n.asString("")));
        case "$ref" -> collect(target(value.asString("")), names, seen);
        case "allOf", "anyOf", "oneOf", "dependentSchemas", "dependencies" ->
            value.forEach(s -> collect(s, names, seen));
        case "if", "then", "else" -> collect(value, names, seen);
        case "const" -> constant(value, names);
        case "enum" -> value.forEach(v -> constant(v, names));
        default -> {}
      }
    }
  }

  private static void constant(JsonNode value, Names names) {
    if (value.isObject()) {
      names.add(List.copyOf(value.propertyNames()));
    }
  }

  private JsonNode target(String reference) {
    if (!reference.equals("#") && !reference.startsWith("#/")) {
      return MAPPER.missingNode();
    }
    JsonNode at = root;
    String pointer = reference.substring(1);
    if (pointer.matches("([^%]|%[0-9a-fA-F]{2})*")) {
      pointer = URLDecoder.decode(pointer.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
    if (pointer.isEmpty()) {
      return root;
    }
    for (String step : pointer.substring(1).split("/", -1)) {
      String name = step.replace("~1", "/").replace("~0", "~");
      if (at.isArray() && name.matches("[0-9]{1,6}")) {
        at = at.path(Integer.parseInt(name));
      } else {
        at = at.path(name);
      }
    }
    return at;
  }

  private static List<JsonNode> members(List<JsonNode> schemas, String key) {
    List<JsonNode> out = new ArrayList<>();
    for (JsonNode s : schemas) {
      int before = out.size();
      if (s.path("properties").has(key)) {
        out.add(s.path("properties").path(key));
      }
      for (Map.Entry<String, JsonNode> e : s.path("patternProperties").properties()) {
        if (found(e.getKey(), key)) {
          out.add(e.getValue());
        }
      }
      if (out.size() == before) {
        out.add(s.path("additionalProperties"));
      }
    }
    return out;
  }

  private static boolean found(String pattern, String key) {
    try {
      return Pattern.compile(pattern).matcher(key).find();
    } catch (PatternSyntaxException e) {
      return true; // of another dialect
    }
  }

  private static List<JsonNode> items(List<JsonNode> schemas, int place) {
    List<JsonNode> out = new ArrayList<>();
    for (JsonNode s : schemas) {
      JsonNode items = s.path("items");
      JsonNode first = items.isArray() ? items : s.path("prefixItems");
      out.add(
          place < first.size()
              ? first.get(place)
              : items.isArray() ? s.path("additionalItems") : items);
      out.add(s.path("contains"));
    }
    return out;
  }
}
