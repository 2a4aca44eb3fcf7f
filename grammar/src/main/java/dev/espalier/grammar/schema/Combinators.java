package dev.espalier.grammar.schema;

import java.util.ArrayList;
import java.util.List;

/** {@code allOf}, {@code anyOf}, {@code oneOf}, {@code not}, {@code if}. */
final class Combinators {
  private Combinators() {}

  static void expand(Keywords k, JsonType type, Expansion expansion, List<Formula> out) {
    Formulas formulas = expansion.formulas();
    for (SchemaNode s : k.schemas("allOf")) {
      out.add(expansion.of(s, type));
    }
    if (k.has("anyOf")) {
      out.add(formulas.or(each(k.schemas("anyOf"), type, expansion)));
    }
    if (k.has("oneOf")) {
      List<SchemaNode> schemas = k.schemas("oneOf");
      List<Formula> parts = each(schemas, type, expansion);
      out.add(
          expansion.exclusive().areApart(schemas)
              ? formulas.or(parts)
              : type == JsonType.OBJECT
                  ? expansion.exclusive().one(parts, k.strings("required"))
                  : formulas.one(parts));
    }
    SchemaNode not = k.schema("not");
    if (not != null) {
      out.add(formulas.not(expansion.of(not, type)));
    }
    SchemaNode condition = k.schema("if");
    if (condition != null && (k.has("then") || k.has("else"))) {
      Formula c = expansion.of(condition, type);
      SchemaNode then = k.schema("then");
      SchemaNode otherwise = k.schema("else");
      out.add(formulas.or(formulas.not(c), then == null ? formulas.yes : expansion.of(then, type)));
      out.add(formulas.or(c, otherwise == null ? formulas.yes : expansion.of(otherwise, type)));
    }
  }

  private static List<Formula> each(List<SchemaNode> schemas, JsonType type, Expansion expansion) {
    List<Formula> out = new ArrayList<>();
    for (SchemaNode s : schemas) {
      out.add(expansion.of(s, type));
    }
    return out;
  }
}
