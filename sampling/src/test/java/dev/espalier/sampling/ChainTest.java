package dev.espalier.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import dev.espalier.Candidates;
import dev.espalier.CounterRandom;
import dev.espalier.Draw;
import dev.espalier.LogitsProcessor;
import dev.espalier.LogitsRow;
import dev.espalier.NoAdmissibleTokenException;
import dev.espalier.Vocabulary;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ChainTest {
  private static final float[] L1 = {2, 1, 0.5f, 0, -1};

  @Test
  void everyMethodSurvivesTheWayThroughJson() {
    List<LogitsProcessor> all = new ArrayList<>();
    for (String name : Methods.names()) {
      all.add(Methods.prototype(name));
    }
    all.add(Processors.logitBias(Map.of(3, Double.NEGATIVE_INFINITY, 5, 1.5)));
    all.add(Processors.sequenceBias(Map.of(List.of(1, 2), -2.0)));
    all.add(Processors.badWords(List.of(List.of(4), List.of(1, 2, 3))));
    all.add(Processors.forceTokens(Map.of(0, 7)));
    all.add(Processors.topH(0.3, TopHMode.PAPER));
    Chain chain = Chain.of(all).onConflict(Conflict.ALLOW_END);
    assertThat(Chain.fromJson(chain.toJson())).isEqualTo(chain);
  }

  @Test
  void whatIsAbsentInJsonHasItsDefault() {
    Chain chain =
        Chain.fromJson("[{\"method\": \"top_p\"}, {\"method\": \"min_p\", \"min_keep\": 3}]");
    assertThat(chain.stages()).containsExactly(new TopP(0.95, 1), new MinP(0.05, 3));
    assertThat(Processors.method("top_h", Map.of("mode", "paper")))
        .isEqualTo(Processors.topH(0.4, TopHMode.PAPER));
  }

  @Test
  void whatJsonMayNotSayIsNamedWithWhatIsAllowed() {
    refuses(
        "[{\"method\": \"top_q\"}]", "there is no method 'top_q'; allowed are mask_nan, greedy");
    refuses(
        "[{\"method\": \"top_p\", \"q\": 1}]",
        "top_p has no parameter 'q'; allowed are p, min_keep");
    refuses("[{\"method\": \"top_p\", \"p\": 1.5}]", "top_p: p is 1.5, allowed is [0, 1]");
    refuses("[{\"method\": \"top_k\", \"k\": 2.5}]", "top_k: k is 2.5, allowed is an integer");
    refuses("[{\"method\": \"top_h\", \"mode\": \"x\"}]", "allowed are [reference, paper, hugging");
    refuses("{\"processors\": [], \"conflict\": \"no\"}", "allowed are \"throw\"");
    refuses("[{\"method\": ", "not JSON at line 1, column 13: ");
    refuses("[\n{\"method\": \"top_p\" 1", "not JSON at line 2, column 20: ");
    refuses("[".repeat(100_000), "not JSON: ");
    refuses("{}", "a chain is an array");
  }

  private static void refuses(String json, String message) {
    assertThatThrownBy(() -> Chain.fromJson(json))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining(message);
  }

  @Test
  void huggingFaceConfigsBecomeItsChainInItsOrder() {
    Chain chain =
        Chain.huggingFace(
            """
            {"do_sample": true, "temperature": 0.6, "top_p": 0.9, "repetition_penalty": 1.05,
             "eos_token_id": [1, 2], "no_repeat_ngram_size": 0, "min_p": null,
             "bad_words_ids": [[5, 6]], "typical_p": 0.9, "suppress_tokens": [9]}
            """);
    assertThat(chain.stages())
        .containsExactly(
            new Penalties(1.05, 0, 0, -1),
            new BadWords(List.of(List.of(5, 6)), true),
            new Suppress(List.of(9), false),
            new Temperature(0.6),
            new TopK(50, 1, true),
            new TopP(0.9, 1),
            new Typical(0.9, 1, false));
    assertThat(Chain.huggingFace("{}").stages()).containsExactly(new Greedy());
    assertThatThrownBy(() -> Chain.huggingFace("{\"num_beams\": 4}"))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("num_beams is 4, allowed is 1");
    assertThat(Chain.llamaCpp().stages())
        .containsExactly(
            new TopK(40, 1, false), new TopP(0.95, 1), new MinP(0.05, 1), new Temperature(0.8));
  }

  private static LogitsProcessor.State open(Chain chain, int... prompt) {
    Vocabulary vocabulary = Vocabulary.builder(5).special(4, "<end>").end(4).build();
    return chain.open(new LogitsProcessor.Context(vocabulary, prompt));
  }

  @Test
  void whereNothingIsLeftThePolicyDecides() {
    Chain chain =
        Chain.of(Processors.topK(3), Processors.suppress(0, 1, 2), Processors.temperature(0.5));
    Candidates c = Steps.load(L1);
    assertThatThrownBy(() -> open(chain).process(c))
        .isInstanceOf(NoAdmissibleTokenException.class)
        .hasMessageContaining("'suppress', stage 2 of 3");
    Candidates relaxed = Steps.load(L1);
    open(chain.onConflict(Conflict.RELAX_LAST)).process(relaxed);
    assertThat(Steps.kept(relaxed)).containsExactly(0, 1, 2);
    assertThat((double) relaxed.logit(0)).isEqualTo(4);
    Candidates ended = Steps.load(L1);
    open(chain.onConflict(Conflict.ALLOW_END)).process(ended);
    assertThat(Steps.kept(ended)).containsExactly(4);
    Candidates blocked = Steps.load(L1);
    blocked.remove(4);
    blocked.remove(3);
    assertThatThrownBy(() -> open(chain.onConflict(Conflict.ALLOW_END)).process(blocked))
        .isInstanceOf(NoAdmissibleTokenException.class);
    Candidates still = Steps.load(L1);
    for (int id : new int[] {0, 3, 4}) {
      still.remove(id);
    }
    open(chain.onConflict(Conflict.RELAX_LAST)).process(still);
    assertThat(Steps.kept(still)).as("removed before the chain").containsExactly(1, 2);
  }

  @Test
  void anObserverSeesWhatEachStageRemoved() {
    List<StepReport> reports = new ArrayList<>();
    Chain chain =
        Chain.of(Processors.topK(4), Processors.topP(0.8), Processors.temperature(2))
            .observedBy(reports::add);
    LogitsProcessor.State state = open(chain);
    Candidates c = Steps.load(L1);
    state.process(c);
    state.accept(1, c);
    StepReport report = reports.get(0);
    assertThat(report.entropyBefore()).isCloseTo(1.206489, within(1e-6));
    assertThat(report.surpriseBefore()).isCloseTo(1.574438, within(1e-6));
    assertThat(report.perplexity()).isCloseTo(Math.exp(1.574438), within(1e-5));
    assertThat(report.surpriseAfter()).isCloseTo(-c.logProb(1), within(1e-12));
    assertThat(report.stages())
        .extracting(StepReport.StageReport::stage)
        .containsExactly("top_k", "top_p", "temperature");
    assertThat(report.stages()).extracting(StepReport.StageReport::kept).containsExactly(4, 3, 3);
    assertThat(report.stages().get(0).keptMass()).isCloseTo(1 - 0.028031, within(1e-6));
    assertThat(report.stages().get(1).removed().stream().toArray()).containsExactly(3);
    assertThat(report.stages().get(2).keptMass()).isCloseTo(1, within(1e-12));
    assertThat(report.entropyAfter()).isCloseTo(c.entropy(), within(1e-12));
  }

  @Test
  void observingChangesNoToken() {
    var random = new SplittableRandom(8);
    Chain plain = Chain.of(Processors.mirostatV2(2, 0.1), Processors.temperature(0.9));
    LogitsProcessor.State one = plain.open(Steps.context(300));
    LogitsProcessor.State two = plain.observedBy(r -> {}).open(Steps.context(300));
    for (int step = 0; step < 50; step++) {
      float[] row = new float[300];
      for (int i = 0; i < row.length; i++) {
        row[i] = random.nextInt(-300, 300) / 64f;
      }
      CounterRandom numbers = CounterRandom.of(3).split(step);
      int[] tokens = new int[2];
      for (int i = 0; i < 2; i++) {
        Candidates c = Steps.load(row);
        (i == 0 ? one : two).process(c);
        tokens[i] = Draw.multinomial().draw(c, numbers);
        (i == 0 ? one : two).accept(tokens[i], c);
      }
      assertThat(tokens[0]).isEqualTo(tokens[1]);
    }
  }

  @Test
  void aForkForAnotherSampleDrawsOtherNumbersThroughAChainToo() {
    LogitsProcessor.Context context =
        new LogitsProcessor.Context(
            Vocabulary.builder(4).build(), new int[0], CounterRandom.of(1).split(-1));
    LogitsProcessor.State first = Chain.of(Processors.xtc(0.5, 0.1)).open(context);
    LogitsProcessor.State copy = first.fork();
    LogitsProcessor.State other = first.fork(CounterRandom.of(2).split(-1));
    int different = 0;
    for (int step = 0; step < 64; step++) {
      int removed = left(first);
      assertThat(left(copy)).isEqualTo(removed);
      different += left(other) != removed ? 1 : 0;
      for (LogitsProcessor.State state : List.of(first, copy, other)) {
        state.accept(1, null);
      }
    }
    assertThat(different).isBetween(16, 48); // half of 64, four deviations either way
  }

  /** With common numbers the second would fire whenever the first does. */
  @Test
  void stagesDrawNumbersOfTheirOwn() {
    LogitsProcessor.Context context =
        new LogitsProcessor.Context(Vocabulary.builder(4).build(), new int[0], CounterRandom.of(3));
    Chain chain = Chain.of(Processors.xtc(0.5, 0.3), Processors.xtc(0.5, 0.01));
    LogitsProcessor.State opened = chain.open(context);
    for (LogitsProcessor.State state : List.of(opened, opened.fork(CounterRandom.of(4)))) {
      int[] seen = new int[5];
      for (int step = 0; step < 400; step++) {
        seen[left(state)]++;
        state.accept(1, null);
      }
      // A quarter each: none leaves 4, the first alone 3, the second alone 1, both 1.
      assertThat(seen[4]).isBetween(60, 140);
      assertThat(seen[3]).isBetween(60, 140);
      assertThat(seen[1]).isBetween(150, 250);
    }
  }

  private static int left(LogitsProcessor.State state) {
    Candidates candidates = new Candidates(4);
    candidates.load(LogitsRow.of(new float[] {2, 2, 1, 0}), null);
    state.process(candidates);
    return candidates.count();
  }

  /** All methods with a state; a fork must not disturb the original, and equal a replay. */
  private static final List<LogitsProcessor> STATEFUL =
      List.of(
          Processors.penalties(1.2, 0.3, 0.1, 7),
          Processors.repetitionPenalty(1.3),
          new Dry(0.8, 1.75, 2, 20, List.of(), List.of(List.of(3), List.of(4, 5))),
          Processors.noRepeatNgram(3),
          Processors.sequenceBias(Map.of(List.of(1, 2), -2.0, List.of(0), 0.5)),
          Processors.badWords(List.of(List.of(2, 3))),
          Processors.minNewTokens(12),
          Processors.forceTokens(Map.of(5, 2, 9, 1)),
          Processors.suppressAtBegin(1, 2),
          Processors.xtc(0.5, 0.1),
          Processors.mirostatV1(2, 0.5),
          Processors.mirostatV2(2, 0.5),
          Processors.lineStartTemperature(2, 0.5),
          Chain.of(Processors.penalties(1.1, 0, 0, 5), Processors.mirostatV2(1, 1)));

  private static Vocabulary lines() {
    return Vocabulary.builder(8)
        .text(0, "a")
        .text(1, "\n")
        .text(2, "  ")
        .text(3, "b")
        .text(4, "c")
        .text(5, "\n ")
        .special(6, "<end>")
        .end(6)
        .text(7, "d")
        .build();
  }

  private static float[] row(long seed) {
    var random = new SplittableRandom(seed);
    float[] row = new float[8];
    for (int i = 0; i < row.length; i++) {
      row[i] = random.nextInt(-200, 200) / 64f;
    }
    return row;
  }

  private static void step(LogitsProcessor.State state, int step, int token) {
    Candidates c = Steps.load(row(step));
    state.process(c);
    state.accept(token, c.contains(token) ? c : null);
  }

  @Test
  void aForkEqualsAReplayAndLeavesTheOriginalAlone() {
    for (LogitsProcessor method : STATEFUL) {
      for (int seed = 0; seed < 20; seed++) {
        var random = new SplittableRandom(seed);
        int[] prompt = random.ints(6, 0, 8).toArray();
        int[] tokens = random.ints(24, 0, 8).toArray();
        int at = random.nextInt(20);
        var context = new LogitsProcessor.Context(lines(), prompt, CounterRandom.of(seed));
        LogitsProcessor.State original = method.open(context);
        LogitsProcessor.State replay = method.open(context);
        for (int i = 0; i < at; i++) {
          step(original, i, tokens[i]);
          step(replay, i, tokens[i]);
        }
        LogitsProcessor.State fork = original.fork();
        for (int i = at; i < 24; i++) {
          step(original, i, (tokens[i] + 1) % 8);
        }
        for (int i = at; i < 24; i++) {
          assertThat(result(fork, i)).as("%s at %d", method, i).isEqualTo(result(replay, i));
          step(fork, i, tokens[i]);
          step(replay, i, tokens[i]);
        }
      }
    }
  }

  private static List<Float> result(LogitsProcessor.State state, int step) {
    Candidates c = Steps.load(row(step));
    state.process(c);
    List<Float> logits = new ArrayList<>();
    for (int id = 0; id < c.size(); id++) {
      logits.add(c.logit(id));
    }
    return logits;
  }

  @Test
  void processingTwiceIsProcessingOnce() {
    // A chain runs its stages again after a conflict, so that state may move in accept only.
    for (LogitsProcessor method : STATEFUL) {
      var context = new LogitsProcessor.Context(lines(), new int[] {0, 1, 2}, CounterRandom.of(1));
      LogitsProcessor.State state = method.open(context);
      for (int i = 0; i < 20; i++) {
        assertThat(result(state, i)).as("%s", method).isEqualTo(result(state, i));
        step(state, i, i % 8);
      }
    }
  }

  @Test
  void stepsOfAWholeChainAllocateNothing() {
    int size = 20_000;
    Chain chain =
        Chain.of(
            Processors.penalties(1.1, 0.1, 0.1, 500),
            new Dry(0.8, 1.75, 2, 300, List.of(), List.of()),
            Processors.topK(50),
            Processors.topH(0.4),
            Processors.topP(0.95),
            Processors.minP(0.05),
            Processors.temperature(0.8),
            Processors.mirostatV2(3, 0.1));
    LogitsProcessor.State state = chain.open(Steps.context(size));
    var random = new SplittableRandom(2);
    LogitsRow[] rows = new LogitsRow[8];
    for (int r = 0; r < rows.length; r++) {
      float[] row = new float[size];
      for (int i = 0; i < size; i++) {
        row[i] = (float) (6 * random.nextDouble() - 2 * Math.log(random.nextDouble() + 1e-9));
      }
      rows[r] = LogitsRow.of(row);
    }
    Candidates c = new Candidates(size);
    CounterRandom numbers = CounterRandom.of(5);
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = 0;
    for (int i = 0; i < 2000; i++) {
      if (i == 1200) {
        before = threads.getCurrentThreadAllocatedBytes();
      }
      c.load(rows[i % 8], null);
      state.process(c);
      int token = Draw.multinomial().draw(c, numbers);
      state.accept(token, c);
    }
    // The history doubles now and then; nothing else may grow.
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(60_000);
  }
}
