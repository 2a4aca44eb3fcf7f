package dev.espalier.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.Candidates;
import dev.espalier.CausalLm;
import dev.espalier.LogitsProcessor;
import dev.espalier.Prompt;
import dev.espalier.Sampler;
import dev.espalier.djl.CausalLms;
import dev.espalier.sampling.Processors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Mirostat holds its target on SmolLM2: the mean surprise over {@code
 * -Despalier.mirostat.tokens=2000} tokens is within 2 % of τ. By default a shorter form runs.
 *
 * <p>The tokens are ten texts, one after the other, under one controller: μ is carried from each to
 * the next, as a server would that holds the surprise of a stream. One text of 2,000 tokens would
 * not do, since this small model then repeats itself, its own entropy falls below τ, and no
 * truncation can raise it. The prompts and seeds, the number of the prompt, are fixed and were not
 * chosen by what came out. While μ is not clamped the sum of its steps is μ − 2τ, so that the mean
 * is off by exactly (2τ − μ) / (η · tokens).
 */
class MirostatOnModelTest {
  private static final int TOKENS = Integer.getInteger("espalier.mirostat.tokens", 150);
  private static final double ETA = 0.1;

  private static final List<String> PROMPTS =
      List.of(
          "Once upon a time, in a village by the sea,",
          "The history of the Roman Empire begins with",
          "To bake a loaf of bread at home, first",
          "Dear Sir or Madam, I am writing to complain about",
          "In today's experiment we measured how plants",
          "The detective opened the door and saw",
          "Our company is looking for a person who",
          "Paris is the capital of France. Its most famous",
          "My grandmother used to tell me stories about",
          "The weather tomorrow will be");

  /** Bits that μ may have moved by in a short text. */
  private static final double MOVED = TOKENS < 2000 ? 8 : 0;

  /** One controller on its way through the texts: a method with its target, 0 for none. */
  private static final class Watched implements LogitsProcessor.State {
    private final LogitsProcessor.State method;
    private final double tau;
    private final boolean beforeCut; // version 1 measures the surprise before its cut
    private double logSumExp;
    private double mu; // as it follows from the surprises, if it is never clamped
    private double bits;
    private int tokens;

    Watched(LogitsProcessor.State method, double tau, boolean beforeCut) {
      this.method = method;
      this.tau = tau;
      this.beforeCut = beforeCut;
      mu = 2 * tau;
    }

    double mean() {
      return bits / tokens;
    }

    @Override
    public void process(Candidates candidates) {
      logSumExp = candidates.exactLogSumExp();
      method.process(candidates);
    }

    @Override
    public void accept(int token, @Nullable Candidates drawnFrom) {
      if (drawnFrom != null) {
        double logProb = beforeCut ? drawnFrom.logit(token) - logSumExp : drawnFrom.logProb(token);
        bits -= logProb / Math.log(2);
        mu -= ETA * (-logProb / Math.log(2) - tau);
        tokens++;
      }
      method.accept(token, drawnFrom);
    }

    @Override
    public Watched fork() {
      throw new AssertionError("one sample a prompt");
    }
  }

  private static List<Watched> controllers(LogitsProcessor.Context context) {
    List<Watched> all = new ArrayList<>();
    all.add(new Watched(Processors.temperature(1).open(context), 0, true));
    for (double tau : new double[] {2, 3}) {
      all.add(new Watched(Processors.mirostatV1(tau, ETA).open(context), tau, true));
      all.add(new Watched(Processors.mirostatV2(tau, ETA).open(context), tau, false));
    }
    return all;
  }

  @Test
  void bothVersionsHoldTheirTarget() {
    Path gguf = RealModels.find("SmolLM2-135M-Instruct.Q4_1.gguf");
    assumeTrue(Files.exists(gguf), () -> RealModels.absent(gguf));
    List<Watched> runs;
    try (CausalLm model = CausalLms.load(gguf)) {
      runs = controllers(new LogitsProcessor.Context(model.vocabulary(), new int[0]));
      for (int text = 0; text < PROMPTS.size(); text++) {
        Iterator<Watched> inTurn = runs.iterator();
        Sampler sampler =
            Sampler.builder(model)
                .processors(
                    Processors.minNewTokens(TOKENS / PROMPTS.size()), context -> inTurn.next())
                .logProbs(false)
                .maxTokens(TOKENS / PROMPTS.size())
                .batchSize(runs.size())
                .seed(text)
                .build();
        Prompt prompt = Prompt.text(PROMPTS.get(text));
        sampler.generateAll(Collections.nCopies(runs.size(), prompt));
      }
    }
    double own = runs.get(0).mean();
    System.out.printf("the model's own mean surprise over %d tokens: %.3f bits%n", TOKENS, own);
    List<Watched> held = runs.subList(1, runs.size());
    for (Watched run : held) {
      System.out.printf(
          "mirostat %s, tau %.1f: %.3f bits, %.1f %% off; mu ended at %.2f%n",
          run.beforeCut ? "v1" : "v2",
          run.tau,
          run.mean(),
          100 * Math.abs(run.mean() / run.tau - 1),
          run.mu);
    }
    for (Watched run : held) {
      assertThat(run.tokens).isEqualTo(TOKENS);
      assertThat(own).isGreaterThan(run.tau);
      assertThat(run.mean()).isCloseTo(run.tau, within(0.02 * run.tau + MOVED / (ETA * TOKENS)));
    }
  }
}
