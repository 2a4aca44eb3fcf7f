package dev.espalier.examples.cli;

import dev.espalier.Constraint;
import dev.espalier.grammar.Choice;
import dev.espalier.grammar.Grammar;
import dev.espalier.grammar.JsonSchema;
import dev.espalier.grammar.Regex;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The options that say what the text must satisfy by construction; at most one of them. */
final class ConstraintChoice {
  @ArgGroup(heading = "%nWhat the text satisfies by construction; at most one:%n")
  @Nullable Kind kind;

  /** One option each. */
  static final class Kind {
    @Option(names = "--schema", paramLabel = "FILE", description = "A JSON Schema.")
    @Nullable Path schema;

    @Option(
        names = "--regex",
        paramLabel = "PATTERN",
        description = "A regular expression that the whole text matches.")
    @Nullable String regex;

    @Option(
        names = "--grammar",
        paramLabel = "FILE",
        description = "A grammar: in Lark's language if its name ends in .lark, else in GBNF.")
    @Nullable Path grammar;

    @Option(
        names = "--choice",
        paramLabel = "TEXT",
        split = ",",
        description = "One of some texts, separated by commas.")
    @Nullable List<String> choice;
  }

  /** The constraint, or null if none is asked for; a broken one is refused here. */
  @Nullable Constraint constraint() {
    if (kind == null) {
      return null;
    }
    if (kind.schema != null) {
      return JsonSchema.of(TextFile.read(kind.schema, "schema"));
    }
    if (kind.grammar != null) {
      String text = TextFile.read(kind.grammar, "grammar");
      return kind.grammar.toString().endsWith(".lark") ? Grammar.lark(text) : Grammar.gbnf(text);
    }
    if (kind.regex != null) {
      return Regex.of(kind.regex);
    }
    return kind.choice == null ? null : Choice.of(kind.choice);
  }
}
