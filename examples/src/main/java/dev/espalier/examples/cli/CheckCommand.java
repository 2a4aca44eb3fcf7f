package dev.espalier.examples.cli;

import dev.espalier.CompiledConstraint;
import dev.espalier.Constraint;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.CompileReport;
import dev.espalier.grammar.JsonSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code espalier check}. */
@Command(
    name = "check",
    description = "Judge texts by a constraint, without a model.",
    footer = {
      "",
      "Example:",
      "  espalier check --regex '[0-9]{4}-[0-9]{2}-[0-9]{2}' dates.txt",
      "Without files it judges the standard input, its last line break left out."
    })
final class CheckCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin ConstraintChoice constraint = new ConstraintChoice();

  @Option(
      names = "--report",
      description =
          "Print what a schema's keywords come to and its likely mistakes; judge nothing.")
  boolean report;

  @Parameters(paramLabel = "FILE", arity = "0..*", description = "Texts, one a file.")
  List<Path> files = new ArrayList<>();

  CheckCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    Constraint wanted = constraint.constraint();
    if (wanted == null) {
      throw CliException.usage(
          "nothing to judge by", "give one of --schema, --regex, --grammar, --choice");
    }
    if (report) {
      return report(wanted);
    }
    CompiledConstraint compiled = wanted.compile(Vocabulary.ofBytes());
    if (files.isEmpty()) {
      return judge("standard input", readAll(), compiled);
    }
    int worst = ExitCode.OK;
    for (Path file : files) {
      String text = TextFile.read(file, "text");
      int end = text.endsWith("\n") ? text.length() - 1 : text.length();
      worst = Math.max(worst, judge(file.toString(), text.substring(0, end), compiled));
    }
    return worst;
  }

  private int report(Constraint wanted) {
    if (!(wanted instanceof JsonSchema schema)) {
      throw CliException.usage("only schemas have a report", "give --schema FILE");
    }
    CompileReport found = schema.report();
    found.entries().forEach(entry -> shell.out().println(Columns.printable(entry.toString())));
    for (CompileReport.Warning warning : found.warnings()) {
      say(Shell.Paint.RED, "!", warning.toString());
    }
    return found.complete() ? ExitCode.OK : ExitCode.USAGE;
  }

  private int judge(String name, String text, CompiledConstraint compiled) {
    CompiledConstraint.Check check = compiled.check(text);
    String expected = check.expected().isEmpty() ? "" : "; expected " + check.expected();
    switch (check.verdict()) {
      case ACCEPTED -> say(Shell.Paint.GREEN, "✓", name + ": valid");
      case ACCEPTED_SO_FAR ->
          say(Shell.Paint.RED, "…", name + ": the beginning of a valid text" + expected);
      case REFUSED ->
          say(Shell.Paint.RED, "✗", name + ":" + place(text, check.offset()) + expected);
    }
    return switch (check.verdict()) {
      case ACCEPTED -> ExitCode.OK;
      case ACCEPTED_SO_FAR -> ExitCode.INCOMPLETE;
      case REFUSED -> ExitCode.INVALID;
    };
  }

  private void say(Shell.Paint paint, String sign, String line) {
    shell.out().println(shell.paint(paint, sign) + " " + Columns.printable(line));
  }

  /** Line, column and the character there. */
  private static String place(String text, int offset) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    String before = new String(bytes, 0, offset, StandardCharsets.UTF_8);
    int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
    int column = before.length() - before.lastIndexOf('\n');
    String rest = text.substring(Math.min(text.length(), before.length()));
    String found =
        rest.isEmpty() ? "the end" : "'" + rest.substring(0, rest.offsetByCodePoints(0, 1)) + "'";
    return line + ":" + column + ": " + found + " is refused";
  }

  private String readAll() {
    try {
      return shell.in().lines().collect(Collectors.joining("\n"));
    } catch (UncheckedIOException e) {
      IOException cause = e.getCause();
      throw new CliException(ExitCode.USAGE, "cannot read the text: " + cause, "", cause);
    }
  }
}
