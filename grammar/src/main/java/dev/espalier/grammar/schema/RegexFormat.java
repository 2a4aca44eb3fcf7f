package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.Expr;
import java.util.ArrayList;
import java.util.List;

/**
 * Regular expressions of ECMA-262 with the {@code u} flag, as far as they form a regular language:
 * groups nest to a bounded depth, there are no back-references, and at most one group has a name,
 * for names must differ.
 */
final class RegexFormat {
  private static final int DEPTH = 5;

  private RegexFormat() {}

  static Expr regex() {
    String escape =
        "\\\\(?:[dDsSwWfnrtv]|c[A-Za-z]|0|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}"
            + "|u\\{0*[0-9A-Fa-f]{1,5}\\}|[\\^$\\\\.*+?()\\[\\]{}|/]|[pP]\\{(?:"
            + PROPERTIES
            + ")\\})";
    Expr escaped = Formats.matching(escape);
    Expr plain = Formats.matching("[^\\^$\\\\.*+?()\\[\\]{}|]|\\.");
    Expr set =
        Expr.seq(
            Formats.matching("\\[\\^?-?"),
            Expr.star(
                Expr.or(
                    escaped,
                    Formats.matching("\\\\[b\\-]"),
                    Formats.matching("[^\\\\\\]\\-^]|[^\\\\\\]\\-]"),
                    range())),
            Formats.matching("-?\\]"));
    Expr atom = Expr.or(plain, escaped, set);
    Expr quantifier =
        Expr.seq(
            Expr.or(Formats.matching("[*+?]|\\{[0-9]+,?\\}"), between()),
            Expr.optional(Expr.literal("?")));
    Expr assertion = Formats.matching("[\\^$]|\\\\[bB]");
    Expr group = Formats.matching("\\((\\?:)?");
    Expr look = Formats.matching("\\(\\?<?[=!]");
    Expr named = Formats.matching("\\(\\?<[A-Za-z_$][A-Za-z0-9_$]*>");
    Expr close = Expr.literal(")");
    Expr inner = alternatives(Expr.or(assertion, quantified(atom, quantifier)));
    Expr withName = Expr.NONE; // the same with one named group
    for (int depth = 0; depth < DEPTH; depth++) {
      Expr name =
          Expr.or(
              Expr.seq(look, withName, close),
              quantified(
                  Expr.or(Expr.seq(named, inner, close), Expr.seq(group, withName, close)),
                  quantifier));
      Expr deeper =
          alternatives(
              Expr.or(
                  assertion,
                  Expr.seq(look, inner, close),
                  quantified(Expr.or(atom, Expr.seq(group, inner, close)), quantifier)));
      withName = Expr.seq(deeper, name, deeper);
      inner = deeper;
    }
    return Expr.or(inner, withName).minus(zeroBeforeDigit());
  }

  // Which would be an octal escape.
  private static Expr zeroBeforeDigit() {
    return Formats.matching("(?:[^\\\\]|\\\\[\\s\\S])*\\\\0[0-9][\\s\\S]*");
  }

  private static final String PROPERTIES =
      "L|Lu|Ll|Lt|Lm|Lo|M|Mn|Mc|Me|N|Nd|Nl|No|P|S|Z|C|Letter|Number|Alphabetic|ASCII|Any"
          + "|Script=(?:Latin|Greek|Cyrillic|Han|Hiragana|Katakana|Arabic|Hebrew)";

  private static Expr alternatives(Expr term) {
    return Expr.star(Expr.or(term, Expr.literal("|")));
  }

  private static Expr quantified(Expr atom, Expr quantifier) {
    return Expr.seq(atom, Expr.optional(quantifier));
  }

  // {n,m} with n up to m, both below a hundred.
  private static Expr between() {
    List<Expr> ways = new ArrayList<>();
    for (int high = 0; high < 100; high++) {
      ways.add(Expr.seq(upTo(high), Expr.literal("," + high + "}")));
    }
    return Expr.seq(Expr.literal("{"), Expr.or(ways));
  }

  private static Expr upTo(int high) {
    List<byte[]> all = new ArrayList<>();
    for (int low = 0; low <= high; low++) {
      all.add(Integer.toString(low).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }
    return Expr.oneOf(all);
  }

  // Ranges between printable characters of ASCII that stand as they are, in order, and from one of
  // them to any other character.
  private static Expr range() {
    List<Expr> ways = new ArrayList<>();
    for (char from = ' '; from <= '~'; from++) {
      if (from != '\\' && from != ']' && from != '-') {
        ways.add(
            Expr.seq(
                Expr.literal(from + "-"),
                Formats.matching("[\\u{%X}-\\u{10FFFF}]".formatted((int) from))
                    .minus(Formats.matching("[\\\\\\]]"))));
      }
    }
    return Expr.or(ways);
  }
}
