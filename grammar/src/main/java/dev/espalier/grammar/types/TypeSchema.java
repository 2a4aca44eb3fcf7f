package dev.espalier.grammar.types;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.espalier.Description;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the JSON Schema of a Java type: records, enums, collections, maps, arrays, optionals,
 * sealed interfaces, {@code java.time}, numbers, strings. It describes exactly what {@code
 * Generation.as} reads.
 *
 * <p>Every record component is required unless it is an {@code Optional} or {@code @Nullable}; the
 * latter may be left out, not null. A sealed interface is one of its records, each with a first
 * property {@code type} that holds the record's simple name; Jackson's {@code @JsonTypeInfo},
 * {@code @JsonSubTypes} and {@code @JsonTypeName} change both. {@code @JsonProperty} renames,
 * {@code @JsonIgnore} and {@code @JsonIgnoreProperties} leave out; annotations that would have
 * {@code Generation.as} read another form are refused. A type that contains itself goes through
 * {@code $defs}, all others stand where they are used.
 */
public final class TypeSchema {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int MOST_OPEN = 200; // types around a type

  private final Map<String, ObjectNode> definitions = new LinkedHashMap<>();
  private final Map<Type, String> names = new HashMap<>();
  private final Set<Type> open = new HashSet<>();
  private final Set<Type> recursive = new HashSet<>();

  private TypeSchema() {}

  /**
   * The schema of a type, draft 2020-12, as text.
   *
   * @throws TypeException if the type, or one that it contains, has no schema
   */
  public static String of(Class<?> type) {
    TypeSchema schemas = new TypeSchema();
    ObjectNode root = schemas.schema(type, type.getSimpleName());
    if (!schemas.definitions.isEmpty()) {
      ObjectNode defs = root.putObject("$defs");
      schemas.definitions.forEach(defs::set);
    }
    return JsonMapper.shared().writeValueAsString(root);
  }

  /** The schema of a type whose variables have been put in. */
  private ObjectNode schema(Type type, String path) {
    if (type instanceof Class<?> c) {
      return ofClass(c, c, Map.of(), path);
    }
    if (type instanceof ParameterizedType p) {
      return parameterized(p, path);
    }
    if (type instanceof TypeVariable<?> v) {
      throw new TypeException(
          path,
          "type variable "
              + v
              + " has no type here; use a record with a component that says which");
    }
    if (type instanceof GenericArrayType a) {
      return array(a.getGenericComponentType(), path);
    }
    throw new TypeException(path, "a type of kind " + type.getClass().getSimpleName());
  }

  private ObjectNode ofClass(Class<?> c, Type as, Map<TypeVariable<?>, Type> bound, String path) {
    ObjectNode scalar = Scalars.schema(c);
    if (scalar != null) {
      return scalar;
    }
    if (c == Object.class) {
      return any();
    }
    if (c.isEnum()) {
      return enumeration(c, path);
    }
    if (c.isArray()) {
      return array(c.getComponentType(), path);
    }
    if (c.isRecord() || c.isSealed()) {
      return named(c, as, bound, path);
    }
    if (Collection.class.isAssignableFrom(c) || Map.class.isAssignableFrom(c)) {
      throw new TypeException(
          path,
          c.getSimpleName()
              + " needs its type arguments; use an array, as in Person[].class, or a record with a"
              + " component of that type");
    }
    throw new TypeException(
        path,
        c.getName()
            + " is no record, enum, sealed interface, collection or value type;"
            + " use a record, or write the schema as text");
  }

  // Numbers with a fraction are read as doubles, wherever they are inside.
  private ObjectNode any() {
    String name = names.computeIfAbsent(Object.class, t -> freshName(Object.class));
    if (!definitions.containsKey(name)) {
      ObjectNode schema = JSON.objectNode();
      ArrayNode types = schema.putArray("type");
      for (String type : List.of("null", "boolean", "number", "string", "array", "object")) {
        types.add(type);
      }
      schema.put("minimum", -Double.MAX_VALUE).put("maximum", Double.MAX_VALUE);
      schema.set("items", reference(name));
      schema.set("additionalProperties", reference(name));
      definitions.put(name, schema);
    }
    return reference(name);
  }

  private ObjectNode parameterized(ParameterizedType p, String path) {
    Class<?> raw = (Class<?>) p.getRawType();
    Type[] arguments = p.getActualTypeArguments();
    if (Collection.class.isAssignableFrom(raw) || raw == Iterable.class) {
      return array(arguments[0], path);
    }
    if (Map.class.isAssignableFrom(raw)) {
      return map(arguments[0], arguments[1], path);
    }
    if (raw == Optional.class) {
      throw new TypeException(path, "Optional is for record components; here use the type itself");
    }
    if (!raw.isRecord() && !raw.isSealed()) {
      throw new TypeException(path, raw.getName() + " is no record, collection or map");
    }
    Map<TypeVariable<?>, Type> inner = new HashMap<>();
    TypeVariable<?>[] variables = raw.getTypeParameters();
    for (int i = 0; i < variables.length; i++) {
      inner.put(variables[i], arguments[i]);
    }
    return ofClass(raw, p, inner, path);
  }

  private ObjectNode array(Type items, String path) {
    if (items == byte.class) {
      throw new TypeException(path, "byte[] has no readable JSON form; use a String");
    }
    ObjectNode schema = JSON.objectNode().put("type", "array");
    schema.set("items", schema(items, path + "[]"));
    return schema;
  }

  private ObjectNode map(Type key, Type value, String path) {
    ObjectNode schema = JSON.objectNode().put("type", "object");
    if (key instanceof Class<?> c && c.isEnum()) {
      JacksonAnnotations.refuseEnum(c, path);
      ObjectNode properties = schema.putObject("properties");
      for (Object constant : c.getEnumConstants()) {
        properties.set(enumName((Enum<?>) constant), schema(value, path + "{}"));
      }
      return schema.put("additionalProperties", false);
    }
    if (key != String.class) {
      throw new TypeException(path, "keys of a map must be String or an enum, not " + key);
    }
    schema.set("additionalProperties", schema(value, path + "{}"));
    return schema;
  }

  private static ObjectNode enumeration(Class<?> type, String path) {
    JacksonAnnotations.refuseEnum(type, path);
    ObjectNode schema = JSON.objectNode().put("type", "string");
    ArrayNode values = schema.putArray("enum");
    for (Object constant : type.getEnumConstants()) {
      values.add(enumName((Enum<?>) constant));
    }
    describe(schema, type);
    return schema;
  }

  private static String enumName(Enum<?> constant) {
    try {
      JsonProperty renamed =
          constant.getDeclaringClass().getField(constant.name()).getAnnotation(JsonProperty.class);
      return renamed == null || renamed.value().isEmpty() ? constant.name() : renamed.value();
    } catch (NoSuchFieldException e) {
      throw new AssertionError(constant + " is a field of its enum", e);
    }
  }

  /** A record or sealed interface: in place, or by reference if it contains itself. */
  private ObjectNode named(Class<?> c, Type as, Map<TypeVariable<?>, Type> bound, String path) {
    String known = names.get(as);
    if (known != null && definitions.containsKey(known)) {
      return reference(known);
    }
    if (!open.add(as)) {
      recursive.add(as);
      return reference(names.computeIfAbsent(as, t -> freshName(c)));
    }
    if (open.size() > MOST_OPEN) {
      throw new TypeException(
          path, c.getName() + " contains itself with other type arguments each time");
    }
    if (c.isRecord()) {
      JacksonAnnotations.refuseAlone(c, path);
    }
    ObjectNode schema =
        c.isRecord() ? record(c, bound, "", null, path) : alternatives(c, bound, path);
    open.remove(as);
    if (!recursive.contains(as)) {
      return schema;
    }
    String name = names.computeIfAbsent(as, t -> freshName(c));
    definitions.put(name, schema);
    return reference(name);
  }

  private String freshName(Class<?> c) {
    String name = c.getSimpleName();
    for (int n = 2; names.containsValue(name); n++) {
      name = c.getSimpleName() + n;
    }
    return name;
  }

  private static ObjectNode reference(String name) {
    return JSON.objectNode().put("$ref", "#/$defs/" + name);
  }

  private ObjectNode alternatives(Class<?> sealed, Map<TypeVariable<?>, Type> bound, String path) {
    ObjectNode schema = JSON.objectNode();
    ArrayNode choices = schema.putArray("anyOf");
    Alternatives alternatives = Alternatives.of(sealed, path);
    for (Alternatives.Member member : alternatives.members(bound, path)) {
      choices.add(
          record(
              member.type(),
              member.bound(),
              alternatives.property(),
              member.name(),
              path + "." + member.name()));
    }
    describe(schema, sealed);
    return schema;
  }

  private ObjectNode record(
      Class<?> c,
      Map<TypeVariable<?>, Type> bound,
      String discriminator,
      @Nullable String value,
      String path) {
    ObjectNode schema = JSON.objectNode().put("type", "object");
    describe(schema, c);
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = JSON.arrayNode();
    if (value != null) {
      properties.putObject(discriminator).put("const", value);
      required.add(discriminator);
    }
    JacksonAnnotations.refuse(c, path);
    for (RecordComponent component : c.getRecordComponents()) {
      String name = name(component);
      JacksonAnnotations.refuse(component, path);
      if (JacksonAnnotations.isIgnored(component, name)) {
        if (component.getType().isPrimitive()) {
          throw new TypeException(
              path + "." + component.getName(),
              "an ignored component is null, which " + component.getType() + " cannot be");
        }
        continue;
      }
      if (properties.has(name)) {
        throw new TypeException(path, "two properties are called '" + name + "'");
      }
      String at = path + "." + component.getName();
      Type type = Types.substitute(component.getGenericType(), bound);
      Type inside = optional(type);
      ObjectNode property = schema(inside == null ? type : inside, at);
      describe(property, component);
      properties.set(name, property);
      if (inside == null && !nullable(component)) {
        required.add(name);
      }
    }
    if (!required.isEmpty()) {
      schema.set("required", required);
    }
    return schema.put("additionalProperties", false);
  }

  /** What an optional holds, or null for other types. */
  private static @Nullable Type optional(Type type) {
    if (type instanceof ParameterizedType p && p.getRawType() == Optional.class) {
      return p.getActualTypeArguments()[0];
    }
    return type == OptionalInt.class
        ? Integer.class
        : type == OptionalLong.class
            ? Long.class
            : type == OptionalDouble.class ? Double.class : null;
  }

  /** Whether any annotation of that name says so; JSpecify's stands on the type. */
  private static boolean nullable(RecordComponent component) {
    AnnotatedType type = component.getAnnotatedType();
    return hasNullable(type.getAnnotations()) || hasNullable(component.getAnnotations());
  }

  private static boolean hasNullable(Annotation[] annotations) {
    for (Annotation annotation : annotations) {
      if (annotation.annotationType().getSimpleName().equals("Nullable")) {
        return true;
      }
    }
    return false;
  }

  private static String name(RecordComponent component) {
    JsonProperty renamed = component.getAnnotation(JsonProperty.class);
    if (renamed == null) {
      renamed = component.getAccessor().getAnnotation(JsonProperty.class);
    }
    return renamed == null || renamed.value().isEmpty() ? component.getName() : renamed.value();
  }

  private static void describe(ObjectNode schema, AnnotatedElement element) {
    Description description = element.getAnnotation(Description.class);
    String text = description == null ? null : description.value();
    if (text == null && element instanceof RecordComponent component) {
      JsonPropertyDescription other =
          component.getAccessor().getAnnotation(JsonPropertyDescription.class);
      text = other == null ? null : other.value();
    }
    if (text != null) {
      schema.put("description", text);
    }
  }
}
