package dev.espalier.grammar.schema;

import dev.espalier.grammar.SchemaException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The documents that a schema consists of, and where references between and inside them lead:
 * {@code $ref}, {@code $id}, {@code $anchor}, {@code $dynamicRef}, {@code $recursiveRef} and their
 * forms in older drafts. Mutable, for one thread.
 */
final class References {
  // A document is scanned once when it is loaded: every schema object with an identifier becomes a
  // resource of its own, every anchor is noted. Only places where a schema may stand are looked at,
  // so an "$id" inside an enum names nothing.

  private static final int SPREAD = 0x9E3779B9; // makes near numbers differ in all bits

  // Compares texts without what they tell people.
  private static final class Key {
    private final JsonNode json;
    private final Resource resource;
    private final DynamicScope scope;
    private final boolean closed;
    private final int hash;

    Key(JsonNode json, int hash, Resource resource, DynamicScope scope, boolean closed) {
      this.json = json;
      this.resource = resource;
      this.scope = scope;
      this.closed = closed;
      this.hash = 31 * hash + System.identityHashCode(resource);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @SuppressWarnings("ReferenceEquality") // the same text is met again with every reference
    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof Key k
          && k.hash == hash
          && k.resource == resource
          && k.closed == closed
          && k.scope.equals(scope)
          && (k.json == json || sayTheSame(k.json, json));
    }
  }

  private final Options options;
  private final Map<String, Resource> resources = new HashMap<>(); // by URI without fragment
  private final IdentityHashMap<JsonNode, Resource> embedded =
      new IdentityHashMap<>(); // by their root
  private final Map<Key, SchemaNode> nodes = new HashMap<>();
  private final IdentityHashMap<JsonNode, Integer> hashes = new IdentityHashMap<>(); // of objects
  private final Map<List<SchemaNode>, SchemaNode> unions = new HashMap<>();
  private final Map<Set<SchemaNode>, SchemaNode> exclusions = new HashMap<>();
  private final Map<String, Dialect> dialects = new HashMap<>();
  private final Map<String, String> unknownDialects = new HashMap<>(); // by pointer
  private final Map<String, String> strayed = new HashMap<>(); // by pointer
  // In drafts that do not know "$defs" an identifier in it counts where no other one is the same.
  private final ArrayDeque<Runnable> unknownDefinitions = new ArrayDeque<>();
  private int numbered; // schemas
  private int named; // identifiers, anchors and dialects met while hashing
  private final Resource made; // home of schemas that no text holds
  private final SchemaNode root;

  References(JsonNode schema, Options options) {
    this.options = options;
    made =
        new Resource(
            "espalier:made",
            BooleanNode.TRUE,
            "",
            new Dialect(Draft.DRAFT_2020_12, Set.of()),
            null);
    Resource document = load("", schema, "", dialectNamed(options.dialect(), ""));
    root = enter(document.root, document, DynamicScope.EMPTY, () -> "", options.strict());
  }

  SchemaNode root() {
    return root;
  }

  /** Dialects that were not known and are read as the newest draft, by the pointer of their use. */
  Map<String, String> unknownDialects() {
    return unknownDialects;
  }

  /**
   * References that lead nowhere as their draft reads identifiers, and were followed where their
   * author will have meant them to go, by the pointer of their use.
   */
  Map<String, String> strayed() {
    return strayed;
  }

  // ---- documents

  private Resource load(String uri, JsonNode json, String place, Dialect dialect) {
    Resource outer = new Resource(uri, json, place, dialectOf(json, dialect, place), null);
    resources.put(uri, outer);
    int before = named;
    hash(json, true);
    if (json.isObject()) {
      json.properties().forEach(e -> named -= names(e.getKey(), e.getValue()) ? 1 : 0);
    }
    // Most documents have names for themselves only, and need not be searched.
    scan(json, outer, place, true, named > before);
    while (!unknownDefinitions.isEmpty()) {
      unknownDefinitions.remove().run();
    }
    Resource own = embedded.getOrDefault(json, outer);
    resources.put(uri, own);
    return own;
  }

  private Dialect dialectOf(JsonNode json, Dialect outer, String place) {
    JsonNode named = json.get("$schema");
    return named == null || !named.isString() ? outer : dialectNamed(named.stringValue(), place);
  }

  private Dialect dialectNamed(String uri, String place) {
    Draft draft = Draft.of(uri);
    if (draft != null) {
      return Dialect.of(draft);
    }
    Dialect known = dialects.get(uri);
    if (known == null) {
      known = Dialect.of(Draft.DRAFT_2020_12);
      dialects.put(uri, known); // a metaschema may be written in the dialect that it describes
      String text = textOf(Uris.document(uri));
      if (text == null) {
        unknownDialects.put(place, uri);
      } else {
        known = described(SchemaText.parse(text, uri), uri);
        dialects.put(uri, known);
      }
    }
    return known;
  }

  private Dialect described(JsonNode metaschema, String uri) {
    JsonNode itself = metaschema.get("$schema");
    Draft draft = itself == null ? null : Draft.of(itself.asString(""));
    JsonNode vocabularies = metaschema.get("$vocabulary");
    if (draft == null) {
      draft = Draft.DRAFT_2020_12;
    }
    if (vocabularies == null || !draft.knows("$vocabulary")) {
      return Dialect.of(draft);
    }
    for (Map.Entry<String, JsonNode> v : vocabularies.properties()) {
      boolean standard = v.getKey().matches("https://json-schema.org/draft/[-0-9]+/vocab/.*");
      if (!standard && v.getValue().booleanValue(false)) {
        throw SchemaException.unenforced(
            uri + "#", "$vocabulary", "the required vocabulary " + v.getKey() + " is not known");
      }
    }
    return Dialect.of(draft, vocabularies.propertyNames());
  }

  private @Nullable String textOf(String uri) {
    String text = Metaschemas.text(uri);
    if (text != null || options.resolver() == null || uri.isEmpty()) {
      return text;
    }
    URI asked;
    try {
      asked = URI.create(uri);
    } catch (IllegalArgumentException e) {
      return null;
    }
    return options.resolver().apply(asked);
  }

  private @Nullable Resource document(String uri, SchemaNode from) {
    Resource known = resources.get(uri);
    if (known == null) {
      String text = textOf(uri);
      if (text != null) {
        String place = uri + "#";
        known = load(uri, SchemaText.parse(text, place), place, from.dialect());
      }
    }
    return known;
  }

  // ---- identifiers and anchors

  // Whether scanning may find something here. A property may be called "id" as well.
  private static boolean names(String keyword, JsonNode value) {
    return switch (keyword) {
      case "$id", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$schema" -> true;
      case "id" -> value.isString();
      default -> false;
    };
  }

  private void scan(
      JsonNode json, Resource outer, String pointer, boolean documentRoot, boolean deep) {
    if (!json.isObject()) {
      return;
    }
    Resource resource = documentRoot ? outer : outer.in(dialectInside(json, outer.dialect));
    if (resource != outer) {
      embedded.put(json, resource);
    }
    boolean isRoot = documentRoot;
    String id = identifier(json, outer, pointer);
    if (id != null) {
      String uri = Uris.resolve(outer.base, id);
      String plain = Uris.fragment(uri);
      if (!id.startsWith("#") || documentRoot) {
        Dialect dialect = dialectOf(json, outer.dialect, pointer);
        resource = new Resource(Uris.document(uri), json, pointer, dialect, outer);
        resources.putIfAbsent(resource.base, resource);
        embedded.put(json, resource);
        isRoot = true;
      }
      if (!plain.isEmpty() && resource.dialect.draft().refReplacesSiblings()) {
        resource.anchors.putIfAbsent(plain, new Resource.Place(json, pointer));
      }
    }
    for (String keyword : List.of("$anchor", "$dynamicAnchor")) {
      JsonNode anchor = json.get(keyword);
      if (anchor != null && anchor.isString() && resource.dialect.knows(keyword)) {
        resource.anchors.putIfAbsent(anchor.stringValue(), new Resource.Place(json, pointer));
        if (keyword.equals("$dynamicAnchor")) {
          resource.dynamicAnchors.add(anchor.stringValue());
        }
      }
    }
    JsonNode recursive = json.get("$recursiveAnchor");
    if (recursive != null && isRoot && resource.dialect.knows("$recursiveAnchor")) {
      resource.recursiveAnchor = recursive.booleanValue(false);
    }
    if (deep) {
      Resource inside = resource;
      Subschemas.forEach(
          json,
          resource.dialect,
          (child, at) -> {
            Runnable scan = () -> scan(child, inside, pointer + at, false, true);
            if (at.startsWith("/$defs/") && inside.dialect.draft().before(Draft.DRAFT_2019_09)) {
              unknownDefinitions.add(scan);
            } else {
              scan.run();
            }
          });
    }
  }

  // Only a resource's root should name a dialect. Generators copy whole documents under
  // definitions all the same, and validators read these as they are meant.
  private static Dialect dialectInside(JsonNode json, Dialect outer) {
    JsonNode named = json.get("$schema");
    Draft draft = named == null || !named.isString() ? null : Draft.of(named.stringValue());
    return draft == null || draft == outer.draft() ? outer : Dialect.of(draft);
  }

  // The dialect of an embedded resource decides how its own identifier is written.
  private @Nullable String identifier(JsonNode json, Resource outer, String pointer) {
    Dialect dialect = dialectOf(json, outer.dialect, pointer);
    JsonNode id = json.get(dialect.draft().idKeyword());
    if (id == null || !id.isString()) {
      return null;
    }
    boolean replaced = dialect.draft().refReplacesSiblings() && isReference(json);
    return replaced ? null : id.stringValue();
  }

  static boolean isReference(JsonNode json) {
    JsonNode ref = json.get("$ref");
    return ref != null && ref.isString();
  }

  // ---- nodes

  private SchemaNode enter(JsonNode json, Resource resource, DynamicScope scope, String pointer) {
    return enter(json, resource, scope, () -> pointer, false);
  }

  private SchemaNode enter(
      JsonNode json,
      Resource resource,
      DynamicScope scope,
      Supplier<String> place,
      boolean closed) {
    if (!json.isObject() && !json.isBoolean()) {
      throw SchemaException.broken(
          place.get(), "", "a schema is an object or a boolean, not " + SchemaText.clip(json));
    }
    DynamicScope inside = scope.enter(resource);
    return nodes.computeIfAbsent(
        new Key(json, hash(json, false), resource, inside, closed),
        k ->
            new SchemaNode(json, place, resource, inside, List.of(), Set.of(), closed, nextHash()));
  }

  private int nextHash() {
    return SPREAD * ++numbered;
  }

  // Equal for texts that differ in notes, wherever these are. A document's objects are hashed once:
  // each is asked for with every object around it.
  private int hash(JsonNode json, boolean keep) {
    int h = 1;
    if (json.isObject()) {
      Integer known = hashes.get(json);
      if (known != null) {
        return known;
      }
      for (Map.Entry<String, JsonNode> e : json.properties()) {
        String keyword = e.getKey();
        JsonNode value = e.getValue();
        if (!isNote(keyword)) {
          h += keyword.hashCode() ^ (31 * hash(value, keep));
          named += names(keyword, value) ? 1 : 0;
        } else if (value.isObject()) {
          hash(value, keep); // a property may be called "title", and its schema have a name
        }
      }
      if (keep) {
        hashes.put(json, h);
      }
      return h;
    } else if (json.isArray()) {
      for (JsonNode item : json) {
        h = 31 * h + hash(item, keep);
      }
      return h;
    }
    return json.hashCode();
  }

  // Schemas that differ in what they tell people are one schema.
  private static boolean sayTheSame(JsonNode one, JsonNode other) {
    if (!one.isObject() || !other.isObject()) {
      return one.equals(other);
    }
    int more = 0; // keywords of the one
    for (Map.Entry<String, JsonNode> e : one.properties()) {
      if (!isNote(e.getKey())) {
        if (!e.getValue().equals(other.get(e.getKey()))) {
          return false;
        }
        more++;
      }
    }
    for (String keyword : other.propertyNames()) {
      more -= isNote(keyword) ? 0 : 1;
    }
    return more == 0;
  }

  private static boolean isNote(String keyword) {
    return switch (keyword) {
      case "title", "description", "default", "examples", "$comment" -> true;
      default -> false;
    };
  }

  /**
   * A schema that stands inside another one and speaks of the same value.
   *
   * @param name in the keyword's value, or where in its list; null if that is the schema
   */
  SchemaNode child(SchemaNode parent, String keyword, @Nullable String name, JsonNode json) {
    return child(parent, keyword, name, json, false);
  }

  /**
   * A schema that stands inside another one and speaks of a part of its value.
   *
   * @param name in the keyword's value, or where in its list; null if that is the schema
   */
  SchemaNode part(SchemaNode parent, String keyword, @Nullable String name, JsonNode json) {
    return child(parent, keyword, name, json, options.strict());
  }

  private SchemaNode child(
      SchemaNode parent, String keyword, @Nullable String name, JsonNode json, boolean closed) {
    SchemaNode known = parent.inside(json);
    if (known != null) {
      return known;
    }
    Resource own = embedded.isEmpty() ? null : embedded.get(json);
    known =
        enter(
            json,
            own == null ? parent.resource() : own,
            parent.scope(),
            () -> Subschemas.pointer(parent.pointer(), keyword, name),
            closed);
    parent.add(json, known);
    return known;
  }

  /** The schema of exactly this value. */
  SchemaNode exactly(JsonNode value) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    schema.set("const", value);
    return enter(schema, made, DynamicScope.EMPTY, "(const)");
  }

  /** The schema of every value, or of none. */
  SchemaNode always(boolean valid) {
    return enter(BooleanNode.valueOf(valid), made, DynamicScope.EMPTY, "(" + valid + ")");
  }

  /** The schema of what any one of these accepts. */
  SchemaNode anyOf(List<SchemaNode> schemas) {
    return unions.computeIfAbsent(
        List.copyOf(schemas),
        s ->
            new SchemaNode(
                JsonNodeFactory.instance.objectNode().put("$comment", "any of " + s),
                s.get(0)::pointer,
                made,
                DynamicScope.EMPTY,
                s,
                Set.of(),
                false,
                nextHash()));
  }

  /** The schema of every value but these, each given by {@link #exactly}. */
  SchemaNode noneOf(Set<SchemaNode> values) {
    return exclusions.computeIfAbsent(
        Set.copyOf(values),
        s -> {
          Set<JsonNode> excluded = new HashSet<>();
          s.forEach(v -> excluded.add(v.json().get("const")));
          return new SchemaNode(
              JsonNodeFactory.instance.objectNode().put("$comment", "none of " + s.size()),
              () -> "(not seen)",
              made,
              DynamicScope.EMPTY,
              List.of(),
              excluded,
              false,
              nextHash());
        });
  }

  // ---- references

  /** Where {@code $ref} leads. */
  SchemaNode resolve(SchemaNode from, String keyword, String reference) {
    String uri = Uris.resolve(from.resource().base, reference);
    String fragment = Uris.fragment(uri);
    Resource resource = document(Uris.document(uri), from);
    SchemaNode foreign =
        resource == null && fragment.isEmpty() ? byForeignIdentifier(uri, from) : null;
    if (foreign != null) {
      strayed.put(from.pointer(), reference);
      return foreign;
    }
    if (resource == null) {
      throw SchemaException.unenforced(
          from.pointer(),
          keyword,
          "'"
              + reference
              + "' leads to another document, which is not at hand; give a resolver that has "
              + Uris.document(uri)
              + ", or copy the target into $defs and refer to '#/$defs/…'");
    }
    Resource.Place place = resource.anchors.get(fragment);
    if (place != null) {
      Resource home = embedded.getOrDefault(place.json(), resource);
      return enter(place.json(), home, from.scope(), place.pointer());
    }
    if (fragment.isEmpty()) {
      return enter(resource.root, resource, from.scope(), resource.pointer);
    }
    if (!fragment.startsWith("/")) {
      throw SchemaException.broken(
          from.pointer(), keyword, "'" + reference + "' leads nowhere: no such anchor");
    }
    SchemaNode found = walk(resource, fragment, from);
    // Many schemas have identifiers inside and point from the document's root all the same.
    for (Resource around = resource.outer;
        found == null && reference.startsWith("#") && around != null;
        around = around.outer) {
      found = walk(around, fragment, from);
      if (found != null) {
        strayed.put(from.pointer(), reference);
      }
    }
    if (found == null) {
      throw SchemaException.broken(
          from.pointer(), keyword, "'" + reference + "' leads nowhere: nothing is there");
    }
    return found;
  }

  // Generators write "id" into schemas of no draft, or of one that calls it "$id".
  private @Nullable SchemaNode byForeignIdentifier(String uri, SchemaNode from) {
    Resource document = root.resource();
    Resource.Place place = withIdentifier(uri, document.root, document.pointer, document.dialect);
    return place == null ? null : enter(place.json(), document, from.scope(), place.pointer());
  }

  private static Resource.@Nullable Place withIdentifier(
      String uri, JsonNode json, String pointer, Dialect dialect) {
    if (!json.isObject()) {
      return null;
    }
    for (String keyword : List.of("id", "$id")) {
      if (json.path(keyword).isString() && json.get(keyword).stringValue().equals(uri)) {
        return new Resource.Place(json, pointer);
      }
    }
    List<Resource.Place> found = new ArrayList<>(1);
    Subschemas.forEach(
        json,
        dialect,
        (child, at) -> {
          Resource.Place inside =
              found.isEmpty() ? withIdentifier(uri, child, pointer + at, dialect) : null;
          if (inside != null) {
            found.add(inside);
          }
        });
    return found.isEmpty() ? null : found.get(0);
  }

  private @Nullable SchemaNode walk(Resource start, String pointer, SchemaNode from) {
    JsonNode at = start.root;
    Resource resource = start;
    StringBuilder place = new StringBuilder(start.pointer);
    for (String step : pointer.substring(1).split("/", -1)) {
      String name = step.replace("~1", "/").replace("~0", "~");
      JsonNode next = at.isArray() ? at.get(index(name)) : at.get(name);
      if (next == null) {
        return null;
      }
      at = next;
      place.append('/').append(step);
      resource = embedded.getOrDefault(at, resource);
    }
    return enter(at, resource, from.scope(), place.toString());
  }

  private static int index(String name) {
    try {
      return Integer.parseInt(name);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /**
   * Where {@code $dynamicRef} leads: if it names a dynamic anchor, to the outermost one of that
   * name on the way here, else where {@code $ref} would lead.
   */
  SchemaNode resolveDynamic(SchemaNode from, String reference) {
    String uri = Uris.resolve(from.resource().base, reference);
    String name = Uris.fragment(uri);
    SchemaNode initial = resolve(from, "$dynamicRef", reference);
    Resource first = resources.get(Uris.document(uri));
    if (first != null && first.dynamicAnchors.contains(name)) {
      Resource outermost = from.scope().outermost().get(name);
      Resource.Place place = outermost == null ? null : outermost.anchors.get(name);
      if (outermost != null && place != null) {
        return enter(place.json(), outermost, from.scope(), place.pointer());
      }
    }
    return initial;
  }

  /** Where {@code $recursiveRef} leads, which is always {@code #}. */
  SchemaNode resolveRecursive(SchemaNode from, String reference) {
    SchemaNode initial = resolve(from, "$recursiveRef", reference);
    Resource outermost = from.scope().outermost().get(DynamicScope.RECURSIVE);
    return initial.resource().recursiveAnchor && outermost != null
        ? enter(outermost.root, outermost, from.scope(), outermost.pointer)
        : initial;
  }

  /** All schemas that one applies to the same value by reference. */
  List<SchemaNode> targets(SchemaNode from, Keywords k) {
    List<SchemaNode> out = new ArrayList<>();
    String ref = k.text("$ref");
    if (ref != null) {
      out.add(resolve(from, "$ref", ref));
    }
    String dynamic = k.text("$dynamicRef");
    if (dynamic != null) {
      out.add(resolveDynamic(from, dynamic));
    }
    String recursive = k.text("$recursiveRef");
    if (recursive != null) {
      out.add(resolveRecursive(from, recursive));
    }
    return out;
  }
}
