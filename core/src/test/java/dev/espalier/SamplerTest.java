package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private final ToyLm model = ToyLm.of("a", "b", "c", "ab", "bc", "\n", "é", "<", "/", "x>");
  private final Prompt prompt = Prompt.tokens(2, 3, 4);

  @AfterEach
  void everythingIsClosed() {
    model.assertNothingOpen();
  }

  /** The loop's law written down plainly: full rows, no cache, one token at a time. */
  private List<Integer> greedy(int[] start, int max) {
    List<Integer> tokens = new ArrayList<>(Arrays.stream(start).boxed().toList());
    List<Integer> out = new ArrayList<>();
    while (out.size() < max) {
      float[] logits = model.logitsAfter(tokens);
      int best = -1;
      for (int id = 0; id < model.vocabulary().size(); id++) {
        boolean allowed = id == ToyLm.END || model.vocabulary().isText(id);
        if (allowed && (best < 0 || logits[id] > logits[best])) {
          best = id;
        }
      }
      if (best == ToyLm.END) {
        break;
      }
      out.add(best);
      tokens.add(best);
    }
    return out;
  }

  private static List<Integer> list(int[] tokens) {
    return Arrays.stream(tokens).boxed().toList();
  }

  @Test
  void greedyFollowsTheArgmaxOfEveryRow() {
    Sampler sampler = Sampler.builder(model).draw(Draw.greedy()).maxTokens(40).build();
    Generation g = sampler.generate(prompt);
    assertThat(list(g.tokens())).isEqualTo(greedy(new int[] {2, 3, 4}, 40));
    assertThat(g.text()).isEqualTo(model.vocabulary().decode(g.tokens()));
    assertThat(g.usage().promptTokens()).isEqualTo(3);
    assertThat(g.usage().generatedTokens()).isEqualTo(g.details().size());
  }

  @Test
  void drawsFollowTheModelsLaw() {
    // Exact first-token law against 20,000 seeded draws: chi-square over 11 cells.
    float[] logits = model.logitsAfter(List.of(2, 3, 4));
    double total = 0;
    Map<Integer, Double> p = new HashMap<>();
    for (int id = 0; id < model.vocabulary().size(); id++) {
      if (id != 1) {
        p.put(id, Math.exp(logits[id]));
        total += Math.exp(logits[id]);
      }
    }
    Sampler sampler = Sampler.builder(model).maxTokens(1).seed(5).build();
    int draws = 20_000;
    Map<Integer, Integer> seen = new HashMap<>();
    for (Generation g : sampler.generate(prompt, draws)) {
      seen.merge(g.details().get(0).token(), 1, Integer::sum);
      double expected = Math.log(p.get(g.details().get(0).token()) / total);
      assertThat(g.drawLogProb()).isCloseTo(expected, within(1e-5));
    }
    double chi = 0;
    int cells = 0;
    for (Map.Entry<Integer, Double> e : p.entrySet()) {
      double expected = draws * e.getValue() / total;
      if (expected > 5) {
        chi += Math.pow(seen.getOrDefault(e.getKey(), 0) - expected, 2) / expected;
        cells++;
      }
    }
    assertThat(chi).as("%d cells", cells).isLessThan(cells + 4 * Math.sqrt(2.0 * cells));
    assertThat(cells).isGreaterThan(2);
  }

  @Test
  void logProbIsTheModelsOwnOverTheWholeRowEndIncluded() {
    Sampler sampler = Sampler.builder(model).maxTokens(60).seed(3).alternatives(3).build();
    Generation g = sampler.generate(prompt);
    List<Integer> tokens = new ArrayList<>(List.of(2, 3, 4));
    double sum = 0;
    for (TokenDetail detail : g.details()) {
      float[] logits = model.logitsAfter(tokens);
      double lse = 0;
      int best = 0;
      for (int id = 0; id < logits.length; id++) {
        lse += Math.exp(logits[id]);
        best = logits[id] > logits[best] ? id : best;
      }
      double expected = logits[detail.token()] - Math.log(lse);
      assertThat(detail.logProb()).isCloseTo(expected, within(1e-5));
      assertThat(detail.alternatives()).hasSize(3);
      assertThat(detail.alternatives().get(0).token()).isEqualTo(best);
      sum += expected;
      tokens.add(detail.token());
    }
    assertThat(g.logProb()).isCloseTo(sum, within(1e-4));
    if (g.finishReason() == FinishReason.STOP) {
      assertThat(g.details()).hasSize(g.tokens().length + 1);
    }
  }

  /** Removes the best token whenever its own coin says so. */
  private record Coin(CounterRandom random) implements LogitsProcessor.State {
    @Override
    public void process(Candidates candidates) {
      if (random.uniform(candidates.best()) < 0.5) {
        candidates.dropBest(1);
      }
    }

    @Override
    public Coin fork() {
      return this;
    }

    @Override
    public Coin fork(CounterRandom numbers) {
      return new Coin(numbers);
    }
  }

  @Test
  void everySampleOfAPromptHasItsOwnNumbersInProcessorsToo() {
    LogitsProcessor coin = context -> new Coin(context.random());
    Sampler.Builder builder =
        Sampler.builder(model).processors(coin).draw(Draw.greedy()).maxTokens(20);
    List<Generation> samples = builder.seed(5).build().generate(prompt, 6);
    // The draw is greedy: only the processor's numbers can tell the samples apart.
    assertThat(samples.stream().map(g -> list(g.tokens())).distinct().count()).isGreaterThan(3);
    for (Generation sample : samples) {
      Generation alone = builder.seed(sample.seed()).build().generate(prompt);
      assertThat(alone.tokens()).isEqualTo(sample.tokens());
    }
  }

  @Test
  void theSameSeedGivesTheSameTokensWhateverTheBatch() {
    Sampler sampler = Sampler.builder(model).maxTokens(30).seed(11).batchSize(3).build();
    Generation alone = sampler.generate(prompt);
    List<Generation> samples = sampler.generate(prompt, 5);
    assertThat(samples.get(0).tokens()).isEqualTo(alone.tokens());
    for (Generation sample : samples) {
      Generation again =
          Sampler.builder(model).maxTokens(30).seed(sample.seed()).build().generate(prompt);
      assertThat(again.tokens()).isEqualTo(sample.tokens());
      assertThat(again.logProb()).isEqualTo(sample.logProb());
    }
    assertThat(samples.stream().map(g -> list(g.tokens())).distinct().count()).isGreaterThan(1);
    List<Prompt> prompts =
        List.of(prompt, Prompt.tokens(5), Prompt.tokens(6, 7), Prompt.text("ab"));
    List<Generation> batch = sampler.generateAll(prompts);
    for (int i = 0; i < prompts.size(); i++) {
      assertThat(batch.get(i).tokens()).isEqualTo(sampler.generate(prompts.get(i)).tokens());
    }
  }

  @Test
  void longPromptsEnterInPiecesWithTheSameResult() {
    int[] ids = new int[3 * DecodingLoop.PREFILL_CHUNK + 7];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = 2 + i % 9;
    }
    Sampler sampler = Sampler.builder(model).draw(Draw.greedy()).maxTokens(5).build();
    assertThat(list(sampler.generate(Prompt.tokens(ids)).tokens())).isEqualTo(greedy(ids, 5));
  }

  @Test
  void constrainedTextIsOneOfTheSet() {
    Sampler sampler =
        Sampler.builder(model).constraint(TextSet.of("abc", "abca", "b\n")).seed(1).build();
    for (Generation g : sampler.generate(prompt, 50)) {
      assertThat(g.text()).isIn("abc", "abca", "b\n");
      assertThat(g.constraintSatisfied()).isTrue();
      assertThat(g.finishReason()).isIn(FinishReason.COMPLETE, FinishReason.STOP);
      if (g.text().equals("abca") || g.text().equals("b\n")) {
        assertThat(g.finishReason()).isEqualTo(FinishReason.COMPLETE);
      }
    }
  }

  @Test
  void forcedTokensChangeNothingButTheNumberOfPasses() {
    // Past the first byte each text has several tokenisations, so some steps are drawn.
    String[] texts = {"c/<x>", "c/<x>é\n", "é<<//"};
    for (int seed = 0; seed < 40; seed++) {
      int before = model.passes.get();
      Generation loud =
          Sampler.builder(model).constraint(TextSet.of(texts)).seed(seed).build().generate(prompt);
      int middle = model.passes.get();
      Generation quiet =
          Sampler.builder(model)
              .constraint(TextSet.silent(texts))
              .seed(seed)
              .build()
              .generate(prompt);
      int after = model.passes.get();
      assertThat(loud.tokens()).isEqualTo(quiet.tokens());
      assertThat(loud.logProb()).isCloseTo(quiet.logProb(), within(1e-9));
      assertThat(loud.drawLogProb()).isCloseTo(quiet.drawLogProb(), within(1e-9));
      assertThat(loud.usage().forcedTokens()).isPositive();
      assertThat(quiet.usage().forcedTokens()).isZero();
      assertThat(middle - before).isLessThan(after - middle);
    }
  }

  @Test
  void aConstraintWithOneTextNeedsNoDrawAndIsStillScored() {
    Generation g = Sampler.builder(model).constraint(TextSet.of("c\n")).build().generate(prompt);
    assertThat(g.finishReason()).isEqualTo(FinishReason.COMPLETE);
    assertThat(g.text()).isEqualTo("c\n");
    assertThat(g.usage().forcedTokens()).isEqualTo(2);
    float[] first = model.logitsAfter(List.of(2, 3, 4));
    float[] second = model.logitsAfter(List.of(2, 3, 4, 4));
    assertThat(g.logProb()).isCloseTo(logProb(first, 4) + logProb(second, 7), within(1e-5));
  }

  private static double logProb(float[] logits, int id) {
    double sum = 0;
    for (float x : logits) {
      sum += Math.exp(x);
    }
    return logits[id] - Math.log(sum);
  }

  @Test
  void cutShortByLengthTheTextIsALivePrefixAndSaysSo() {
    Generation g =
        Sampler.builder(model)
            .constraint(TextSet.of("<<<<<<x>"))
            .maxTokens(3)
            .build()
            .generate(prompt);
    assertThat(g.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(g.text()).isEqualTo("<<<");
    assertThat(g.constraintSatisfied()).isFalse();
    assertThatThrownBy(() -> g.as(Map.class))
        .isInstanceOf(BindingException.class)
        .hasMessageContaining("<<<")
        .hasMessageContaining("maxTokens");
  }

  @Test
  void aStopStringEndsTheTextBeforeItAndIsNeverStreamed() {
    int stopped = 0;
    for (int seed = 0; seed < 60; seed++) {
      StringBuilder streamed = new StringBuilder();
      Sampler sampler =
          Sampler.builder(model).stop("</x>", "bb", "é\n").maxTokens(50).seed(seed).build();
      Generation g = sampler.generate(prompt, streamed::append);
      assertThat(streamed.toString()).isEqualTo(g.text());
      assertThat(g.text()).doesNotContain("</x>").doesNotContain("bb").doesNotContain("é\n");
      String raw = model.vocabulary().decode(g.tokens());
      assertThat(raw).startsWith(g.text());
      if (!raw.equals(g.text())) {
        stopped++;
        assertThat(g.finishReason()).isEqualTo(FinishReason.STOP);
        String rest = raw.substring(g.text().length());
        assertThat(rest.startsWith("</x>") || rest.startsWith("bb") || rest.startsWith("é\n"))
            .isTrue();
      }
    }
    assertThat(stopped).isGreaterThan(5);
  }

  @Test
  void streamingNeverCutsACodePoint() {
    byte[] euro = "€".getBytes(StandardCharsets.UTF_8);
    Vocabulary vocabulary =
        Vocabulary.builder(5)
            .text(0, new byte[] {euro[0]})
            .text(1, new byte[] {euro[1]})
            .text(2, new byte[] {euro[2]})
            .text(3, "a")
            .special(4, "<end>")
            .end(4)
            .build();
    OutputText text = new OutputText(vocabulary, List.of());
    List<String> pieces = new ArrayList<>();
    for (int token : new int[] {3, 0, 1, 2, 0, 1, 3, 0}) {
      text.append(token);
      pieces.add(text.flush());
    }
    pieces.add(text.finish());
    assertThat(pieces).containsExactly("a", "", "", "€", "", "", "\uFFFDa", "", "\uFFFD");
    assertThat(text.text()).isEqualTo("a€\uFFFDa\uFFFD");
  }

  @Test
  void cancellingEndsWithWhatIsThere() {
    CountDownLatch started = new CountDownLatch(1);
    Sampler sampler =
        Sampler.builder(model).stopTokens().processors(without(ToyLm.END)).maxTokens(3000).build();
    List<GenerationHandle> self = new ArrayList<>();
    GenerationHandle handle =
        sampler.start(
            prompt,
            piece -> {
              started.countDown();
              synchronized (self) {
                if (!self.isEmpty()) {
                  self.get(0).cancel();
                }
              }
            });
    synchronized (self) {
      self.add(handle);
    }
    Generation g = handle.join();
    assertThat(g.finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(g.tokens().length).isBetween(1, 2999);
  }

  private static LogitsProcessor without(int token) {
    return LogitsProcessor.stateless(candidates -> candidates.remove(token));
  }

  @Test
  void aDeadlineEndsWithWhatIsThere() {
    model.beforePass = SamplerTest::pause;
    Generation g =
        Sampler.builder(model)
            .processors(without(ToyLm.END))
            .deadline(Duration.ofMillis(60))
            .build()
            .generate(prompt);
    assertThat(g.finishReason()).isEqualTo(FinishReason.DEADLINE);
    assertThat(g.tokens().length).isLessThan(100);
  }

  private static void pause() {
    try {
      Thread.sleep(5);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void anInterruptIsAnExceptionWithTheTextSoFar() {
    List<String> seen = new ArrayList<>();
    Sampler sampler =
        Sampler.builder(model).processors(without(ToyLm.END)).maxTokens(100).seed(2).build();
    assertThatThrownBy(
            () ->
                sampler.generate(
                    prompt,
                    piece -> {
                      seen.add(piece);
                      if (seen.size() == 4) {
                        Thread.currentThread().interrupt();
                      }
                    }))
        .isInstanceOfSatisfying(
            GenerationException.class,
            e -> assertThat(e.partial().text()).isEqualTo(String.join("", seen)))
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aListenersExceptionCarriesTheTextSoFar() {
    assertThatThrownBy(
            () ->
                Sampler.builder(model)
                    .seed(2)
                    .build()
                    .generate(
                        prompt,
                        piece -> {
                          throw new IllegalStateException("full disk");
                        }))
        .isInstanceOf(GenerationException.class)
        .hasMessageContaining("full disk")
        .hasRootCauseMessage("full disk");
  }

  @Test
  void notANumberIsAnErrorNotAToken() {
    model.nanAt = 5;
    assertThatThrownBy(
            () -> Sampler.builder(model).processors(without(0)).build().generate(prompt, 2))
        .isInstanceOf(GenerationException.class)
        .hasMessageContaining("NaN")
        .hasMessageContaining("text so far")
        .hasCauseInstanceOf(NoAdmissibleTokenException.class);
  }

  /** The model's own log-probabilities then leave it out as well; guidance or none. */
  @Test
  void notANumberIsMaskedWhereAProcessorSaysSo() {
    model.nanAt = 3;
    Generation g =
        Sampler.builder(model)
            .processors(LogitsProcessor.stateless(Candidates::maskNaN))
            .maxTokens(8)
            .seed(1)
            .build()
            .generate(prompt);
    assertThat(g.details()).isNotEmpty();
    for (TokenDetail detail : g.details()) {
      assertThat(detail.logProb()).isNegative();
      assertThat(detail.drawLogProb()).isLessThanOrEqualTo(0);
    }
  }

  @Test
  void processorsThatLeaveNothingAreAnError() {
    assertThatThrownBy(
            () ->
                Sampler.builder(model)
                    .constraint(TextSet.silent("a", "b"))
                    .processors(without(2), without(3))
                    .build()
                    .generate(prompt))
        .isInstanceOf(GenerationException.class)
        .hasMessageContaining("no candidate")
        .hasMessageContaining("one of 2 texts");
  }

  @Test
  void aPromptThatDoesNotFitIsRefused() {
    try (ToyLm small = model.withContext(8)) {
      Sampler sampler = Sampler.builder(small).processors(without(ToyLm.END)).build();
      assertThatThrownBy(() -> sampler.generate(Prompt.tokens(2, 3, 4, 5, 6, 7, 8, 9)))
          .isInstanceOf(ContextOverflowException.class)
          .hasMessageContaining("8");
      Generation g = sampler.generate(Prompt.tokens(2, 3, 4, 5, 6));
      assertThat(g.finishReason()).isEqualTo(FinishReason.LENGTH);
      // Positions 5, 6 and 7 are fed; the row after the last one still gives a token.
      assertThat(g.tokens()).hasSize(4);
      small.assertNothingOpen();
    }
  }

  @Test
  void aSlidingWindowKeepsTheFirstTokensAndGoesOn() {
    try (ToyLm small = model.withContext(16)) {
      Generation g =
          Sampler.builder(small)
              .processors(without(ToyLm.END))
              .contextOverflow(ContextOverflow.slide(2))
              .maxTokens(100)
              .build()
              .generate(prompt);
      assertThat(g.tokens()).hasSize(100);
      assertThat(g.finishReason()).isEqualTo(FinishReason.LENGTH);
      small.assertNothingOpen();
    }
  }

  @Test
  void aSessionComputesOnlyWhatIsNewAndChangesNothing() {
    Sampler sampler = Sampler.builder(model).draw(Draw.greedy()).maxTokens(6).build();
    try (Session session = sampler.session()) {
      int[] chat = {2, 3, 4, 5};
      for (int turn = 0; turn < 4; turn++) {
        Generation fresh = sampler.generate(Prompt.tokens(chat));
        int before = model.fedTokens.get();
        Generation g = session.generate(Prompt.tokens(chat));
        int fed = model.fedTokens.get() - before;
        assertThat(g.tokens()).isEqualTo(fresh.tokens());
        if (turn > 0) {
          assertThat(g.usage().reusedTokens()).isPositive();
          assertThat(fed).isLessThan(chat.length + g.tokens().length);
        }
        int[] longer = Arrays.copyOf(chat, chat.length + g.tokens().length + 2);
        System.arraycopy(g.tokens(), 0, longer, chat.length, g.tokens().length);
        longer[longer.length - 2] = 6;
        longer[longer.length - 1] = 7;
        chat = longer;
      }
      // A prompt that shares nothing, and one that is wholly in the cache.
      assertThat(session.generate(Prompt.tokens(9, 8)).tokens())
          .isEqualTo(sampler.generate(Prompt.tokens(9, 8)).tokens());
      assertThat(session.generate(Prompt.tokens(9, 8)).tokens())
          .isEqualTo(sampler.generate(Prompt.tokens(9, 8)).tokens());
    }
    model.assertNothingOpen();
  }

  @Test
  void aSessionSurvivesAFailedCall() {
    Sampler sampler = Sampler.builder(model).draw(Draw.greedy()).maxTokens(6).build();
    try (Session session = sampler.session()) {
      session.generate(prompt);
      model.beforePass =
          () -> {
            throw new IllegalStateException("device lost");
          };
      assertThatThrownBy(() -> session.generate(Prompt.tokens(2, 3, 4, 5)))
          .isInstanceOf(GenerationException.class)
          .hasMessageContaining("device lost");
      model.beforePass = () -> {};
      assertThat(session.generate(prompt).tokens()).isEqualTo(sampler.generate(prompt).tokens());
    }
  }

  @Test
  void guidanceCombinesRowsOfSeveralPromptsAndModels() {
    try (ToyLm amateur = model.withSalt(99)) {
      Guidance contrast =
          new Guidance() {
            @Override
            public List<Companion> companions() {
              return List.of(
                  new Companion(model, p -> Prompt.tokens(9)), new Companion(amateur, p -> p));
            }

            @Override
            public State open() {
              return new State() {
                @Override
                public LogitsRow combine(LogitsRow own, List<LogitsRow> others) {
                  float[] out = new float[own.size()];
                  for (int i = 0; i < out.length; i++) {
                    out[i] =
                        2 * own.host().get(i)
                            - others.get(0).host().get(i)
                            - 0.5f * others.get(1).host().get(i);
                  }
                  return LogitsRow.of(out);
                }

                @Override
                public State fork() {
                  return this;
                }
              };
            }
          };
      Sampler sampler =
          Sampler.builder(model).guidance(contrast).draw(Draw.greedy()).maxTokens(20).build();
      Generation g = sampler.generate(prompt, 2).get(1);
      List<Integer> own = new ArrayList<>(List.of(2, 3, 4));
      List<Integer> other = new ArrayList<>(List.of(9));
      for (TokenDetail detail : g.details()) {
        float[] a = model.logitsAfter(own);
        float[] b = model.logitsAfter(other);
        float[] c = amateur.logitsAfter(own);
        int best = -1;
        for (int id = 0; id < model.vocabulary().size(); id++) {
          float x = 2 * a[id] - b[id] - 0.5f * c[id];
          if (id != 1 && (best < 0 || x > 2 * a[best] - b[best] - 0.5f * c[best])) {
            best = id;
          }
        }
        assertThat(detail.token()).isEqualTo(best);
        assertThat(detail.logProb()).isCloseTo(logProb(a, best), within(1e-5));
        own.add(best);
        other.add(best);
      }
      amateur.assertNothingOpen();
    }
  }

  @Test
  void concurrentCallsAreIndependent() throws Exception {
    Sampler sampler =
        Sampler.builder(model).constraint(TextSet.of("abcabc", "abc/", "é<x>")).seed(4).build();
    List<Generation> alone = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      alone.add(sampler.generate(Prompt.tokens(2 + i)));
    }
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      List<Future<Generation>> futures = new ArrayList<>();
      for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 10; i++) {
          Prompt p = Prompt.tokens(2 + i);
          futures.add(threads.submit(() -> sampler.generate(p)));
        }
      }
      for (int i = 0; i < futures.size(); i++) {
        assertThat(futures.get(i).get().tokens()).isEqualTo(alone.get(i % 10).tokens());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aSpecialTokensNameInAMessageIsText() {
    Vocabulary vocabulary =
        Vocabulary.builder(9)
            .special(0, "<end>")
            .end(0)
            .text(1, "<")
            .text(2, "e")
            .text(3, "n")
            .text(4, "d")
            .text(5, ">")
            .text(6, "a")
            .text(7, "end>")
            .text(8, "\uE000")
            .build();
    ToyLm toy = ToyLm.over(vocabulary);
    int[] ids = PromptEncoder.encode(toy, Prompt.chat(Message.user("a<end>a"), Message.user("<")));
    assertThat(ids).containsExactly(6, 1, 7, 6, 1);
    // The template's own special tokens stay special, and a mark inside a message is data too.
    assertThat(PromptEncoder.encode(toy, Prompt.text("a<end>"))).containsExactly(6, 0);
    assertThat(PromptEncoder.encode(toy, Prompt.chat(Message.user("\uE000<end>"))))
        .containsExactly(8, 1, 7);
  }

  @Test
  void contradictionsAreRefusedWhenBuilding() {
    assertThatThrownBy(() -> Sampler.builder(model).maxTokens(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Sampler.builder(model).stop(""))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> Sampler.builder(model).constraint(TextSet.of("a")).stopTokens(3).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"b\"");
    assertThatThrownBy(() -> Sampler.builder(model).build().generate(Prompt.text("")))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("no token");
  }
}
