package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.Expr;

/** URIs (RFC 3986, appendix A), IRIs (RFC 3987, section 2.2) and URI templates (RFC 6570). */
final class UriFormats {
  private static final String PERCENT = "%[0-9a-fA-F]{2}";
  private static final String DELIMS = "!$&'()*+,;=";
  private static final String UNRESERVED = "A-Za-z0-9\\-._~";

  // Whatever Unicode has beyond ASCII but private use and non-characters.
  private static final String UCS = ucs();
  private static final String PRIVATE =
      "\\u{E000}-\\u{F8FF}\\u{F0000}-\\u{FFFFD}\\u{100000}-\\u{10FFFD}";

  private UriFormats() {}

  private static String ucs() {
    StringBuilder s = new StringBuilder("\\u{A0}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFEF}");
    for (int plane = 1; plane <= 14; plane++) {
      int from = plane == 14 ? 0x1000 : 0;
      s.append("\\u{%X}-\\u{%X}".formatted((plane << 16) | from, (plane << 16) | 0xFFFD));
    }
    return s.toString();
  }

  static Expr uri() {
    return absolute("", "");
  }

  static Expr uriReference() {
    return Expr.or(absolute("", ""), relative("", ""));
  }

  static Expr iri() {
    return absolute(UCS, PRIVATE);
  }

  static Expr iriReference() {
    return Expr.or(absolute(UCS, PRIVATE), relative(UCS, PRIVATE));
  }

  private static Expr absolute(String more, String inQuery) {
    String pchar = chars(":@", more);
    return Expr.seq(
        Formats.matching("[A-Za-z][-A-Za-z0-9+.]*:"),
        Expr.or(
            network(more),
            Formats.matching("/(" + pchar + "+(/" + pchar + "*)*)?"),
            Formats.matching("(" + pchar + "+(/" + pchar + "*)*)?")),
        suffix(more, inQuery));
  }

  private static Expr relative(String more, String inQuery) {
    String pchar = chars(":@", more);
    return Expr.seq(
        Expr.or(
            network(more),
            Formats.matching("/(" + pchar + "+(/" + pchar + "*)*)?"),
            Formats.matching("(" + chars("@", more) + "+(/" + pchar + "*)*)?")),
        suffix(more, inQuery));
  }

  private static String chars(String also, String more) {
    return "(?:[" + UNRESERVED + DELIMS + also + more + "]|" + PERCENT + ")";
  }

  private static Expr network(String more) {
    Expr literal =
        Expr.seq(
            Expr.literal("["),
            Expr.or(
                HostFormats.ipv6(),
                Formats.matching("[vV][0-9a-fA-F]+\\.[" + UNRESERVED + DELIMS + ":]+")),
            Expr.literal("]"));
    return Expr.seq(
        Expr.literal("//"),
        Formats.matching("(" + chars(":", more) + "*@)?"),
        Expr.or(literal, Formats.matching(chars("", more) + "*")),
        Formats.matching("(:[0-9]*)?(/" + chars(":@", more) + "*)*"));
  }

  private static Expr suffix(String more, String inQuery) {
    return Formats.matching(
        "(\\?" + chars(":@/?", more + inQuery) + "*)?(#" + chars(":@/?", more) + "*)?");
  }

  /** Section 2, with the apostrophe that erratum 6937 allows; operators kept for later are not. */
  static Expr template() {
    String name = "([A-Za-z0-9_]|" + PERCENT + ")(\\.?([A-Za-z0-9_]|" + PERCENT + "))*";
    String variable = name + "(:[1-9][0-9]{0,3}|\\*)?";
    String literal = "[!#$&-;=?-\\[\\]_a-z~" + UCS + PRIVATE + "]|" + PERCENT;
    return Formats.matching(
        "(" + literal + "|\\{[+#./;?&]?" + variable + "(," + variable + ")*\\})*");
  }
}
