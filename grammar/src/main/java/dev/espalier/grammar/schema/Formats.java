package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.Expr;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The string formats that are enforced, as languages. Formats that no draft knows are annotations.
 */
final class Formats {
  /** Formats of some draft that have no language here yet. */
  static final Set<String> UNENFORCED =
      Set.of(
          "hostname",
          "idn-email",
          "idn-hostname",
          "iri",
          "iri-reference",
          "json-pointer",
          "regex",
          "relative-json-pointer",
          "uri-template");

  private static final Map<String, Expr> LANGUAGES = new HashMap<>();

  private Formats() {}

  static {
    Expr digit = Expr.bytes(ByteSet.range('0', '9'));
    Expr letter = Expr.bytes(ByteSet.range('a', 'z').or(ByteSet.range('A', 'Z')));
    Expr hex = Expr.or(digit, Expr.bytes(ByteSet.anyOf("abcdefABCDEF")));

    Expr date = date();
    Expr hour = Expr.or(numbers(0, 23, 2));
    Expr minute = Expr.or(numbers(0, 59, 2));
    Expr colon = Expr.literal(":");
    Expr fraction = Expr.optional(Expr.seq(Expr.literal("."), Expr.repeat(digit, 1, 9)));
    Expr offset =
        Expr.or(
            Expr.bytes(ByteSet.anyOf("Zz")),
            Expr.seq(Expr.bytes(ByteSet.anyOf("+-")), hour, colon, minute));
    // RFC 3339, section 5.6. A leap second is a second like any other only at 23:59:60 UTC; the
    // language leaves it out.
    Expr local = Expr.seq(hour, colon, minute, colon, minute, fraction);
    Expr time = Expr.seq(local, offset);
    LANGUAGES.put("date", date);
    LANGUAGES.put("time", time);
    LANGUAGES.put("date-time", Expr.seq(date, Expr.bytes(ByteSet.anyOf("Tt")), time));
    LANGUAGES.put("duration", duration(digit));
    LANGUAGES.put(
        "uuid",
        Expr.seq(
            Expr.repeat(hex, 8, 8),
            Expr.repeat(Expr.seq(Expr.literal("-"), Expr.repeat(hex, 4, 4)), 3, 3),
            Expr.literal("-"),
            Expr.repeat(hex, 12, 12)));
    Expr octet = Expr.or(numbers(0, 255, 1));
    Expr ipv4 = Expr.seq(octet, Expr.repeat(Expr.seq(Expr.literal("."), octet), 3, 3));
    LANGUAGES.put("ipv4", ipv4);
    LANGUAGES.put("ipv6", ipv6(hex, ipv4));
    LANGUAGES.put("email", email(letter, digit));
    uris(letter, digit, hex, ipv4);
  }

  /** The language of a format, null if it has none. */
  static @Nullable Expr language(String format, Draft draft) {
    return LANGUAGES.get(format);
  }

  private static List<Expr> numbers(int from, int to, int width) {
    List<Expr> all = new ArrayList<>();
    for (int i = from; i <= to; i++) {
      all.add(Expr.literal(String.format("%0" + width + "d", i)));
    }
    return all;
  }

  private static Expr date() {
    Expr digit = Expr.bytes(ByteSet.range('0', '9'));
    List<Expr> days = new ArrayList<>();
    for (int month = 1; month <= 12; month++) {
      int last = month == 2 ? 28 : java.time.Month.of(month).maxLength();
      days.add(
          Expr.seq(Expr.literal(String.format("-%02d-", month)), Expr.or(numbers(1, last, 2))));
    }
    List<Expr> byFour = new ArrayList<>();
    for (int i = 4; i < 100; i += 4) {
      byFour.add(Expr.literal(String.format("%02d", i)));
    }
    Expr four = Expr.or(byFour);
    Expr leapYear =
        Expr.or(
            Expr.seq(digit, digit, four),
            Expr.seq(Expr.or(four, Expr.literal("00")), Expr.literal("00")));
    return Expr.or(
        Expr.seq(Expr.repeat(digit, 4, 4), Expr.or(days)),
        Expr.seq(leapYear, Expr.literal("-02-29")));
  }

  // RFC 3339, appendix A: units in order, none skipped between two that are given.
  private static Expr duration(Expr digit) {
    Expr n = Expr.repeat(digit, 1, 9);
    Expr s = Expr.seq(n, Expr.literal("S"));
    Expr m = Expr.seq(n, Expr.literal("M"), Expr.optional(s));
    Expr h = Expr.seq(n, Expr.literal("H"), Expr.optional(m));
    Expr time = Expr.seq(Expr.literal("T"), Expr.or(h, m, s));
    Expr d = Expr.seq(n, Expr.literal("D"));
    Expr month = Expr.seq(n, Expr.literal("M"), Expr.optional(d));
    Expr year = Expr.seq(n, Expr.literal("Y"), Expr.optional(month));
    Expr dated = Expr.seq(Expr.or(d, month, year), Expr.optional(time));
    Expr weeks = Expr.seq(n, Expr.literal("W"));
    return Expr.seq(Expr.literal("P"), Expr.or(dated, time, weeks));
  }

  // RFC 4291, section 2.2: eight groups, one run of zeros as "::", an IPv4 tail as two groups.
  private static Expr ipv6(Expr hex, Expr ipv4) {
    Expr group = Expr.repeat(hex, 1, 4);
    Expr tail = Expr.or(ipv4, Expr.seq(group, Expr.literal(":"), group));
    Expr before = Expr.seq(group, Expr.literal(":"));
    List<Expr> ways = new ArrayList<>();
    ways.add(Expr.seq(Expr.repeat(before, 6, 6), tail));
    for (int left = 0; left <= 7; left++) {
      Expr head = left == 0 ? Expr.EMPTY : Expr.seq(Expr.repeat(before, left - 1, left - 1), group);
      Expr gap = Expr.literal("::");
      int room = 7 - left; // groups that may follow, at least one being left out
      Expr rest = Expr.EMPTY;
      if (room >= 1) {
        rest = Expr.or(rest, Expr.seq(Expr.repeat(before, 0, room - 1), group));
      }
      if (room >= 2) {
        rest = Expr.or(rest, Expr.seq(Expr.repeat(before, 0, room - 2), tail));
      }
      ways.add(Expr.seq(head, gap, rest));
    }
    return Expr.or(ways);
  }

  // RFC 5321, section 4.1.2: dot-string local part and a domain of labels; quoted local parts and
  // address literals are left out, since hardly any consumer takes them.
  private static Expr email(Expr letter, Expr digit) {
    Expr alnum = Expr.or(letter, digit);
    Expr atom =
        Expr.repeat(Expr.or(alnum, Expr.bytes(ByteSet.anyOf("!#$%&'*+-/=?^_`{|}~"))), 1, 64);
    Expr local = Expr.seq(atom, Expr.star(Expr.seq(Expr.literal("."), atom)));
    Expr label = label(alnum);
    return Expr.seq(local, Expr.literal("@"), label, Expr.star(Expr.seq(Expr.literal("."), label)));
  }

  private static Expr label(Expr alnum) {
    Expr inner = Expr.or(alnum, Expr.literal("-"));
    return Expr.seq(alnum, Expr.optional(Expr.seq(Expr.repeat(inner, 0, 61), alnum)));
  }

  // RFC 3986, appendix A; IP literals in the host are left out.
  private static void uris(Expr letter, Expr digit, Expr hex, Expr ipv4) {
    Expr unreserved = Expr.or(letter, digit, Expr.bytes(ByteSet.anyOf("-._~")));
    Expr percent = Expr.seq(Expr.literal("%"), hex, hex);
    Expr delims = Expr.bytes(ByteSet.anyOf("!$&'()*+,;="));
    Expr pchar = Expr.or(unreserved, percent, delims, Expr.bytes(ByteSet.anyOf(":@")));
    Expr segments = Expr.star(Expr.seq(Expr.literal("/"), Expr.star(pchar)));
    Expr rootless = Expr.seq(Expr.repeat(pchar, 1, Expr.UNBOUNDED), segments);
    Expr absolute = Expr.seq(Expr.literal("/"), Expr.optional(rootless));
    Expr userinfo = Expr.star(Expr.or(unreserved, percent, delims, Expr.literal(":")));
    Expr host = Expr.or(ipv4, Expr.star(Expr.or(unreserved, percent, delims)));
    Expr authority =
        Expr.seq(
            Expr.optional(Expr.seq(userinfo, Expr.literal("@"))),
            host,
            Expr.optional(Expr.seq(Expr.literal(":"), Expr.star(digit))));
    Expr network = Expr.seq(Expr.literal("//"), authority, segments);
    Expr scheme =
        Expr.seq(letter, Expr.star(Expr.or(letter, digit, Expr.bytes(ByteSet.anyOf("+-.")))));
    Expr tail = Expr.star(Expr.or(pchar, Expr.bytes(ByteSet.anyOf("/?"))));
    Expr suffix =
        Expr.seq(
            Expr.optional(Expr.seq(Expr.literal("?"), tail)),
            Expr.optional(Expr.seq(Expr.literal("#"), tail)));
    Expr uri =
        Expr.seq(
            scheme, Expr.literal(":"), Expr.or(network, absolute, rootless, Expr.EMPTY), suffix);
    Expr noColon = Expr.or(unreserved, percent, delims, Expr.literal("@"));
    Expr noScheme = Expr.seq(Expr.repeat(noColon, 1, Expr.UNBOUNDED), segments);
    Expr relative = Expr.seq(Expr.or(network, absolute, noScheme, Expr.EMPTY), suffix);
    LANGUAGES.put("uri", uri);
    LANGUAGES.put("uri-reference", Expr.or(uri, relative));
  }
}
