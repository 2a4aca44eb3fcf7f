package dev.espalier.grammar.automaton;

import dev.espalier.Texts;

/** An expression as it is shown to people: no longer than these like to read. */
final class ExprText {
  private static final int SHOWN = 1_000; // characters

  private ExprText() {}

  static String of(Expr e) {
    StringBuilder out = new StringBuilder();
    show(e, out);
    return Texts.shortened(out.toString(), SHOWN);
  }

  private static void show(Expr e, StringBuilder out) {
    if (out.length() > SHOWN) {
      return;
    }
    switch (e.kind()) {
      case NONE -> out.append("∅");
      case EMPTY -> out.append("ε");
      case SET -> out.append(e.set());
      case TRIE -> out.append("one of ").append(e.to() - e.from()).append(" texts");
      case LOOP -> out.append(e.name());
      case SEQ -> {
        show(e.args()[0], out);
        show(e.args()[1], out);
      }
      case REPEAT -> {
        int most = e.repeatMost();
        out.append('(');
        show(e.args()[0], out);
        out.append("){")
            .append(e.repeatMin())
            .append(',')
            .append(most == Expr.UNBOUNDED ? "" : most)
            .append('}');
      }
      case OR, AND -> {
        String between = "(";
        for (Expr a : e.args()) {
          out.append(between);
          show(a, out);
          between = e.kind() == Expr.Kind.OR ? "|" : "&";
        }
        out.append(')');
      }
      case NOT -> {
        out.append("~(");
        show(e.args()[0], out);
        out.append(')');
      }
    }
  }
}
