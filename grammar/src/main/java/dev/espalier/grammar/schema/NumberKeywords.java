package dev.espalier.grammar.schema;

import java.math.BigDecimal;
import java.util.List;

/**
 * {@code minimum}, {@code maximum}, their exclusive forms and {@code multipleOf}, all in exact
 * decimal arithmetic.
 */
final class NumberKeywords {
  private NumberKeywords() {}

  static void expand(Keywords k, Formulas formulas, List<Formula> out) {
    limit(k, "minimum", "exclusiveMinimum", true, formulas, out);
    limit(k, "maximum", "exclusiveMaximum", false, formulas, out);
    BigDecimal unit = k.number("multipleOf");
    if (unit != null) {
      if (unit.signum() <= 0) {
        throw k.broken("multipleOf", "must be positive");
      }
      out.add(formulas.atom(new Atom.MultipleOf(unit)));
    }
  }

  private static void limit(
      Keywords k,
      String keyword,
      String exclusive,
      boolean lower,
      Formulas formulas,
      List<Formula> out) {
    BigDecimal limit = k.number(keyword);
    boolean sharpened = k.draft() == Draft.DRAFT_4 && k.flag(exclusive); // a flag on the limit
    if (limit != null) {
      out.add(formulas.atom(new Atom.Bound(limit, lower, !sharpened)));
    }
    BigDecimal other = k.draft() == Draft.DRAFT_4 ? null : k.number(exclusive);
    if (other != null) {
      out.add(formulas.atom(new Atom.Bound(other, lower, false)));
    }
  }
}
