package dev.espalier.chat;

import dev.espalier.chat.Values.Args;
import dev.espalier.chat.Values.Callable;
import dev.espalier.chat.Values.Failure;
import dev.espalier.chat.Values.Tuple;
import dev.espalier.chat.Values.View;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Methods of strings, dicts and lists. Those that would change a value are refused. */
final class Methods {
  private static final Set<String> CHANGES =
      Set.of(
          "append",
          "clear",
          "extend",
          "insert",
          "pop",
          "popitem",
          "remove",
          "reverse",
          "setdefault",
          "sort",
          "update");

  private Methods() {}

  /** A method of a value; null if it has none of that name. */
  static @Nullable Object find(Object v, String name, Budget budget) {
    if (v instanceof String s) {
      return string(s, name, budget);
    }
    boolean list = v instanceof List;
    if (!list && !(v instanceof Map)) {
      return v instanceof Tuple t ? sequence(t.items(), name) : null;
    }
    if (CHANGES.contains(name)) {
      return (Callable)
          args -> {
            throw new Failure("'" + name + "' is refused: a template may not change values");
          };
    }
    return list ? sequence(Py.items(v), name) : dict((Map<?, ?>) v, name);
  }

  private static @Nullable Object sequence(List<Object> items, String name) {
    return switch (name) {
      case "count" ->
          (Callable) args -> items.stream().filter(i -> Py.equal(i, args.positional(0))).count();
      case "index" ->
          (Callable)
              args -> {
                for (int i = 0; i < items.size(); i++) {
                  if (Py.equal(items.get(i), args.positional(0))) {
                    return (long) i;
                  }
                }
                throw new Failure("index(): the item is not in the list");
              };
      case "copy" -> (Callable) args -> new ArrayList<>(items);
      default -> null;
    };
  }

  private static @Nullable Object dict(Map<?, ?> map, String name) {
    return switch (name) {
      case "items" -> (Callable) args -> new View("dict_items", pairs(map));
      case "keys" -> (Callable) args -> new View("dict_keys", new ArrayList<>(map.keySet()));
      case "values" -> (Callable) args -> new View("dict_values", new ArrayList<>(map.values()));
      case "copy" -> (Callable) args -> new LinkedHashMap<Object, Object>(map);
      case "get" ->
          (Callable)
              args -> {
                args.atMost(2);
                Object found = map.get(Py.key(args.positional(0)));
                Object otherwise = args.count() > 1 ? args.positional(1) : Values.NONE;
                return found == null ? otherwise : found;
              };
      default -> null;
    };
  }

  static List<Object> pairs(Map<?, ?> map) {
    List<Object> pairs = new ArrayList<>(map.size());
    map.forEach((k, v) -> pairs.add(new Tuple(List.of(k, v))));
    return pairs;
  }

  private static @Nullable Object string(String s, String name, Budget budget) {
    return switch (name) {
      case "strip" -> (Callable) args -> strip(s, args, true, true);
      case "lstrip" -> (Callable) args -> strip(s, args, true, false);
      case "rstrip" -> (Callable) args -> strip(s, args, false, true);
      case "upper" -> (Callable) args -> s.toUpperCase(Locale.ROOT);
      case "lower", "casefold" -> (Callable) args -> s.toLowerCase(Locale.ROOT);
      case "title" -> (Callable) args -> title(s);
      case "capitalize" -> (Callable) args -> capitalize(s);
      case "startswith" -> (Callable) args -> affix(s, args, true);
      case "endswith" -> (Callable) args -> affix(s, args, false);
      case "removeprefix" ->
          (Callable)
              args -> {
                String prefix = text(args, 0);
                return s.startsWith(prefix) ? s.substring(prefix.length()) : s;
              };
      case "removesuffix" ->
          (Callable)
              args -> {
                String suffix = text(args, 0);
                boolean ends = !suffix.isEmpty() && s.endsWith(suffix);
                return ends ? s.substring(0, s.length() - suffix.length()) : s;
              };
      case "split" -> (Callable) args -> split(s, args, false);
      case "rsplit" -> (Callable) args -> split(s, args, true);
      case "splitlines" -> (Callable) args -> lines(s, args.flag(0, "keepends", false));
      case "partition" -> (Callable) args -> partition(s, text(args, 0), s.indexOf(text(args, 0)));
      case "rpartition" ->
          (Callable) args -> partition(s, text(args, 0), s.lastIndexOf(text(args, 0)));
      case "replace" ->
          (Callable)
              args ->
                  replace(s, text(args, 0), text(args, 1), args.integer(2, "count", -1), budget);
      case "find" -> (Callable) args -> place(s, s.indexOf(text(args, 0)));
      case "rfind" -> (Callable) args -> place(s, s.lastIndexOf(text(args, 0)));
      case "index" ->
          (Callable)
              args -> {
                int i = s.indexOf(text(args, 0));
                if (i < 0) {
                  throw new Failure("index(): the part is not in the text");
                }
                return place(s, i);
              };
      case "count" ->
          (Callable)
              args -> {
                String part = text(args, 0);
                if (part.isEmpty()) {
                  return (long) Py.length(s) + 1;
                }
                long n = 0;
                for (int i = s.indexOf(part); i >= 0; i = s.indexOf(part, i + part.length())) {
                  n++;
                }
                return n;
              };
      case "join" ->
          (Callable)
              args -> {
                List<String> parts = new ArrayList<>();
                for (Object item : Py.items(args.positional(0))) {
                  if (!(item instanceof String part)) {
                    throw new Failure("join() needs strings, not a " + Py.type(item));
                  }
                  parts.add(part);
                }
                budget.text(Filters.joinedLength(parts, s));
                return String.join(s, parts);
              };
      case "isdigit", "isdecimal", "isnumeric" -> (Callable) args -> all(s, Character::isDigit);
      case "isalpha" -> (Callable) args -> all(s, Character::isLetter);
      case "isalnum" -> (Callable) args -> all(s, Character::isLetterOrDigit);
      case "isspace" -> (Callable) args -> all(s, Py::isSpace);
      case "isupper" -> (Callable) args -> Tests.test("upper", s, args);
      case "islower" -> (Callable) args -> Tests.test("lower", s, args);
      case "zfill" ->
          (Callable)
              args -> {
                int width = Math.min(args.integer(0, "width", 0), 10_000);
                boolean signed = s.startsWith("-") || s.startsWith("+");
                String zeros = "0".repeat(Math.max(0, width - s.length()));
                return signed ? s.charAt(0) + zeros + s.substring(1) : zeros + s;
              };
      default -> null;
    };
  }

  private static boolean all(String s, java.util.function.IntPredicate predicate) {
    return !s.isEmpty() && s.codePoints().allMatch(predicate);
  }

  private static Object place(String s, int unit) {
    return unit < 0 ? -1L : (long) s.codePointCount(0, unit);
  }

  private static String text(Args args, int i) {
    Object value = args.positional(i);
    if (value instanceof String s) {
      return s;
    }
    throw new Failure(args.name() + "() needs a str, not a " + Py.type(value));
  }

  static String strip(String s, Args args, boolean left, boolean right) {
    args.atMost(1, "chars");
    Object given = args.optional(0, "chars");
    String set = given == null || given == Values.NONE ? "" : Py.str(given);
    boolean space = given == null || given == Values.NONE;
    int from = 0;
    int to = s.length();
    while (left && from < to) {
      int c = s.codePointAt(from);
      if (space ? !Py.isSpace(c) : set.indexOf(c) < 0) {
        break;
      }
      from += Character.charCount(c);
    }
    while (right && to > from) {
      int c = s.codePointBefore(to);
      if (space ? !Py.isSpace(c) : set.indexOf(c) < 0) {
        break;
      }
      to -= Character.charCount(c);
    }
    return s.substring(from, to);
  }

  private static Object affix(String s, Args args, boolean start) {
    Object wanted = args.positional(0);
    List<Object> any = wanted instanceof Tuple t ? t.items() : List.of(wanted);
    for (Object affix : any) {
      if (!(affix instanceof String part)) {
        throw new Failure(args.name() + "() needs a str, not a " + Py.type(affix));
      }
      if (start ? s.startsWith(part) : s.endsWith(part)) {
        return true;
      }
    }
    return false;
  }

  static String replace(String s, String from, String to, int count, Budget budget) {
    long places = from.isEmpty() ? s.length() + 1 : s.length() / from.length();
    if (places * to.length() > Budget.MAX_TEXT) { // only then are they worth counting
      places = 0;
      for (int i = s.indexOf(from); i >= 0 && i < s.length(); ) {
        places++;
        i = s.indexOf(from, i + Math.max(1, from.length()));
      }
    }
    budget.text(s.length() + places * to.length());
    if (count < 0 && !from.isEmpty()) {
      return s.replace(from, to);
    }
    StringBuilder out = new StringBuilder();
    int left = count < 0 ? Integer.MAX_VALUE : count;
    int at = 0;
    while (left > 0) {
      int found = s.indexOf(from, at);
      if (found < 0) {
        break;
      }
      out.append(s, at, found).append(to);
      at = found + from.length();
      left--;
      if (from.isEmpty()) { // between all characters
        if (at >= s.length()) {
          return out.toString();
        }
        out.appendCodePoint(s.codePointAt(at));
        at += Character.charCount(s.codePointAt(at));
      }
    }
    return out.append(s, at, s.length()).toString();
  }

  private static List<Object> split(String s, Args args, boolean fromRight) {
    args.atMost(2, "sep", "maxsplit");
    Object separator = args.optional(0, "sep");
    int max = args.integer(1, "maxsplit", -1);
    int limit = max < 0 ? Integer.MAX_VALUE : max;
    List<Object> parts = new ArrayList<>();
    if (separator == null || separator == Values.NONE) {
      return splitSpace(s, limit, fromRight);
    }
    if (!(separator instanceof String by) || by.isEmpty()) {
      throw new Failure("split() needs a separator that is a str and not empty");
    }
    if (fromRight) {
      int end = s.length();
      for (int at = s.lastIndexOf(by, end - by.length()); at >= 0 && limit > 0; limit--) {
        parts.add(0, s.substring(at + by.length(), end));
        end = at;
        at = end - by.length() < 0 ? -1 : s.lastIndexOf(by, end - by.length());
      }
      parts.add(0, s.substring(0, end));
      return parts;
    }
    int from = 0;
    for (int at = s.indexOf(by); at >= 0 && limit > 0; at = s.indexOf(by, from), limit--) {
      parts.add(s.substring(from, at));
      from = at + by.length();
    }
    parts.add(s.substring(from));
    return parts;
  }

  private static List<Object> splitSpace(String s, int limit, boolean fromRight) {
    List<Object> parts = new ArrayList<>();
    Args none = new Args("split", List.of(), Map.of());
    String rest = fromRight ? strip(s, none, false, true) : strip(s, none, true, false);
    while (!rest.isEmpty()) {
      int cut = fromRight ? rest.length() : 0;
      if (parts.size() == limit) {
        parts.add(fromRight ? 0 : parts.size(), rest);
        break;
      }
      while (fromRight
          ? cut > 0 && !Py.isSpace(rest.charAt(cut - 1))
          : cut < rest.length() && !Py.isSpace(rest.charAt(cut))) {
        cut += fromRight ? -1 : 1;
      }
      parts.add(
          fromRight ? 0 : parts.size(), fromRight ? rest.substring(cut) : rest.substring(0, cut));
      rest =
          fromRight
              ? strip(rest.substring(0, cut), none, false, true)
              : strip(rest.substring(cut), none, true, false);
    }
    return parts;
  }

  private static List<Object> lines(String s, boolean keepEnds) {
    List<Object> lines = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      boolean ends =
          c == '\n'
              || c == '\r'
              || c == 0x0b
              || c == 0x0c
              || (c >= 0x1c && c <= 0x1e)
              || c == 0x85
              || c == 0x2028
              || c == 0x2029;
      if (ends) {
        int end = i;
        if (c == '\r' && i + 1 < s.length() && s.charAt(i + 1) == '\n') {
          i++;
        }
        lines.add(s.substring(from, keepEnds ? i + 1 : end));
        from = i + 1;
      }
    }
    if (from < s.length()) {
      lines.add(s.substring(from));
    }
    return lines;
  }

  private static Object partition(String s, String by, int at) {
    if (at < 0) {
      return new Tuple(List.of(s, "", ""));
    }
    return new Tuple(List.of(s.substring(0, at), by, s.substring(at + by.length())));
  }

  static String capitalize(String s) {
    if (s.isEmpty()) {
      return s;
    }
    int first = Character.charCount(s.codePointAt(0));
    return s.substring(0, first).toUpperCase(Locale.ROOT)
        + s.substring(first).toLowerCase(Locale.ROOT);
  }

  /** Python's {@code str.title}: a letter after anything but a letter is upper case. */
  private static String title(String s) {
    StringBuilder out = new StringBuilder(s.length());
    boolean inside = false;
    for (int c : s.codePoints().toArray()) {
      out.appendCodePoint(inside ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inside = Character.isLetter(c);
    }
    return out.toString();
  }
}
