package dev.espalier.chat;

import dev.espalier.chat.Values.Args;
import dev.espalier.chat.Values.Failure;
import dev.espalier.chat.Values.Generator;
import dev.espalier.chat.Values.Tuple;
import dev.espalier.chat.Values.Undefined;
import dev.espalier.chat.Values.View;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The filters behind {@code |}. */
final class Filters {
  private static final Set<String> NAMES =
      Set.of(
          "abs",
          "capitalize",
          "count",
          "d",
          "default",
          "dictsort",
          "e",
          "escape",
          "first",
          "float",
          "indent",
          "int",
          "items",
          "join",
          "last",
          "length",
          "list",
          "lower",
          "map",
          "max",
          "min",
          "reject",
          "rejectattr",
          "replace",
          "reverse",
          "round",
          "safe",
          "select",
          "selectattr",
          "sort",
          "string",
          "sum",
          "title",
          "tojson",
          "trim",
          "unique",
          "upper",
          "wordcount");
  private static final Pattern WORD_START = Pattern.compile("[-\\s({\\[<]+");

  private final Budget budget;

  Filters(Budget budget) {
    this.budget = budget;
  }

  static boolean known(String name) {
    return NAMES.contains(name);
  }

  Object apply(String name, Object v, Args args) {
    return switch (name) {
      case "abs" -> abs(v);
      case "capitalize" -> Methods.capitalize(Py.str(v));
      case "count", "length" -> (long) Py.length(v);
      case "d", "default" -> otherwise(v, args);
      case "dictsort" -> dictSort(v, args);
      case "e", "escape" -> escape(Py.str(v));
      case "first" -> end(v, true);
      case "last" -> end(v, false);
      case "float" -> real(v, args);
      case "int" -> integer(v, args);
      case "indent" -> indent(Py.str(v), args);
      case "items" -> items(v);
      case "join" -> join(v, args);
      case "list" -> new ArrayList<>(Py.items(v));
      case "lower" -> Py.str(v).toLowerCase(Locale.ROOT);
      case "upper" -> Py.str(v).toUpperCase(Locale.ROOT);
      case "title" -> title(Py.str(v));
      case "map" -> map(v, args);
      case "max" -> extreme(v, args, 1);
      case "min" -> extreme(v, args, -1);
      case "select" -> select(v, args, false, true);
      case "reject" -> select(v, args, false, false);
      case "selectattr" -> select(v, args, true, true);
      case "rejectattr" -> select(v, args, true, false);
      case "replace" ->
          Methods.replace(
              Py.str(v),
              Py.str(args.required(0, "old")),
              Py.str(args.required(1, "new")),
              count(args.optional(2, "count")),
              budget);
      case "reverse" -> reverse(v);
      case "round" -> round(v, args);
      case "safe", "string" -> Py.str(v);
      case "sort" -> sort(v, args);
      case "sum" -> sum(v, args);
      case "tojson" -> Json.write(v, args);
      case "trim" -> Methods.strip(Py.str(v), args, true, true);
      case "unique" -> unique(v, args);
      case "wordcount" -> Py.str(v).codePoints().count() == 0 ? 0L : words(Py.str(v));
      default -> throw new Failure("unknown filter '" + name + "'");
    };
  }

  private static int count(@Nullable Object count) {
    return count == null || count == Values.NONE ? -1 : Py.index(count);
  }

  private static Object abs(Object v) {
    if (!Py.isNumber(v)) {
      throw new Failure("abs needs a number, not a " + Py.type(v));
    }
    if (v instanceof Double d) {
      return Math.abs(d);
    }
    return Py.compare(v, 0L, "<") < 0 ? Py.arithmetic("-", 0L, v) : Py.arithmetic("+", 0L, v);
  }

  private static Object otherwise(Object v, Args args) {
    args.atMost(2, "default_value", "boolean");
    Object other = args.optional(0, "default_value");
    boolean replaces = v instanceof Undefined || (args.flag(1, "boolean", false) && !Py.truth(v));
    return replaces ? (other == null ? "" : other) : v;
  }

  private static String escape(String s) {
    return s.replace("&", "&amp;")
        .replace(">", "&gt;")
        .replace("<", "&lt;")
        .replace("'", "&#39;")
        .replace("\"", "&#34;");
  }

  private static Object end(Object v, boolean first) {
    if (!first && v instanceof Generator) {
      throw new Failure("last needs a list; add |list before it");
    }
    List<Object> items = Py.items(v);
    if (items.isEmpty()) {
      return new Undefined("there is no item in an empty sequence");
    }
    return items.get(first ? 0 : items.size() - 1);
  }

  private static Object real(Object v, Args args) {
    Object otherwise = args.optional(0, "default");
    if (Py.isNumber(v)) {
      return Py.toDouble(v);
    }
    try {
      if (v instanceof String s) {
        return Double.parseDouble(s.strip().replace("_", ""));
      }
    } catch (NumberFormatException e) {
      return otherwise == null ? 0.0 : otherwise;
    }
    return otherwise == null ? 0.0 : otherwise;
  }

  private static Object integer(Object v, Args args) {
    Object otherwise = args.optional(0, "default");
    Object none = otherwise == null ? 0L : otherwise;
    int base = args.integer(1, "base", 10);
    try {
      if (Py.isInteger(v)) {
        return Py.arithmetic("+", v, 0L);
      }
      if (v instanceof String s) {
        String digits = s.strip().replace("_", "");
        try {
          return Py.integer(
              new BigInteger(digits.startsWith("+") ? digits.substring(1) : digits, base));
        } catch (NumberFormatException e) {
          return Py.integer(new BigDecimal(Double.parseDouble(digits)).toBigInteger());
        }
      }
      return v instanceof Double d ? Py.integer(new BigDecimal(d).toBigInteger()) : none;
    } catch (NumberFormatException e) { // also of infinities
      return none;
    }
  }

  private String indent(String s, Args args) {
    args.atMost(3, "width", "first", "blank");
    Object width = args.optional(0, "width");
    String step =
        width instanceof String w
            ? w
            : " ".repeat(Math.max(0, Math.min(10_000, width == null ? 4 : Py.index(width))));
    boolean first = args.flag(1, "first", false);
    boolean blank = args.flag(2, "blank", false);
    String[] lines = s.split("\r\n|\r|\n", -1);
    budget.text(s.length() + (long) lines.length * step.length());
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < lines.length; i++) {
      if (i > 0) {
        out.append('\n');
      }
      if (i == 0 ? first : blank || !lines[i].isEmpty()) {
        out.append(step);
      }
      out.append(lines[i]);
    }
    return out.toString();
  }

  private static Object items(Object v) {
    if (v instanceof Undefined) {
      return new Generator(List.of());
    }
    if (v instanceof Map<?, ?> map) {
      return new Generator(Methods.pairs(map));
    }
    throw new Failure("items needs a mapping, not a " + Py.type(v));
  }

  private Object join(Object v, Args args) {
    args.atMost(2, "d", "attribute");
    Object separator = args.optional(0, "d");
    Object attribute = args.optional(1, "attribute");
    List<String> parts = new ArrayList<>();
    for (Object item : Py.items(v)) {
      parts.add(Py.str(attribute == null ? item : attribute(item, attribute)));
    }
    String between = separator == null ? "" : Py.str(separator);
    budget.text(joinedLength(parts, between));
    return String.join(between, parts);
  }

  static long joinedLength(List<String> parts, String separator) {
    long length = (long) parts.size() * separator.length();
    for (String part : parts) {
      length += part.length();
    }
    return length;
  }

  private static String title(String s) {
    StringBuilder out = new StringBuilder(s.length());
    Matcher starts = WORD_START.matcher(s);
    int from = 0;
    while (starts.find()) {
      out.append(Methods.capitalize(s.substring(from, starts.start()))).append(starts.group());
      from = starts.end();
    }
    return out.append(Methods.capitalize(s.substring(from))).toString();
  }

  private static long words(String s) {
    return Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS).matcher(s).results().count();
  }

  private Object map(Object v, Args args) {
    List<Object> mapped = new ArrayList<>();
    Object attribute = args.named().get("attribute");
    if (args.count() == 0) {
      if (attribute == null) {
        throw new Failure("map needs a filter's name or an attribute");
      }
      Object otherwise = args.named().get("default");
      for (Object item : Py.items(v)) {
        Object found = attribute(item, attribute);
        mapped.add(found instanceof Undefined && otherwise != null ? otherwise : found);
      }
      return new Generator(mapped);
    }
    String filter = Py.str(args.positional(0));
    if (!known(filter)) {
      throw new Failure("unknown filter '" + filter + "'");
    }
    List<Object> rest = args.all().subList(1, args.count());
    for (Object item : Py.items(v)) {
      budget.step();
      mapped.add(apply(filter, item, new Args(filter, rest, args.named())));
    }
    return new Generator(mapped);
  }

  private Object select(Object v, Args args, boolean byAttribute, boolean keep) {
    int from = byAttribute ? 1 : 0;
    Object attribute = byAttribute ? args.positional(0) : null;
    String test = args.count() > from ? Py.str(args.positional(from)) : null;
    if (test != null && !Tests.known(test)) {
      throw new Failure("unknown test '" + test + "'");
    }
    List<Object> rest = test == null ? List.of() : args.all().subList(from + 1, args.count());
    List<Object> selected = new ArrayList<>();
    for (Object item : Py.items(v)) {
      budget.step();
      Object subject = attribute == null ? item : attribute(item, attribute);
      boolean holds =
          test == null
              ? Py.truth(subject)
              : Tests.test(test, subject, new Args(test, rest, args.named()));
      if (holds == keep) {
        selected.add(item);
      }
    }
    return new Generator(selected);
  }

  private static Object reverse(Object v) {
    if (v instanceof String s) {
      return new StringBuilder(s).reverse().toString();
    }
    List<Object> items = new ArrayList<>(Py.items(v));
    Collections.reverse(items);
    return new Generator(items);
  }

  private static Object round(Object v, Args args) {
    args.atMost(2, "precision", "method");
    int precision = args.integer(0, "precision", 0);
    Object method = args.optional(1, "method");
    String how = method == null ? "common" : Py.str(method);
    if (!Py.isNumber(v) || Math.abs(precision) > 300) {
      throw new Failure("round needs a number and a small precision");
    }
    double scale = Math.pow(10, precision);
    return switch (how) {
      case "common" -> roundHalfEven(v, precision);
      case "ceil" -> Math.ceil(Py.toDouble(v) * scale) / scale;
      case "floor" -> Math.floor(Py.toDouble(v) * scale) / scale;
      default -> throw new Failure("round: the method is common, ceil or floor, not '" + how + "'");
    };
  }

  private static Object roundHalfEven(Object v, int precision) {
    if (Py.isInteger(v) && precision >= 0) {
      return v instanceof Boolean ? Py.arithmetic("+", v, 0L) : v;
    }
    double d = Py.toDouble(v);
    if (Double.isNaN(d) || Double.isInfinite(d)) {
      return d;
    }
    return new BigDecimal(d).setScale(precision, RoundingMode.HALF_EVEN).doubleValue();
  }

  private static Object sum(Object v, Args args) {
    args.atMost(2, "attribute", "start");
    Object attribute = args.optional(0, "attribute");
    Object start = args.optional(1, "start");
    Object total = start == null ? 0L : start;
    for (Object item : Py.items(v)) {
      Object part =
          attribute == null || attribute == Values.NONE ? item : attribute(item, attribute);
      total = Py.arithmetic("+", total, part);
    }
    return total;
  }

  /** How items compare: by an attribute if one is given, in lower case unless told otherwise. */
  private static Function<Object, Object> keyOf(@Nullable Object attribute, boolean caseSensitive) {
    return item -> {
      Object key =
          attribute == null || attribute == Values.NONE ? item : attribute(item, attribute);
      return !caseSensitive && key instanceof String s ? s.toLowerCase(Locale.ROOT) : key;
    };
  }

  private static Object extreme(Object v, Args args, int sign) {
    args.atMost(2, "case_sensitive", "attribute");
    Function<Object, Object> key =
        keyOf(args.optional(1, "attribute"), args.flag(0, "case_sensitive", false));
    Object best = null;
    for (Object item : Py.items(v)) {
      if (best == null
          || sign * Py.compare(key.apply(item), key.apply(best), sign > 0 ? ">" : "<") > 0) {
        best = item;
      }
    }
    return best == null ? new Undefined("there is no item in an empty sequence") : best;
  }

  private Object sort(Object v, Args args) {
    args.atMost(3, "reverse", "case_sensitive", "attribute");
    Function<Object, Object> key =
        sortKey(args.optional(2, "attribute"), args.flag(1, "case_sensitive", false));
    List<Object> items = new ArrayList<>(Py.items(v));
    budget.steps(items.size() * 8L);
    Comparator<Object> order = (a, b) -> Py.compare(key.apply(a), key.apply(b), "<");
    items.sort(args.flag(0, "reverse", false) ? order.reversed() : order);
    return items;
  }

  /** As {@link #keyOf}, but with commas between several attributes, the first counting most. */
  private static Function<Object, Object> sortKey(
      @Nullable Object attribute, boolean caseSensitive) {
    if (!(attribute instanceof String names) || names.indexOf(',') < 0) {
      return keyOf(attribute, caseSensitive);
    }
    List<Function<Object, Object>> keys = new ArrayList<>();
    for (String name : names.split(",", -1)) {
      keys.add(keyOf(name, caseSensitive));
    }
    return item -> {
      List<Object> parts = new ArrayList<>(keys.size());
      keys.forEach(key -> parts.add(key.apply(item)));
      return parts;
    };
  }

  private Object unique(Object v, Args args) {
    args.atMost(2, "case_sensitive", "attribute");
    Function<Object, Object> key =
        keyOf(args.optional(1, "attribute"), args.flag(0, "case_sensitive", false));
    Set<Object> seen = new java.util.HashSet<>();
    List<Object> kept = new ArrayList<>();
    for (Object item : Py.items(v)) {
      budget.step();
      if (seen.add(Py.key(key.apply(item)))) {
        kept.add(item);
      }
    }
    return new Generator(kept);
  }

  private static Object dictSort(Object v, Args args) {
    args.atMost(3, "case_sensitive", "by", "reverse");
    if (!(v instanceof Map<?, ?> map)) {
      throw new Failure("dictsort needs a mapping, not a " + Py.type(v));
    }
    Object by = args.optional(1, "by");
    String side = by == null ? "key" : Py.str(by);
    if (!side.equals("key") && !side.equals("value")) {
      throw new Failure("dictsort: 'by' is key or value, not '" + side + "'");
    }
    Function<Object, Object> key =
        keyOf(side.equals("key") ? 0L : 1L, args.flag(0, "case_sensitive", false));
    List<Object> pairs = Methods.pairs(map);
    Comparator<Object> order = (a, b) -> Py.compare(key.apply(a), key.apply(b), "<");
    pairs.sort(args.flag(2, "reverse", false) ? order.reversed() : order);
    return pairs;
  }

  /** A member by a dotted path, whose numbers are indices. */
  private static Object attribute(Object item, Object path) {
    if (!(path instanceof String dotted)) {
      return member(item, path);
    }
    Object value = item;
    for (String part : dotted.split("\\.", -1)) {
      boolean number = !part.isEmpty() && part.chars().allMatch(c -> c >= '0' && c <= '9');
      value = member(value, number && part.length() < 10 ? (Object) Long.valueOf(part) : part);
    }
    return value;
  }

  /** {@code object[key]}, undefined if there is no such member. */
  static Object member(Object object, Object key) {
    if (object instanceof Undefined undefined) {
      throw new Failure(undefined.reason());
    }
    if (object instanceof Map<?, ?> map) {
      Object found = map.get(Py.key(key));
      return found == null ? missing(object, key) : found;
    }
    boolean indexed =
        object instanceof List
            || object instanceof Tuple
            || object instanceof View
            || object instanceof String;
    if (indexed && Py.isInteger(key)) {
      int i = Py.index(key);
      if (object instanceof String s) {
        int n = Py.length(s);
        int at = i < 0 ? i + n : i;
        if (at < 0 || at >= n) {
          return missing(object, key);
        }
        int unit = s.offsetByCodePoints(0, at);
        return Character.toString(s.codePointAt(unit));
      }
      List<Object> items = Py.items(object);
      int at = i < 0 ? i + items.size() : i;
      return at < 0 || at >= items.size() ? missing(object, key) : items.get(at);
    }
    return missing(object, key);
  }

  static Undefined missing(Object object, Object key) {
    return new Undefined("a " + Py.type(object) + " has no member " + Py.repr(key));
  }
}
