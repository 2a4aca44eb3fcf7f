package dev.espalier.examples.embedded;

import dev.espalier.CausalLm;
import dev.espalier.djl.CausalLms;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Scores a trained model on held-out requests, with and without a constraint. */
@Command(
    name = "evaluate-embedded-model",
    mixinStandardHelpOptions = true,
    description = "Scores a trained model on held-out requests, with and without a constraint.")
public final class EvaluateEmbeddedModel implements Callable<Integer> {
  @Parameters(paramLabel = "FOLDER", description = "The model, as the training writes it.")
  private Path folder = Path.of("embedded-model");

  @Option(names = "--requests", description = "How many (default ${DEFAULT-VALUE}).")
  private int requests = 200;

  @Option(names = "--seed", description = "Of the requests (default ${DEFAULT-VALUE}).")
  private long seed = 2026;

  /** Runs the command; see {@code --help}. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new EvaluateEmbeddedModel()).execute(args));
  }

  @Override
  public Integer call() {
    List<Example> examples = Corpus.heldOut().structured(seed, requests);
    try (CausalLm model = CausalLms.load(folder)) {
      System.out.println("constrained:   " + Evaluation.of(model, examples, true));
      System.out.println("unconstrained: " + Evaluation.of(model, examples, false));
    }
    return 0;
  }
}
