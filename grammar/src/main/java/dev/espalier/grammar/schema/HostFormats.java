package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import java.util.ArrayList;
import java.util.List;

/** Host names (RFC 1123; RFC 5890 to 5893 where they are international) and IP addresses. */
final class HostFormats {
  private static final int LONGEST = 253;
  private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

  private HostFormats() {}

  /** Section 3.2.2 of RFC 2673, which JSON Schema names. */
  static Expr ipv4() {
    return Formats.matching(OCTET + "(\\." + OCTET + "){3}");
  }

  /** RFC 4291, section 2.2: eight groups, one run of zeros as "::", an IPv4 tail as two groups. */
  static Expr ipv6() {
    Expr group = Formats.matching("[0-9a-fA-F]{1,4}");
    Expr before = Expr.seq(group, Expr.literal(":"));
    Expr tail = Expr.or(ipv4(), Expr.seq(before, group));
    List<Expr> ways = new ArrayList<>();
    ways.add(Expr.seq(Expr.repeat(before, 6, 6), tail));
    for (int left = 0; left <= 7; left++) {
      Expr head = left == 0 ? Expr.EMPTY : Expr.seq(Expr.repeat(before, left - 1, left - 1), group);
      int room = 7 - left; // groups that may follow, at least one being left out
      Expr rest = Expr.EMPTY;
      if (room >= 1) {
        rest = Expr.or(rest, Expr.seq(Expr.repeat(before, 0, room - 1), group));
      }
      if (room >= 2) {
        rest = Expr.or(rest, Expr.seq(Expr.repeat(before, 0, room - 2), tail));
      }
      ways.add(Expr.seq(head, Expr.literal("::"), rest));
    }
    return Expr.or(ways);
  }

  static Expr hostname() {
    return names(label().minus(hyphensInThirdPlace()));
  }

  static Expr plainHostname() {
    return names(label());
  }

  private static Expr label() {
    return Formats.matching("[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?");
  }

  private static Expr names(Expr label) {
    return Expr.and(
        Expr.seq(label, Expr.star(Expr.seq(Expr.literal("."), label))),
        Expr.repeat(Expr.bytes(ByteSet.ALL), 1, LONGEST));
  }

  /** Such labels are reserved for encodings of others, as {@code xn--} is for Punycode. */
  static Expr hyphensInThirdPlace() {
    return Expr.seq(Formats.matching(".."), Expr.literal("--"), Expr.ALL);
  }

  static Expr idnHostname() {
    // The Bidi rule binds every label of a name in which one holds a right-to-left character.
    Expr separator = Formats.matching("[.\\u{3002}\\u{FF0E}\\u{FF61}]");
    Expr plain = IdnLabels.withoutBidi();
    Expr bidi = IdnLabels.underBidiRule();
    return Expr.and(
        Expr.or(
            Expr.seq(plain, Expr.star(Expr.seq(separator, plain))),
            Expr.seq(bidi, Expr.star(Expr.seq(separator, bidi)))),
        Expr.or(
            Expr.repeat(Utf8.range('!', '~'), 1, LONGEST),
            Expr.repeat(Utf8.CHAR, 1, IdnLabels.LONGEST)));
  }
}
