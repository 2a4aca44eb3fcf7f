package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Drawing before the mask: the same law where that is proven, the mask first elsewhere. */
class MaskingTest {
  private final ToyLm model = ToyLm.of("a", "b", "c", "ab", "bc", "ca", "x", "y", "z");
  private final Prompt prompt = Prompt.tokens(2, 3, 4);
  private final AtomicInteger masks = new AtomicInteger();

  @AfterEach
  void everythingIsClosed() {
    model.assertNothingOpen();
  }

  /** Four times one of a, b, c; counts masks. */
  private final Constraint letters =
      vocabulary ->
          new CompiledConstraint() {
            @Override
            public Vocabulary vocabulary() {
              return vocabulary;
            }

            @Override
            public Letters start() {
              return new Letters(vocabulary, 4);
            }
          };

  private final class Letters implements CompiledConstraint.State {
    private final Vocabulary vocabulary;
    private final int left;

    Letters(Vocabulary vocabulary, int left) {
      this.vocabulary = vocabulary;
      this.left = left;
    }

    @Override
    public @Nullable Letters step(byte b) {
      return left > 0 && b >= 'a' && b <= 'c' ? new Letters(vocabulary, left - 1) : null;
    }

    @Override
    public @Nullable Letters advance(int token) {
      Letters state = vocabulary.isText(token) ? this : null;
      for (byte b : vocabulary.bytes(token)) {
        state = state == null ? null : state.step(b);
      }
      return state;
    }

    @Override
    public void fillMask(TokenMask mask) {
      masks.incrementAndGet();
      for (int id = 0; id < vocabulary.size(); id++) {
        if (allows(id)) {
          mask.add(id);
        }
      }
    }

    @Override
    public boolean mayEnd() {
      return left == 0;
    }
  }

  private static LogitsProcessor pointwise(java.util.function.Consumer<Candidates> edit) {
    LogitsProcessor stateless = LogitsProcessor.stateless(edit);
    return new LogitsProcessor() {
      @Override
      public LogitsProcessor.State open(Context context) {
        return stateless.open(context);
      }

      @Override
      public boolean pointwise() {
        return true;
      }
    };
  }

  private Sampler.Builder builder(Masking masking, LogitsProcessor... processors) {
    return Sampler.builder(model).constraint(letters).masking(masking).processors(processors);
  }

  @Test
  void argmaxDrawsTakeTheSameTokensWithFewerMasks() {
    LogitsProcessor warm = pointwise(c -> c.scale(0.5));
    for (Draw draw : List.of(Draw.greedy(), Draw.gumbel())) {
      int full = 0;
      int few = 0;
      for (int seed = 0; seed < 100; seed++) {
        masks.set(0);
        Generation a = builder(Masking.FULL, warm).draw(draw).seed(seed).build().generate(prompt);
        full += masks.getAndSet(0);
        Generation b =
            builder(Masking.OPPORTUNISTIC, warm).draw(draw).seed(seed).build().generate(prompt);
        few += masks.get();
        assertThat(b.tokens()).isEqualTo(a.tokens());
        assertThat(b.finishReason()).isEqualTo(a.finishReason());
        assertThat(b.logProb()).isCloseTo(a.logProb(), within(1e-9));
      }
      assertThat(few).isLessThan(full * 4 / 5);
    }
  }

  /** Chi-square of the first two tokens against the exact law under the mask. */
  private double chi(Masking masking, LogitsProcessor processor, double scale) {
    int draws = 20_000;
    Map<List<Integer>, Integer> seen = new HashMap<>();
    List<Generation> all =
        builder(masking, processor).maxTokens(2).seed(8).build().generate(prompt, draws);
    for (Generation g : all) {
      seen.merge(List.of(g.tokens()[0], g.tokens()[1]), 1, Integer::sum);
    }
    double chi = 0;
    Letters start = new Letters(model.vocabulary(), 4);
    double[] first = law(List.of(2, 3, 4), start, scale);
    for (int a = 0; a < first.length; a++) {
      if (first[a] == 0) {
        continue;
      }
      double[] second = law(List.of(2, 3, 4, a), start.advance(a), scale);
      for (int b = 0; b < second.length; b++) {
        double expected = draws * first[a] * second[b];
        int observed = seen.getOrDefault(List.of(a, b), 0);
        if (expected > 5) {
          chi += (observed - expected) * (observed - expected) / expected;
        } else if (expected == 0) {
          assertThat(observed).isZero();
        }
      }
    }
    return chi;
  }

  private double[] law(List<Integer> context, Letters state, double scale) {
    float[] logits = model.logitsAfter(context);
    double[] p = new double[model.vocabulary().size()];
    double sum = 0;
    for (int id = 0; id < p.length; id++) {
      p[id] = state.allows(id) ? Math.exp(scale * logits[id]) : 0;
      sum += p[id];
    }
    for (int id = 0; id < p.length; id++) {
      p[id] /= sum;
    }
    return p;
  }

  @Test
  void theLawOfAMultinomialDrawIsTheOneUnderTheMask() {
    LogitsProcessor warm = pointwise(c -> c.scale(0.4));
    // At most 36 cells, so 35 degrees of freedom: mean 35, deviation 8.4.
    assertThat(chi(Masking.FULL, warm, 0.4)).isLessThan(35 + 5 * 8.4);
    masks.set(0);
    assertThat(chi(Masking.OPPORTUNISTIC, warm, 0.4)).isLessThan(35 + 5 * 8.4);
    assertThat(masks.get()).isLessThan(35_000);
  }

  @Test
  void aTruncationComesAfterTheMask() {
    // Keeping the best two of all and then masking has another law than the best two allowed.
    LogitsProcessor topTwo = LogitsProcessor.stateless(c -> c.keepBest(2));
    Generation full = builder(Masking.FULL, topTwo).seed(3).build().generate(prompt);
    Generation asked = builder(Masking.OPPORTUNISTIC, topTwo).seed(3).build().generate(prompt);
    assertThat(asked.tokens()).isEqualTo(full.tokens());
    assertThat(asked.drawLogProb()).isEqualTo(full.drawLogProb());
  }

  @Test
  void aProcessorThatOnlyClaimsToBePointwiseChangesTheLaw() {
    // What the declaration protects from: the test above would pass with any token, this shows why.
    LogitsProcessor liar = pointwise(c -> c.keepBest(2));
    int differing = 0;
    for (int seed = 0; seed < 200; seed++) {
      Sampler.Builder full = builder(Masking.FULL, liar).draw(Draw.gumbel()).seed(seed);
      Sampler.Builder early = builder(Masking.OPPORTUNISTIC, liar).draw(Draw.gumbel()).seed(seed);
      int a = full.build().generate(prompt).tokens()[0];
      int b = early.build().generate(prompt).tokens()[0];
      differing += a == b ? 0 : 1;
    }
    assertThat(differing).isPositive();
  }

  @Test
  void aSelectorMayAskInsteadOfMasking() {
    TokenSelector asking =
        new TokenSelector() {
          private final HostSelector scores = new HostSelector(model.rowSize());

          @Override
          public boolean wantsMasks() {
            return false;
          }

          @Override
          public void select(List<? extends DrawStep> batch) {
            for (DrawStep step : batch) {
              int best = -1;
              for (int id = 0; id < model.vocabulary().size(); id++) {
                boolean better =
                    best < 0 || step.row().host().get(id) > step.row().host().get(best);
                best = better && step.allows(id) ? id : best;
              }
              step.choose(new TokenDetail(best, 0, 0, false, List.of()));
            }
          }

          @Override
          public TokenDetail score(LogitsRow row, int token, int alternatives) {
            return scores.score(row, token, alternatives);
          }
        };
    Generation masked = builder(Masking.FULL).draw(Draw.greedy()).build().generate(prompt);
    masks.set(0);
    Generation asked = builder(Masking.FULL).selector(asking).build().generate(prompt);
    assertThat(asked.tokens()).isEqualTo(masked.tokens());
    assertThat(masks.get()).as("only where the text may end").isEqualTo(1);
  }
}
