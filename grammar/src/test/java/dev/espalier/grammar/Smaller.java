package dev.espalier.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Takes away from a schema and an instance what a fault does not need. */
final class Smaller {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private Smaller() {}

  static String pair(String schema, String instance, BiPredicate<String, String> fault) {
    String s = schema;
    String i = instance;
    for (int round = 0; round < 2; round++) {
      String is = i;
      s = smaller(s, t -> fault.test(t, is));
      String ss = s;
      i = smaller(i, t -> fault.test(ss, t));
    }
    return i + " of " + s;
  }

  static String smaller(String text, Predicate<String> fault) {
    String best = text;
    for (boolean again = true; again; ) {
      again = false;
      for (String t : smallerByOne(best)) {
        boolean still;
        try {
          still = fault.test(t);
        } catch (RuntimeException | StackOverflowError e) {
          still = false;
        }
        if (still) {
          best = t;
          again = true;
          break;
        }
      }
    }
    return best;
  }

  // Everything with one part less, or with a part of it in its place.
  private static List<String> smallerByOne(String text) {
    List<String> out = new ArrayList<>();
    JsonNode root = MAPPER.readTree(text);
    if (!root.has("$schema")) {
      root.forEach(child -> out.add(child.toString()));
    }
    collect(root, root, out);
    return out;
  }

  private static void collect(JsonNode root, JsonNode at, List<String> out) {
    if (at instanceof ObjectNode o) {
      for (String name : List.copyOf(o.propertyNames())) {
        JsonNode child = o.get(name);
        if (name.equals("$schema")) {
          continue;
        }
        ObjectNode without = o.deepCopy();
        without.remove(name);
        ObjectNode whole = o.deepCopy();
        o.removeAll().setAll(without);
        out.add(root.toString());
        o.removeAll().setAll(whole);
        for (JsonNode inner : List.copyOf(o.get(name).values())) {
          o.set(name, inner);
          out.add(root.toString());
        }
        o.set(name, child);
        collect(root, child, out);
      }
    } else if (at instanceof ArrayNode a) {
      for (int i = 0; i < a.size(); i++) {
        JsonNode child = a.get(i);
        a.remove(i);
        if (!a.isEmpty() || root instanceof ArrayNode) {
          out.add(root.toString());
        }
        a.insert(i, child);
        for (JsonNode inner : List.copyOf(child.values())) {
          a.set(i, inner);
          out.add(root.toString());
        }
        a.set(i, child);
        collect(root, child, out);
      }
    }
  }
}
