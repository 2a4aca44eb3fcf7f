package dev.espalier.examples.embedded;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Trains the embedded model from nothing: learns the encoding from the corpus, then the weights,
 * and writes both as a Hugging Face folder every few minutes. A run that was stopped goes on from
 * its last checkpoint.
 */
@Command(
    name = "train-embedded-model",
    mixinStandardHelpOptions = true,
    description =
        "Trains the embedded model on the synthetic corpus and writes it as a Hugging Face folder.")
public final class TrainEmbeddedModel implements Callable<Integer> {
  private static final long HELD_OUT_SEED = 20;
  private static final int HELD_OUT_REQUESTS = 200;
  private static final int REPORT_STEPS = 100;

  @Parameters(paramLabel = "FOLDER", description = "Where the model and the checkpoint go.")
  private Path folder = Path.of("embedded-model");

  @Option(names = "--steps", description = "Steps of the first round (default ${DEFAULT-VALUE}).")
  private int steps = 2_800;

  @Option(
      names = "--refinement",
      description = "Steps of the second round, on rarer words (default ${DEFAULT-VALUE}).")
  private int refinement = 700;

  @Option(names = "--stop-at", description = "Step to stop at, before the end.")
  private int stopAt = Integer.MAX_VALUE;

  @Option(names = "--rows", description = "Dialogues per step (default ${DEFAULT-VALUE}).")
  private int rows = 48;

  @Option(
      names = "--workers",
      description = "Threads, each with a share of the rows (default ${DEFAULT-VALUE}).")
  private int workers = 2;

  @Option(
      names = "--seed",
      description = "Of the weights and the corpus (default ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--save-every",
      description = "Minutes between checkpoints (default ${DEFAULT-VALUE}).")
  private int minutes = 3;

  /** Runs the command; see {@code --help}. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new TrainEmbeddedModel()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    ModelShape shape = ModelShape.EMBEDDED;
    Bpe bpe = Corpus.encoding(seed, shape.vocabulary());
    List<Example> heldOut = Corpus.heldOut().structured(HELD_OUT_SEED, HELD_OUT_REQUESTS);
    Curriculum curriculum = new Curriculum(bpe, seed, rows, steps, refinement);
    int end = Math.min(stopAt, curriculum.total());
    try (Network network = new Network(shape, workers, seed);
        Progress progress = new Progress(end)) {
      progress.say(
          "%d parameters, vocabulary of %d tokens", network.parameters().size(), bpe.size());
      if (Checkpoint.restore(network, folder)) {
        progress.say("going on from step %d", network.steps());
      }
      long saved = System.nanoTime();
      double loss = 0;
      List<Batch> pool = List.of();
      while (network.steps() < end) {
        if (pool.isEmpty()) {
          pool = curriculum.pool(network.steps(), workers);
        }
        loss += network.step(pool.subList(0, workers), curriculum.rate(network.steps()));
        pool = pool.subList(workers, pool.size());
        progress.stepTo(network.steps());
        if (network.steps() % REPORT_STEPS == 0) {
          progress.say(
              "step %d, loss %.4f, rate %.5f",
              network.steps(), loss / REPORT_STEPS, curriculum.rate(network.steps()));
          loss = 0;
        }
        if (System.nanoTime() - saved > Duration.ofMinutes(minutes).toNanos()
            || network.steps() == end) {
          Checkpoint.save(network, folder);
          ModelFolder.write(folder, shape, network.parameters(), network.theta(), bpe);
          progress.say("held out: %s", ExactMatch.of(network, heldOut, bpe));
          saved = System.nanoTime();
        }
      }
    }
    return 0;
  }

  /** A bar on a terminal, plain lines elsewhere. */
  private static final class Progress implements AutoCloseable {
    private final @Nullable ProgressBar bar;

    Progress(int steps) {
      bar =
          onTerminal()
              ? new ProgressBarBuilder().setTaskName("training").setInitialMax(steps).build()
              : null;
    }

    // From JDK 22 on there is a console even in a pipe, and only Console.isTerminal tells.
    @SuppressWarnings("SystemConsoleNull")
    private static boolean onTerminal() {
      Console console = System.console();
      try {
        return console != null && (boolean) Console.class.getMethod("isTerminal").invoke(console);
      } catch (NoSuchMethodException beforeJdk22) {
        return true;
      } catch (ReflectiveOperationException e) {
        return false;
      }
    }

    void stepTo(int step) {
      if (bar != null) {
        bar.stepTo(step);
      }
    }

    void say(String format, Object... arguments) {
      String line = String.format(Locale.ROOT, format, arguments);
      if (bar != null) {
        bar.setExtraMessage(line);
      } else {
        System.out.println(line);
      }
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
      }
    }
  }
}
