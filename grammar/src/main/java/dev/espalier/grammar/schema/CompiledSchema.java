package dev.espalier.grammar.schema;

import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint;
import dev.espalier.Texts;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.CompileReport;
import dev.espalier.grammar.SchemaException;
import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.token.TokenTables;
import dev.espalier.grammar.token.Weighted;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A schema over a vocabulary. Safe for threads. */
public final class CompiledSchema implements CompiledConstraint, Weighted {
  private static final int STATE_BYTES = 300; // of a frame, context or state, formulas included
  private static final int CHARACTER_BYTES = 20; // of the schema's text, as a tree
  private final SchemaText text;
  private final Options options;
  private final TokenTables tables;
  private volatile Machine machine;

  private record Key(String text, Options options) {
    @Override
    public int hashCode() {
      return 31 * text.hashCode() + options.hashCode();
    }

    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof Key k && k.text.equals(text) && k.options.equals(options);
    }
  }

  private CompiledSchema(SchemaText text, Options options, TokenTables tables) {
    this.text = text;
    this.options = options;
    this.tables = tables;
    machine = new Machine(text.schema, options, tables);
  }

  /** The compiled form of a schema's text, made once per vocabulary. */
  public static CompiledSchema of(String text, Options options, Vocabulary vocabulary) {
    return TokenTables.of(vocabulary)
        .cached(
            new Key(text, options),
            tables -> {
              SchemaText read = SchemaText.of(text);
              return inBudget(
                  "compiling the schema",
                  options,
                  read.took,
                  () -> new CompiledSchema(read, options, tables));
            });
  }

  private static <T> T inBudget(String doing, Options options, Supplier<T> work) {
    return inBudget(doing, options, Duration.ZERO, work);
  }

  private static <T> T inBudget(String doing, Options options, Duration spent, Supplier<T> work) {
    try {
      return WorkBudget.after(spent, doing, options.compileTime(), WorkBudget.PARTS_TO_COMPILE)
          .spend(work);
    } catch (BudgetExceededException e) {
      throw e.at("#"); // as where a text is read, before it has places
    }
  }

  /** What becomes of a schema's keywords, and whether a text of it can be brought to an end. */
  public static CompileReport report(String text, Options options) {
    CompileReport report =
        inBudget(
            "reporting on the schema",
            options,
            () -> SchemaReport.of(SchemaText.of(text).schema, options));
    List<CompileReport.Warning> warnings = new ArrayList<>(report.warnings());
    decide(text, options.with(o -> o.lenient = true), warnings);
    return new CompileReport(report.entries(), warnings);
  }

  // What does not come to a decision over single bytes will not over longer tokens.
  private static void decide(String text, Options options, List<CompileReport.Warning> warnings) {
    try {
      CompiledSchema compiled = of(text, options, Bytes.VOCABULARY);
      addImpossible(compiled.machine, options, warnings);
      if (compiled.start().completion() == null) {
        warnings.add(
            new CompileReport.Warning(
                "",
                "no way to the end of a text was found in the time that completion() has,"
                    + " so a text that is cut off may stay without one;"
                    + " fewer items, names or alternatives may help"));
      }
    } catch (BudgetExceededException e) {
      warnings.add(new CompileReport.Warning("", "over budget: " + e.getMessage()));
    } catch (SchemaException e) { // nothing satisfies it
      warnings.add(new CompileReport.Warning("", String.valueOf(e.getMessage())));
    }
  }

  private static void addImpossible(
      Machine machine, Options options, List<CompileReport.Warning> warnings) {
    try {
      inBudget("reporting on the schema", options, machine::impossible)
          .forEach(
              (property, why) ->
                  warnings.add(
                      new CompileReport.Warning(
                          property.pointer(), "a property that never comes: " + why.getMessage())));
    } catch (BudgetExceededException e) {
      // Of a schema that large not every property is looked at; a text is judged right all the
      // same.
    }
  }

  /** For questions that need no vocabulary; made when the first is asked. */
  private static final class Bytes {
    static final Vocabulary VOCABULARY = Vocabulary.ofBytes();
  }

  /**
   * The options that a schema's own text asks for, over the given ones.
   *
   * @throws dev.espalier.grammar.SchemaException if the text is not JSON, not a schema, or its
   *     options are wrong
   */
  public static Options ownOptions(String text, Options given) {
    return OptionsKeyword.read(SchemaText.of(text).schema, given);
  }

  @Override
  public long bytes() {
    return (long) STATE_BYTES * machine.size() + (long) CHARACTER_BYTES * text.text.length();
  }

  @Override
  public Vocabulary vocabulary() {
    return tables.vocabulary();
  }

  /** Judges a text in which strings may be spelled with any escapes that JSON has. */
  @Override
  public Check check(String text) {
    int lone = Texts.loneSurrogate(text);
    String whole = lone < 0 ? text : text.substring(0, lone);
    WriterSpelling spelling = WriterSpelling.of(whole.getBytes(StandardCharsets.UTF_8));
    State state = start();
    for (int i = 0; i < spelling.bytes.length; i++) {
      State next = state.step(spelling.bytes[i]);
      if (next == null) {
        return new Check(
            Check.Verdict.REFUSED, spelling.origin[i], expected(state, spelling.bytes, i));
      }
      state = next;
    }
    int end = spelling.origin[spelling.bytes.length];
    if (lone >= 0) {
      return new Check(Check.Verdict.REFUSED, end, state.explain());
    }
    Check.Verdict verdict = state.mayEnd() ? Check.Verdict.ACCEPTED : Check.Verdict.ACCEPTED_SO_FAR;
    return new Check(verdict, end, state.explain());
  }

  /** What was expected; and, where white space between tokens is refused, that it is. */
  private static String expected(State state, byte[] bytes, int at) {
    boolean inString = false;
    for (int i = 0; i < at; i++) {
      if (bytes[i] == '"') {
        inString = !inString;
      } else if (bytes[i] == '\\' && inString) {
        i++;
      }
    }
    boolean space = bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t';
    return space && !inString
        ? state.explain() + "; white space only as JsonSchema.whitespace says"
        : state.explain();
  }

  // A machine grows with the texts it has seen. When it is full, new texts start on a fresh one;
  // states of the old one stay valid for as long as somebody holds them.
  @Override
  public State start() {
    Machine m = machine;
    if (m.size() > options.states()) {
      m =
          inBudget(
              "compiling the schema", options, () -> new Machine(text.schema, options, tables));
      machine = m;
    }
    return m.start.start();
  }
}
