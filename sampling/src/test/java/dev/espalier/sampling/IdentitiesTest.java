package dev.espalier.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.Candidates;
import dev.espalier.CounterRandom;
import dev.espalier.Draw;
import dev.espalier.LogitsProcessor;
import dev.espalier.LogitsRow;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * Where two methods must agree, where they must not, and laws by counting.
 *
 * <p>Identities that need several models or prompts (contrastive decoding, proxy tuning, products
 * of experts), trials (CNTP, AdaDec, momentum, contrastive search, BiLD), beams or watermarks are
 * not here, since this module has none of these methods; of those that mention them, the half that
 * needs truncations alone is: min-p is the head of contrastive decoding, and the arg-max of ln u /
 * p, an exponential watermark with fresh numbers, is Gumbel-max.
 */
class IdentitiesTest {
  @Provide
  Arbitrary<float[]> rows() {
    return Steps.rows();
  }

  private static List<Integer> kept(LogitsProcessor method, float[] row) {
    return Steps.kept(Steps.after(method, row));
  }

  @Property
  void topHJudgedAtATemperatureIsTopHAfterThatTemperature(
      @ForAll("rows") float[] row,
      @ForAll @DoubleRange(min = 0.3, max = 3) double t,
      @ForAll @DoubleRange(min = 0.05, max = 1) double alpha) {
    Candidates scaled = Steps.after(Processors.temperature(t), row);
    Processors.topH(alpha).open(Steps.context(row.length)).process(scaled);
    assertThat(kept(new TopH(alpha, 100, TopHMode.REFERENCE, t), row))
        .isEqualTo(Steps.kept(scaled));
  }

  @Property
  void mirostatAtAFixedBoundIsEpsilonSampling(
      @ForAll("rows") float[] row, @ForAll @DoubleRange(min = 0.1, max = 12) double mu) {
    Mirostat.V2 state = new MirostatV2(3, 0.1).open(Steps.context(row.length));
    state.mu = mu;
    Candidates c = Steps.load(row);
    state.process(c);
    assertThat(Steps.kept(c)).isEqualTo(kept(Processors.epsilon(Math.pow(2, -mu)), row));
  }

  @Property
  void whatKeepsEverythingIsTheIdentity(@ForAll("rows") float[] row) {
    int n = row.length;
    for (LogitsProcessor method :
        List.of(
            Processors.topP(1),
            Processors.typical(1),
            Processors.minP(0),
            Processors.topK(n),
            Processors.tailFree(1),
            Processors.temperature(1))) {
      assertThat(kept(method, row)).hasSize(n);
    }
  }

  @Property
  void etaKeepsWhatEpsilonKeeps(
      @ForAll("rows") float[] row, @ForAll @DoubleRange(min = 0.01, max = 0.9) double epsilon) {
    assertThat(kept(Processors.eta(epsilon), row))
        .containsAll(kept(Processors.epsilon(epsilon), row));
  }

  @Property
  void theNucleusReachesItsMassAndNotWithoutItsLastToken(
      @ForAll("rows") float[] row, @ForAll @DoubleRange(min = 0.01, max = 0.99) double p) {
    Candidates all = Steps.load(row);
    List<Integer> kept = kept(Processors.topP(p), row);
    all.rank(row.length);
    double mass = 0;
    for (int i = 0; i < kept.size(); i++) {
      mass += Math.exp(all.logProb(all.ranked(i)));
    }
    double last = Math.exp(all.logProb(all.ranked(kept.size() - 1)));
    assertThat(mass).isGreaterThanOrEqualTo(p - 1e-12);
    assertThat(mass - last).isLessThan(p + 1e-12);
  }

  @Property
  void thePaperBoundHolds(
      @ForAll("rows") float[] row, @ForAll @DoubleRange(min = 0.05, max = 1) double alpha) {
    Candidates c = Steps.load(row);
    double whole = c.entropy();
    Processors.topH(alpha, TopHMode.PAPER).open(Steps.context(row.length)).process(c);
    assertThat(c.entropy()).isLessThanOrEqualTo(alpha * whole + 1e-9);
  }

  @Property
  void temperaturesMultiplyAndOrderEntropies(
      @ForAll("rows") float[] row,
      @ForAll @DoubleRange(min = 0.1, max = 4) double a,
      @ForAll @DoubleRange(min = 0.1, max = 4) double b) {
    Candidates twice = Steps.after(Processors.temperature(a), row);
    Processors.temperature(b).open(Steps.context(row.length)).process(twice);
    assertThat(Steps.law(twice))
        .containsExactly(Steps.law(Steps.after(Processors.temperature(a * b), row)), within(1e-12));
    double cool = Steps.after(Processors.temperature(Math.min(a, b)), row).entropy();
    double warm = Steps.after(Processors.temperature(Math.max(a, b)), row).entropy();
    assertThat(cool).isLessThanOrEqualTo(warm + 1e-9);
  }

  @Property
  void noRepeatNgramIsDryWithoutMercy(
      @ForAll @Size(min = 1, max = 30) List<@IntRange(min = 0, max = 4) Integer> tokens,
      @ForAll @IntRange(min = 2, max = 5) int n) {
    int[] context = tokens.stream().mapToInt(Integer::intValue).toArray();
    float[] row = new float[6];
    Candidates banned = Steps.after(Processors.noRepeatNgram(n), context, row);
    Candidates punished =
        Steps.after(new Dry(1e6, 1, n - 1, -1, List.of(), List.of()), context, row);
    for (int id = 0; id < 6; id++) {
      assertThat(punished.logit(id) < -1000).isEqualTo(!banned.contains(id));
    }
  }

  @Property
  void dryLooksOnlyAtTokensThatFollowACopyOfTheEnd(
      @ForAll @Size(min = 3, max = 25) List<@IntRange(min = 0, max = 3) Integer> tokens) {
    int[] c = tokens.stream().mapToInt(Integer::intValue).toArray();
    Candidates fast = Steps.after(new Dry(1, 2, 2, -1, List.of(), List.of()), c, new float[5]);
    double[] slow = new double[5];
    for (int e = 0; e < c.length - 1; e++) {
      int m = 0;
      while (e - m >= 0 && c[e - m] == c[c.length - 1 - m]) {
        m++;
      }
      if (m >= 2) {
        slow[c[e + 1]] = Math.min(slow[c[e + 1]], -Math.pow(2, m - 2));
      }
    }
    for (int id = 0; id < 5; id++) {
      assertThat((double) fast.logit(id)).isEqualTo(slow[id]);
    }
  }

  @Property
  void penaltiesCountTheWindowAndNothingElse(
      @ForAll @Size(min = 0, max = 40) List<@IntRange(min = 0, max = 5) Integer> tokens,
      @ForAll @IntRange(min = 0, max = 12) int window) {
    LogitsProcessor.State state =
        Processors.penalties(1, 1, 0, window).open(Steps.context(6, new int[] {1, 1, 2}));
    ArrayList<Integer> all = new ArrayList<>(List.of(1, 1, 2));
    for (int token : tokens) {
      state.accept(token, null);
      all.add(token);
    }
    Candidates c = Steps.load(new float[6]);
    state.process(c);
    List<Integer> last = all.subList(Math.max(0, all.size() - window), all.size());
    for (int id = 0; id < 6; id++) {
      int token = id;
      assertThat(-c.logit(id)).isEqualTo((float) last.stream().filter(t -> t == token).count());
    }
  }

  @Property
  void gumbelIsTheArgMaxOfPerturbedLogits(@ForAll("rows") float[] row, @ForAll long seed) {
    CounterRandom random = CounterRandom.of(seed);
    int best = -1;
    double highest = Double.NEGATIVE_INFINITY;
    for (int id = 0; id < row.length; id++) {
      double score = row[id] - Math.log(-Math.log(random.uniform(id) + 0x1p-54));
      if (score > highest) {
        highest = score;
        best = id;
      }
    }
    assertThat(Draw.gumbel().draw(Steps.load(row), random)).isEqualTo(best);
    int[] order = Steps.load(row).drawDistinct(row.length, random);
    assertThat(order[0]).isEqualTo(best);
    assertThat(order).doesNotHaveDuplicates().hasSize(row.length);
  }

  @Property
  void minPIsThePlausibilityHeadOfContrastiveDecoding(
      @ForAll("rows") float[] row, @ForAll @DoubleRange(min = 0.01, max = 1) double m) {
    double max = Steps.load(row).max();
    List<Integer> head = new ArrayList<>();
    for (int id = 0; id < row.length; id++) {
      if (row[id] >= max + Math.log(m)) {
        head.add(id);
      }
    }
    assertThat(kept(Processors.minP(m), row)).isEqualTo(head);
  }

  @Property
  void dryWithBaseOneIsAConstantPenalty(
      @ForAll @Size(min = 3, max = 30) List<@IntRange(min = 0, max = 2) Integer> tokens,
      @ForAll @DoubleRange(min = 0.25, max = 4) double multiplier) {
    int[] context = tokens.stream().mapToInt(Integer::intValue).toArray();
    float[] row = new float[4];
    Candidates flat =
        Steps.after(new Dry(multiplier, 1, 2, -1, List.of(), List.of()), context, row);
    Candidates steep =
        Steps.after(new Dry(multiplier, 1.75, 2, -1, List.of(), List.of()), context, row);
    for (int id = 0; id < 4; id++) {
      float expected = steep.logit(id) < 0 ? (float) -multiplier : 0;
      assertThat(flat.logit(id)).isEqualTo(expected);
    }
  }

  /** The largest ln p − ln(−ln u) is the smallest ln u / p, so is the exponential race's winner. */
  @Property
  void gumbelMaxIsTheExponentialRace(@ForAll("rows") float[] row, @ForAll long seed) {
    CounterRandom random = CounterRandom.of(seed);
    Candidates c = Steps.load(row);
    int winner = -1;
    double best = Double.NEGATIVE_INFINITY;
    for (int id = 0; id < row.length; id++) {
      double score = Math.log(random.uniform(id) + 0x1p-54) / Math.exp(c.logProb(id));
      if (score > best) {
        best = score;
        winner = id;
      }
    }
    assertThat(Draw.gumbel().draw(c, random)).isEqualTo(winner);
  }

  /**
   * Gumbel top-k: P(a, b, c) = p(a) · p(b) / (1 − p(a)) · …, for all 24 orders of 3 of 4 tokens.
   */
  @Example
  void gumbelTopKDrawsWithoutReplacement() {
    double[] p = {0.4, 0.3, 0.2, 0.1};
    int draws = 100_000;
    int[] seen = new int[64];
    for (int i = 0; i < draws; i++) {
      int[] drawn = Steps.load(Steps.logs(p)).drawDistinct(3, CounterRandom.of(5).split(i));
      seen[16 * drawn[0] + 4 * drawn[1] + drawn[2]]++;
    }
    double chi = 0;
    for (int order = 0; order < 64; order++) {
      int a = order >> 4;
      int b = (order >> 2) & 3;
      int c = order & 3;
      double law = p[a] * p[b] / (1 - p[a]) * p[c] / (1 - p[a] - p[b]);
      if (a == b || b == c || a == c) {
        assertThat(seen[order]).isZero();
      } else {
        chi += (seen[order] - law * draws) * (seen[order] - law * draws) / (law * draws);
      }
    }
    assertThat(chi).as("chi-square of 23 degrees").isBetween(6.0, 49.7); // 0.1 %
  }

  @Property
  void hapoMovesTheTemperatureByAtMostTau(
      @ForAll @Size(min = 1, max = 20) List<@DoubleRange(min = 0, max = 8) Double> population,
      @ForAll @DoubleRange(min = 0, max = 0.5) double tau,
      @ForAll @DoubleRange(min = 0, max = 10) double h,
      @ForAll @DoubleRange(min = 0, max = 10) double more) {
    var calibration = HapoTemperature.Calibration.of(population, 0.8);
    var method = new HapoTemperature(1, tau, 0.8, population, true);
    var released = new HapoTemperature(1, tau, 0.8, population, false);
    assertThat(method.of(calibration, h)).isBetween(1 - tau - 1e-12, 1 + tau + 1e-12);
    assertThat(method.of(calibration, h + more))
        .isGreaterThanOrEqualTo(method.of(calibration, h) - 1e-12);
    assertThat(released.of(calibration, h)).isGreaterThanOrEqualTo(1 - 1e-12);
  }

  /** The law of a chain by enumeration, against counts of draws by both draws. */
  @Example
  void drawsFollowTheEnumeratedLaw() {
    float[] row = {2, 1, 0.5f, 0, -1, 1.7f, -3};
    Chain chain =
        Chain.of(
            Processors.penalties(1.3, 0.2, 0, 8),
            Processors.topP(0.97),
            Processors.temperature(1.4));
    LogitsProcessor.State state = chain.open(Steps.context(7, new int[] {0, 5, 5}));
    double[] logits = {2 / 1.3 - 0.2, 1, 0.5, 0, -1, 1.7f / 1.3 - 0.4, -3};
    double[] law = new double[7]; // top-p removes only token 6
    double sum = 0;
    for (int i = 0; i < 6; i++) {
      sum += Math.exp(logits[i] / 1.4);
    }
    for (int i = 0; i < 6; i++) {
      law[i] = Math.exp(logits[i] / 1.4) / sum;
    }
    for (Draw draw : List.of(Draw.multinomial(), Draw.gumbel())) {
      int draws = 100_000;
      int[] seen = new int[7];
      for (int i = 0; i < draws; i++) {
        Candidates c = Steps.load(row);
        state.process(c);
        if (i == 0) {
          assertThat(Steps.law(c)).containsExactly(law, within(1e-6));
        }
        seen[draw.draw(c, CounterRandom.of(77).split(i))]++;
      }
      double chi = 0;
      for (int i = 0; i < 6; i++) {
        double expected = law[i] * draws;
        chi += (seen[i] - expected) * (seen[i] - expected) / expected;
      }
      assertThat(seen[6]).isZero();
      assertThat(chi).as("chi-square of 5 degrees").isLessThan(20.5); // 0.1 %
    }
  }

  @Example
  void mirostatHoldsItsTargetOnAStationarySource() {
    float[] row = Vectors.zipf(5000, 1.1);
    for (LogitsProcessor method :
        List.of(
            Processors.mirostatV1(3, 0.1),
            Processors.mirostatV2(3, 0.1),
            Processors.mirostatV2(5, 0.1))) {
      double tau = method.equals(Processors.mirostatV2(5, 0.1)) ? 5 : 3;
      LogitsProcessor.State state = method.open(Steps.context(row.length));
      Candidates c = new Candidates(row.length);
      double surprise = 0;
      int steps = 4000;
      for (int i = 0; i < steps; i++) {
        c.load(LogitsRow.of(row), null);
        double lse = c.exactLogSumExp();
        state.process(c);
        int token = Draw.multinomial().draw(c, CounterRandom.of(9).split(i));
        boolean original = method instanceof MirostatV1;
        surprise += -(original ? row[token] - lse : c.logProb(token)) / Math.log(2);
        state.accept(token, c);
      }
      assertThat(surprise / steps).as("%s", method).isCloseTo(tau, within(0.02 * tau));
    }
  }

  @Example
  void xtcFiresAsOftenAsAsked() {
    LogitsProcessor.State state = Processors.xtc(0.3, 0.1).open(Steps.context(5));
    int fired = 0;
    for (int i = 0; i < 20_000; i++) {
      Candidates c = Steps.load(2, 1, 0.5f, 0, -1);
      state.process(c);
      fired += c.contains(0) ? 0 : 1;
      state.accept(1, c);
    }
    assertThat(fired / 20_000.0).isCloseTo(0.3, within(0.012));
    Candidates c = Steps.load(2, 1, 0.5f, 0, -1);
    Processors.xtc(1, 0.1, 1).open(Steps.context(5)).process(c);
    assertThat(c.count()).as("a protected token is among the top choices").isEqualTo(5);
  }
}
