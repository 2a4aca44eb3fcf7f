package dev.espalier.grammar.schema;

import dev.espalier.grammar.SchemaException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/**
 * Looks at every sub-schema that can be reached, before any text is made: a keyword that is broken
 * or not enforced is found even where generation would rarely lead.
 */
final class SchemaCheck {
  private final SchemaDocument document;
  private final Expansion expansion;
  private final Set<SchemaNode> seen = new HashSet<>();

  SchemaCheck(SchemaDocument document, Expansion expansion) {
    this.document = document;
    this.expansion = expansion;
  }

  void run() {
    ArrayDeque<SchemaNode> queue = new ArrayDeque<>();
    queue.add(document.root());
    while (!queue.isEmpty()) {
      SchemaNode schema = queue.remove();
      if (seen.add(schema) && schema.json().isObject()) {
        queue.addAll(expansion.subschemas(schema));
      }
    }
  }

  /** Names the innermost sub-schema whose failure makes the whole impossible. */
  SchemaException unsatisfiable(Liveness liveness, Formulas formulas) {
    SchemaNode at = document.root();
    Set<SchemaNode> passed = new HashSet<>();
    search:
    while (passed.add(at) && at.json().isObject()) {
      for (SchemaNode s : expansion.mandatory(at)) {
        if (!liveness.satisfiable(formulas.verdict(s))) {
          at = s;
          continue search;
        }
      }
      break;
    }
    return new SchemaException(
        at.pointer(), "", "no value satisfies this schema: " + clip(at.json().toString()));
  }

  private static String clip(String s) {
    return s.length() <= 200 ? s : s.substring(0, 200) + "…";
  }
}
