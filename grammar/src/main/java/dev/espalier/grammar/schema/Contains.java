package dev.espalier.grammar.schema;

import java.util.List;

/** {@code contains}, {@code minContains}, {@code maxContains}. */
final class Contains {
  private Contains() {}

  static void expand(Keywords k, Formulas formulas, List<Formula> out) {
    SchemaNode contained = k.schema("contains");
    if (contained == null) {
      return;
    }
    int min = k.count("minContains", 1);
    int max = k.count("maxContains", Integer.MAX_VALUE);
    if (min > 0) {
      out.add(formulas.atom(new Atom.MinContains(contained, min)));
    }
    if (max < Integer.MAX_VALUE) {
      out.add(formulas.atom(new Atom.MaxContains(contained, max)));
    }
  }
}
