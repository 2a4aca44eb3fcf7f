package dev.espalier.grammar.types;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Schemas of types without parts. */
final class Scalars {
  private Scalars() {}

  /** The schema of a value type, or null if the class is none. */
  static @Nullable ObjectNode schema(Class<?> c) {
    if (c == boolean.class || c == Boolean.class) {
      return type("boolean");
    }
    if (c == byte.class || c == Byte.class) {
      return integer(Byte.MIN_VALUE, Byte.MAX_VALUE);
    }
    if (c == short.class || c == Short.class) {
      return integer(Short.MIN_VALUE, Short.MAX_VALUE);
    }
    if (c == int.class || c == Integer.class) {
      return integer(Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
    if (c == long.class || c == Long.class) {
      return integer(Long.MIN_VALUE, Long.MAX_VALUE);
    }
    if (c == BigInteger.class) {
      return type("integer");
    }
    if (c == double.class || c == Double.class || c == float.class || c == Float.class) {
      return type("number");
    }
    if (c == BigDecimal.class || c == Number.class) {
      return type("number");
    }
    if (c == String.class || c == CharSequence.class) {
      return type("string");
    }
    if (c == LocalDate.class) {
      return string("date");
    }
    if (c == OffsetDateTime.class || c == ZonedDateTime.class || c == Instant.class) {
      return string("date-time");
    }
    if (c == UUID.class) {
      return string("uuid");
    }
    if (c == URI.class) {
      return string("uri");
    }
    return null;
  }

  private static ObjectNode type(String name) {
    return JsonNodeFactory.instance.objectNode().put("type", name);
  }

  private static ObjectNode integer(long least, long most) {
    return type("integer").put("minimum", least).put("maximum", most);
  }

  private static ObjectNode string(String format) {
    return type("string").put("format", format);
  }
}
