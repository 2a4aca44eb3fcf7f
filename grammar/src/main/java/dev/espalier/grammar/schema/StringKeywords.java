package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import java.util.List;

/** {@code minLength}, {@code maxLength}, {@code pattern}, {@code format}. */
final class StringKeywords {
  private StringKeywords() {}

  static void expand(Keywords k, boolean assertFormats, Formulas formulas, List<Formula> out) {
    int min = k.count("minLength", 0);
    int max = k.count("maxLength", Expr.UNBOUNDED);
    out.add(min > max ? formulas.no : formulas.text(Expr.repeat(Utf8.CHAR, min, max)));
    String pattern = k.text("pattern");
    if (pattern != null) {
      out.add(formulas.text(k.pattern("pattern", pattern)));
    }
    String format = k.text("format");
    if (format != null && assertFormats) {
      Expr language = Formats.language(format, k.draft());
      if (language != null) {
        out.add(formulas.text(language));
      }
    }
  }
}
