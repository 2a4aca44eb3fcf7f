package dev.espalier.grammar.types;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the records of a sealed interface are told apart: by a property, with a name for each.
 *
 * @param sealed the interface
 * @param property the property that holds the name
 */
record Alternatives(Class<?> sealed, String property) {
  /**
   * One of the records.
   *
   * @param name what the property holds for it
   * @param bound its type variables
   */
  record Member(Class<?> type, String name, Map<TypeVariable<?>, Type> bound) {}

  /** As Jackson's annotations say, {@code type} without any. */
  static Alternatives of(Class<?> sealed, String path) {
    Class<?> annotated = JacksonAnnotations.annotated(sealed, JsonTypeInfo.class);
    if (annotated == null) {
      return new Alternatives(sealed, "type");
    }
    JsonTypeInfo info = annotated.getAnnotation(JsonTypeInfo.class);
    if (info.use() != JsonTypeInfo.Id.NAME
        || (info.include() != JsonTypeInfo.As.PROPERTY
            && info.include() != JsonTypeInfo.As.EXISTING_PROPERTY)) {
      throw new TypeException(
          path, sealed.getName() + " must be told apart by name in a property (@JsonTypeInfo)");
    }
    String property = info.property();
    return new Alternatives(
        sealed, property.isEmpty() ? info.use().getDefaultPropertyName() : property);
  }

  /**
   * The records, those of sealed interfaces inside included, in the order of declaration.
   *
   * @param bound the type variables of the sealed interface
   */
  List<Member> members(Map<TypeVariable<?>, Type> bound, String path) {
    Map<String, Member> byName = new HashMap<>();
    List<Member> members = new ArrayList<>();
    collect(sealed, bound, path, byName, members);
    return members;
  }

  private void collect(
      Class<?> parent,
      Map<TypeVariable<?>, Type> bound,
      String path,
      Map<String, Member> byName,
      List<Member> members) {
    for (Class<?> permitted : parent.getPermittedSubclasses()) {
      Map<TypeVariable<?>, Type> inner = bind(permitted, parent, bound);
      if (permitted.isSealed()) {
        collect(permitted, inner, path, byName, members);
        continue;
      }
      if (!permitted.isRecord()) {
        throw new TypeException(path, permitted.getName() + " must be a record or sealed itself");
      }
      Member member = new Member(permitted, name(permitted), inner);
      Member other = byName.putIfAbsent(member.name, member);
      if (other == null) {
        members.add(member);
      } else if (other.type != permitted) {
        throw new TypeException(
            path, other.type + " and " + permitted + " share the name '" + member.name + "'");
      }
    }
  }

  private String name(Class<?> type) {
    Class<?> lists = JacksonAnnotations.annotated(sealed, JsonSubTypes.class);
    if (lists != null) {
      for (JsonSubTypes.Type entry : lists.getAnnotation(JsonSubTypes.class).value()) {
        if (entry.value() == type && !entry.name().isEmpty()) {
          return entry.name();
        }
      }
    }
    JsonTypeName named = type.getAnnotation(JsonTypeName.class);
    return named == null || named.value().isEmpty() ? type.getSimpleName() : named.value();
  }

  /** What the type variables of a member stand for, given those of its parent. */
  private static Map<TypeVariable<?>, Type> bind(
      Class<?> member, Class<?> parent, Map<TypeVariable<?>, Type> bound) {
    Map<TypeVariable<?>, Type> inner = new HashMap<>();
    ParameterizedType as = asParent(member, parent);
    if (as != null) {
      TypeVariable<?>[] variables = parent.getTypeParameters();
      for (int i = 0; i < variables.length; i++) {
        Type actual = bound.get(variables[i]);
        if (as.getActualTypeArguments()[i] instanceof TypeVariable<?> own && actual != null) {
          inner.put(own, actual);
        }
      }
    }
    return inner;
  }

  private static @Nullable ParameterizedType asParent(Class<?> member, Class<?> parent) {
    for (Type type : member.getGenericInterfaces()) {
      if (type instanceof ParameterizedType p && p.getRawType() == parent) {
        return p;
      }
    }
    return null;
  }
}
