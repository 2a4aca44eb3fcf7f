package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.Expr;

/** Mailboxes of RFC 5321, section 4.1.2, and their internationalised form of RFC 6531. */
final class MailFormats {
  private static final int LOCAL_OCTETS = 64; // RFC 5321, section 4.5.3.1.1
  private static final String ATOM = "A-Za-z0-9!#$%&'*+/=?^_`{|}~\\-";

  private MailFormats() {}

  static Expr email() {
    return mailbox("", "A-Za-z0-9");
  }

  static Expr idnEmail() {
    return mailbox("\\u{80}-\\u{10FFFF}", "A-Za-z0-9\\u{80}-\\u{10FFFF}");
  }

  private static Expr mailbox(String more, String letters) {
    String atom = "[" + ATOM + more + "]+";
    String quoted = "\"([ !#-\\[\\]-~" + more + "]|\\\\[ -~])*\"";
    Expr local =
        Expr.and(
            Formats.matching(atom + "(\\." + atom + ")*|" + quoted),
            Expr.repeat(Expr.bytes(ByteSet.ALL), 1, LOCAL_OCTETS));
    String label = "[" + letters + "]([-" + letters + "]{0,61}[" + letters + "])?";
    Expr literal =
        Expr.seq(
            Expr.literal("["),
            Expr.or(
                HostFormats.ipv4(),
                Expr.seq(Formats.matching("[iI][pP][vV]6:"), HostFormats.ipv6())),
            Expr.literal("]"));
    return Expr.seq(
        local,
        Expr.literal("@"),
        Expr.or(literal, Formats.matching(label + "(\\." + label + ")*")));
  }
}
