package dev.espalier;

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
  /** Up to so many candidates are kept as a list. */
  private static final int LIST_LIMIT = 4096;

  private final CandidateSet set;
  private final Law law;
  private final Threshold threshold;
  private final Nucleus nucleus;
  private final TypicalSet typical;
  private final TokenDraw tokenDraw;

  private @Nullable LogitsRow loaded;
  private @Nullable TokenMask mask;
  private boolean marked;
  private final IntList early = new IntList(); // removed before the mark

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
    set = new CandidateSet(size, listLimit);
    law = set.law;
    threshold = new Threshold(set);
    nucleus = new Nucleus(set, threshold);
    typical = new TypicalSet(set, threshold);
    tokenDraw = new TokenDraw(set);
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
    if (row.size() != size()) {
      throw new IllegalArgumentException("a row of " + row.size() + " entries, expected " + size());
    }
    loaded = row;
    this.mask = mask;
    early.clear();
    marked = false;
    set.load(row, mask);
  }

  /** Says that what has been removed since {@link #load} stays removed on {@link #reset}. */
  public void mark() {
    marked = true;
  }

  /** Goes back to the first {@link #mark}; without one, to what {@link #load} gave. */
  public void reset() {
    LogitsRow row = loaded;
    if (row == null) {
      throw new IllegalStateException("nothing has been loaded");
    }
    set.load(row, mask);
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
    set.maskNaN();
  }

  /** Whether {@link #maskNaN} has been called since {@link #load} or {@link #reset}. */
  boolean masksNaN() {
    return set.masksNaN();
  }

  // ---- single tokens

  /** Entries of a row. */
  public int size() {
    return set.size;
  }

  /** The current logit of a token; −∞ if it is no candidate. */
  public float logit(int id) {
    return set.scaled(set.raw(id));
  }

  /** Whether the token is still a candidate. */
  public boolean contains(int id) {
    return set.raw(id) != Float.NEGATIVE_INFINITY;
  }

  /**
   * Number of slots if the candidates are a list, else -1. A processor that edits many tokens may
   * walk the slots where these are fewer than its tokens.
   */
  public int slots() {
    return set.isListed() ? set.list.size() : -1;
  }

  /** Id of the candidate in a slot; edits do not move slots unless they remove. */
  public int slotId(int slot) {
    return set.list.id(slot);
  }

  /** Logit of the candidate in a slot. */
  public float slotLogit(int slot) {
    return set.scaled(set.list.value(slot));
  }

  /** Gives a candidate another logit; −∞ removes it, and a token that is no candidate stays out. */
  public void set(int id, float logit) {
    if (Float.isNaN(logit) || logit == Float.POSITIVE_INFINITY) {
      throw new IllegalArgumentException("the new logit of token " + id + " is " + logit);
    }
    set.set(id, logit);
  }

  /**
   * Gives several candidates other logits. Costs O(1) for each where nothing has been cut yet, and
   * almost nothing if the edit only lowers and a {@link #keepBest} comes next: a token that it
   * lowers is not among the best unless it was.
   */
  public void edit(SparseEdit edit) {
    set.edit(edit);
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
    set.keepOnly(id);
  }

  /** Keeps those of some tokens that are candidates. */
  public void keepOnly(int... tokens) {
    set.keepOnly(tokens);
  }

  // ---- the law

  /** Number of candidates left. O(V) where the row is long and uncut. */
  public int count() {
    return set.count();
  }

  /** Whether no candidate is left. */
  public boolean isEmpty() {
    return set.isEmpty();
  }

  /** The largest logit; −∞ if no candidate is left. */
  public double max() {
    return set.top() * set.scale;
  }

  /**
   * ln Σ exp(logit) over the candidates, in nats; −∞ if none is left. Of a long row within {@link
   * #logSumExpError}.
   */
  public double logSumExp() {
    return law.logSumExp(false);
  }

  /** {@link #logSumExp} in double throughout. */
  public double exactLogSumExp() {
    return law.logSumExp(true);
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
    return law.logProb(set.raw(id));
  }

  /** {@link #logProb} of the candidate with a rank, which {@link #rank} must have reached. */
  public double rankedLogProb(int rank) {
    return law.logProb(set.rankedRaw(rank));
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

  /** Bound of the absolute error of {@link #entropy} as it is known now, in nats. */
  public double entropyError() {
    return law.entropyError();
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
    return set.rank(wanted);
  }

  /** Logit of the candidate with a rank, which {@link #rank} must have reached. */
  public double rankedLogit(int rank) {
    return set.rankedRaw(rank) * set.scale;
  }

  /** Id of the candidate with a rank, 0 the best; {@link #rank} must have reached it. */
  public int ranked(int rank) {
    return set.ranked(rank);
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
    double product = set.scale * factor;
    if (product == Double.POSITIVE_INFINITY) {
      keepOnly(best());
    } else {
      set.scale = Math.max(product, Double.MIN_NORMAL);
      law.drop();
    }
  }

  /** Keeps the candidates whose logit is at least {@code least}. */
  public void keepAtLeast(double least) {
    if (Double.isNaN(least)) {
      throw new IllegalArgumentException("a threshold must be a number, not NaN");
    }
    threshold.keepAtLeast(least);
  }

  /** Keeps the candidates whose logit is at least {@code least}, and always the best few. */
  public void keepAtLeast(double least, int minKeep) {
    threshold.keepAtLeast(least, minKeep);
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
    set.keepBest(k);
  }

  /** Removes the {@code k} best candidates. */
  public void dropBest(int k) {
    if (k < 0) {
      throw new IllegalArgumentException("cannot remove " + k + " candidates");
    }
    if (k > 0) {
      set.dropBest(k);
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
