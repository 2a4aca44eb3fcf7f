package dev.espalier.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.Candidates;
import dev.espalier.CounterRandom;
import dev.espalier.Draw;
import dev.espalier.LogitsProcessor;
import dev.espalier.Vocabulary;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What each method promises by itself; what truncations share is in TruncationProperties. */
class MethodProperties {
  private static final double BIT = Math.log(2);

  @Provide
  Arbitrary<float[]> rows() {
    return Steps.rows();
  }

  private static int[] ints(List<Integer> tokens) {
    return tokens.stream().mapToInt(Integer::intValue).toArray();
  }

  // ---- temperatures

  @Property
  void temperatureOneLeavesEveryBitAndNoneMovesTheBest(
      @ForAll("rows") float[] row, @ForAll @DoubleRange(min = 0, max = 5) double t) {
    Candidates same = Steps.after(Processors.temperature(1), row);
    for (int id = 0; id < row.length; id++) {
      assertThat(Float.floatToRawIntBits(same.logit(id)))
          .isEqualTo(Float.floatToRawIntBits(row[id]));
    }
    assertThat(Steps.after(Processors.temperature(t), row).best())
        .isEqualTo(Steps.load(row).best());
  }

  @Property
  void dynamicTemperatureStaysInItsRange(
      @ForAll @DoubleRange(min = 0, max = 3) double centre,
      @ForAll @DoubleRange(min = 0.01, max = 3) double range,
      @ForAll @DoubleRange(min = 0.1, max = 4) double exponent,
      @ForAll @DoubleRange(min = 0, max = 1) double entropy,
      @ForAll @IntRange(min = 2, max = 50) int n) {
    var method = new DynamicTemperature(centre, range, exponent);
    double low = Math.max(0, centre - range);
    assertThat(method.of(entropy)).isBetween(low, centre + range);
    assertThat(method.of(0)).isEqualTo(low);
    assertThat(method.of(1)).isCloseTo(centre + range, within(1e-12));
    // All equal but for the smallest step of a float: as uniform as can be told apart.
    float[] row = new float[n];
    row[0] = 0x1p-20f;
    float logit = Steps.after(method, row).logit(0);
    assertThat(row[0] / logit).isCloseTo((float) (centre + range), within(1e-4f));
  }

  @Property
  void entropyTemperatureRisesToItsTop(
      @ForAll @DoubleRange(min = 0.1, max = 3) double top,
      @ForAll @DoubleRange(min = 0.01, max = 2) double theta,
      @ForAll @DoubleRange(min = 0.1, max = 12) double h,
      @ForAll @DoubleRange(min = 0, max = 5) double more) {
    var method = new EntropyTemperature(top, theta, 0.8);
    assertThat(method.of(h)).isBetween(0.0, top);
    assertThat(method.of(h + more)).isGreaterThanOrEqualTo(method.of(h));
    assertThat(method.of(0)).isZero();
    assertThat(method.of(1e9)).isCloseTo(top, within(1e-6));
  }

  @Property
  void theReleasedHapoIsTheSignedOneOnlyAboveThePivot(
      @ForAll @Size(min = 2, max = 20) List<@DoubleRange(min = 0.01, max = 8) Double> population,
      @ForAll @DoubleRange(min = 0.01, max = 10) double h) {
    var calibration = HapoTemperature.Calibration.of(population, 0.5);
    double signed = calibration.position(h, true);
    double released = calibration.position(h, false);
    double expected = Math.log(h) > calibration.centre() ? signed : -signed;
    assertThat(released).isCloseTo(expected, within(1e-15));
  }

  // ---- truncations

  @Property
  void topKKeepsSoMany(@ForAll("rows") float[] row, @ForAll @IntRange(min = 1, max = 50) int k) {
    assertThat(Steps.after(Processors.topK(k), row).count()).isEqualTo(Math.min(k, row.length));
  }

  @Property
  void minPBoundsTheRatioToTheBest(
      @ForAll("rows") float[] row, @ForAll @DoubleRange(min = 0.01, max = 1) double p) {
    Candidates c = Steps.after(Processors.minP(p), row);
    double best = Steps.load(row).max();
    for (int id = 0; id < row.length; id++) {
      double ratio = Math.exp(row[id] - best);
      assertThat(c.contains(id) ? ratio >= p * (1 - 1e-12) : ratio <= p * (1 + 1e-12)).isTrue();
    }
  }

  /** The reference bounds Σ −q log q of the kept, not renormalised, unless one token is above. */
  @Property
  void theReferenceBoundHolds(
      @ForAll("rows") float[] row, @ForAll @DoubleRange(min = 0.05, max = 1) double alpha) {
    double[] p = Steps.law(Steps.load(row));
    double all = 0;
    double kept = 0;
    Candidates c = Steps.after(Processors.topH(alpha), row);
    for (int id = 0; id < row.length; id++) {
      double term = p[id] == 0 ? 0 : -p[id] * Math.log(p[id]);
      all += term;
      kept += c.contains(id) ? term : 0;
    }
    if (c.count() > 1) {
      assertThat(kept).isLessThanOrEqualTo(alpha * all + 1e-9);
    }
  }

  @Property
  void xtcLeavesOneTopChoiceAndTouchesNothingBelow(
      @ForAll("rows") float[] row, @ForAll @DoubleRange(min = 0.01, max = 0.5) double threshold) {
    double[] p = Steps.law(Steps.load(row));
    Candidates c = Steps.after(Processors.xtc(1, threshold), row);
    int top = 0;
    int left = 0;
    for (int id = 0; id < row.length; id++) {
      if (p[id] < threshold * (1 - 1e-12)) {
        assertThat(c.contains(id)).isTrue();
      } else {
        top++;
        left += c.contains(id) ? 1 : 0;
      }
    }
    assertThat(left).isEqualTo(Math.min(1, top));
  }

  // ---- mirostat

  @Property
  void mirostatMovesItsBoundByTheMissedSurprise(
      @ForAll("rows") float[] row,
      @ForAll boolean second,
      @ForAll boolean truncated,
      @ForAll @DoubleRange(min = 0.5, max = 6) double tau,
      @ForAll @DoubleRange(min = 0.01, max = 2) double eta,
      @ForAll long seed) {
    Mirostat state =
        second
            ? new MirostatV2(tau, eta).open(Steps.context(row.length))
            : new MirostatV1(tau, eta, 99, truncated, truncated).open(Steps.context(row.length));
    double expected = 2 * tau;
    assertThat(state.mu).isEqualTo(expected);
    double whole = Steps.load(row).logSumExp();
    for (int step = 0; step < 5; step++) {
      Candidates c = Steps.load(row);
      state.process(c);
      int token = Draw.multinomial().draw(c, CounterRandom.of(seed).split(step));
      double lse = second || truncated ? c.logSumExp() : whole;
      double surprise = (lse - row[token]) / BIT;
      Mirostat fork = (Mirostat) state.fork();
      fork.accept(token, c);
      state.accept(token, c);
      expected -= eta * (surprise - tau);
      if (expected > -50 && expected < 50) {
        assertThat(state.mu).isCloseTo(expected, within(1e-9));
      }
      expected = state.mu;
      assertThat(fork.mu).isEqualTo(state.mu);
      if (c.count() == 1 && (second || truncated)) {
        assertThat(surprise).isZero();
      }
    }
  }

  /** Both ways, and back: the bound is never lost. */
  @Property
  void mirostatComesBackFromItsClamps(@ForAll @DoubleRange(min = 0.5, max = 6) double tau) {
    Mirostat.V2 state = new MirostatV2(tau, 5).open(Steps.context(4));
    float[] sure = {60, 0, 0, 0};
    for (int step = 0; step < 300; step++) {
      boolean surprised = step / 100 == 1;
      Candidates c = Steps.load(sure);
      if (!surprised) {
        state.process(c);
      }
      state.accept(surprised ? 1 : 0, c);
      assertThat(state.mu).isBetween(-50.0, 52.0);
      if (step % 100 == 99) {
        assertThat(state.mu).isEqualTo(surprised ? -50 : 52);
      }
    }
  }

  // ---- penalties and bans

  @Property
  void penaltiesTouchTheWindowAloneAndOnlyLower(
      @ForAll("rows") float[] row,
      @ForAll @Size(max = 30) List<@IntRange(min = 0, max = 39) Integer> some,
      @ForAll @DoubleRange(min = 1, max = 2) double repetition,
      @ForAll @DoubleRange(min = 0, max = 2) double frequency,
      @ForAll @DoubleRange(min = 0, max = 2) double presence,
      @ForAll long seed) {
    List<Integer> tokens = some.stream().map(t -> t % row.length).toList();
    var method = new Penalties(repetition, frequency, presence, -1);
    Candidates c = Steps.after(method, ints(tokens), row);
    List<Integer> shuffled = new ArrayList<>(tokens);
    Collections.shuffle(shuffled, new Random(seed));
    Candidates other = Steps.after(method, ints(shuffled), row);
    Candidates off = Steps.after(new Penalties(1, 0, 0, -1), ints(tokens), row);
    for (int id = 0; id < row.length; id++) {
      assertThat(c.logit(id)).isLessThanOrEqualTo(row[id]).isEqualTo(other.logit(id));
      if (!tokens.contains(id)) {
        assertThat(c.logit(id)).isEqualTo(row[id]);
      }
      assertThat(off.logit(id)).isEqualTo(row[id]);
    }
  }

  @Property
  void dryLeavesATextThatRepeatsNothing(
      @ForAll @IntRange(min = 1, max = 12) int length, @ForAll long seed) {
    List<Integer> tokens = new ArrayList<>();
    for (int id = 0; id < 12; id++) {
      tokens.add(id);
    }
    Collections.shuffle(tokens, new Random(seed));
    Candidates c =
        Steps.after(
            new Dry(1, 2, 1, -1, List.of(), List.of()),
            ints(tokens.subList(0, length)),
            new float[12]);
    for (int id = 0; id < 12; id++) {
      assertThat(c.logit(id)).isZero();
    }
  }

  @Property
  void dryForgetsAtABreakerAndPunishesLongerCopiesMore(
      @ForAll @Size(min = 2, max = 20) List<@IntRange(min = 0, max = 3) Integer> tokens,
      @ForAll @IntRange(min = 1, max = 3) int allowed) {
    List<Integer> broken = new ArrayList<>(tokens);
    broken.add(4);
    var method = new Dry(1, 2, allowed, -1, List.of(), List.of(List.of(4)));
    Candidates c = Steps.after(method, ints(broken), new float[6]);
    for (int id = 0; id < 6; id++) {
      assertThat(c.logit(id)).isZero();
    }
    // A text, then its first n + 1 tokens: the next one continues a copy of that many or more.
    List<Integer> twice = new ArrayList<>(tokens);
    twice.add(5);
    for (int n = 0; n < tokens.size(); n++) {
      twice.add(tokens.get(n));
      var plain = new Dry(1, 2, allowed, -1, List.of(), List.of());
      float next = Steps.after(plain, ints(twice), new float[6]).logit(twice.get(n + 1));
      if (n + 1 >= allowed) {
        assertThat(next).isLessThanOrEqualTo((float) -Math.pow(2, n + 1 - allowed));
      }
    }
  }

  @Property
  void noNgramIsEverRepeated(@ForAll @IntRange(min = 2, max = 4) int n, @ForAll long seed) {
    int size = 7;
    LogitsProcessor.State state = Processors.noRepeatNgram(n).open(Steps.context(size));
    List<Integer> tokens = new ArrayList<>();
    float[] row = {3, 2, 1, 0, 0, 0, 0};
    for (int step = 0; step < 60; step++) {
      Candidates c = Steps.load(row);
      state.process(c);
      if (c.isEmpty()) {
        break; // every continuation has been seen
      }
      int token = Draw.multinomial().draw(c, CounterRandom.of(seed).split(step));
      state.accept(token, c);
      tokens.add(token);
    }
    Set<List<Integer>> seen = new HashSet<>();
    for (int i = 0; i + n <= tokens.size(); i++) {
      assertThat(seen.add(List.copyOf(tokens.subList(i, i + n)))).isTrue();
    }
  }

  @Property
  void aBiasAddsAndABanStays(
      @ForAll("rows") float[] row, @ForAll @DoubleRange(min = -100, max = 100) double bias) {
    LogitsProcessor both =
        Chain.of(
            Processors.suppress(0),
            Processors.logitBias(Map.of(0, bias, 1, bias)),
            Processors.sequenceBias(Map.of(List.of(0), bias)));
    Candidates c = Steps.after(both, row);
    assertThat(c.contains(0)).isFalse();
    assertThat(c.logit(1)).isEqualTo(row[1] + (float) bias);
  }

  @Property
  void theEndIsBannedUntilTheLengthIsReached(
      @ForAll @IntRange(min = 0, max = 12) int prompt,
      @ForAll @IntRange(min = 0, max = 12) int tokens,
      @ForAll boolean withPrompt) {
    Vocabulary vocabulary =
        Vocabulary.builder(4).special(2, "<a>").special(3, "<b>").end(2).end(3).build();
    LogitsProcessor.State state =
        new MinLength(tokens, withPrompt)
            .open(new LogitsProcessor.Context(vocabulary, new int[prompt]));
    for (int step = 0; step < 14; step++) {
      Candidates c = Steps.load(new float[4]);
      state.process(c);
      boolean allowed = step + (withPrompt ? prompt : 0) >= tokens;
      assertThat(Steps.kept(c)).isEqualTo(allowed ? List.of(0, 1, 2, 3) : List.of(0, 1));
      state.accept(0, c);
    }
  }
}
