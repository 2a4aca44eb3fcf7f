package dev.espalier.examples.cli;

import dev.espalier.CausalLm;
import dev.espalier.Constraint;
import dev.espalier.ContextOverflowException;
import dev.espalier.Generation;
import dev.espalier.Message;
import dev.espalier.Prompt;
import dev.espalier.Sampler;
import dev.espalier.Session;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code espalier chat}. */
@Command(
    name = "chat",
    description = {
      "Talk to a model, a line at a time; /reset starts over, /exit or the end of the input ends it.",
      "The cache is kept between turns. With a constraint, every answer satisfies it."
    })
final class ChatCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin ModelChoice model = new ModelChoice();
  @Mixin SamplingChoice sampling = new SamplingChoice();
  @Mixin ConstraintChoice constraint = new ConstraintChoice();

  @Option(names = "--system", paramLabel = "TEXT", description = "System message of the chat.")
  @Nullable String system;

  ChatCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException {
    Constraint wanted = constraint.constraint();
    try (CausalLm lm = model.open(shell)) {
      if (lm.chatTemplate() == null) {
        throw CliException.usage(
            lm.name() + " has no chat template", "use: espalier generate --raw --prompt …");
      }
      Sampler.Builder builder = sampling.applyTo(Sampler.builder(lm));
      if (wanted != null) {
        builder.constraint(wanted);
      }
      try (Session session = builder.build().session()) {
        return talk(session);
      }
    }
  }

  private int talk(Session session) throws IOException {
    List<Message> messages = opening();
    int exitCode = ExitCode.OK;
    for (String line; (line = readLine()) != null; ) {
      String said = line.strip();
      switch (said) {
        case "" -> {}
        case "/exit", "/quit" -> {
          return exitCode;
        }
        case "/reset" -> messages = opening();
        default -> exitCode = Math.max(exitCode, turn(session, messages, said));
      }
    }
    return exitCode;
  }

  private List<Message> opening() {
    List<Message> messages = new ArrayList<>();
    if (system != null) {
      messages.add(Message.system(system));
    }
    return messages;
  }

  private @Nullable String readLine() throws IOException {
    if (shell.outTerminal()) {
      shell.out().print(shell.paint(Shell.Paint.BOLD, "> "));
      shell.out().flush();
    }
    return shell.in().readLine();
  }

  private int turn(Session session, List<Message> messages, String said) {
    messages.add(Message.user(said));
    try {
      Generation answer = session.generate(Prompt.chat(messages), shell::stream);
      shell.out().println();
      messages.add(Message.assistant(answer.text()));
      if (shell.errTerminal()) {
        shell.err().println(shell.paintErr(Shell.Paint.DIM, Summary.of(answer)));
      }
      if (!answer.constraintSatisfied()) {
        shell.err().println("espalier: the answer was cut; raise --max-tokens");
        return ExitCode.INCOMPLETE;
      }
      return ExitCode.OK;
    } catch (ContextOverflowException e) {
      messages.remove(messages.size() - 1);
      shell.err().println("espalier: " + e.getMessage() + "; /reset starts over");
      return ExitCode.FAILED;
    }
  }
}
