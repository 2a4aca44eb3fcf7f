package dev.espalier.examples.cli;

import dev.espalier.CausalLm;
import dev.espalier.Constraint;
import dev.espalier.FinishReason;
import dev.espalier.Generation;
import dev.espalier.GenerationListener;
import dev.espalier.Message;
import dev.espalier.Prompt;
import dev.espalier.Sampler;
import dev.espalier.TokenDetail;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code espalier generate}. */
@Command(
    name = "generate",
    description = "Generate a text, under a constraint if one is given.",
    footer = {
      "",
      "Example:",
      "  espalier generate --schema person.json --prompt 'Ada, 36, from London' --stream"
    })
final class GenerateCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin ModelChoice model = new ModelChoice();
  @Mixin SamplingChoice sampling = new SamplingChoice();
  @Mixin ConstraintChoice constraint = new ConstraintChoice();

  @Option(
      names = {"-p", "--prompt"},
      required = true,
      paramLabel = "TEXT",
      description = "What to ask; '-' reads it from the standard input.")
  String prompt = "";

  @Option(names = "--system", paramLabel = "TEXT", description = "System message of the chat.")
  @Nullable String system;

  @Option(
      names = "--raw",
      description = "Continue the prompt as plain text instead of asking it in a chat.")
  boolean raw;

  @Option(
      names = "--heal",
      description = "Let the model spell the end of a plain-text prompt anew (token healing).")
  boolean heal;

  @Option(names = "--stream", description = "Print the text while it is generated.")
  boolean stream;

  GenerateCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    Constraint wanted = constraint.constraint();
    try (CausalLm lm = model.open(shell)) {
      Sampler.Builder builder = sampling.applyTo(Sampler.builder(lm)).tokenHealing(heal);
      if (wanted != null) {
        builder.constraint(wanted);
      }
      Generation generation = generate(builder.build(), prompt(lm));
      if (!stream) {
        shell.stream(generation.text());
      }
      shell.out().println();
      shell.out().flush();
      if (shell.errTerminal()) {
        shell.err().println(shell.paintErr(Shell.Paint.DIM, Summary.of(generation)));
      }
      return exitCode(generation);
    }
  }

  private Prompt prompt(CausalLm lm) {
    String text = prompt.equals("-") ? readAll() : prompt;
    if (raw || (lm.chatTemplate() == null && system == null)) {
      return Prompt.text(text);
    }
    List<Message> messages = new ArrayList<>();
    if (system != null) {
      messages.add(Message.system(system));
    }
    messages.add(Message.user(text));
    return Prompt.chat(messages);
  }

  private String readAll() {
    try {
      return shell.in().lines().collect(Collectors.joining("\n"));
    } catch (UncheckedIOException e) {
      IOException cause = e.getCause();
      throw new CliException(ExitCode.USAGE, "cannot read the prompt: " + cause, "", cause);
    }
  }

  private Generation generate(Sampler sampler, Prompt asked) {
    if (stream) {
      return sampler.generate(asked, shell::stream);
    }
    try (Progress bar = Progress.tokens(shell, "generating", sampling.maxTokens)) {
      return sampler.generate(
          asked,
          new GenerationListener() {
            private int tokens;

            @Override
            public void onText(String piece) {}

            @Override
            public void onToken(TokenDetail detail) {
              bar.to(++tokens);
            }
          });
    }
  }

  /**
   * A text without a constraint that reaches its limit is what was asked for; with one it is not.
   */
  private int exitCode(Generation generation) {
    if (generation.constraintSatisfied()) {
      return ExitCode.OK;
    }
    String why =
        generation.finishReason() == FinishReason.LENGTH
            ? "the limit of tokens came first; raise --max-tokens"
            : "finished as " + generation.finishReason();
    shell.err().println("espalier: the text is only the beginning of a valid one: " + why);
    return ExitCode.INCOMPLETE;
  }
}
