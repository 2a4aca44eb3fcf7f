package dev.espalier.examples.cli;

import dev.espalier.BudgetExceededException;
import dev.espalier.EspalierException;
import dev.espalier.grammar.GrammarSyntaxException;
import dev.espalier.grammar.SchemaException;
import dev.espalier.hub.HubException;
import dev.espalier.sampling.ParameterException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The {@code espalier} command. Without arguments it runs the main job: the embedded model answers
 * three requests, unconstrained and constrained side by side.
 */
@Command(
    name = "espalier",
    mixinStandardHelpOptions = true,
    versionProvider = Espalier.Version.class,
    description = {
      "Text from language models that obeys a schema, a grammar or a pattern by construction.",
      "Without a command: a demonstration with the small model inside this program."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:success",
      "1:a model, a download or a generation failed",
      "2:an argument, a schema or a model name is wrong",
      "3:the text ended before it satisfied its constraint",
      "4:doctor found something missing",
      "5:check refused a text"
    })
public final class Espalier implements Callable<Integer> {
  private final Shell shell;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of a failure.")
  boolean debug;

  private Espalier(Shell shell) {
    this.shell = shell;
  }

  /** Runs the command line and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(run(Shell.system(), args));
  }

  /** Runs a command line and returns its exit code. */
  static int run(Shell shell, String... args) {
    Espalier top = new Espalier(shell);
    CommandLine line =
        new CommandLine(top)
            .addSubcommand(withHelp(new GenerateCommand(shell)))
            .addSubcommand(withHelp(new ChatCommand(shell)))
            .addSubcommand(withHelp(new CheckCommand(shell)))
            .addSubcommand(
                withHelp(new ModelsCommand())
                    .addSubcommand(withHelp(new FetchCommand(shell)))
                    .addSubcommand(withHelp(new ListCommand(shell))))
            .addSubcommand(withHelp(new DoctorCommand(shell)))
            .setOut(shell.out())
            .setErr(shell.err())
            .setExpandAtFiles(false) // a prompt may begin with @
            .setUsageHelpWidth(Math.max(60, Math.min(100, shell.columns())))
            .setColorScheme(
                CommandLine.Help.defaultColorScheme(
                    shell.colour() && shell.outTerminal()
                        ? CommandLine.Help.Ansi.ON
                        : CommandLine.Help.Ansi.OFF))
            .setParameterExceptionHandler(
                (e, given) -> {
                  CommandLine at = e.getCommandLine();
                  report(
                      shell,
                      e.getMessage(),
                      "see: " + at.getCommandSpec().qualifiedName() + " --help");
                  return ExitCode.USAGE;
                })
            .setExecutionExceptionHandler((e, at, parsed) -> failed(shell, e, top.debug));
    int exitCode = line.execute(args);
    shell.out().flush();
    shell.err().flush();
    return exitCode;
  }

  private static CommandLine withHelp(Object command) {
    CommandLine line = new CommandLine(command);
    line.getCommandSpec().mixinStandardHelpOptions(true);
    return line;
  }

  @Override
  public Integer call() {
    return new MainJob(shell).run();
  }

  private static int failed(Shell shell, Exception failure, boolean debug) {
    if (failure instanceof CliException cli) {
      report(shell, cli.getMessage(), cli.hint());
    } else if (failure instanceof EspalierException
        || failure instanceof IllegalArgumentException) {
      report(shell, failure.getMessage(), "");
    } else {
      report(shell, failure.toString(), "this is unexpected; --debug prints the stack trace");
    }
    if (debug) {
      failure.printStackTrace(shell.err());
    }
    return exitCode(failure);
  }

  private static int exitCode(Exception failure) {
    if (failure instanceof CliException cli) {
      return cli.exitCode();
    }
    boolean usage =
        failure instanceof SchemaException
            || failure instanceof GrammarSyntaxException
            || failure instanceof ParameterException
            || failure instanceof BudgetExceededException
            || failure instanceof IllegalArgumentException
            || (failure instanceof HubException hub && hub.reason() == HubException.Reason.NAME);
    return usage ? ExitCode.USAGE : ExitCode.FAILED;
  }

  private static void report(Shell shell, @Nullable String message, String hint) {
    shell.err().println(shell.paintErr(Shell.Paint.RED, "espalier:") + " " + message);
    if (!hint.isEmpty()) {
      shell.err().println("  " + hint);
    }
  }

  /** The version of the library's jar, or that it runs from classes. */
  static final class Version implements IVersionProvider {
    static String text() {
      String version = EspalierException.class.getPackage().getImplementationVersion();
      return version == null ? "development build" : version;
    }

    @Override
    public String[] getVersion() {
      return new String[] {
        "espalier " + text(),
        "Java "
            + Runtime.version()
            + ", "
            + System.getProperty("os.name")
            + " "
            + System.getProperty("os.arch")
      };
    }
  }
}
