package dev.espalier.grammar.types;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Schemas of types without parts. */
final class Scalars {
  private static final String TIME = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?";

  private static final String LEAP_YEAR =
      "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)";

  private static final String DATE =
      "([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
          + "|02-(0[1-9]|1[0-9]|2[0-8]))|"
          + LEAP_YEAR
          + "-02-29)";

  /** What {@code OffsetDateTime.parse} reads: no leap seconds, and offsets up to 18 hours. */
  private static final String OFFSET = "([Zz]|[+-](0[0-9]|1[0-7]):[0-5][0-9]|[+-]18:00)";

  /**
   * What {@code java.net.URI} takes of RFC 3986: something behind the scheme and behind two
   * slashes, and no addresses of versions to come.
   */
  private static final String URI_READ = "^[^:]*:(?!$|#|//$|//#|//[^/?#]*\\[[vV])";

  /** What {@code Duration.parse} reads: no years, months or weeks. */
  private static final String DURATION =
      "^P([0-9]{1,9}D|([0-9]{1,9}D)?T([0-9]{1,9}H([0-9]{1,9}M)?([0-9]{1,9}(\\.[0-9]{1,9})?S)?"
          + "|[0-9]{1,9}M([0-9]{1,9}(\\.[0-9]{1,9})?S)?|[0-9]{1,9}(\\.[0-9]{1,9})?S))$";

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
    if (c == double.class || c == Double.class || c == Number.class) { // which is read as a double
      return type("number").put("minimum", -Double.MAX_VALUE).put("maximum", Double.MAX_VALUE);
    }
    if (c == float.class || c == Float.class) {
      return type("number").put("minimum", -Float.MAX_VALUE).put("maximum", Float.MAX_VALUE);
    }
    if (c == BigDecimal.class) {
      return type("number");
    }
    if (c == String.class || c == CharSequence.class) {
      return type("string");
    }
    if (c == LocalDate.class) {
      return string("date");
    }
    if (c == OffsetDateTime.class || c == ZonedDateTime.class || c == Instant.class) {
      return string("date-time").put("pattern", "^" + DATE + "[Tt]" + TIME + OFFSET + "$");
    }
    if (c == LocalTime.class) {
      return pattern("^" + TIME + "$");
    }
    if (c == LocalDateTime.class) {
      return pattern("^" + DATE + "T" + TIME + "$");
    }
    if (c == Duration.class) {
      return pattern(DURATION);
    }
    if (c == char.class || c == Character.class) {
      return pattern("^[\\u0000-\\uD7FF\\uE000-\\uFFFF]$");
    }
    if (c == UUID.class) {
      return string("uuid");
    }
    if (c == URI.class) {
      return string("uri").put("pattern", URI_READ);
    }
    return null;
  }

  private static ObjectNode type(String name) {
    return JsonNodeFactory.instance.objectNode().put("type", name);
  }

  private static ObjectNode integer(long least, long most) {
    return type("integer").put("minimum", least).put("maximum", most);
  }

  private static ObjectNode pattern(String regex) {
    return type("string").put("pattern", regex);
  }

  private static ObjectNode string(String format) {
    return type("string").put("format", format);
  }
}
