package dev.espalier.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.Candidates;
import dev.espalier.LogitsProcessor;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.DoubleFunction;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/**
 * The table of properties: which truncation has which. Logits are multiples of 1/64 and shifts too,
 * scales powers of two, so that both are exact and no case has to be thrown away.
 */
class TruncationProperties {
  /**
   * A truncation by its parameter, of which larger is looser.
   *
   * @param lacks codes of the properties that it does not have
   */
  record Truncation(
      String name, DoubleFunction<LogitsProcessor> of, double low, double high, String lacks) {
    LogitsProcessor at(double share) {
      return of.apply(low + share * (high - low));
    }

    boolean has(String property) {
      return !lacks.contains(property);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static final List<Truncation> ALL =
      List.of(
          new Truncation("top_k", x -> new TopK((int) x, 1, false), 1, 12, ""),
          new Truncation("top_k_ties", x -> new TopK((int) x, 1, true), 1, 12, ""),
          new Truncation("top_p", Processors::topP, 0.01, 0.99, "SCALE IDEM"),
          new Truncation("min_p", x -> new MinP(1 - x, 1), 0.01, 0.99, "SCALE"),
          new Truncation("typical", Processors::typical, 0.05, 0.99, "ARG SCALE IDEM PREFIX"),
          new Truncation(
              "typical_strict", x -> new Typical(x, 1, true), 0.05, 0.99, "ARG SCALE IDEM PREFIX"),
          new Truncation("epsilon", x -> new Epsilon(1 - x, 1), 0.5, 0.999, "SCALE"),
          new Truncation("eta", x -> new Eta(1 - x, 1), 0.5, 0.999, "SCALE IDEM"),
          new Truncation("top_n_sigma", x -> new TopNSigma(x, false), 0.1, 3, "IDEM"),
          new Truncation("top_n_sigma_sample", x -> new TopNSigma(x, true), 0.1, 3, "IDEM"),
          new Truncation("top_h", Processors::topH, 0.05, 1, "SCALE IDEM"),
          new Truncation(
              "top_h_paper", x -> Processors.topH(x, TopHMode.PAPER), 0.05, 1, "SCALE IDEM"),
          new Truncation(
              "top_h_hugging_face",
              x -> Processors.topH(x, TopHMode.HUGGING_FACE),
              0.05,
              1,
              "SCALE IDEM"),
          new Truncation("tail_free", Processors::tailFree, 0.05, 0.99, "SCALE IDEM"),
          new Truncation(
              "tail_free_centered", x -> new TailFree(x, 1, true), 0.05, 0.99, "SCALE IDEM"),
          new Truncation("mirostat_v2", TruncationProperties::mirostatCut, 0.5, 8, "SCALE"),
          new Truncation("xtc", TruncationProperties::xtc, 0.05, 0.5, "ARG SCALE IDEM PREFIX"));

  /** Those that compare with a number which rounding may put on either side of a token. */
  private static final Set<String> THRESHOLDS =
      Set.of("min_p", "top_n_sigma", "top_n_sigma_sample", "epsilon", "eta", "mirostat_v2");

  private static LogitsProcessor mirostatCut(double mu) {
    Stage stage = c -> c.keepProbable(-mu * Math.log(2), 1);
    return stage;
  }

  private static LogitsProcessor xtc(double threshold) {
    Stage stage = new Xtc(1, threshold, 1, List.of())::fire;
    return stage;
  }

  @Provide
  Arbitrary<Truncation> truncations() {
    return Arbitraries.of(ALL);
  }

  /** Short ones, and now and then one that is no list: of 5,000 tokens, with many equals. */
  @Provide
  Arbitrary<float[]> rows() {
    Arbitrary<float[]> few =
        Arbitraries.integers()
            .between(-640, 640)
            .map(i -> i / 64f)
            .array(float[].class)
            .ofMinSize(2)
            .ofMaxSize(40);
    Arbitrary<float[]> many = Arbitraries.longs().map(TruncationProperties::longRow);
    return Arbitraries.frequencyOf(Tuple.of(14, few), Tuple.of(1, many));
  }

  private static float[] longRow(long seed) {
    var random = new SplittableRandom(seed);
    float[] row = new float[5000];
    int spread = random.nextInt(64, 1280);
    for (int i = 0; i < row.length; i++) {
      row[i] = (random.nextInt(-spread, spread) + random.nextInt(-spread, spread)) / 64f;
    }
    return row;
  }

  @Provide
  Arbitrary<Double> shares() {
    return Arbitraries.doubles().between(0, 1).ofScale(9);
  }

  private static List<Integer> kept(LogitsProcessor method, float[] logits) {
    return Steps.kept(Steps.after(method, logits));
  }

  private static BitSet set(List<Integer> ids) {
    BitSet set = new BitSet();
    ids.forEach(set::set);
    return set;
  }

  @Property
  void whatSurvivesWasThereAndIsUnchanged(
      @ForAll("truncations") Truncation t,
      @ForAll("rows") float[] row,
      @ForAll("shares") double x) {
    Candidates c = Steps.after(t.at(x), row);
    assertThat(Steps.kept(c)).isNotEmpty();
    for (int id : Steps.kept(c)) {
      if (c.logit(id) != row[id]) {
        assertThat(c.logit(id)).as("logit of %d", id).isEqualTo(row[id]);
      }
    }
  }

  @Property
  void theBestTokenSurvives(
      @ForAll("truncations") Truncation t,
      @ForAll("rows") float[] row,
      @ForAll("shares") double x) {
    if (t.has("ARG")) {
      assertThat(Steps.after(t.at(x), row).contains(Steps.load(row).best())).isTrue();
    }
  }

  @Property
  void aConstantAddedToAllLogitsChangesNothing(
      @ForAll("truncations") Truncation t,
      @ForAll("rows") float[] row,
      @ForAll("shares") double x,
      @ForAll @IntRange(min = -999, max = 999) int shift) {
    float[] shifted = row.clone();
    for (int i = 0; i < row.length; i++) {
      shifted[i] += shift / 64f;
    }
    // Min-p adds ln p to the maximum, which rounds differently; a shift by 2^k would not.
    if (THRESHOLDS.contains(t.name()) || row.length > 40) {
      assumeNoTieWithThreshold(t, row, x);
    }
    assertThat(kept(t.at(x), shifted)).isEqualTo(kept(t.at(x), row));
  }

  /** A slightly looser and a slightly tighter parameter keep the same set. */
  private static void assumeNoTieWithThreshold(Truncation t, float[] row, double x) {
    double by = 1e-9;
    Assume.that(kept(t.at(Math.min(1, x + by)), row).equals(kept(t.at(Math.max(0, x - by)), row)));
  }

  @Property
  void aTemperatureChangesNothingWhereScaleIsIrrelevant(
      @ForAll("truncations") Truncation t,
      @ForAll("rows") float[] row,
      @ForAll("shares") double x,
      @ForAll @IntRange(min = -3, max = 3) int power) {
    if (t.has("SCALE")) {
      Candidates c = Steps.after(Processors.temperature(Math.scalb(1.0, power)), row);
      t.at(x).open(Steps.context(row.length)).process(c);
      assertThat(Steps.kept(c)).isEqualTo(kept(t.at(x), row));
    }
  }

  /** What was removed before, such as by a mask, has no part in any statistic. */
  @Property
  void tokensThatAreGoneDoNotCount(
      @ForAll("truncations") Truncation t,
      @ForAll("rows") float[] row,
      @ForAll("shares") double x,
      @ForAll @IntRange(min = 1, max = 5) int gone) {
    float[] padded = Arrays.copyOf(row, row.length + gone);
    Arrays.fill(padded, row.length, padded.length, Float.NEGATIVE_INFINITY);
    assertThat(kept(t.at(x), padded)).isEqualTo(kept(t.at(x), row));
  }

  @Property
  void twiceIsOnce(
      @ForAll("truncations") Truncation t,
      @ForAll("rows") float[] row,
      @ForAll("shares") double x) {
    if (t.has("IDEM")) {
      Candidates c = Steps.after(t.at(x), row);
      List<Integer> once = Steps.kept(c);
      t.at(x).open(Steps.context(row.length)).process(c);
      assertThat(Steps.kept(c)).isEqualTo(once);
    }
  }

  @Property
  void looserKeepsMore(
      @ForAll("truncations") Truncation t,
      @ForAll("rows") float[] row,
      @ForAll("shares") double x,
      @ForAll("shares") double y) {
    BitSet more = set(kept(t.at(Math.min(x, y)), row));
    more.andNot(set(kept(t.at(Math.max(x, y)), row)));
    assertThat(more.stream()).as("kept by the tighter one alone").isEmpty();
  }

  @Property
  void whatIsKeptIsTheBest(
      @ForAll("truncations") Truncation t,
      @ForAll("rows") float[] row,
      @ForAll("shares") double x) {
    if (t.has("PREFIX")) {
      Candidates all = Steps.load(row);
      all.rank(row.length);
      BitSet kept = set(kept(t.at(x), row));
      for (int i = 0; i < kept.cardinality(); i++) {
        assertThat(kept.get(all.ranked(i))).as("rank %d", i).isTrue();
      }
    }
  }

  @Property
  void reversingTheIdsReversesTheSetWhereLogitsDiffer(
      @ForAll("truncations") Truncation t,
      @ForAll("rows") float[] row,
      @ForAll("shares") double x) {
    Set<Float> distinct = new HashSet<>();
    float[] reversed = new float[row.length];
    for (int i = 0; i < row.length; i++) {
      distinct.add(row[i]);
      reversed[row.length - 1 - i] = row[i];
    }
    Assume.that(distinct.size() == row.length);
    if (!t.name().startsWith("top_k")) {
      assumeNoTieWithThreshold(t, row, x);
    }
    List<Integer> expected =
        kept(t.at(x), row).stream().map(id -> row.length - 1 - id).sorted().toList();
    assertThat(kept(t.at(x), reversed)).isEqualTo(expected);
  }

  /** The methods that promise a number of survivors, as functions of parameter and number. */
  private static final List<BiFunction<Double, Integer, LogitsProcessor>> WITH_MIN_KEEP =
      List.of(
          (x, n) -> new TopK(1 + (int) (10 * x), n, false),
          (x, n) -> new TopP(x, n),
          (x, n) -> new MinP(x, n),
          (x, n) -> new Typical(Math.max(x, 0.01), n, x > 0.5),
          (x, n) -> new Epsilon(Math.max(x, 0.001), n),
          (x, n) -> new Eta(Math.max(x, 0.001), n),
          (x, n) -> new TailFree(Math.max(x, 0.01), n, false),
          (x, n) -> new Xtc(1, Math.max(x / 2, 0.01), n, List.of()));

  @Property
  void atLeastAsManySurviveAsAsked(
      @ForAll @IntRange(min = 0, max = 7) int method,
      @ForAll("rows") float[] row,
      @ForAll @DoubleRange(min = 0, max = 0.99) double x,
      @ForAll @IntRange(min = 1, max = 12) int least) {
    assertThat(kept(WITH_MIN_KEEP.get(method).apply(x, least), row))
        .hasSizeGreaterThanOrEqualTo(Math.min(least, row.length));
  }

  /** The table says no; so there are rows on which the property fails. */
  @Example
  void whatTheTableDeniesIsFalseSomewhere() {
    var random = new SplittableRandom(5);
    for (Truncation t : ALL) {
      boolean scale = false;
      boolean idem = false;
      boolean arg = false;
      for (int i = 0; i < 3000; i++) {
        float[] row = new float[3 + random.nextInt(15)];
        for (int j = 0; j < row.length; j++) {
          row[j] = random.nextInt(-300, 300) / 64f;
        }
        LogitsProcessor method = t.at(random.nextDouble());
        List<Integer> kept = kept(method, row);
        Candidates scaled = Steps.after(Processors.temperature(2), row);
        method.open(Steps.context(row.length)).process(scaled);
        scale |= !Steps.kept(scaled).equals(kept);
        Candidates twice = Steps.after(method, row);
        method.open(Steps.context(row.length)).process(twice);
        idem |= !Steps.kept(twice).equals(kept);
        arg |= !kept.contains(Steps.load(row).best());
      }
      assertThat(scale).as("%s depends on scale", t).isEqualTo(!t.has("SCALE"));
      assertThat(idem).as("%s twice is not once", t).isEqualTo(!t.has("IDEM"));
      assertThat(arg).as("%s may remove the best", t).isEqualTo(!t.has("ARG"));
    }
  }
}
