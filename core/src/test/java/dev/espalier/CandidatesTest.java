package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The fast shapes against the slow one: a list of all tokens, in double throughout. */
class CandidatesTest {
  private static final int V = 20_000;
  private static final double[] ENTROPIES = {0.3, 2, 5, 8};

  private final Candidates fast = new Candidates(V);
  private final Candidates slow = new Candidates(V, Integer.MAX_VALUE);

  private void load(LogitsRow row, @Nullable TokenMask mask) {
    fast.load(row, mask);
    slow.load(row, mask);
  }

  private static LogitsRow direct(float[] logits) {
    FloatBuffer buffer =
        ByteBuffer.allocateDirect(4 * logits.length)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer()
            .put(0, logits);
    return new LogitsRow() {
      @Override
      public int size() {
        return logits.length;
      }

      @Override
      public FloatBuffer host() {
        return buffer;
      }
    };
  }

  private void agree(String what) {
    double exact = slow.exactLogSumExp();
    assertThat(fast.leastLogSumExp()).as("%s: lower bound", what).isLessThanOrEqualTo(exact + 1e-9);
    assertThat(fast.mostLogSumExp())
        .as("%s: upper bound", what)
        .isGreaterThanOrEqualTo(exact - 1e-9);
    assertThat(fast.count()).as("count after %s", what).isEqualTo(slow.count());
    for (int slot = 0; slot < slow.slots(); slot++) {
      int id = slow.slotId(slot);
      if (fast.logit(id) != slow.slotLogit(slot)) {
        assertThat(fast.logit(id)).as("%s: logit of %d", what, id).isEqualTo(slow.slotLogit(slot));
      }
    }
    assertThat(fast.logSumExp())
        .as("%s: log-sum-exp", what)
        .isCloseTo(slow.logSumExp(), within(fast.logSumExpError() + 1e-11));
    assertThat(fast.entropy())
        .as("%s: entropy", what)
        .isCloseTo(slow.entropy(), within(fast.entropyError() + 1e-9));
    int ranked = fast.rank(30);
    assertThat(slow.rank(30)).isEqualTo(ranked);
    for (int i = 0; i < ranked; i++) {
      assertThat(fast.ranked(i)).as("%s: rank %d", what, i).isEqualTo(slow.ranked(i));
    }
  }

  private void both(String what, Consumer<Candidates> edit) {
    edit.accept(fast);
    edit.accept(slow);
    agree(what);
  }

  private static TokenMask randomMask(SplittableRandom random, double share) {
    TokenMask mask = new TokenMask(V);
    if (share > 0.5) {
      long[] words = new long[(V + 63) / 64];
      for (int id = 0; id < V; id++) {
        if (random.nextDouble() < share) {
          words[id >>> 6] |= 1L << id;
        }
      }
      mask.addWords(words);
    } else {
      for (int id = V - 1; id >= 0; id--) {
        if (random.nextDouble() < share) {
          mask.add(id);
        }
      }
    }
    return mask;
  }

  @Test
  void everyCutEqualsTheSlowOneOnRowsOfEveryEntropy() {
    var random = new SplittableRandom(7);
    for (double nats : ENTROPIES) {
      for (int i = 1; i < 6; i++) {
        float[] logits = Rows.withEntropy(V, nats, 100 + i);
        LogitsRow row = i % 2 == 0 ? LogitsRow.of(logits) : direct(logits);
        TokenMask mask = i < 3 ? null : randomMask(random, new double[] {0.002, 0.4, 0.9}[i - 3]);
        String where = nats + " nats, row " + i + ": ";
        for (double p : new double[] {0, 0.3, 0.9, 0.95, 0.999}) {
          load(row, mask);
          both(where + "mass " + p, c -> c.keepMass(p, 1));
          load(row, mask);
          both(where + "typical " + p, c -> c.keepTypical(p, 1, false));
        }
        for (int k : new int[] {1, 50, 300, 3000, 9000, V}) {
          load(row, mask);
          both(where + "best " + k, c -> c.keepBest(k));
          both(where + "best, mass", c -> c.keepMass(0.7, 3));
        }
        for (double least : new double[] {-1, -4, -9, -12}) {
          load(row, mask);
          both(where + "probable " + least, c -> c.keepProbable(least, 2));
          load(row, mask);
          both(where + "at least", c -> c.keepAtLeast(c.max() + least, 1));
          both(where + "at least, dropped", c -> c.dropBest(2));
        }
      }
    }
  }

  /** The exact normaliser lies in the bounds however sharp they are; at last they are equal. */
  @Test
  void boundsOfTheNormaliserHoldAtEveryStep() {
    var random = new SplittableRandom(11);
    int coarse = 0;
    for (double nats : ENTROPIES) {
      for (int i = 0; i < 24; i++) {
        float[] logits = Rows.withEntropy(V, nats, 500 + i);
        float shift = (float) (i % 4 == 0 ? 0 : 1200 * random.nextDouble() - 600);
        for (int id = 0; id < V; id++) {
          if (i % 6 == 5) { // a tail below what the coarse exponential can tell from nothing
            logits[id] = id % 200 == 7 ? logits[id] / 20 : logits[id] - 60;
          }
          logits[id] = i % 5 == 4 && id % 9 == 0 ? Float.NEGATIVE_INFINITY : logits[id] + shift;
        }
        load(LogitsRow.of(logits), i % 3 == 2 ? randomMask(random, 0.6) : null);
        double scale = i % 2 == 0 ? 1 : Math.exp(3 * random.nextDouble() - 1.5);
        fast.scale(scale);
        slow.scale(scale);
        double exact = slow.exactLogSumExp();
        String what = nats + " nats, row " + i + ", step ";
        int step = 0;
        double width = Double.POSITIVE_INFINITY;
        do {
          double low = fast.leastLogSumExp();
          double high = fast.mostLogSumExp();
          double rounding = 1e-14 * Math.abs(exact) + 4e-13;
          assertThat(low).as("%s%d", what, step).isLessThanOrEqualTo(exact + rounding);
          assertThat(high).as("%s%d", what, step).isGreaterThanOrEqualTo(exact - rounding);
          assertThat(high - low).as("%s%d", what, step).isLessThanOrEqualTo(width + rounding);
          width = high - low;
          coarse += step > 0 && width > 0 ? 1 : 0;
          step++;
        } while (fast.sharpenLogSumExp());
        assertThat(width).as(what).isZero();
      }
    }
    assertThat(coarse).as("rows where a coarse pass left something open").isGreaterThan(10);
  }

  @Test
  void anyOrderOfEditsAndCutsEqualsTheSlowOne() {
    for (int seed = 0; seed < 30; seed++) {
      var random = new SplittableRandom(seed);
      float[] logits = Rows.withEntropy(V, ENTROPIES[seed % 4], seed);
      if (seed % 5 == 0) {
        for (int i = 0; i < V; i += 3) {
          logits[i] = i % 2 == 0 ? Float.NEGATIVE_INFINITY : Math.round(logits[i]);
        }
      }
      load(LogitsRow.of(logits), seed % 3 == 0 ? randomMask(random, 0.7) : null);
      StringBuilder done = new StringBuilder("seed " + seed);
      for (int step = 0; step < 8 && !fast.isEmpty(); step++) {
        int what = random.nextInt(9);
        double u = random.nextDouble();
        long inner = random.nextLong();
        done.append(", ").append(what).append('(').append((float) u).append(')');
        both(done.toString(), c -> edit(c, what, u, new SplittableRandom(inner)));
      }
    }
  }

  private static void edit(Candidates c, int what, double u, SplittableRandom random) {
    switch (what) {
      case 0 -> c.keepMass(0.5 + u / 2, 1 + random.nextInt(3));
      case 1 -> c.keepBest(1 + (int) (V * u * u));
      case 2 -> c.scale(0.25 * Math.round(1 + 8 * u));
      case 3 -> c.dropBest(random.nextInt(3));
      case 4 -> c.keepTypical(0.5 + u / 2, 1, false);
      case 5 -> c.keepAtLeast(c.max() - 20 * u, 1 + random.nextInt(5));
      case 6 -> c.keepProbable(-15 * u, 1);
      case 7 -> c.edit(new Penalty(random, u < 0.7));
      default -> {
        for (int i = 0; i < 300; i++) {
          int id = random.nextInt(V);
          if (i % 7 == 0) {
            c.remove(id);
          } else if (c.contains(id)) {
            c.set(id, (float) (c.max() - 6 * random.nextDouble()));
          }
        }
      }
    }
  }

  /** Takes up to 8 nats from some tokens, or half of it as often adds some. */
  private static final class Penalty implements SparseEdit {
    private final int[] tokens;
    private final int[] arguments = new int[V];
    private final int[] some;
    private final boolean lowers;

    Penalty(SplittableRandom random, boolean lowers) {
      tokens = random.ints(3000, 0, V).distinct().toArray();
      this.lowers = lowers;
      for (int token : tokens) {
        arguments[token] = random.nextInt(9);
      }
      some = IntStream.of(tokens).map(t -> arguments[t]).toArray();
    }

    @Override
    public int[] tokens() {
      return tokens;
    }

    @Override
    public int[] arguments() {
      return some;
    }

    @Override
    public int size() {
      return tokens.length;
    }

    @Override
    public int argument(int token) {
      return arguments[token];
    }

    @Override
    public float apply(float logit, int argument) {
      return lowers || argument % 2 == 0 ? logit - argument : logit + argument;
    }

    @Override
    public boolean lowers() {
      return lowers;
    }
  }

  /** An edit that only lowers waits until something needs it; nobody may notice. */
  @Test
  void whatAPenaltyLowersIsLoweredWhateverComesNext() {
    for (int seed = 0; seed < 24; seed++) {
      var random = new SplittableRandom(seed);
      float[] logits = Rows.withEntropy(V, ENTROPIES[seed % 4], seed);
      LogitsRow row = seed % 3 == 0 ? direct(logits) : LogitsRow.of(logits);
      TokenMask mask = seed % 6 < 4 ? null : randomMask(random, 0.8);
      Penalty penalty = new Penalty(random, true);
      List<Consumer<Candidates>> after =
          List.of(
              c -> c.keepBest(50),
              c -> c.keepBest(6000),
              c -> assertThat(c.isEmpty()).isFalse(),
              c -> c.rank(120),
              c -> c.dropBest(2),
              c -> c.set(17, 3),
              c -> c.keepMass(0.9, 1),
              c -> c.keepAtLeast(c.max() - 2),
              c -> c.edit(penalty),
              c -> c.scale(0.7),
              c -> c.remove(3));
      for (Consumer<Candidates> first : after) {
        load(row, mask);
        fast.edit(penalty);
        slow.edit(penalty);
        both("seed " + seed + ", at once", first);
        both("seed " + seed + ", then the best", c -> c.keepBest(40));
        load(row, mask);
        both("seed " + seed + ", after a temperature", c -> c.scale(0.7));
        fast.edit(penalty);
        slow.edit(penalty);
        first.accept(fast);
        first.accept(slow);
        assertThat(fast.best()).isEqualTo(slow.best());
        CounterRandom numbers = CounterRandom.of(seed);
        assertThat(fast.drawGumbel(numbers)).isEqualTo(slow.drawGumbel(numbers));
      }
    }
  }

  @Test
  void badNumbersCountOnlyWhereTheyAreAllowed() {
    float[] logits = Rows.withEntropy(V, 2, 1);
    logits[77] = Float.NaN;
    load(LogitsRow.of(logits), null);
    assertThatThrownBy(fast::best)
        .isInstanceOf(NoAdmissibleTokenException.class)
        .hasMessageContaining("token 77 is NaN");
    assertThatThrownBy(slow::best).hasMessageContaining("token 77 is NaN");
    load(LogitsRow.of(logits), null);
    both("NaN as masked", Candidates::maskNaN);
    assertThat(fast.contains(77)).isFalse();
    TokenMask mask = randomMask(new SplittableRandom(3), 0.9);
    mask.remove(77);
    load(LogitsRow.of(logits), mask);
    agree("NaN masked");
    logits[77] = Float.POSITIVE_INFINITY;
    load(LogitsRow.of(logits), mask);
    agree("infinity masked");
    load(LogitsRow.of(logits), null);
    agree("one infinity");
    assertThat(fast.best()).isEqualTo(77);
    assertThat(fast.count()).isEqualTo(1);
    Arrays.fill(logits, Float.NEGATIVE_INFINITY);
    load(LogitsRow.of(logits), null);
    assertThat(fast.isEmpty()).isTrue();
    assertThatThrownBy(() -> Draw.multinomial().draw(fast, CounterRandom.of(1)))
        .isInstanceOf(NoAdmissibleTokenException.class);
    Arrays.fill(logits, 1.5f);
    load(LogitsRow.of(logits), null);
    agree("all equal");
    both("all equal, mass", c -> c.keepMass(0.7, 1));
    both("all equal, best", c -> c.keepBest(100));
  }

  @Test
  void gumbelDrawsAreTheSameTokensInEveryShape() {
    for (double nats : ENTROPIES) {
      load(LogitsRow.of(Rows.withEntropy(V, nats, 5)), null);
      for (int step = 0; step < 100; step++) {
        CounterRandom random = CounterRandom.of(11).split(step);
        assertThat(fast.drawGumbel(random)).isEqualTo(slow.drawGumbel(random));
      }
      assertThat(fast.drawDistinct(50, CounterRandom.of(4)))
          .isEqualTo(slow.drawDistinct(50, CounterRandom.of(4)));
    }
  }

  @Test
  void theDrawFromALongRowHasTheLaw() {
    for (double nats : new double[] {0.3, 2, 8}) {
      float[] logits = Rows.withEntropy(V, nats, 9);
      chiSquare("whole row, " + nats, logits, null, c -> {});
      chiSquare("temperature, " + nats, logits, null, c -> c.scale(0.6));
      chiSquare("mask, " + nats, logits, randomMask(new SplittableRandom(4), 0.6), c -> {});
      chiSquare("without the best, " + nats, logits, null, c -> c.dropBest(3));
    }
    chiSquare("nucleus", Rows.withEntropy(V, 8.5, 2), null, c -> c.keepMass(0.9, 1));
  }

  private void chiSquare(
      String what, float[] logits, @Nullable TokenMask mask, Consumer<Candidates> edit) {
    load(LogitsRow.of(logits), mask);
    edit.accept(fast);
    edit.accept(slow);
    int draws = 30_000;
    int[] seen = new int[V];
    for (int i = 0; i < draws; i++) {
      seen[Draw.multinomial().draw(fast, CounterRandom.of(21).split(i))]++;
    }
    double[] law = new double[V];
    for (int slot = 0; slot < slow.slots(); slot++) {
      law[slow.slotId(slot)] = Math.exp(slow.slotLogit(slot) - slow.logSumExp());
    }
    double chi = 0;
    int cells = 0;
    double expected = 0;
    int observed = 0;
    for (int id = 0; id < V; id++) {
      double p = law[id];
      assertThat(p > 0 || seen[id] == 0).as("%s: token %d is no candidate", what, id).isTrue();
      expected += p * draws;
      observed += seen[id];
      if (expected >= 20 || id == V - 1) {
        chi += (observed - expected) * (observed - expected) / Math.max(expected, 1);
        cells++;
        expected = 0;
        observed = 0;
      }
    }
    double z = (chi - (cells - 1)) / Math.sqrt(2.0 * Math.max(1, cells - 1));
    assertThat(z).as("%s: chi-square %.1f over %d cells", what, chi, cells).isBetween(-4.5, 4.5);
  }

  @Test
  void shortListsAreWalkedByOneUniformNumber() {
    var c = new Candidates(5);
    double[] p = {0.3, 0.25, 0.2, 0.15, 0.1};
    float[] logits = new float[5];
    for (int i = 0; i < 5; i++) {
      logits[i] = (float) Math.log(p[i]);
    }
    c.load(LogitsRow.of(logits), null);
    c.keepBest(4); // reorders, but the walk is by id
    for (int seed = 0; seed < 200; seed++) {
      CounterRandom random = CounterRandom.of(seed);
      double u = random.uniform(0) * 0.9;
      int expected = u < 0.3 ? 0 : u < 0.55 ? 1 : u < 0.75 ? 2 : 3;
      assertThat(Draw.multinomial().draw(c, random)).isEqualTo(expected);
    }
  }

  /** Lists that are not in the order of ids are walked in it all the same. */
  @Test
  void longerListsAreWalkedByOneUniformNumberToo() {
    var c = new Candidates(V);
    for (int k : new int[] {20, 30, 300, 3000}) {
      c.load(LogitsRow.of(Rows.withEntropy(V, 6, k)), null);
      c.keepBest(k);
      int[] ids = IntStream.range(0, k).map(c::slotId).sorted().toArray();
      double lse = c.exactLogSumExp();
      for (int seed = 0; seed < 300; seed++) {
        CounterRandom random = CounterRandom.of(seed);
        double sum = 0;
        int at = -1;
        while (sum <= random.uniform(0)) {
          sum += Math.exp(c.logit(ids[++at]) - lse);
        }
        assertThat(Draw.multinomial().draw(c, random)).isEqualTo(ids[at]);
      }
    }
  }

  @Test
  void aStepAllocatesNothing() {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    LogitsRow[] rows = new LogitsRow[8];
    for (int i = 0; i < rows.length; i++) {
      float[] logits = Rows.withEntropy(V, ENTROPIES[i % 4], i);
      rows[i] = i < 4 ? LogitsRow.of(logits) : direct(logits);
    }
    TokenMask few = randomMask(new SplittableRandom(1), 0.002);
    TokenMask many = randomMask(new SplittableRandom(1), 0.9);
    CounterRandom random = CounterRandom.of(1);
    long sum = 0;
    long before = 0;
    int rounds = 400;
    for (int i = 0; i < rounds; i++) {
      if (i == rounds / 2) {
        before = threads.getCurrentThreadAllocatedBytes();
      }
      LogitsRow row = rows[i % 8];
      fast.load(row, i % 16 < 8 ? null : many);
      fast.set(i, 1);
      fast.keepBest(50);
      fast.keepMass(0.95, 1);
      fast.keepAtLeast(fast.max() - 3, 1);
      fast.scale(1.25);
      sum += fast.drawMultinomial(random);
      fast.load(row, null);
      fast.keepMass(0.95, 1);
      sum += fast.drawMultinomial(random);
      fast.load(row, null);
      fast.keepTypical(0.9, 1, false);
      sum += fast.drawMultinomial(random) + fast.count();
      fast.load(row, few);
      sum += fast.drawMultinomial(random) + fast.drawGumbel(random);
      fast.load(row, null);
      fast.keepProbable(-9, 1);
      sum += fast.drawMultinomial(random) + fast.drawGumbel(random);
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    System.out.println("allocated in " + rounds / 2 + " rounds: " + allocated + " (" + sum + ")");
    assertThat(allocated).isLessThan(1000); // the bean's own answer, once
  }
}
