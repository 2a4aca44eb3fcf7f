package dev.espalier.grammar.lark;

import dev.espalier.CompiledConstraint;
import dev.espalier.Constraint;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.GrammarSyntaxException;
import dev.espalier.grammar.JsonSchema;
import dev.espalier.grammar.SchemaException;
import java.util.Objects;

/**
 * A JSON Schema that stands in a grammar's text: what is wrong with it is said with the place in
 * that text, where people will look for it.
 *
 * @param source the grammar's text
 * @param offset where the schema begins in it, in chars
 */
record PlacedSchema(JsonSchema schema, String source, int offset) implements Constraint {
  /**
   * The schema with a text, of which most is checked when it is compiled.
   *
   * @throws GrammarSyntaxException if its options are wrong
   */
  static PlacedSchema of(String json, String source, int offset) {
    try {
      return new PlacedSchema(JsonSchema.of(json), source, offset);
    } catch (SchemaException e) {
      throw placed(e, json, source, offset);
    }
  }

  @Override
  public CompiledConstraint compile(Vocabulary vocabulary) {
    try {
      return schema.compile(vocabulary);
    } catch (SchemaException e) {
      throw placed(e, schema.text(), source, offset);
    }
  }

  // The schema's own exception stays the cause: it tells what is broken from what is not enforced.
  private static GrammarSyntaxException placed(
      SchemaException e, String json, String source, int offset) {
    int inside = LarkOptions.placeOf(e.pointer() + "/" + e.keyword(), json);
    if (e.keyword().isEmpty() || inside < 0) {
      inside = Math.max(0, LarkOptions.placeOf(e.pointer(), json));
    }
    String detail = Objects.requireNonNullElse(e.getMessage(), "expected a schema");
    GrammarSyntaxException placed = new GrammarSyntaxException(source, offset + inside, detail);
    placed.initCause(e);
    return placed;
  }
}
