package dev.espalier;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The candidates for the next token: a logits row, minus a mask, minus what processors cut.
 * Mutable, reused from step to step, for one thread.
 *
 * <p>Removed tokens have logit −∞. Tokens are ordered by logit, descending, and of equals by id,
 * ascending. Logits are natural logarithms up to a constant; if some are +∞ the law is uniform over
 * exactly these.
 *
 * <p>The row and the mask are read in place, not copied: until the next {@link #load} they must not
 * change.
 */
public final class Candidates {
  // Two shapes. Listed: up to LIST_LIMIT tokens in a CandidateList. Dense: a DenseRow, where a cut
  // moves a key and nothing is touched that cannot matter; it turns into a list as soon as few
  // enough survive. In both, logits are stored as they came, and a temperature is one factor,
  // `scale`. Law knows normaliser and entropy; Threshold, Nucleus and TypicalSet are the cuts;
  // TokenDraw draws.

  /** Up to so many candidates are kept as a list. */
  private static final int LIST_LIMIT = 4096;

  private final int size;
  final int listLimit;
  private @Nullable LogitsRow source;
  private @Nullable TokenMask sourceMask;
  private boolean badAsMasked;

  private boolean marked;
  private final IntList early = new IntList(); // removed before the mark

  boolean dense;
  final @Nullable DenseRow row; // null where rows are short
  private long[] padded = new long[0];

  final CandidateList list;

  double scale;

  // Lazily computed, dropped by edits; NaN or -1 where unknown.
  private int count;
  private double top; // largest raw logit

  private final Ranking ranking = new Ranking(); // of a dense row
  private long[] few = new long[1]; // scratch: keys
  private final Law law;
  private final Threshold threshold;
  private final Nucleus nucleus;
  private final TypicalSet typical;
  private final TokenDraw tokenDraw;

  /**
   * Room for rows of one size.
   *
   * @param size entries of a logits row
   */
  public Candidates(int size) {
    this(size, LIST_LIMIT);
  }

  /** With another limit; an unlimited list is the slow, obvious oracle. */
  Candidates(int size, int listLimit) {
    this.size = size;
    this.listLimit = listLimit;
    boolean longRows = size > listLimit;
    list = new CandidateList(listLimit);
    row = longRows ? new DenseRow(size) : null;
    BlockRejection rejection = row == null ? null : new BlockRejection(row.index.blocks.length);
    law = new Law(this, rejection);
    threshold = new Threshold(this, law);
    nucleus = new Nucleus(this, law, threshold, longRows);
    typical = new TypicalSet(this, law, threshold);
    tokenDraw = new TokenDraw(this, law, rejection);
  }

  // ---- loading

  /**
   * Starts a step.
   *
   * @param row the logits; read in place until the next call
   * @param mask allowed tokens, or null for all; read in place until the next call
   * @throws NoAdmissibleTokenException here or at the first use, if a logit that matters is NaN
   */
  public void load(LogitsRow row, @Nullable TokenMask mask) {
    if (row.size() != size) {
      throw new IllegalArgumentException("a row of " + row.size() + " entries, expected " + size);
    }
    source = row;
    sourceMask = mask;
    early.clear();
    marked = false;
    start(row, mask);
  }

  private void start(LogitsRow row, @Nullable TokenMask mask) {
    badAsMasked = false;
    scale = 1;
    dropLazies();
    DenseRow longRow = this.row;
    if (mask != null && (longRow == null || mask.cardinality() <= listLimit)) {
      dense = false;
      list.load(row, mask);
    } else if (longRow == null) {
      dense = false;
      list.load(row);
    } else {
      dense = true;
      longRow.load(row, mask == null ? null : words(mask));
    }
  }

  /** Says that what has been removed since {@link #load} stays removed on {@link #reset}. */
  public void mark() {
    marked = true;
  }

  /** Goes back to the first {@link #mark}; without one, to what {@link #load} gave. */
  public void reset() {
    LogitsRow loaded = source;
    if (loaded == null) {
      throw new IllegalStateException("nothing has been loaded");
    }
    start(loaded, sourceMask);
    if (marked) {
      for (int i = 0; i < early.size(); i++) {
        remove(early.get(i));
      }
    }
  }

  /**
   * From now on until the next {@link #load}, tokens whose logit is NaN are taken as masked, not as
   * an error. Call it before anything else.
   */
  public void maskNaN() {
    reset();
    badAsMasked = true;
    if (!dense) {
      list.purge(true);
      dropLazies();
    }
  }

  /** The mask's bits, long enough for every id of the row. */
  private long[] words(TokenMask mask) {
    long[] words = mask.words();
    int needed = (size + 63) >>> 6;
    if (words.length >= needed) {
      return words;
    }
    if (padded.length < needed) {
      padded = new long[needed];
    }
    System.arraycopy(words, 0, padded, 0, words.length);
    Arrays.fill(padded, words.length, needed, 0);
    return padded;
  }

  /** Forgets what was computed: candidates or logits have changed. */
  void dropLazies() {
    count = -1;
    top = Double.NaN;
    ranking.drop();
    law.drop();
  }

  /**
   * The dense row with its index, bad numbers seen to; or null if the list holds the candidates.
   */
  @Nullable DenseRow prepared() {
    DenseRow r = indexed();
    if (r != null) {
      r.settle();
    }
    return r;
  }

  /** The same, but an edit may be pending that {@link DenseRow#collect} alone regards. */
  private @Nullable DenseRow indexed() {
    DenseRow r = row;
    if (!dense || r == null) {
      return null;
    }
    if (!r.indexed()) {
      r.buildIndex();
      float max = r.index.max();
      if (Float.isNaN(max)) {
        int bad = r.remove(Float.NaN, badAsMasked);
        if (bad >= 0) {
          throw CandidateList.notANumber(bad);
        }
        r.buildIndex();
        max = r.index.max();
        law.drop();
      }
      if (max == Float.POSITIVE_INFINITY) {
        int infinite = r.collectInfinite();
        if (infinite > 0) {
          become(r.keys(), infinite, 0);
          list.level();
          return null;
        }
        r.remove(Float.POSITIVE_INFINITY, true);
        r.buildIndex();
        law.drop();
      }
    }
    return r;
  }

  /** Turns into a list of some keys, of which the first {@code inOrder} are sorted. */
  void become(long[] keys, int length, int inOrder) {
    list.take(keys, length, inOrder);
    dense = false;
    dropLazies();
    count = length;
  }

  // ---- single tokens

  /** Entries of a row. */
  public int size() {
    return size;
  }

  /** The current logit of a token; −∞ if it is no candidate. */
  public float logit(int id) {
    float raw = raw(id);
    if (scale == 1 || raw == Float.NEGATIVE_INFINITY) {
      return raw;
    }
    double x = raw * scale;
    return (float) Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, x));
  }

  private float raw(int id) {
    if (dense && row != null) {
      row.settle();
      float x = row.logit(id);
      if (Float.isNaN(x) || x == Float.POSITIVE_INFINITY) {
        prepared();
        return raw(id);
      }
      return x;
    }
    return list.logit(id);
  }

  /** Whether the token is still a candidate. */
  public boolean contains(int id) {
    return raw(id) != Float.NEGATIVE_INFINITY;
  }

  /**
   * Number of slots if the candidates are a list, else -1. A processor that edits many tokens may
   * walk the slots where these are fewer than its tokens.
   */
  public int slots() {
    return dense ? -1 : list.size();
  }

  /** Id of the candidate in a slot; edits do not move slots unless they remove. */
  public int slotId(int slot) {
    return list.id(slot);
  }

  /** Logit of the candidate in a slot. */
  public float slotLogit(int slot) {
    return (float) Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, list.value(slot) * scale));
  }

  /** Gives a candidate another logit; −∞ removes it, and a token that is no candidate stays out. */
  public void set(int id, float logit) {
    if (Float.isNaN(logit) || logit == Float.POSITIVE_INFINITY) {
      throw new IllegalArgumentException("the new logit of token " + id + " is " + logit);
    }
    if (dense && row != null) {
      if (raw(id) != Float.NEGATIVE_INFINITY && dense) {
        row.set(id, unscaled(logit));
        dropLazies();
        return;
      }
      if (dense) {
        return;
      }
    }
    list.set(id, unscaled(logit));
    dropLazies();
  }

  /**
   * Gives several candidates other logits. Costs O(1) for each where nothing has been cut yet, and
   * almost nothing if the edit only lowers and a {@link #keepBest} comes next: a token that it
   * lowers is not among the best unless it was.
   */
  public void edit(SparseEdit edit) {
    DenseRow r = row;
    if (dense && r != null && r.takes(edit)) {
      r.edit(edit, scale);
      dropLazies();
      return;
    }
    for (int i = 0; i < edit.size(); i++) {
      int argument = edit.arguments()[i];
      float logit = argument == 0 ? Float.NEGATIVE_INFINITY : logit(edit.tokens()[i]);
      if (logit != Float.NEGATIVE_INFINITY) {
        set(edit.tokens()[i], edit.apply(logit, argument));
      }
    }
  }

  private float unscaled(float logit) {
    if (scale == 1 || logit == Float.NEGATIVE_INFINITY) {
      return logit;
    }
    double x = logit / scale;
    return (float) Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, x));
  }

  /** Adds to a candidate's logit, in nats. */
  public void add(int id, float delta) {
    float now = logit(id);
    if (now != Float.NEGATIVE_INFINITY) {
      set(id, now + delta);
    }
  }

  /** Removes a token. */
  public void remove(int id) {
    if (!marked) {
      early.add(id);
    }
    set(id, Float.NEGATIVE_INFINITY);
  }

  /** Keeps only one token, or none if it is no candidate. */
  public void keepOnly(int id) {
    float raw = raw(id);
    if (raw == Float.NEGATIVE_INFINITY) {
      become(few, 0, 0);
    } else {
      few[0] = Keys.key(raw, id);
      become(few, 1, 1);
    }
  }

  /** Keeps those of some tokens that are candidates. */
  public void keepOnly(int... tokens) {
    if (few.length < tokens.length) {
      few = new long[tokens.length];
    }
    int found = 0;
    for (int id : tokens) {
      float raw = raw(id);
      if (raw != Float.NEGATIVE_INFINITY) {
        few[found++] = Keys.key(raw, id);
      }
    }
    Keys.sort(few, 0, found);
    int distinct = 0;
    for (int i = 0; i < found; i++) {
      if (i == 0 || few[i] != few[i - 1]) {
        few[distinct++] = few[i];
      }
    }
    become(few, distinct, distinct);
  }

  // ---- the law

  /** Number of candidates left. O(V) where the row is long and uncut. */
  public int count() {
    if (count < 0) {
      DenseRow r = prepared();
      if (r == null) {
        list.check();
        count = list.size();
      } else {
        int members = 0;
        for (int s = 0; s < r.segments(); s++) {
          r.members(s, r.scratch);
          for (float x : r.scratch) {
            members += x != Float.NEGATIVE_INFINITY ? 1 : 0;
          }
        }
        count = members;
      }
    }
    return count;
  }

  /** Whether no candidate is left. */
  public boolean isEmpty() {
    DenseRow r = indexed();
    if (r != null && r.isPending()) { // which removes nothing
      return r.unrestricted() ? r.index.max() == Float.NEGATIVE_INFINITY : rank(1) == 0;
    }
    return top() == Double.NEGATIVE_INFINITY;
  }

  /** The largest logit; −∞ if no candidate is left. */
  public double max() {
    return top() * scale;
  }

  double top() {
    if (Double.isNaN(top)) {
      DenseRow r = prepared();
      if (r == null) {
        top = list.max();
      } else if (r.unrestricted()) {
        top = r.index.max();
      } else {
        top = rank(1) == 0 ? Double.NEGATIVE_INFINITY : Keys.logit(ranking.keys()[0]);
      }
    }
    return top;
  }

  /**
   * ln Σ exp(logit) over the candidates, in nats; −∞ if none is left. Of a long row within {@link
   * #logSumExpError}.
   */
  public double logSumExp() {
    double sum = law.sum(false);
    return sum == 0 ? Double.NEGATIVE_INFINITY : max() + Math.log(sum);
  }

  /** {@link #logSumExp} in double throughout. */
  public double exactLogSumExp() {
    double sum = law.sum(true);
    return sum == 0 ? Double.NEGATIVE_INFINITY : max() + Math.log(sum);
  }

  /**
   * A lower bound of {@link #logSumExp}, with {@link #mostLogSumExp} as the upper one: what is
   * known of the normaliser, and where nothing is, what a glance at the best candidates and the
   * blocks' maxima tells for a third of the cost of a pass over the row. {@link #sharpenLogSumExp}
   * brings them nearer.
   */
  public double leastLogSumExp() {
    if (isEmpty()) {
      return Double.NEGATIVE_INFINITY;
    }
    law.bound();
    return max() + Math.log(law.least());
  }

  /** An upper bound of {@link #logSumExp}; see {@link #leastLogSumExp}. */
  public double mostLogSumExp() {
    if (isEmpty()) {
      return Double.NEGATIVE_INFINITY;
    }
    law.bound();
    return max() + Math.log(law.most());
  }

  /**
   * Brings {@link #leastLogSumExp} and {@link #mostLogSumExp} nearer to each other by the cheapest
   * means left; after a few calls they are equal, and {@link #exactLogSumExp}. Decide by bounds,
   * and sharpen them only while they leave a decision open:
   *
   * <pre>{@code
   * do {
   *   decision = decide(c.leastLogSumExp(), c.mostLogSumExp());
   * } while (decision == OPEN && c.sharpenLogSumExp());
   * }</pre>
   *
   * @return whether they were not equal before
   */
  public boolean sharpenLogSumExp() {
    return !isEmpty() && law.sharpen();
  }

  /**
   * Bound of the absolute error of {@link #logSumExp} as it is known now, in nats: 0 for a list and
   * after {@link #exactLogSumExp}, else 3e-5 at most (usual errors are a hundred times smaller).
   */
  public double logSumExpError() {
    return law.sum(false) == 0 ? 0 : law.sumError() * 1.001;
  }

  /** ln of the token's probability under the current law, in nats; −∞ if it is no candidate. */
  public double logProb(int id) {
    float raw = raw(id);
    return raw == Float.NEGATIVE_INFINITY ? raw : (raw - top()) * scale - Math.log(law.sum(false));
  }

  /** {@link #logProb} of the candidate with a rank, which {@link #rank} must have reached. */
  public double rankedLogProb(int rank) {
    return (rankedRaw(rank) - top()) * scale - Math.log(law.sum(false));
  }

  /**
   * Entropy of the law in nats; 0 if at most one candidate is left. Within {@link #entropyError}.
   */
  public double entropy() {
    return law.entropy(false);
  }

  /** {@link #entropy} in double throughout. */
  public double exactEntropy() {
    return law.entropy(true);
  }

  /**
   * Bound of the absolute error of {@link #entropy} as it is known now, in nats. With relative
   * errors ε of every term, ln Σ is off by ε and the mean of −ln p, at most the entropy plus ln Σ's
   * error, by 2ε of itself and once more ε for its own products.
   */
  public double entropyError() {
    double h = law.entropy(false);
    return law.isEntropyExact() ? 0 : ExpSums.ERROR * (1.1 + 3.1 * h) + ExpSums.MOMENT_ERROR;
  }

  /**
   * Standard deviation of the logits of the candidates.
   *
   * @param sample divide by one less than the count
   */
  public double deviation(boolean sample) {
    return law.deviation(sample);
  }

  // ---- order

  /**
   * The best candidate.
   *
   * @throws NoAdmissibleTokenException if none is left
   */
  public int best() {
    if (rank(1) == 0) {
      throw exhausted();
    }
    return ranked(0);
  }

  /**
   * Sorts the {@code wanted} best candidates, so that {@link #ranked} can be asked for them.
   *
   * @return how many there are: {@code wanted}, or all candidates if there are fewer
   */
  public int rank(int wanted) {
    DenseRow r = indexed();
    return r == null ? list.rank(wanted) : ranking.rank(r, wanted);
  }

  /** Logit of the candidate with a rank, which {@link #rank} must have reached. */
  public double rankedLogit(int rank) {
    return rankedRaw(rank) * scale;
  }

  /** Id of the candidate with a rank, 0 the best; {@link #rank} must have reached it. */
  public int ranked(int rank) {
    rankedRaw(rank);
    return dense ? Keys.id(ranking.keys()[rank]) : list.id(rank);
  }

  /** The keys of a dense row as far as {@link #rank} has reached. */
  long[] rankedKeys() {
    return ranking.keys();
  }

  long rankedKey(int rank) {
    return Keys.key(rankedRaw(rank), ranked(rank));
  }

  float rankedRaw(int rank) {
    int reached = dense ? ranking.reached() : list.sorted();
    if (rank < 0 || rank >= reached) {
      throw new IllegalStateException("rank " + rank + " of " + reached + " sorted candidates");
    }
    return dense ? Keys.logit(ranking.keys()[rank]) : list.value(rank);
  }

  // ---- cutting

  /** Multiplies every logit by a positive finite factor, such as 1 / temperature. O(1). */
  public void scale(double factor) {
    if (!(factor > 0) || factor == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException("a factor must be positive and finite, not " + factor);
    }
    if (factor == 1) {
      return;
    }
    double product = scale * factor;
    if (product == Double.POSITIVE_INFINITY) {
      keepOnly(best());
    } else {
      scale = Math.max(product, Double.MIN_NORMAL);
      law.drop();
    }
  }

  /** Keeps the candidates whose logit is at least {@code least}. */
  public void keepAtLeast(double least) {
    if (Double.isNaN(least)) {
      throw new IllegalArgumentException("a threshold must be a number, not NaN");
    }
    double above = top() * scale;
    if (least == Double.NEGATIVE_INFINITY || above == Double.NEGATIVE_INFINITY) {
      return;
    }
    threshold.keep(least > above ? Float.POSITIVE_INFINITY : threshold.smallest(least));
  }

  /** Keeps the candidates whose logit is at least {@code least}, and always the best few. */
  public void keepAtLeast(double least, int minKeep) {
    if (minKeep > 1 || least > max()) {
      int few = rank(minKeep);
      if (few == 0) {
        return;
      }
      if (rankedRaw(few - 1) * scale < least) {
        keepBest(few);
        return;
      }
    }
    keepAtLeast(least);
  }

  /**
   * Keeps the candidates whose ln p is at least {@code least} nats, and always the best few. Where
   * the error of a fast normaliser leaves a token undecided, the exact one decides.
   */
  public void keepProbable(double least, int minKeep) {
    if (isEmpty()) {
      return;
    }
    threshold.keepProbable(least, minKeep);
  }

  /** Keeps the {@code k} best candidates. */
  public void keepBest(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("at least one candidate must be kept, not " + k);
    }
    DenseRow r = k <= listLimit ? indexed() : prepared();
    if (r == null) {
      if (k < list.size()) {
        list.rank(k);
        list.keepFirst(k);
        dropLazies();
      }
    } else if (k < size) {
      int found = rank(k);
      if (found == 0) {
        become(ranking.keys(), 0, 0);
      } else if (found <= listLimit) {
        become(ranking.keys(), found, found);
      } else {
        r.keepUpTo(ranking.keys()[found - 1]);
        dropLazies();
      }
    }
  }

  /** Removes the {@code k} best candidates. */
  public void dropBest(int k) {
    if (k < 0) {
      throw new IllegalArgumentException("cannot remove " + k + " candidates");
    }
    if (k == 0) {
      return;
    }
    prepared();
    int found = rank(k + 1);
    if (found <= k) {
      become(ranking.keys(), 0, 0);
    } else if (dense && row != null) {
      row.keepFrom(ranking.keys()[k]);
      dropLazies();
    } else {
      list.dropFirst(k);
      dropLazies();
    }
  }

  /**
   * Keeps the smallest best-first prefix whose probability reaches {@code mass}: the nucleus.
   *
   * @param mass in [0, 1]
   * @param minKeep the prefix has at least so many candidates if there are so many
   */
  public void keepMass(double mass, int minKeep) {
    if (!(mass >= 0 && mass <= 1)) {
      throw new IllegalArgumentException("a probability lies in [0, 1], not " + mass);
    }
    if (mass < 1 && !isEmpty()) {
      nucleus.keep(mass, minKeep);
    }
  }

  /**
   * Keeps the candidates whose surprise is nearest to the entropy until their probability reaches
   * {@code mass}: the locally typical set.
   *
   * @param mass in [0, 1]
   * @param minKeep at least so many
   * @param strict the mass must be exceeded, and of tokens as typical as the last one only those
   *     with smaller ids are kept; otherwise all
   */
  public void keepTypical(double mass, int minKeep, boolean strict) {
    if (!(mass >= 0 && mass <= 1)) {
      throw new IllegalArgumentException("a probability lies in [0, 1], not " + mass);
    }
    if (!isEmpty()) {
      typical.keep(mass, minKeep, strict);
    }
  }

  // ---- drawing

  /** See {@link TokenDraw#multinomial}. */
  int drawMultinomial(CounterRandom random) {
    return tokenDraw.multinomial(random);
  }

  /** See {@link TokenDraw#gumbel}. */
  int drawGumbel(CounterRandom random) {
    return tokenDraw.gumbel(random);
  }

  /**
   * Draws {@code k} different tokens one after the other, each in proportion to exp(logit) among
   * those not drawn yet; by Gumbel numbers of their own, so that the first is the token of {@link
   * Draw#gumbel}.
   *
   * @return {@code k} ids in order of the draws, or all candidates if there are fewer
   */
  public int[] drawDistinct(int k, CounterRandom random) {
    if (k < 1) {
      throw new IllegalArgumentException("at least one token must be drawn, not " + k);
    }
    return tokenDraw.distinct(k, random);
  }

  static NoAdmissibleTokenException exhausted() {
    return new NoAdmissibleTokenException(
        "no candidate is left: the mask and the processors removed every token");
  }
}
