package dev.espalier.grammar;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The formats once more, read character by character from their RFCs; slow and obvious. */
final class FormatOracles {
  static final Map<String, Predicate<String>> ALL =
      Map.ofEntries(
          Map.entry("date", FormatOracles::date),
          Map.entry("time", FormatOracles::time),
          Map.entry("date-time", FormatOracles::dateTime),
          Map.entry("duration", FormatOracles::duration),
          Map.entry("ipv4", FormatOracles::ipv4),
          Map.entry("ipv6", FormatOracles::ipv6),
          Map.entry("uuid", FormatOracles::uuid),
          Map.entry("hostname", FormatOracles::hostname),
          Map.entry("idn-hostname", FormatOracles::idnHostname),
          Map.entry("email", s -> mailbox(s, false)),
          Map.entry("idn-email", s -> mailbox(s, true)),
          Map.entry("uri", s -> uri(s, true, false)),
          Map.entry("uri-reference", s -> uri(s, false, false)),
          Map.entry("iri", s -> uri(s, true, true)),
          Map.entry("iri-reference", s -> uri(s, false, true)),
          Map.entry("uri-template", FormatOracles::template),
          Map.entry("json-pointer", FormatOracles::jsonPointer),
          Map.entry("relative-json-pointer", FormatOracles::relativeJsonPointer),
          Map.entry("regex", s -> new EcmaRegex(s).valid()));

  private FormatOracles() {}

  private static boolean all(String s, IntPredicate test) {
    return s.codePoints().allMatch(test);
  }

  private static boolean digit(int c) {
    return c >= '0' && c <= '9';
  }

  private static boolean hex(int c) {
    return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }

  private static boolean letter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean of(String chars, int c) {
    return chars.indexOf(c) >= 0;
  }

  private static List<String> split(String s, String by) {
    return List.of(s.split(Pattern.quote(by), -1));
  }

  // ---- RFC 3339

  private static boolean date(String s) {
    try {
      return Pattern.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}", s) && LocalDate.parse(s) != null;
    } catch (DateTimeException e) {
      return false;
    }
  }

  private static boolean time(String s) {
    Matcher m =
        Pattern.compile("([0-9]{2}):([0-9]{2}):([0-9]{2})(\\.[0-9]+)?([zZ]|[-+][0-9]{2}:[0-9]{2})")
            .matcher(s);
    if (!m.matches()) {
      return false;
    }
    int[] n = new int[3];
    for (int i = 0; i < 3; i++) {
      n[i] = Integer.parseInt(m.group(i + 1));
    }
    int offset = 0;
    if (m.group(5).length() > 1) {
      int hours = Integer.parseInt(m.group(5).substring(1, 3));
      int minutes = Integer.parseInt(m.group(5).substring(4));
      if (hours > 23 || minutes > 59) {
        return false;
      }
      offset = (m.group(5).charAt(0) == '-' ? -60 : 60) * hours;
      offset += m.group(5).charAt(0) == '-' ? -minutes : minutes;
    }
    boolean ordinary = n[0] < 24 && n[1] < 60 && n[2] < 60;
    boolean leap =
        n[0] < 24
            && n[1] < 60
            && n[2] == 60
            && LocalTime.of(n[0], n[1]).minusMinutes(offset).equals(LocalTime.of(23, 59));
    return ordinary || leap;
  }

  private static boolean dateTime(String s) {
    return s.length() > 11
        && date(s.substring(0, 10))
        && of("tT", s.charAt(10))
        && time(s.substring(11));
  }

  private static boolean duration(String s) {
    if (!s.startsWith("P") || s.endsWith("T") || s.length() < 3) {
      return false;
    }
    List<String> halves = split(s.substring(1), "T");
    return Pattern.matches("P[0-9]+W", s)
        || (halves.size() <= 2
            && units(halves.get(0), "YMD")
            && (halves.size() < 2 || units(halves.get(1), "HMS")));
  }

  // Each unit at most once, in order, none skipped between two.
  private static boolean units(String s, String order) {
    String letters = s.replaceAll("[0-9]", "");
    return Pattern.matches("([0-9]+[A-Z])*", s) && order.contains(letters);
  }

  // ---- addresses

  private static boolean ipv4(String s) {
    List<String> parts = split(s, ".");
    return parts.size() == 4
        && parts.stream()
            .allMatch(
                p ->
                    !p.isEmpty()
                        && p.length() < 4
                        && all(p, FormatOracles::digit)
                        && Integer.parseInt(p) < 256
                        && p.equals("" + Integer.parseInt(p)));
  }

  private static boolean ipv6(String s) {
    int gap = s.indexOf("::");
    if (gap < 0) {
      return groups(s, true) == 8;
    }
    String left = s.substring(0, gap);
    String right = s.substring(gap + 2);
    int before = left.isEmpty() ? 0 : groups(left, false);
    int after = right.isEmpty() ? 0 : groups(right, true);
    return before >= 0 && after >= 0 && before + after < 8;
  }

  // How many 16-bit groups; less than none if it is wrong.
  private static int groups(String s, boolean last) {
    List<String> parts = split(s, ":");
    int n = 0;
    for (int i = 0; i < parts.size(); i++) {
      String p = parts.get(i);
      if (last && i == parts.size() - 1 && ipv4(p)) {
        n += 2;
      } else if (!p.isEmpty() && p.length() <= 4 && all(p, FormatOracles::hex)) {
        n++;
      } else {
        return -99;
      }
    }
    return n;
  }

  private static boolean uuid(String s) {
    return split(s, "-").stream().map(String::length).toList().equals(List.of(8, 4, 4, 4, 12))
        && all(s, c -> hex(c) || c == '-');
  }

  private static boolean label(String s) {
    return !s.isEmpty()
        && s.length() <= 63
        && all(s, c -> letter(c) || digit(c) || c == '-')
        && !s.startsWith("-")
        && !s.endsWith("-");
  }

  private static boolean hostname(String s) {
    return s.length() <= 253
        && split(s, ".").stream().allMatch(l -> label(l) && !l.startsWith("--", 2));
  }

  // ---- RFC 5892 and 5893

  private static boolean idnHostname(String s) {
    List<String> labels = List.of(s.split("[.\u3002\uFF0E\uFF61]", -1));
    boolean rtl = s.codePoints().anyMatch(FormatOracles::rightToLeft);
    int octets = 0;
    for (String label : labels) {
      String ascii = punycode(label);
      octets += 1 + ascii.length();
      if (!idnLabel(label) || ascii.length() > 63 || (rtl && !bidi(label))) {
        return false;
      }
    }
    return octets <= 254;
  }

  /** The form on the wire, RFC 3492. */
  static String punycode(String label) {
    if (all(label, c -> c < 128)) {
      return label;
    }
    StringBuilder out = new StringBuilder();
    label.codePoints().filter(c -> c < 128).forEach(out::appendCodePoint);
    int handled = out.length();
    int basic = handled;
    if (basic > 0) {
      out.append('-');
    }
    int n = 128;
    int delta = 0;
    int bias = 72;
    int[] input = label.codePoints().toArray();
    while (handled < input.length) {
      int least = Integer.MAX_VALUE;
      for (int c : input) {
        least = c >= n ? Math.min(least, c) : least;
      }
      delta += (least - n) * (handled + 1);
      n = least;
      for (int c : input) {
        delta += c < n ? 1 : 0;
        if (c == n) {
          int q = delta;
          for (int k = 36; ; k += 36) {
            int t = k <= bias ? 1 : Math.min(26, k - bias);
            if (q < t) {
              break;
            }
            out.append(Character.forDigit((t + (q - t) % (36 - t)) % 36, 36));
            q = (q - t) / (36 - t);
          }
          out.append(Character.forDigit(q, 36));
          int d = handled == basic ? delta / 700 : delta / 2;
          d += d / (handled + 1);
          int k = 0;
          for (; d > 455; k += 36) {
            d /= 35;
          }
          bias = k + 36 * d / (d + 38);
          delta = 0;
          handled++;
        }
      }
      delta++;
      n++;
    }
    return "xn--" + out;
  }

  private static boolean idnLabel(String s) {
    return new IdnLabel(s).valid();
  }

  private static boolean rightToLeft(int c) {
    byte d = Character.getDirectionality(c);
    return d == Character.DIRECTIONALITY_RIGHT_TO_LEFT
        || d == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC
        || d == Character.DIRECTIONALITY_ARABIC_NUMBER;
  }

  // Section 2 of RFC 5893, rule by rule.
  private static boolean bidi(String label) {
    List<String> d =
        label.codePoints().mapToObj(c -> direction(Character.getDirectionality(c))).toList();
    boolean rtl = List.of("R", "AL").contains(d.get(0));
    if (!rtl && !d.get(0).equals("L")) {
      return false;
    }
    List<String> marks = List.of("ES", "CS", "ET", "ON", "BN", "NSM");
    List<String> allowed = rtl ? List.of("R", "AL", "AN", "EN") : List.of("L", "EN");
    int last = d.size() - 1;
    while (last > 0 && d.get(last).equals("NSM")) {
      last--;
    }
    return d.stream().allMatch(x -> allowed.contains(x) || marks.contains(x))
        && allowed.contains(d.get(last))
        && !(rtl && d.contains("AN") && d.contains("EN"));
  }

  private static String direction(byte d) {
    return switch (d) {
      case Character.DIRECTIONALITY_LEFT_TO_RIGHT -> "L";
      case Character.DIRECTIONALITY_RIGHT_TO_LEFT -> "R";
      case Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC -> "AL";
      case Character.DIRECTIONALITY_ARABIC_NUMBER -> "AN";
      case Character.DIRECTIONALITY_EUROPEAN_NUMBER -> "EN";
      case Character.DIRECTIONALITY_EUROPEAN_NUMBER_SEPARATOR -> "ES";
      case Character.DIRECTIONALITY_COMMON_NUMBER_SEPARATOR -> "CS";
      case Character.DIRECTIONALITY_EUROPEAN_NUMBER_TERMINATOR -> "ET";
      case Character.DIRECTIONALITY_OTHER_NEUTRALS -> "ON";
      case Character.DIRECTIONALITY_BOUNDARY_NEUTRAL -> "BN";
      case Character.DIRECTIONALITY_NONSPACING_MARK -> "NSM";
      default -> "?";
    };
  }

  // ---- RFC 5321 and 6531

  private static boolean mailbox(String s, boolean international) {
    int at = s.lastIndexOf('@');
    if (at < 1
        || s.substring(0, at).getBytes(java.nio.charset.StandardCharsets.UTF_8).length > 64) {
      return false;
    }
    return local(s.substring(0, at), international) && domain(s.substring(at + 1), international);
  }

  private static boolean local(String s, boolean international) {
    if (s.length() > 1 && s.startsWith("\"") && s.endsWith("\"")) {
      int[] c = s.substring(1, s.length() - 1).codePoints().toArray();
      for (int i = 0; i < c.length; i++) {
        if (c[i] == '\\') {
          i++;
          if (i == c.length || c[i] < 32 || c[i] > 126) {
            return false;
          }
        } else if (c[i] == '"' || c[i] < 32 || c[i] == 127 || (c[i] > 127 && !international)) {
          return false;
        }
      }
      return true;
    }
    return split(s, ".").stream()
        .allMatch(
            atom ->
                !atom.isEmpty()
                    && all(
                        atom,
                        c ->
                            letter(c)
                                || digit(c)
                                || of("!#$%&'*+-/=?^_`{|}~", c)
                                || (c > 127 && international)));
  }

  private static boolean domain(String s, boolean international) {
    if (s.startsWith("[") && s.endsWith("]")) {
      String inside = s.substring(1, s.length() - 1);
      return ipv4(inside)
          || (inside.regionMatches(true, 0, "IPv6:", 0, 5) && ipv6(inside.substring(5)));
    }
    List<String> labels = split(s, ".");
    boolean rtl = international && s.codePoints().anyMatch(FormatOracles::rightToLeft);
    int octets = labels.stream().mapToInt(l -> 1 + punycode(l).length()).sum();
    return octets <= 256
        && labels.stream()
            .allMatch(
                l ->
                    (label(l) && (!rtl || bidi(l)))
                        || (international
                            && !all(l, c -> c < 128)
                            && idnLabel(l)
                            && punycode(l).length() <= 63
                            && (!rtl || bidi(l))));
  }

  // ---- RFC 3986 and 3987

  private static boolean uri(String s, boolean absolute, boolean international) {
    Matcher m = // appendix B
        Pattern.compile("(?s)(([^:/?#]+):)?(//([^/?#]*))?([^?#]*)(\\?([^#]*))?(#(.*))?").matcher(s);
    if (!m.matches()) {
      return false;
    }
    String scheme = m.group(2);
    String authority = m.group(4);
    String path = m.group(5);
    boolean named =
        scheme != null
            && letter(scheme.charAt(0))
            && all(scheme, c -> letter(c) || digit(c) || of("+-.", c));
    if (scheme == null ? absolute || s.startsWith(":") : !named) {
      return false;
    }
    if (authority == null && path.startsWith("//")) {
      return false;
    }
    return (authority == null || authority(authority, international))
        && pchars(path, "/", international, false)
        && (m.group(7) == null || pchars(m.group(7), "/?", international, true))
        && (m.group(9) == null || pchars(m.group(9), "/?", international, false));
  }

  private static boolean authority(String s, boolean international) {
    int at = s.indexOf('@');
    String host = s.substring(at + 1);
    if (at >= 0 && !chars(s.substring(0, at), ":", international, false)) {
      return false;
    }
    int colon =
        host.startsWith("[")
            ? host.indexOf(':', Math.max(0, host.indexOf(']')))
            : host.indexOf(':');
    if (colon >= 0) {
      if (!all(host.substring(colon + 1), FormatOracles::digit)) {
        return false;
      }
      host = host.substring(0, colon);
    }
    if (host.startsWith("[") && host.endsWith("]")) {
      String inside = host.substring(1, host.length() - 1);
      int dot = inside.indexOf('.');
      return ipv6(inside)
          || (dot > 1
              && of("vV", inside.charAt(0))
              && all(inside.substring(1, dot), FormatOracles::hex)
              && dot + 1 < inside.length()
              && all(inside.substring(dot + 1), c -> plain(c) || c == ':'));
    }
    return chars(host, "", international, false);
  }

  private static boolean plain(int c) {
    return letter(c) || digit(c) || of("-._~!$&'()*+,;=", c);
  }

  private static boolean pchars(String s, String more, boolean international, boolean query) {
    return chars(s, ":@" + more, international, query);
  }

  private static boolean chars(String s, String more, boolean international, boolean query) {
    int[] c = s.codePoints().toArray();
    for (int i = 0; i < c.length; i++) {
      if (c[i] == '%') {
        if (i + 2 >= c.length || !hex(c[i + 1]) || !hex(c[i + 2])) {
          return false;
        }
      } else if (!plain(c[i])
          && !of(more, c[i])
          && !(international && (ucs(c[i]) || (query && reserved(c[i]))))) {
        return false;
      }
    }
    return true;
  }

  // Private use.
  private static boolean reserved(int c) {
    return Character.getType(c) == Character.PRIVATE_USE && (c & 0xFFFE) != 0xFFFE;
  }

  private static boolean ucs(int c) {
    boolean noncharacter =
        (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF) || (c >= 0xFFF0 && c <= 0xFFFF);
    return c >= 0xA0
        && !noncharacter
        && Character.getType(c) != Character.PRIVATE_USE
        && !(c >= 0xD800 && c <= 0xDFFF)
        && !(c >= 0xE0000 && c < 0xE1000)
        && c < 0xF0000;
  }

  // ---- RFC 6570, section 2

  private static boolean template(String s) {
    StringBuilder literal = new StringBuilder();
    for (int i = 0; i < s.length(); i++) {
      if (s.charAt(i) == '{') {
        int end = s.indexOf('}', i);
        if (end < 0 || !expression(s.substring(i + 1, end))) {
          return false;
        }
        i = end;
      } else {
        literal.append(s.charAt(i));
        if (s.charAt(i) == '%'
            && (i + 2 >= s.length() || !hex(s.charAt(i + 1)) || !hex(s.charAt(i + 2)))) {
          return false;
        }
      }
    }
    return all(
        literal.toString(),
        c -> c > 127 ? ucs(c) || reserved(c) : c > 32 && c < 127 && !of("\"<>\\^`{|}", c));
  }

  private static boolean expression(String s) {
    String list = !s.isEmpty() && of("+#./;?&", s.charAt(0)) ? s.substring(1) : s;
    return split(list, ",").stream().allMatch(FormatOracles::variable);
  }

  private static boolean variable(String s) {
    String name = s.endsWith("*") ? s.substring(0, s.length() - 1) : s;
    int colon = s.indexOf(':');
    if (colon >= 0) {
      String most = s.substring(colon + 1);
      if (most.isEmpty()
          || most.length() > 4
          || !all(most, FormatOracles::digit)
          || most.startsWith("0")) {
        return false;
      }
      name = s.substring(0, colon);
    }
    return split(name, ".").stream()
        .allMatch(
            part -> !part.isEmpty() && Pattern.matches("([A-Za-z0-9_]|%[0-9A-Fa-f]{2})+", part));
  }

  // ---- RFC 6901 and its relative form

  private static boolean jsonPointer(String s) {
    return (s.isEmpty() || s.startsWith("/"))
        && Stream.of(s.split("~", -1))
            .skip(1)
            .allMatch(p -> p.startsWith("0") || p.startsWith("1"));
  }

  private static boolean relativeJsonPointer(String s) {
    int n = 0;
    while (n < s.length() && digit(s.charAt(n))) {
      n++;
    }
    String rest = s.substring(n);
    return n > 0 && (n == 1 || s.charAt(0) != '0') && (rest.equals("#") || jsonPointer(rest));
  }
}
