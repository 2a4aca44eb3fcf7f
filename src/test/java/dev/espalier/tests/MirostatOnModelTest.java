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
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Mirostat holds its target on SmolLM2. The sum of the controller's steps is μ − 2τ, so that the
 * mean surprise is off by (2τ − μ) / (η · tokens), and it takes a long text to be within 2 %:
 * {@code -Despalier.mirostat.tokens=2000}, five minutes.
 */
class MirostatOnModelTest {
  private static final int TOKENS = Integer.getInteger("espalier.mirostat.tokens", 150);
  private static final double ETA = 0.1;

  /** Bits that μ may have moved by in a short text. */
  private static final double MOVED = TOKENS < 2000 ? 8 : 0;

  /** One sequence: a method with the target it should hold, 0 for none. */
  private static final class Watched implements LogitsProcessor.State {
    private final LogitsProcessor.State method;
    private final double tau;
    private final boolean beforeCut; // version 1 measures the surprise before its cut
    private double logSumExp;
    private double bits;
    private int tokens;

    Watched(LogitsProcessor.State method, double tau, boolean beforeCut) {
      this.method = method;
      this.tau = tau;
      this.beforeCut = beforeCut;
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
        tokens++;
      }
      method.accept(token, drawnFrom);
    }

    @Override
    public Watched fork() {
      throw new AssertionError("one sample a prompt");
    }
  }

  @Test
  void bothVersionsHoldTheirTarget() {
    Path gguf = RealModels.find("SmolLM2-135M-Instruct.Q4_1.gguf");
    assumeTrue(Files.exists(gguf), () -> RealModels.absent(gguf));
    List<Watched> opened = new ArrayList<>();
    LogitsProcessor inTurn =
        context -> {
          Watched next =
              switch (opened.size()) {
                case 0 -> new Watched(Processors.temperature(1).open(context), 0, true);
                case 1 -> new Watched(Processors.mirostatV1(2, ETA).open(context), 2, true);
                case 2 -> new Watched(Processors.mirostatV1(2.5, ETA).open(context), 2.5, true);
                case 3 -> new Watched(Processors.mirostatV2(1.5, ETA).open(context), 1.5, false);
                default -> new Watched(Processors.mirostatV2(2.5, ETA).open(context), 2.5, false);
              };
          opened.add(next);
          return next;
        };
    try (CausalLm model = CausalLms.load(gguf)) {
      Sampler sampler =
          Sampler.builder(model)
              .processors(Processors.minNewTokens(TOKENS), inTurn)
              .logProbs(false)
              .maxTokens(TOKENS)
              .batchSize(5)
              .seed(1)
              .build();
      Prompt prompt = Prompt.text("Once upon a time, in a village by the sea,");
      sampler.generateAll(List.of(prompt, prompt, prompt, prompt, prompt));
    }
    double own = opened.get(0).mean();
    System.out.printf("the model's own mean surprise over %d tokens: %.3f bits%n", TOKENS, own);
    for (Watched run : opened.subList(1, opened.size())) {
      String version = run.beforeCut ? "mirostat v1" : "mirostat v2";
      System.out.printf("%s, tau %.1f: %.3f bits%n", version, run.tau, run.mean());
    }
    for (Watched run : opened.subList(1, opened.size())) {
      assertThat(run.tokens).isEqualTo(TOKENS);
      assertThat(own).isGreaterThan(run.tau);
      assertThat(run.mean()).isCloseTo(run.tau, within(0.02 * run.tau + MOVED / (ETA * TOKENS)));
    }
  }
}
