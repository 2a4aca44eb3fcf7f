package dev.espalier.grammar;

import dev.espalier.CompiledConstraint;
import dev.espalier.Constraint;
import dev.espalier.Texts;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.openapi.OpenApiComponent;
import dev.espalier.grammar.schema.CompiledSchema;
import dev.espalier.grammar.schema.Options;
import dev.espalier.grammar.types.TypeSchema;
import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A JSON Schema as a constraint: every generated text is a JSON document that the schema accepts.
 * Immutable, shared by threads; {@code with…} methods give changed copies.
 *
 * <p>Drafts 4, 6, 7, 2019-09 and 2020-12. What is not enforced is refused with its JSON pointer and
 * keyword when the schema is compiled, and so is a schema that no value satisfies; nothing is
 * loosened silently.
 *
 * <p>Properties come in declared order unless {@link #anyOrder} is asked for: as {@code properties}
 * lists them (those of {@code allOf} and the like where they stand), then names only in {@code
 * required}, then all others. No name comes twice. Strings are spelled as a JSON writer spells
 * them; numbers in every JSON spelling with exponents of up to three digits and at most 16 zeros in
 * a row in a fraction (more only where the schema's own numbers are finer), so {@code 1.0} is an
 * integer.
 */
public final class JsonSchema implements Constraint {
  private final String text;
  private final Options options;

  private JsonSchema(String text, Options options) {
    this.text = text;
    this.options = options;
  }

  /**
   * A schema from its text, in front of which one byte order mark may stand. Options may come with
   * it under {@code x-espalier}: {@code order} (any, declared), {@code whitespace} (compact,
   * singleSpace, flexible, {@code {"indented": n}}), {@code formats} (assert, annotate), {@code
   * additionalProperties} (asWritten, strict), {@code escapes} (writer, any), {@code lenient},
   * {@code dialect}, {@code depth}, {@code states}, {@code compileMillis}. Methods called later
   * win.
   *
   * @throws SchemaException if the text is not JSON or not a schema
   */
  public static JsonSchema of(String schema) {
    return new JsonSchema(schema, CompiledSchema.ownOptions(schema, Options.DEFAULT));
  }

  /**
   * The schema of a Java type: records, enums, collections, sealed interfaces and what else {@link
   * TypeSchema} describes. {@code Generation.as} of the same type reads what is generated.
   *
   * @throws dev.espalier.EspalierException if the type, or one that it contains, has no schema
   */
  public static JsonSchema of(Class<?> type) {
    return of(TypeSchema.of(type));
  }

  /**
   * The schema of a component of an OpenAPI 3.0 or 3.1 document; {@link OpenApiComponent} says what
   * is translated.
   *
   * @param document the document, as JSON
   * @param component name of one of {@code components.schemas}
   * @throws SchemaException if the document or the component cannot be used, with the place
   */
  public static JsonSchema ofOpenApi(String document, String component) {
    return of(OpenApiComponent.schema(document, component));
  }

  /** Properties may come in any order. */
  public JsonSchema anyOrder() {
    return with(o -> o.declaredOrder = false);
  }

  /** White space; {@link Whitespace#compact} unless changed. */
  public JsonSchema whitespace(Whitespace whitespace) {
    return with(o -> o.whitespace = whitespace);
  }

  /** Formats are annotations, and no longer enforced. */
  public JsonSchema annotateFormats() {
    return with(o -> o.assertFormats = false);
  }

  /**
   * Objects hold declared properties only, as if {@code unevaluatedProperties: false} stood in
   * every schema of a whole object that declares some. This is what OpenAI's strict mode asks for,
   * and works through {@code allOf} and references too.
   */
  public JsonSchema strict() {
    return with(o -> o.strict = true);
  }

  /**
   * Strings may be spelled with every escape that JSON has; unless asked for they are spelled as a
   * JSON writer spells them. The first mask in each new kind of string costs a walk of the
   * vocabulary then, since most of what views share does not apply.
   */
  public JsonSchema anyEscape() {
    return with(o -> o.anyEscape = true);
  }

  /** What cannot be enforced is left out, and named by {@link #report}, instead of an error. */
  public JsonSchema lenient() {
    return with(o -> o.lenient = true);
  }

  /**
   * What becomes of every keyword, what looks like a mistake, and what may not be decided in time:
   * the schema is compiled, and a text completed from its start. Needs no vocabulary; takes as long
   * as the budgets of the two allow.
   *
   * @throws SchemaException if the schema is broken
   */
  public CompileReport report() {
    return CompiledSchema.report(text, options);
  }

  /**
   * The dialect of schemas without a {@code $schema}.
   *
   * @param metaschema URI of a metaschema; that of draft 2020-12 unless changed
   */
  public JsonSchema dialect(String metaschema) {
    return with(o -> o.dialect = metaschema);
  }

  /**
   * Gives the text of other documents that references lead to. The metaschemas of all drafts are at
   * hand without it; nothing is ever fetched from anywhere else.
   *
   * @param resolver text of the document with a URI (which has no fragment), null if it has none;
   *     may be asked from any thread that compiles
   */
  public JsonSchema resolver(Function<URI, @Nullable String> resolver) {
    return with(o -> o.resolver = resolver);
  }

  /**
   * The budgets; whatever exceeds one ends in a {@link dev.espalier.BudgetExceededException}.
   *
   * @param depth of nested objects and arrays, 128 unless changed
   * @param states of the machine, 1,000,000 unless changed
   * @param compileTime for reading and compiling, a second of a thread's own time unless changed;
   *     with any one step or mask they may take half as much again
   */
  public JsonSchema budgets(int depth, int states, Duration compileTime) {
    if (depth < 1 || states < 1000 || compileTime.isNegative() || compileTime.isZero()) {
      throw new IllegalArgumentException(
          "budgets need a depth from 1, states from 1000 and a positive time");
    }
    return with(
        o -> {
          o.depth = depth;
          o.states = states;
          o.compileTime = compileTime;
        });
  }

  private JsonSchema with(Consumer<Options.Changes> change) {
    return new JsonSchema(text, options.with(change));
  }

  /** The schema's text. */
  public String text() {
    return text;
  }

  /**
   * The machine over a vocabulary. Shared by all schemas of equal text and options over it, so a
   * second call is a look-up.
   *
   * @throws SchemaException if the schema is broken, asks for what is not enforced, or nothing
   *     satisfies it
   * @throws dev.espalier.BudgetExceededException if it is too large to be decided
   */
  @Override
  public CompiledConstraint compile(Vocabulary vocabulary) {
    return CompiledSchema.of(text, options, vocabulary);
  }

  @Override
  public String toString() {
    return "JsonSchema[" + Texts.shortened(text, 80) + "]";
  }
}
