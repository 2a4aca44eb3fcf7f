package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.Expr;

/** Mailboxes of RFC 5321, section 4.1.2, and their internationalised form of RFC 6531. */
final class MailFormats {
  private static final int LOCAL_OCTETS = 64; // RFC 5321, section 4.5.3.1.1
  private static final String ATOM = "A-Za-z0-9!#$%&'*+/=?^_`{|}~\\-";

  private MailFormats() {}

  static Expr email() {
    return mailbox("", names("[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?"));
  }

  static Expr idnEmail() {
    return mailbox("\\u{80}-\\u{10FFFF}", IdnLabels.plainNames());
  }

  private static Expr names(String label) {
    return Formats.matching(label + "(\\." + label + ")*");
  }

  private static Expr mailbox(String more, Expr names) {
    String atom = "[" + ATOM + more + "]+";
    String quoted = "\"([ !#-\\[\\]-~" + more + "]|\\\\[ -~])*\"";
    Expr local =
        Expr.and(
            Formats.matching(atom + "(\\." + atom + ")*|" + quoted),
            Expr.repeat(Expr.bytes(ByteSet.ALL), 1, LOCAL_OCTETS));
    Expr literal =
        Expr.seq(
            Expr.literal("["),
            Expr.or(
                HostFormats.ipv4(),
                Expr.seq(Formats.matching("[iI][pP][vV]6:"), HostFormats.ipv6())),
            Expr.literal("]"));
    return Expr.seq(local, Expr.literal("@"), Expr.or(literal, names));
  }
}
