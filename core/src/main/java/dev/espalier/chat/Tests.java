package dev.espalier.chat;

import dev.espalier.chat.Values.Args;
import dev.espalier.chat.Values.Callable;
import dev.espalier.chat.Values.Failure;
import dev.espalier.chat.Values.Generator;
import dev.espalier.chat.Values.Tuple;
import dev.espalier.chat.Values.Undefined;
import dev.espalier.chat.Values.View;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The tests behind {@code is}. */
final class Tests {
  private static final Set<String> NAMES =
      Set.of(
          "defined",
          "undefined",
          "none",
          "string",
          "mapping",
          "iterable",
          "sequence",
          "number",
          "boolean",
          "integer",
          "float",
          "true",
          "false",
          "callable",
          "odd",
          "even",
          "divisibleby",
          "in",
          "sameas",
          "lower",
          "upper",
          "eq",
          "equalto",
          "==",
          "ne",
          "!=",
          "lt",
          "lessthan",
          "<",
          "le",
          "<=",
          "gt",
          "greaterthan",
          ">",
          "ge",
          ">=",
          "filter",
          "test",
          "escaped");

  private Tests() {}

  static boolean known(String name) {
    return NAMES.contains(name);
  }

  static boolean test(String name, Object v, Args args) {
    return switch (name) {
      case "defined" -> !(v instanceof Undefined);
      case "undefined" -> v instanceof Undefined;
      case "none" -> v == Values.NONE;
      case "string" -> v instanceof String;
      case "mapping" -> v instanceof Map;
      case "iterable" -> v instanceof Generator || v instanceof Undefined || isSequence(v);
      case "sequence" -> isSequence(v);
      case "number" -> Py.isNumber(v);
      case "boolean" -> v instanceof Boolean;
      case "integer" -> v instanceof Long || v instanceof BigInteger;
      case "float" -> v instanceof Double;
      case "true" -> Boolean.TRUE.equals(v);
      case "false" -> Boolean.FALSE.equals(v);
      case "callable" -> v instanceof Callable;
      case "odd" -> remainder(v, 2L) != 0;
      case "even" -> remainder(v, 2L) == 0;
      case "divisibleby" -> remainder(v, args.required(0, "num")) == 0;
      case "in" -> Py.contains(args.required(0, "seq"), v);
      case "sameas" -> same(v, args.required(0, "other"));
      case "lower" -> Py.str(v).equals(Py.str(v).toLowerCase(Locale.ROOT)) && hasCase(v);
      case "upper" -> Py.str(v).equals(Py.str(v).toUpperCase(Locale.ROOT)) && hasCase(v);
      case "eq", "equalto", "==" -> Py.equal(v, args.positional(0));
      case "ne", "!=" -> !Py.equal(v, args.positional(0));
      case "lt", "lessthan", "<" -> Py.compare(v, args.positional(0), "<") < 0;
      case "le", "<=" -> Py.compare(v, args.positional(0), "<=") <= 0;
      case "gt", "greaterthan", ">" -> Py.compare(v, args.positional(0), ">") > 0;
      case "ge", ">=" -> Py.compare(v, args.positional(0), ">=") >= 0;
      case "filter" -> Filters.known(Py.str(v));
      case "test" -> known(Py.str(v));
      case "escaped" -> false;
      default -> throw new Failure("unknown test '" + name + "'");
    };
  }

  private static boolean isSequence(Object v) {
    return v instanceof String
        || v instanceof List
        || v instanceof Map
        || v instanceof Tuple
        || v instanceof View;
  }

  private static boolean hasCase(Object v) {
    return Py.str(v).chars().anyMatch(c -> Character.isUpperCase(c) || Character.isLowerCase(c));
  }

  private static boolean same(Object a, Object b) {
    boolean value = a instanceof Boolean || a instanceof Long || a instanceof String;
    return a == b || (value && a.equals(b));
  }

  private static double remainder(Object v, Object divisor) {
    return Py.toDouble(Py.isNumber(v) ? Py.arithmetic("%", v, divisor) : fail(v));
  }

  private static Object fail(Object v) {
    throw new Failure("expected a number, not a " + Py.type(v));
  }
}
