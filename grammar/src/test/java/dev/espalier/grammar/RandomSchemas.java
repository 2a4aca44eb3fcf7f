package dev.espalier.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Random schemas over all keywords of a draft, in its own words, and instances to match. Names and
 * values are few, so that keywords meet. Now and then a word of another draft stands among them.
 */
public final class RandomSchemas {
  /** The drafts, by the URI of their metaschema. */
  enum Draft {
    D4("http://json-schema.org/draft-04/schema#"),
    D6("http://json-schema.org/draft-06/schema#"),
    D7("http://json-schema.org/draft-07/schema#"),
    D2019("https://json-schema.org/draft/2019-09/schema"),
    D2020("https://json-schema.org/draft/2020-12/schema");

    final String uri;

    Draft(String uri) {
      this.uri = uri;
    }

    boolean before(Draft other) {
      return compareTo(other) < 0;
    }
  }

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final List<String> NAMES =
      List.of("a", "a", "b", "b", "c", "ab", "é\"", "", "id", "$ref", "a/b~", "😀");
  private static final String[] SCALARS = {
    "null",
    "true",
    "false",
    "0",
    "1",
    "2.5",
    "-3",
    "10",
    "100",
    "0.3",
    "1.0",
    "1e1",
    "25E-1",
    "-0.0",
    "\"\"",
    "\"a\"",
    "\"ab\"",
    "\"xy\"",
    "\"é\\n\"",
    "\"😀\"",
    "\"b\\r\\u2028\"",
    "\"\\u0061\""
  };
  private static final String[] PATTERNS = {
    "^a",
    "b",
    "^.$",
    "^a+b?$",
    "[^a]",
    "b$",
    "^(a|ab)$",
    "",
    "^[a-x]*$",
    "x|\\n",
    "^.{0,2}$",
    "\\S",
    "^\\w+$",
    "\\d",
    "^(?!a)",
    "(?=.*b)a",
    "^(?:(?!ab).)*$",
    "^\\p{L}*$",
    "é|\\uD83D\\uDE00",
    "^$",
    "^[^\\s\"]+$"
  };
  private static final String[] BOUNDS = {
    "-3", "0", "1", "2", "2.5", "10", "1e1", "0.25", "15E-1", "99.9", "-0.5", "12345678901234567890"
  };
  private static final String[] STEPS = {
    "1", "2", "3", "7", "0.5", "0.1", "0.01", "1.5", "25e-2", "1e1", "0.3", "1E-3"
  };

  /** Formats that all drafts know here, with texts that are and that are not of them. */
  private static final String[][] FORMATS = {
    {"date", "2024-02-29", "2023-02-29"},
    {"time", "12:00:00Z", "23:59:60Z", "24:00:00Z"},
    {"date-time", "2024-02-29T12:00:00Z", "2024-02-30T12:00:00Z", "2024-01-01T00:00:00.5+01:30"},
    {"duration", "P1DT2H", "P1W", "P1Y1W"},
    {"ipv4", "127.0.0.1", "127.0.0.256"},
    {"ipv6", "::1", "1::2::3"},
    {"uuid", "01234567-89ab-cdef-0123-456789abcdef", "01234567-89ab"},
    {"email", "a@b", "a@b.c", "a@"},
    {"hostname", "a-b.c", "-a"},
    {"uri", "a:b", "http://a/b?c#d", "//a"},
    {"uri-reference", "a/b", "#a", "a b"},
    {"iri", "a:é", "é"},
    {"json-pointer", "/a/~0", "a", "/~"},
    {"relative-json-pointer", "0", "1/a", "01"},
    {"regex", "^a+$", "("},
    {"uri-template", "{a}", "{a"},
    {"unheard-of", "a"}
  };

  private final Random r;
  private Draft draft = Draft.D2020;
  private String base = "";
  private boolean rootHasId;
  private boolean inResource;
  private boolean resource; // is one embedded
  private boolean rootAnchor;
  private boolean resourceAnchor;
  private List<String> own = new ArrayList<>(); // values that the schema speaks of

  public RandomSchemas(Random r) {
    this.r = r;
  }

  private boolean once(int in) {
    return r.nextInt(in) == 0;
  }

  private String one(String... of) {
    return of[r.nextInt(of.length)];
  }

  private static JsonNode json(String text) {
    return MAPPER.readTree(text);
  }

  private static JsonNode text(String s) {
    return NODES.stringNode(s);
  }

  private static ObjectNode object() {
    return NODES.objectNode();
  }

  private static ArrayNode array(List<? extends JsonNode> items) {
    return NODES.arrayNode().addAll(items);
  }

  /** A property name as it is. */
  String plainName() {
    return NAMES.get(once(3) ? r.nextInt(NAMES.size()) : r.nextInt(6));
  }

  private List<String> distinctNames(int n) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      String name = plainName();
      if (!out.contains(name)) {
        out.add(name);
      }
    }
    return out;
  }

  private ArrayNode names(int n) {
    return array(distinctNames(n).stream().map(RandomSchemas::text).toList());
  }

  private JsonNode scalar() {
    String s = !own.isEmpty() && r.nextBoolean() ? own.get(r.nextInt(own.size())) : one(SCALARS);
    return json(s);
  }

  /**
   * A schema of bounded depth in draft 2020-12, with references between its parts and to itself.
   */
  public String next(int depth) {
    return next(depth, Draft.D2020);
  }

  /** The same in any draft, which {@code $schema} names. */
  String next(int depth, Draft draft) {
    this.draft = draft;
    base = "http://x.y/" + Integer.toHexString(r.nextInt()) + "/";
    rootHasId = once(3);
    resource = once(2);
    own = new ArrayList<>();
    ObjectNode root = object().put("$schema", draft.uri);
    if (rootHasId) {
      root.put(idKeyword(), base + "root");
    }
    rootAnchor = draft == Draft.D2020 && r.nextBoolean();
    resourceAnchor = draft == Draft.D2020 && r.nextBoolean();
    if (rootAnchor) {
      root.put("$dynamicAnchor", "node");
    } else if (draft == Draft.D2019 && r.nextBoolean()) {
      root.put("$recursiveAnchor", r.nextInt(4) > 0);
    }
    ObjectNode defs = root.putObject(definitions());
    defs.set("x", members(1));
    defs.set("y", items(1));
    defs.set("z", typed(0));
    defs.set("a/b~c%\"", typed(1));
    ObjectNode anchored = typed(0);
    if (draft.before(Draft.D2019)) {
      anchored.put(idKeyword(), "#here");
    } else {
      anchored.put("$anchor", "here");
    }
    defs.set("w", anchored);
    if (resource) {
      defs.set("r", resource());
    }
    ObjectNode body = schema(depth) instanceof ObjectNode o ? o : object();
    if (draft.before(Draft.D2019) || once(2)) {
      root.putArray("allOf").add(body);
    } else {
      body.properties().forEach(e -> root.set(e.getKey(), e.getValue()));
    }
    return root.toString();
  }

  private String idKeyword() {
    return draft == Draft.D4 ? "id" : "$id";
  }

  private String definitions() {
    return draft.before(Draft.D2019) ? "definitions" : "$defs";
  }

  // A schema with an identifier of its own, in which references lead elsewhere.
  private ObjectNode resource() {
    inResource = true;
    ObjectNode out = object();
    out.put(idKeyword(), rootHasId && r.nextBoolean() ? "res" : base + "res");
    if (resourceAnchor) {
      out.put("$dynamicAnchor", "node");
    } else if (draft == Draft.D2019 && r.nextBoolean()) {
      out.put("$recursiveAnchor", r.nextInt(4) > 0);
    }
    out.putObject(definitions()).set("in", typed(0));
    typed(2).properties().forEach(e -> out.set(e.getKey(), e.getValue()));
    inResource = false;
    return out;
  }

  /** Where a part may lead: also back to what holds it. */
  private JsonNode reference() {
    String defs = "#/" + definitions() + "/";
    if (once(2) && (inResource ? resourceAnchor : rootAnchor)) {
      return object().put("$dynamicRef", "#node");
    }
    if (once(9) && draft == Draft.D2020 && !inResource) {
      return object().put("$dynamicRef", "#here");
    }
    if (draft == Draft.D2019 && once(3)) {
      return object().put("$recursiveRef", "#");
    }
    List<String> to = new ArrayList<>(List.of("#"));
    if (inResource) {
      to.addAll(List.of(defs + "in", base + "res", "res" + defs + "in"));
      if (rootHasId) {
        to.addAll(List.of("root", base + "root" + defs + "y", "root#here"));
      }
    } else {
      to.addAll(List.of(defs + "x", defs + "y", "#here", defs + "a~1b~0c%25%22"));
      if (resource) {
        to.addAll(List.of(defs + "r", base + "res", base + "res" + defs + "in"));
        to.add(defs + "r/" + definitions() + "/in");
      }
    }
    return beside(object().put("$ref", to.get(r.nextInt(to.size()))));
  }

  // What stands beside a reference counts or not, as the draft says.
  private ObjectNode beside(ObjectNode reference) {
    if (once(3)) {
      typed(0).properties().forEach(e -> reference.set(e.getKey(), e.getValue()));
    }
    return reference;
  }

  // Where a schema for the same value may lead: to what leads no further.
  private JsonNode leaf() {
    String defs = "#/" + definitions() + "/";
    return beside(
        object().put("$ref", inResource ? defs + "in" : one(defs + "z", "#here", defs + "w")));
  }

  /** A schema for a part of a value. */
  private JsonNode part(int depth) {
    return once(6) ? reference() : schema(depth);
  }

  private JsonNode truth(boolean valid) {
    if (draft == Draft.D4) {
      return valid ? object() : object().set("not", object());
    }
    return BooleanNode.valueOf(valid);
  }

  private JsonNode schema(int depth) {
    if (once(20)) {
      return leaf();
    }
    if (once(30)) {
      return truth(!once(3));
    }
    if (depth <= 0) {
      return once(4) ? constant() : typed(0);
    }
    if (once(12)) {
      return unevaluated(depth);
    }
    ObjectNode out = once(3) ? object() : typed(depth);
    if (once(out.isEmpty() ? 1 : 5)) {
      combined(out, depth);
    }
    return out;
  }

  private ObjectNode constant() {
    if (draft.before(Draft.D6) || once(2)) {
      List<JsonNode> values = new ArrayList<>();
      for (int i = 1 + r.nextInt(4); i > 0; i--) {
        JsonNode value = once(5) ? json(one(SCALARS)) : value(2);
        own.add(value.toString());
        values.add(value);
      }
      ObjectNode out = object();
      out.set("enum", array(values));
      return out;
    }
    JsonNode value = value(2);
    own.add(value.toString());
    ObjectNode out = object();
    out.set("const", value);
    return out;
  }

  private void combined(ObjectNode out, int depth) {
    Supplier<JsonNode> inner = () -> schema(depth - 1 - r.nextInt(2));
    switch (r.nextInt(6)) {
      case 0, 1 -> out.set(one("anyOf", "oneOf"), list(2 + r.nextInt(2), inner));
      case 2 -> out.set("allOf", list(1 + r.nextInt(3), inner));
      case 3 -> out.set("oneOf", list(1 + r.nextInt(4), inner));
      case 4 -> out.set("not", inner.get());
      default -> {
        if (!draft.before(Draft.D7) || once(8)) {
          out.set("if", inner.get());
        }
        if (r.nextInt(4) > 0) {
          out.set("then", inner.get());
        }
        if (r.nextInt(3) > 0) {
          out.set("else", inner.get());
        }
      }
    }
  }

  private static ArrayNode list(int n, Supplier<JsonNode> each) {
    ArrayNode out = NODES.arrayNode();
    for (int i = 0; i < n; i++) {
      out.add(each.get());
    }
    return out;
  }

  /** Branches that speak of some members or items, and a rule for all others. */
  private ObjectNode unevaluated(int depth) {
    boolean items = once(3);
    Supplier<JsonNode> speaking =
        () -> once(6) ? leaf() : items ? items(depth - 1) : members(depth - 1);
    ObjectNode out = once(3) ? object() : items ? items(depth) : members(depth);
    switch (r.nextInt(5)) {
      case 0 -> out.set("if", speaking.get()).set("then", speaking.get());
      case 1 -> out.set("not", object().set("not", speaking.get()));
      case 2 ->
          out.set("$ref", text("#/" + definitions() + (inResource ? "/in" : items ? "/y" : "/x")));
      default -> out.set(one("allOf", "anyOf", "oneOf"), list(2, speaking));
    }
    out.set(
        items ? "unevaluatedItems" : "unevaluatedProperties",
        once(2) && draft != Draft.D4 ? BooleanNode.FALSE : typed(0));
    return out;
  }

  private ObjectNode typed(int depth) {
    ObjectNode out =
        switch (r.nextInt(depth <= 0 ? 4 : 10)) {
          case 0 -> number();
          case 1 -> string();
          case 2 -> types();
          case 3 -> once(3) ? constant() : string();
          case 4, 5, 6 -> items(depth);
          default -> members(depth);
        };
    if (once(8)) {
      out.remove("type");
    }
    if (once(25)) {
      ofOtherDrafts(out);
    }
    return out;
  }

  private ObjectNode types() {
    ObjectNode out = object();
    List<String> all = List.of("null", "boolean", "integer", "number", "string", "array", "object");
    ArrayNode some = out.putArray("type");
    for (String type : all) {
      if (once(3)) {
        some.add(type);
      }
    }
    if (some.isEmpty()) {
      out.put("type", all.get(r.nextInt(7)));
    }
    return out;
  }

  // Words that this draft does not know, or knows under another name.
  private void ofOtherDrafts(ObjectNode out) {
    switch (r.nextInt(8)) {
      case 0 -> out.set("dependentRequired", object().set(plainName(), names(1)));
      case 1 -> out.set("contains", typed(0));
      case 2 -> out.set("const", scalar());
      case 3 -> out.put("minContains", r.nextInt(3));
      case 4 -> out.set("unevaluatedProperties", typed(0));
      case 5 -> out.set("propertyNames", string());
      case 6 -> out.set("dependencies", object().set(plainName(), once(2) ? names(2) : typed(0)));
      default -> out.put("title", "t").put("x-unknown", true).set("default", scalar());
    }
  }

  private ObjectNode string() {
    ObjectNode out = object();
    if (r.nextInt(4) > 0) {
      out.put("type", "string");
    }
    int min = r.nextInt(3);
    int kind = r.nextInt(9);
    if (kind < 2) {
      out.put("minLength", min);
    }
    if (kind == 1 || kind == 2) {
      out.put("maxLength", min + r.nextInt(3));
    }
    if (kind > 2 && kind < 6) {
      out.put("pattern", one(PATTERNS));
    }
    if (kind == 6) {
      String[] format = FORMATS[r.nextInt(FORMATS.length)];
      out.put("format", format[0]);
      for (int i = 1; i < format.length; i++) {
        own.add(text(format[i]).toString());
      }
    }
    return out;
  }

  private ObjectNode number() {
    ObjectNode out = object().put("type", one("integer", "number", "number"));
    for (String bound : List.of("minimum", "maximum")) {
      if (once(3)) {
        out.set(bound, json(one(BOUNDS)));
        if (draft == Draft.D4 && once(2)) {
          out.put("exclusive" + (bound.equals("minimum") ? "Minimum" : "Maximum"), !once(4));
        }
      }
      if (draft != Draft.D4 && once(5)) {
        out.set("exclusive" + (bound.equals("minimum") ? "Minimum" : "Maximum"), json(one(BOUNDS)));
      }
    }
    if (once(3)) {
      out.set("multipleOf", json(one(STEPS)));
    }
    return out;
  }

  private ObjectNode items(int depth) {
    ObjectNode out = object().put("type", "array");
    Supplier<JsonNode> part = () -> part(depth - 1);
    boolean listed = once(3);
    String rest = draft == Draft.D2020 ? "items" : "additionalItems";
    if (listed) {
      out.set(draft == Draft.D2020 ? "prefixItems" : "items", list(1 + r.nextInt(3), part));
    } else if (once(2)) {
      out.set("items", part.get());
    }
    if (once(listed ? 2 : 10)) {
      out.set(rest, once(3) ? truth(false) : part.get());
    }
    if (!draft.before(Draft.D6) && once(4)) {
      out.set("contains", schema(depth - 1));
      if (!draft.before(Draft.D2019) || once(8)) {
        if (once(2)) {
          out.put("minContains", r.nextInt(3));
        }
        if (once(2)) {
          out.put("maxContains", 1 + r.nextInt(2));
        }
      }
    }
    if (once(3)) {
      out.put("uniqueItems", !once(6));
    }
    if (!draft.before(Draft.D2019) && once(5)) {
      out.set("unevaluatedItems", once(2) ? BooleanNode.FALSE : typed(0));
    }
    counts(out, "Items");
    return out;
  }

  private void counts(ObjectNode out, String what) {
    int min = r.nextInt(3);
    if (once(4)) {
      out.put("min" + what, min);
    }
    if (once(4)) {
      out.set("max" + what, json(min + r.nextInt(3) + (draft != Draft.D4 && once(5) ? ".0" : "")));
    }
  }

  private ObjectNode members(int depth) {
    ObjectNode out = object().put("type", "object");
    if (r.nextInt(5) > 0) {
      ObjectNode properties = out.putObject("properties");
      distinctNames(3).forEach(n -> properties.set(n, part(depth - 1)));
    }
    if (once(2)) {
      out.set("required", names(1 + r.nextInt(2)));
    }
    if (once(3)) {
      out.set("additionalProperties", once(2) ? BooleanNode.FALSE : part(0));
    }
    if (once(4)) {
      ObjectNode patterns = out.putObject("patternProperties");
      for (int i = 1 + r.nextInt(3); i > 0; i--) {
        patterns.set(one(PATTERNS), part(depth - 1));
      }
    }
    if (once(3)) {
      counts(out, "Properties");
    }
    if (!draft.before(Draft.D6) && once(5)) {
      out.set("propertyNames", nameRule());
    }
    if (!draft.before(Draft.D2019) && once(5)) {
      out.set("dependentRequired", object().set(plainName(), names(1 + r.nextInt(2))));
    }
    if (!draft.before(Draft.D2019) && once(6)) {
      out.set("dependentSchemas", object().set(plainName(), schema(depth - 1)));
    }
    if (draft.before(Draft.D2019) && once(4)) {
      ObjectNode dependencies = out.putObject("dependencies");
      distinctNames(2).forEach(n -> dependencies.set(n, once(2) ? names(2) : schema(depth - 1)));
    }
    if (!draft.before(Draft.D2019) && once(8)) {
      out.set("unevaluatedProperties", once(2) ? BooleanNode.FALSE : typed(0));
    }
    return out;
  }

  private JsonNode nameRule() {
    ObjectNode rule = object();
    switch (r.nextInt(6)) {
      case 0 -> rule.put("maxLength", 1 + r.nextInt(2));
      case 1 -> rule.put("pattern", one(PATTERNS));
      case 2 -> rule.set("enum", names(3));
      case 3 -> rule.set("not", object().put("pattern", one(PATTERNS)));
      case 4 -> rule.set("not", object().set("const", text(plainName())));
      default -> {
        return string();
      }
    }
    return rule;
  }

  private JsonNode value(int depth) {
    return json(instance(depth));
  }

  /** An instance of bounded depth over the same names and values. */
  String instance(int depth) {
    int kind = depth == 0 ? 0 : r.nextInt(5);
    if (kind < 2) {
      String own = ownSpelling();
      return own != null ? own : scalar().toString();
    }
    StringBuilder s = new StringBuilder();
    int n = r.nextInt(4);
    if (kind == 2) {
      for (int i = 0; i < n; i++) {
        s.append(i == 0 ? "" : ",").append(instance(depth - 1));
      }
      return "[" + s + "]";
    }
    List<String> names = distinctNames(n);
    for (int i = 0; i < names.size(); i++) {
      s.append(i == 0 ? "" : ",")
          .append(text(names.get(i)))
          .append(':')
          .append(instance(depth - 1));
    }
    return "{" + s + "}";
  }

  // Jackson would write 1e1 as 10.
  private @Nullable String ownSpelling() {
    return once(2) ? one(SCALARS) : null;
  }
}
