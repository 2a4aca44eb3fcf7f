package dev.espalier.examples.cli;

import dev.espalier.CausalLm;
import dev.espalier.Generation;
import dev.espalier.Message;
import dev.espalier.Prompt;
import dev.espalier.Sampler;
import dev.espalier.examples.cli.Shell.Paint;
import dev.espalier.examples.embedded.Tasks;
import dev.espalier.grammar.JsonSchema;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The main job: the embedded model answers three requests, each unconstrained and constrained with
 * the same seed from the model's own law, and an independent validator judges both.
 */
final class MainJob {
  private static final long SEED = 20;
  private static final int MAX_TOKENS = 160;

  /** A request, and the task whose schema the answer must satisfy. */
  private record Request(String task, String text) {}

  private static final List<Request> REQUESTS =
      List.of(
          new Request(
              "create_event", "Schedule Harbour Light on 2027-03-14 at 09:30 with Ines and Tomas."),
          new Request(
              "person",
              "Greta Halvorsen is 41 years old, lives in Bergen and knows sailing, chess and welding."),
          new Request(
              "place_order", "Order 12 brass hinges and 3 oak boards for Noor Haddad in Ghent."));

  private final Shell shell;
  private final int total;
  private final Columns columns;

  MainJob(Shell shell) {
    this.shell = shell;
    total = shell.outTerminal() ? Math.max(60, Math.min(120, shell.columns() - 1)) : 100;
    columns = new Columns(total);
  }

  int run() {
    long start = System.nanoTime();
    int valid = 0;
    int freelyValid = 0;
    try (CausalLm model = new ModelChoice().open(shell)) {
      heading(model, (System.nanoTime() - start) / 1e9);
      warmUp(model);
      for (Request request : REQUESTS) {
        String schema = Tasks.named(request.task).schema();
        Judge judge = new Judge(schema);
        Prompt prompt = Prompt.chat(Message.user(request.text));
        Generation free = sampler(model).build().generate(prompt);
        Generation bound =
            sampler(model).constraint(JsonSchema.of(schema)).build().generate(prompt);
        String freeFault = judge.fault(free.text());
        String boundFault = judge.fault(bound.text());
        show(request, free, freeFault, bound, boundFault);
        freelyValid += freeFault.isEmpty() ? 1 : 0;
        valid += boundFault.isEmpty() ? 1 : 0;
      }
    }
    shell.say("");
    shell.say(
        "Valid without the constraint: %d of %d; with it: %d of %d. Done in %.1f s.",
        freelyValid, REQUESTS.size(), valid, REQUESTS.size(), (System.nanoTime() - start) / 1e9);
    shell.say("Next: espalier generate --schema FILE --prompt TEXT, or espalier --help.");
    return valid == REQUESTS.size() ? ExitCode.OK : ExitCode.INCOMPLETE;
  }

  private static Sampler.Builder sampler(CausalLm model) {
    return Sampler.builder(model).maxTokens(MAX_TOKENS).seed(SEED);
  }

  /** So that the first request's time is not that of loading classes. */
  private static void warmUp(CausalLm model) {
    Sampler.builder(model)
        .constraint(JsonSchema.of("{\"type\":\"array\",\"items\":{\"type\":\"boolean\"}}"))
        .maxTokens(8)
        .build()
        .generate(Prompt.text("["));
  }

  private void heading(CausalLm model, double seconds) {
    shell.say(
        "Espalier: a model of %d tokens of vocabulary, loaded in %.1f s,"
            + " draws answers from its own law",
        model.vocabulary().size(), seconds);
    shell.say("(temperature 1, seed %d), first free, then held to a JSON Schema.", SEED);
  }

  private void show(
      Request request, Generation free, String freeFault, Generation bound, String boundFault) {
    shell.say("");
    for (String line : Columns.wrap("» " + request.text, total)) {
      shell.say("%s", shell.paint(Paint.BOLD, line));
    }
    print("unconstrained", Paint.DIM, "constrained by the schema of " + request.task, Paint.DIM);
    shell.say("%s", columns.rule());
    print(free.text(), null, bound.text(), null);
    print(verdict(freeFault), paint(freeFault), verdict(boundFault), paint(boundFault));
    print(figures(free), Paint.DIM, figures(bound), Paint.DIM);
  }

  private void print(
      String left, @Nullable Paint leftPaint, String right, @Nullable Paint rightPaint) {
    columns
        .join(left, line -> coloured(leftPaint, line), right, line -> coloured(rightPaint, line))
        .forEach(line -> shell.say("%s", line));
  }

  private String coloured(@Nullable Paint paint, String line) {
    return paint == null ? line : shell.paint(paint, line);
  }

  private static String verdict(String fault) {
    return fault.isEmpty() ? "✓ valid" : "✗ not valid: " + fault.strip();
  }

  private static Paint paint(String fault) {
    return fault.isEmpty() ? Paint.GREEN : Paint.RED;
  }

  private static String figures(Generation generation) {
    return String.format(
        Locale.ROOT,
        "log p %.1f, %d tokens (%d forced), %.0f ms",
        generation.logProb(),
        generation.usage().generatedTokens(),
        generation.usage().forcedTokens(),
        generation.usage().total().toNanos() / 1e6);
  }
}
