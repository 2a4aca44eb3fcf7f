package dev.espalier.grammar.schema;

import dev.espalier.grammar.Whitespace;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a schema is read and turned into text.
 *
 * @param declaredOrder properties in the order they are declared, or in any order
 * @param whitespace where it goes
 * @param assertFormats whether known formats are enforced; else they are annotations
 * @param strict whether objects hold declared properties only, whatever the schema allows
 * @param anyEscape whether strings may be spelled with any escapes, or as a JSON writer spells them
 * @param lenient whether what cannot be enforced is left out and reported
 * @param dialect URI of the metaschema where a schema names none
 * @param resolver gives the text of documents that references lead to
 * @param depth of nested objects and arrays
 * @param states of the machine and of single automata
 * @param compileTime of a thread's own, for the work before the first token
 */
public record Options(
    boolean declaredOrder,
    Whitespace whitespace,
    boolean assertFormats,
    boolean strict,
    boolean anyEscape,
    boolean lenient,
    String dialect,
    @Nullable Function<URI, @Nullable String> resolver,
    int depth,
    int states,
    Duration compileTime) {
  /** The defaults of the library. */
  public static final Options DEFAULT = new Options(new Changes(null));

  // Spelled out because every request for a schema compares them, and what a record has of its own
  // is slow until it is compiled well.

  @Override
  public int hashCode() {
    return 31 * whitespace.hashCode() + (declaredOrder ? 1 : 0) + (strict ? 2 : 0);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Options p
        && p.declaredOrder == declaredOrder
        && p.whitespace.equals(whitespace)
        && p.assertFormats == assertFormats
        && p.strict == strict
        && p.anyEscape == anyEscape
        && p.lenient == lenient
        && p.dialect.equals(dialect)
        && Objects.equals(p.resolver, resolver)
        && p.depth == depth
        && p.states == states
        && p.compileTime.equals(compileTime);
  }

  private Options(Changes c) {
    this(
        c.declaredOrder,
        c.whitespace,
        c.assertFormats,
        c.strict,
        c.anyEscape,
        c.lenient,
        c.dialect,
        c.resolver,
        c.depth,
        c.states,
        c.compileTime);
  }

  /** For reading, compiling and any one step or mask together: half as much again. */
  Duration wholeTime() {
    return compileTime.multipliedBy(3).dividedBy(2);
  }

  /** A changed copy. */
  public Options with(Consumer<Changes> change) {
    Changes changes = new Changes(this);
    change.accept(changes);
    return new Options(changes);
  }

  /** The fields of a copy in the making; mutable, for one thread. */
  public static final class Changes {
    /** See {@link Options}. */
    public boolean declaredOrder = true;

    /** See {@link Options}. */
    public Whitespace whitespace = Whitespace.compact();

    /** See {@link Options}. */
    public boolean assertFormats = true;

    /** See {@link Options}. */
    public boolean strict;

    /** See {@link Options}. */
    public boolean anyEscape;

    /** See {@link Options}. */
    public boolean lenient;

    /** See {@link Options}. */
    public String dialect = "https://json-schema.org/draft/2020-12/schema";

    /** See {@link Options}. */
    public @Nullable Function<URI, @Nullable String> resolver;

    /** See {@link Options}. */
    public int depth = 128;

    /** See {@link Options}. */
    public int states = 1_000_000;

    /** See {@link Options}. */
    public Duration compileTime = Duration.ofSeconds(1);

    private Changes(@Nullable Options from) {
      if (from != null) {
        declaredOrder = from.declaredOrder;
        whitespace = from.whitespace;
        assertFormats = from.assertFormats;
        strict = from.strict;
        anyEscape = from.anyEscape;
        lenient = from.lenient;
        dialect = from.dialect;
        resolver = from.resolver;
        depth = from.depth;
        states = from.states;
        compileTime = from.compileTime;
      }
    }
  }
}
