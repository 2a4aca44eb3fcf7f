package dev.espalier.grammar.types;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Types with the types put in that their variables stand for; equal if they say the same. */
final class Types {
  private Types() {}

  private record Applied(Class<?> raw, List<Type> arguments) implements ParameterizedType {
    @Override
    public Type[] getActualTypeArguments() {
      return arguments.toArray(new Type[0]);
    }

    @Override
    public Type getRawType() {
      return raw;
    }

    @Override
    public @Nullable Type getOwnerType() {
      return null; // records and interfaces are static
    }
  }

  private record ArrayOf(Type component) implements GenericArrayType {
    @Override
    public Type getGenericComponentType() {
      return component;
    }
  }

  /** The type, variables without a type left as they are, and wildcards as their upper bounds. */
  static Type substitute(Type type, Map<TypeVariable<?>, Type> bound) {
    if (type instanceof TypeVariable<?> v) {
      return bound.getOrDefault(v, v);
    }
    if (type instanceof WildcardType w) {
      return substitute(w.getUpperBounds()[0], bound);
    }
    if (type instanceof GenericArrayType a) {
      return new ArrayOf(substitute(a.getGenericComponentType(), bound));
    }
    if (type instanceof ParameterizedType p) {
      List<Type> arguments =
          Arrays.stream(p.getActualTypeArguments()).map(t -> substitute(t, bound)).toList();
      return new Applied((Class<?>) p.getRawType(), arguments);
    }
    return type;
  }
}
