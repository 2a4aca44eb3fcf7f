package dev.espalier.chat;

import dev.espalier.chat.Values.Failure;
import dev.espalier.chat.Values.Generator;
import dev.espalier.chat.Values.Namespace;
import dev.espalier.chat.Values.Tuple;
import dev.espalier.chat.Values.Undefined;
import dev.espalier.chat.Values.View;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** What Python does with values: truth, text, equality, order, arithmetic. */
final class Py {
  private static final int MAX_DEPTH = 200; // of nested lists and dicts

  private static final int MAX_VISITS = 1 << 20; // of values in one comparison

  private Py() {}

  /** The type's name, for messages. */
  static String type(Object v) {
    if (v == Values.NONE) {
      return "NoneType";
    }
    if (v instanceof Boolean) {
      return "bool";
    }
    if (v instanceof Long || v instanceof BigInteger) {
      return "int";
    }
    if (v instanceof Double) {
      return "float";
    }
    if (v instanceof String) {
      return "str";
    }
    if (v instanceof List) {
      return "list";
    }
    if (v instanceof Map) {
      return "dict";
    }
    return v.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
  }

  static boolean truth(Object v) {
    if (v instanceof Boolean b) {
      return b;
    }
    if (v instanceof String s) {
      return !s.isEmpty();
    }
    if (v instanceof Long n) {
      return n != 0;
    }
    if (v instanceof Double d) {
      return d != 0;
    }
    if (v instanceof List<?> list) {
      return !list.isEmpty();
    }
    if (v instanceof Map<?, ?> map) {
      return !map.isEmpty();
    }
    if (v instanceof Tuple tuple) {
      return !tuple.items().isEmpty();
    }
    if (v instanceof View view) {
      return !view.items().isEmpty();
    }
    return v != Values.NONE && !(v instanceof Undefined);
  }

  /** {@code str(v)}. */
  static String str(Object v) {
    if (v instanceof String s) {
      return s;
    }
    if (v instanceof Undefined) {
      return "";
    }
    StringBuilder out = new StringBuilder();
    repr(v, out, 0);
    return out.toString();
  }

  /** {@code repr(v)}. */
  static String repr(Object v) {
    StringBuilder out = new StringBuilder();
    repr(v, out, 0);
    return out.toString();
  }

  private static void repr(Object v, StringBuilder out, int depth) {
    if (depth > MAX_DEPTH || out.length() > Budget.MAX_TEXT) {
      throw new Failure("a value is too deep or too long to be written");
    }
    if (v == Values.NONE) {
      out.append("None");
    } else if (v instanceof Boolean b) {
      out.append(b ? "True" : "False");
    } else if (v instanceof Long || v instanceof BigInteger) {
      out.append(v);
    } else if (v instanceof Double d) {
      out.append(real(d));
    } else if (v instanceof String s) {
      quote(s, out);
    } else if (v instanceof Undefined) {
      out.append("Undefined");
    } else if (v instanceof List<?> list) {
      sequence(list, "[", "]", out, depth);
    } else if (v instanceof Tuple tuple) {
      sequence(tuple.items(), "(", tuple.items().size() == 1 ? ",)" : ")", out, depth);
    } else if (v instanceof View view) {
      out.append(view.name()).append('(');
      sequence(view.items(), "[", "]", out, depth);
      out.append(')');
    } else if (v instanceof Map<?, ?> map) {
      out.append('{');
      String separator = "";
      for (Map.Entry<?, ?> e : map.entrySet()) {
        out.append(separator);
        repr(e.getKey(), out, depth + 1);
        out.append(": ");
        repr(e.getValue(), out, depth + 1);
        separator = ", ";
      }
      out.append('}');
    } else if (v instanceof Namespace) {
      out.append("<Namespace>");
    } else {
      throw new Failure("a " + type(v) + " has no text; add |list to write its items");
    }
  }

  private static void sequence(
      List<?> items, String open, String close, StringBuilder out, int depth) {
    out.append(open);
    for (int i = 0; i < items.size(); i++) {
      if (i > 0) {
        out.append(", ");
      }
      repr(items.get(i), out, depth + 1);
    }
    out.append(close);
  }

  private static void quote(String s, StringBuilder out) {
    char quote = s.indexOf('\'') >= 0 && s.indexOf('"') < 0 ? '"' : '\'';
    out.append(quote);
    for (int i = 0; i < s.length(); ) {
      int c = s.codePointAt(i);
      i += Character.charCount(c);
      switch (c) {
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\\' -> out.append("\\\\");
        default -> {
          if (c == quote) {
            out.append('\\').append(quote);
          } else if (printable(c)) {
            out.appendCodePoint(c);
          } else if (c <= 0xFF) {
            out.append(String.format("\\x%02x", c));
          } else if (c <= 0xFFFF) {
            out.append(String.format("\\u%04x", c));
          } else {
            out.append(String.format("\\U%08x", c));
          }
        }
      }
    }
    out.append(quote);
  }

  private static boolean printable(int c) {
    return c == ' '
        || switch (Character.getType(c)) {
          case Character.CONTROL,
              Character.FORMAT,
              Character.SURROGATE,
              Character.PRIVATE_USE,
              Character.UNASSIGNED,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR,
              Character.SPACE_SEPARATOR ->
              false;
          default -> true;
        };
  }

  /** The shortest decimal text that reads back as the number, in Python's notation. */
  static String real(double d) {
    if (Double.isNaN(d)) {
      return "nan";
    }
    if (Double.isInfinite(d)) {
      return d > 0 ? "inf" : "-inf";
    }
    if (d == 0) {
      return 1 / d < 0 ? "-0.0" : "0.0";
    }
    BigDecimal exact = new BigDecimal(d);
    BigDecimal shortest = exact;
    for (int precision = 1; precision <= 17; precision++) {
      shortest = exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
      if (shortest.doubleValue() == d) {
        break;
      }
    }
    shortest = shortest.stripTrailingZeros();
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = shortest.toPlainString();
      return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
    String digits = shortest.unscaledValue().abs().toString();
    StringBuilder out = new StringBuilder(d < 0 ? "-" : "").append(digits.charAt(0));
    if (digits.length() > 1) {
      out.append('.').append(digits, 1, digits.length());
    }
    out.append('e').append(exponent < 0 ? '-' : '+');
    return out.append(Math.abs(exponent) < 10 ? "0" : "").append(Math.abs(exponent)).toString();
  }

  /** Python's {@code str.isspace} of one character. */
  static boolean isSpace(int c) {
    return (c >= 9 && c <= 13)
        || (c >= 0x1c && c <= 0x20)
        || c == 0x85
        || c == 0xa0
        || c == 0x1680
        || (c >= 0x2000 && c <= 0x200a)
        || c == 0x2028
        || c == 0x2029
        || c == 0x202f
        || c == 0x205f
        || c == 0x3000;
  }

  /** An integer in its smallest form. */
  static Object integer(BigInteger n) {
    if (n.bitLength() < 64) {
      return n.longValue();
    }
    return n;
  }

  static boolean isNumber(Object v) {
    return v instanceof Boolean || v instanceof Number;
  }

  static boolean isInteger(Object v) {
    return v instanceof Boolean || v instanceof Long || v instanceof BigInteger;
  }

  private static BigInteger big(Object v) {
    if (v instanceof BigInteger n) {
      return n;
    }
    return BigInteger.valueOf(v instanceof Boolean b ? (b ? 1 : 0) : (Long) v);
  }

  static double toDouble(Object v) {
    return v instanceof Boolean b ? (b ? 1 : 0) : ((Number) v).doubleValue();
  }

  /** A value used as an index or a count. */
  static int index(Object v) {
    if (isInteger(v)) {
      BigInteger n = big(v);
      return n.bitLength() < 32 ? n.intValue() : n.signum() * Integer.MAX_VALUE;
    }
    throw new Failure("expected an integer, not a " + type(v));
  }

  static boolean equal(Object a, Object b) {
    return new Equality().equal(a, b);
  }

  /** One comparison; counts its work, since shared parts make small values large. */
  private static final class Equality {
    private int visited;

    boolean equal(Object a, Object b) {
      if (++visited > MAX_VISITS) {
        throw new Failure("the values are too large to be compared");
      }
      if (isNumber(a) && isNumber(b)) {
        if (isInteger(a) && isInteger(b)) {
          return big(a).equals(big(b));
        }
        return toDouble(a) == toDouble(b);
      }
      if (a instanceof List<?> x && b instanceof List<?> y) {
        return items(x, y);
      }
      if (a instanceof Tuple x && b instanceof Tuple y) {
        return items(x.items(), y.items());
      }
      if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
        if (x.size() != y.size()) {
          return false;
        }
        for (Map.Entry<?, ?> e : x.entrySet()) {
          Object other = y.get(e.getKey());
          if (other == null || !equal(e.getValue(), other)) {
            return false;
          }
        }
        return true;
      }
      if (a instanceof Undefined && b instanceof Undefined) {
        return true;
      }
      return a instanceof String ? a.equals(b) : a == b;
    }

    private boolean items(List<?> x, List<?> y) {
      if (x.size() != y.size()) {
        return false;
      }
      Iterator<?> other = y.iterator();
      for (Object item : x) {
        if (!equal(item, other.next())) {
          return false;
        }
      }
      return true;
    }
  }

  /** Order of two values that Python can order. */
  static int compare(Object a, Object b, String operator) {
    if (isNumber(a) && isNumber(b)) {
      if (isInteger(a) && isInteger(b)) {
        return big(a).compareTo(big(b));
      }
      return Double.compare(toDouble(a), toDouble(b));
    }
    if (a instanceof String x && b instanceof String y) {
      return compareCodePoints(x, y);
    }
    List<Object> x = a instanceof Tuple t ? t.items() : a instanceof List<?> ? items(a) : null;
    List<Object> y = b instanceof Tuple t ? t.items() : b instanceof List<?> ? items(b) : null;
    if (x != null && y != null && a instanceof Tuple == b instanceof Tuple) {
      for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
        if (!equal(x.get(i), y.get(i))) {
          return compare(x.get(i), y.get(i), operator);
        }
      }
      return Integer.compare(x.size(), y.size());
    }
    throw new Failure(
        "'" + operator + "' is not supported between a " + type(a) + " and a " + type(b));
  }

  private static int compareCodePoints(String x, String y) {
    int n = Math.min(x.length(), y.length());
    for (int i = 0; i < n; i++) {
      char a = x.charAt(i);
      char b = y.charAt(i);
      if (a != b) { // surrogates stand for characters above all others
        boolean high = Character.isSurrogate(a);
        return high == Character.isSurrogate(b) ? Character.compare(a, b) : high ? 1 : -1;
      }
    }
    return Integer.compare(x.length(), y.length());
  }

  /** The items of anything that can be iterated. */
  static List<Object> items(Object v) {
    if (v instanceof List<?> list) {
      return cast(list);
    }
    if (v instanceof Tuple tuple) {
      return tuple.items();
    }
    if (v instanceof View view) {
      return view.items();
    }
    if (v instanceof Generator generator) {
      return generator.take();
    }
    if (v instanceof Map<?, ?> map) {
      return new ArrayList<>(map.keySet());
    }
    if (v instanceof String s) {
      List<Object> characters = new ArrayList<>(s.length());
      s.codePoints().forEach(c -> characters.add(Character.toString(c)));
      return characters;
    }
    if (v instanceof Undefined) {
      return List.of();
    }
    throw new Failure("a " + type(v) + " cannot be iterated");
  }

  @SuppressWarnings("unchecked") // lists of a template hold objects and are never written to
  static List<Object> cast(List<?> list) {
    return (List<Object>) list;
  }

  static int length(Object v) {
    if (v instanceof String s) {
      return s.codePointCount(0, s.length());
    }
    if (v instanceof Map<?, ?> map) {
      return map.size();
    }
    if (v instanceof List || v instanceof Tuple || v instanceof View || v instanceof Undefined) {
      return items(v).size();
    }
    throw new Failure("a " + type(v) + " has no length");
  }

  /** {@code item in container}. */
  static boolean contains(Object container, Object item) {
    if (container instanceof String s) {
      if (item instanceof String part) {
        return s.contains(part);
      }
      throw new Failure("'in' a str needs a str, not a " + type(item));
    }
    if (container instanceof Map<?, ?> map) {
      return map.containsKey(key(item));
    }
    for (Object candidate : items(container)) {
      if (equal(candidate, item)) {
        return true;
      }
    }
    return false;
  }

  /** A value as the key of a dict: numbers that are equal are one key. */
  static Object key(Object v) {
    if (v instanceof Boolean b) {
      return b ? 1L : 0L;
    }
    if (v instanceof Double d && d == Math.rint(d) && Math.abs(d) < 1e15) {
      return d.longValue();
    }
    if (v instanceof Tuple tuple && tuple.items().size() <= 16) {
      List<Object> parts = new ArrayList<>();
      for (Object part : tuple.items()) {
        if (part instanceof Tuple) {
          throw new Failure("a tuple of tuples cannot be the key of a dict");
        }
        parts.add(key(part));
      }
      return new Tuple(parts);
    }
    if (v instanceof String || v instanceof Number || v == Values.NONE) {
      return v;
    }
    throw new Failure("a " + type(v) + " cannot be the key of a dict");
  }

  static Object arithmetic(String operator, Object a, Object b) {
    if (isNumber(a) && isNumber(b)) {
      if (isInteger(a) && isInteger(b) && !operator.equals("/")) {
        return integers(operator, big(a), big(b));
      }
      return reals(operator, toDouble(a), toDouble(b));
    }
    if (operator.equals("+")) {
      if (a instanceof String x && b instanceof String y) {
        return x + y;
      }
      if (a instanceof List<?> x && b instanceof List<?> y) {
        return joined(x, y);
      }
      if (a instanceof Tuple x && b instanceof Tuple y) {
        return new Tuple(joined(x.items(), y.items()));
      }
    }
    if (operator.equals("%") && a instanceof String) {
      throw new Failure("formatting with % is not supported; join the parts with ~");
    }
    throw new Failure(
        "'" + operator + "' is not supported between a " + type(a) + " and a " + type(b));
  }

  private static List<Object> joined(List<?> x, List<?> y) {
    List<Object> all = new ArrayList<>(x);
    all.addAll(y);
    return all;
  }

  private static Object integers(String operator, BigInteger a, BigInteger b) {
    if (b.signum() == 0 && (operator.equals("//") || operator.equals("%"))) {
      throw new Failure("division by zero");
    }
    return switch (operator) {
      case "+" -> integer(a.add(b));
      case "-" -> integer(a.subtract(b));
      case "*" -> integer(bounded(a.multiply(b)));
      case "//" -> {
        BigInteger[] parts = a.divideAndRemainder(b);
        boolean down = parts[1].signum() != 0 && parts[1].signum() != b.signum();
        yield integer(down ? parts[0].subtract(BigInteger.ONE) : parts[0]);
      }
      case "%" -> {
        BigInteger r = a.mod(b.abs());
        yield integer(b.signum() < 0 && r.signum() != 0 ? r.add(b) : r);
      }
      default -> {
        if (b.signum() < 0) {
          yield Math.pow(a.doubleValue(), b.doubleValue());
        }
        if (b.bitLength() > 16 || (long) a.bitLength() * b.intValue() > 4096) {
          throw new Failure("the power is too large");
        }
        yield integer(a.pow(b.intValue()));
      }
    };
  }

  private static BigInteger bounded(BigInteger n) {
    if (n.bitLength() > 8192) {
      throw new Failure("the product is too large");
    }
    return n;
  }

  private static Object reals(String operator, double a, double b) {
    if (b == 0
        && !operator.equals("+")
        && !operator.equals("-")
        && !operator.equals("*")
        && !operator.equals("**")) {
      throw new Failure("division by zero");
    }
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / b;
      case "//" -> Math.floor(a / b);
      case "%" -> {
        double r = a % b;
        yield r != 0 && (r < 0) != (b < 0) ? r + b : r;
      }
      default -> Math.pow(a, b);
    };
  }

  /** {@code object[from:to:step]}. */
  static Object slice(Object object, Object from, Object to, Object step) {
    int by = step == Values.NONE ? 1 : index(step);
    if (by == 0) {
      throw new Failure("the step of a slice cannot be zero");
    }
    boolean text = object instanceof String;
    if (!text
        && !(object instanceof List)
        && !(object instanceof Tuple)
        && !(object instanceof View)) {
      throw new Failure("a " + type(object) + " cannot be sliced");
    }
    List<Object> items = items(object);
    int n = items.size();
    int start = from == Values.NONE ? (by > 0 ? 0 : n - 1) : clamp(index(from), n, by > 0);
    int end = to == Values.NONE ? (by > 0 ? n : -1) : clamp(index(to), n, by > 0);
    List<Object> taken = new ArrayList<>();
    for (long i = start; by > 0 ? i < end : i > end; i += by) {
      taken.add(items.get((int) i));
    }
    if (text) {
      StringBuilder out = new StringBuilder();
      taken.forEach(out::append);
      return out.toString();
    }
    return object instanceof Tuple ? new Tuple(taken) : taken;
  }

  private static int clamp(int i, int n, boolean forwards) {
    int at = i < 0 ? i + n : i;
    return forwards ? Math.max(0, Math.min(at, n)) : Math.max(-1, Math.min(at, n - 1));
  }
}
