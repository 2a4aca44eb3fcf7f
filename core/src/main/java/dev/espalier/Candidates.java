package dev.espalier;

import java.nio.FloatBuffer;
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
  // Two shapes. Listed: up to LIST_LIMIT tokens in arrays; everything is plain arithmetic in
  // double.
  // Dense: a DenseRow, where cutting moves a key and nothing is touched that cannot matter; it
  // turns
  // into a list as soon as few enough survive. In both shapes logits are stored as they came, and a
  // temperature is one factor, `scale`.

  /** Up to so many candidates are kept as a list. */
  private static final int LIST_LIMIT = 4096;

  private final int size;
  final int listLimit;
  private @Nullable LogitsRow source;
  private @Nullable TokenMask sourceMask;
  private boolean badAsMasked;

  // earlyRemoved[0, early) were removed before the mark.
  private boolean marked;
  private int[] earlyRemoved = new int[16];
  private int early;

  boolean dense;
  final @Nullable DenseRow row; // null where rows are short
  private final @Nullable BlockRejection rejection;
  private long[] padded = new long[0];

  private int[] ids = new int[64];
  float[] values = new float[64];
  int n;
  private boolean ascending; // ids[0, n) ascend
  private int sorted; // slots [0, sorted) hold the best, in order

  double scale;

  // Lazily computed, dropped by edits; NaN or -1 where unknown.
  private int count;
  private double top; // largest raw logit

  // rank() of a dense row: rankedKeys[0, ranked).
  private long[] rankedKeys = new long[0];
  private int ranked;

  private long[] order = new long[0]; // scratch of the list: keys, or ids with slots
  private final Law law;
  private final Nucleus nucleus;
  private final TypicalSet typical;
  private final GumbelRace race = new GumbelRace(1);

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
    row = longRows ? new DenseRow(size) : null;
    rejection = row == null ? null : new BlockRejection(row.index.blocks.length);
    law = new Law(this, rejection);
    nucleus = new Nucleus(this, law);
    typical = new TypicalSet(this, law);
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
    early = 0;
    marked = false;
    start(row, mask);
  }

  private void start(LogitsRow row, @Nullable TokenMask mask) {
    badAsMasked = false;
    scale = 1;
    dropLazies();
    ascending = true;
    DenseRow longRow = this.row;
    if (mask != null && (longRow == null || mask.cardinality() <= listLimit)) {
      dense = false;
      listMasked(row, mask);
    } else if (longRow == null) {
      dense = false;
      listAll(row);
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
      for (int i = 0; i < early; i++) {
        remove(earlyRemoved[i]);
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
      list();
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

  private void listMasked(LogitsRow from, TokenMask mask) {
    n = 0;
    room(mask.cardinality());
    if (mask.isListed()) {
      n = mask.cardinality();
      System.arraycopy(mask.ids(), 0, ids, 0, n);
      for (int i = 1; i < n; i++) {
        if (ids[i] < ids[i - 1]) {
          Arrays.sort(ids, 0, n);
          break;
        }
      }
      if (n > 0 && ids[n - 1] >= size) {
        throw new IllegalArgumentException("the mask allows token " + ids[n - 1] + " of " + size);
      }
    } else {
      long[] words = mask.words();
      for (int w = 0; w < words.length; w++) {
        for (long bits = words[w]; bits != 0; bits &= bits - 1) {
          int id = (w << 6) + Long.numberOfTrailingZeros(bits);
          if (id < size) {
            ids[n++] = id;
          }
        }
      }
    }
    fill(from);
    list();
  }

  private void listAll(LogitsRow from) {
    room(size);
    n = size;
    for (int i = 0; i < n; i++) {
      ids[i] = i;
    }
    fill(from);
    list();
  }

  private void fill(LogitsRow from) {
    float[] array = from.array();
    if (array != null) {
      for (int i = 0; i < n; i++) {
        values[i] = array[ids[i]];
      }
    } else {
      FloatBuffer host = from.host();
      for (int i = 0; i < n; i++) {
        values[i] = host.get(ids[i]);
      }
    }
  }

  /** Takes bad logits and −∞ out of a fresh list. */
  private void list() {
    boolean infinite = false;
    for (int i = 0; i < n; i++) {
      infinite |= values[i] == Float.POSITIVE_INFINITY;
    }
    int kept = 0;
    for (int i = 0; i < n; i++) {
      float x = values[i];
      if (x == Float.NEGATIVE_INFINITY || (infinite && x < Float.POSITIVE_INFINITY)) {
        continue;
      }
      if (Float.isNaN(x)) {
        if (badAsMasked) {
          continue;
        }
        values[kept] = x;
        ids[kept++] = ids[i];
        continue;
      }
      values[kept] = infinite ? 0 : x;
      ids[kept++] = ids[i];
    }
    n = kept;
    dropLazies();
  }

  /** NaN in a list is reported at the first use, so that {@link #maskNaN} may come before. */
  private void checkList() {
    for (int i = 0; i < n; i++) {
      if (Float.isNaN(values[i])) {
        throw notANumber(ids[i]);
      }
    }
  }

  private static NoAdmissibleTokenException notANumber(int id) {
    return new NoAdmissibleTokenException(
        "the logit of token " + id + " is NaN; the model's weights or input are broken");
  }

  private void room(int wanted) {
    if (ids.length < wanted) {
      ids = Arrays.copyOf(ids, Math.max(wanted, Math.min(listLimit, 2 * ids.length)));
      values = Arrays.copyOf(values, ids.length);
    }
  }

  private void dropLazies() {
    count = -1;
    top = Double.NaN;
    sorted = 0;
    ranked = 0;
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
          throw notANumber(bad);
        }
        r.buildIndex();
        max = r.index.max();
        law.drop();
      }
      if (max == Float.POSITIVE_INFINITY) {
        int infinite = r.collectInfinite();
        if (infinite > 0) {
          become(r.keys(), infinite, 0);
          Arrays.fill(values, 0, n, 0);
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
    if (ids.length < length) {
      ids = new int[Math.max(length, Math.min(listLimit, 2 * ids.length))];
      values = new float[ids.length];
    }
    for (int i = 0; i < length; i++) {
      ids[i] = Keys.id(keys[i]);
      values[i] = Keys.logit(keys[i]);
    }
    dense = false;
    n = length;
    ascending = false;
    dropLazies();
    sorted = inOrder;
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
    int slot = slot(id);
    float x = slot < 0 ? Float.NEGATIVE_INFINITY : values[slot];
    if (Float.isNaN(x)) {
      throw notANumber(id);
    }
    return x;
  }

  private int slot(int id) {
    if (ascending) {
      return Math.max(Arrays.binarySearch(ids, 0, n, id), -1);
    }
    for (int i = 0; i < n; i++) {
      if (ids[i] == id) {
        return i;
      }
    }
    return -1;
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
    return dense ? -1 : n;
  }

  /** Id of the candidate in a slot; edits do not move slots unless they remove. */
  public int slotId(int slot) {
    return ids[slot];
  }

  /** Logit of the candidate in a slot. */
  public float slotLogit(int slot) {
    return (float) Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, values[slot] * scale));
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
    int slot = slot(id);
    if (slot < 0) {
      return;
    }
    if (logit == Float.NEGATIVE_INFINITY) {
      n--;
      System.arraycopy(ids, slot + 1, ids, slot, n - slot);
      System.arraycopy(values, slot + 1, values, slot, n - slot);
    } else {
      values[slot] = unscaled(logit);
    }
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
      if (early == earlyRemoved.length) {
        earlyRemoved = Arrays.copyOf(earlyRemoved, 2 * early);
      }
      earlyRemoved[early++] = id;
    }
    set(id, Float.NEGATIVE_INFINITY);
  }

  /** Keeps only one token, or none if it is no candidate. */
  public void keepOnly(int id) {
    float raw = raw(id);
    dense = false;
    ascending = true;
    n = raw == Float.NEGATIVE_INFINITY ? 0 : 1;
    ids[0] = id;
    values[0] = raw;
    dropLazies();
  }

  /** Keeps those of some tokens that are candidates. */
  public void keepOnly(int... tokens) {
    room(tokens.length);
    if (order.length < tokens.length) {
      order = new long[tokens.length];
    }
    int found = 0;
    for (int id : tokens) {
      float raw = raw(id);
      if (raw != Float.NEGATIVE_INFINITY) {
        order[found++] = Keys.key(raw, id);
      }
    }
    Keys.sort(order, 0, found);
    int distinct = 0;
    for (int i = 0; i < found; i++) {
      if (i == 0 || order[i] != order[i - 1]) {
        order[distinct++] = order[i];
      }
    }
    become(order, distinct, distinct);
  }

  // ---- the law

  /** Number of candidates left. O(V) where the row is long and uncut. */
  public int count() {
    if (count < 0) {
      DenseRow r = prepared();
      if (r == null) {
        checkList();
        count = n;
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
        float m = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
          m = Math.max(m, values[i]);
        }
        if (Float.isNaN(m)) {
          checkList();
        }
        top = m;
      } else if (r.unrestricted()) {
        top = r.index.max();
      } else {
        top = rank(1) == 0 ? Double.NEGATIVE_INFINITY : Keys.logit(rankedKeys[0]);
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
   * A lower bound of {@link #logSumExp}, with {@link #mostLogSumExp} as the upper one. Where the
   * normaliser is not known yet, a glance at the best candidates and the blocks' maxima costs a
   * third of a pass over the row, and often decides.
   */
  public double leastLogSumExp() {
    if (!law.isSummed() && !isEmpty() && law.glance()) {
      return max() + Math.log(law.least());
    }
    return logSumExp() - logSumExpError();
  }

  /** An upper bound of {@link #logSumExp}; see {@link #leastLogSumExp}. */
  public double mostLogSumExp() {
    if (!law.isSummed() && !isEmpty() && law.glance()) {
      return max() + Math.log(law.most());
    }
    return logSumExp() + logSumExpError();
  }

  /**
   * Bound of the absolute error of {@link #logSumExp} as it is known now, in nats: 0 for a list and
   * after {@link #exactLogSumExp}, else 1.3e-5 (usual errors are a hundred times smaller).
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
    if (r == null) {
      int k = Math.min(wanted, n);
      if (k > sorted) {
        rankList(k);
      }
      return k;
    }
    if (wanted <= ranked || ranked == count) {
      return Math.min(wanted, ranked);
    }
    // Masks, cuts and a pending edit are not in the index, so that its thresholds may yield too
    // few;
    // then lower them.
    int found;
    for (int k = r.isPending() ? wanted + wanted / 4 + 8 : wanted;
        ;
        k = k > size / 4 ? size : 4 * k) {
      float threshold = k >= size ? Float.NEGATIVE_INFINITY : r.index.threshold(k);
      found = r.collect(threshold);
      if (found >= wanted) {
        break;
      }
      if (threshold == Float.NEGATIVE_INFINITY) {
        count = found;
        break;
      }
    }
    int k = Math.min(wanted, found);
    long[] keys = r.keys();
    if (found > k + k / 2) {
      Keys.select(keys, found, k);
    }
    Keys.sort(keys, 0, found > k + k / 2 ? k : found);
    if (rankedKeys.length < k) {
      rankedKeys = new long[Math.max(k, Math.min(size, 2 * rankedKeys.length))];
    }
    System.arraycopy(keys, 0, rankedKeys, 0, k);
    ranked = k;
    return k;
  }

  private void rankList(int k) {
    checkList();
    if (order.length < n) {
      order = new long[Math.max(n, 2 * order.length)];
    }
    for (int i = 0; i < n; i++) {
      order[i] = Keys.key(values[i], ids[i]);
    }
    if (n > k + k / 2) {
      Keys.select(order, n, k);
    }
    Keys.sort(order, 0, n > k + k / 2 ? k : n);
    for (int i = 0; i < n; i++) {
      ids[i] = Keys.id(order[i]);
      values[i] = Keys.logit(order[i]);
    }
    ascending = false;
    sorted = n > k + k / 2 ? k : n;
  }

  /** Logit of the candidate with a rank, which {@link #rank} must have reached. */
  public double rankedLogit(int rank) {
    return rankedRaw(rank) * scale;
  }

  /** Id of the candidate with a rank, 0 the best; {@link #rank} must have reached it. */
  public int ranked(int rank) {
    rankedRaw(rank);
    return dense ? Keys.id(rankedKeys[rank]) : ids[rank];
  }

  long rankedKey(int rank) {
    return Keys.key(rankedRaw(rank), ranked(rank));
  }

  float rankedRaw(int rank) {
    int reached = dense ? ranked : sorted;
    if (rank < 0 || rank >= reached) {
      throw new IllegalStateException("rank " + rank + " of " + reached + " sorted candidates");
    }
    return dense ? Keys.logit(rankedKeys[rank]) : values[rank];
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
    cutBelow(least > above ? Float.POSITIVE_INFINITY : smallest(least));
  }

  /** The smallest float that is at least {@code least} once scaled. */
  float smallest(double least) {
    float t = (float) Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, least / scale));
    while (t * scale < least) {
      t = Math.nextUp(t);
    }
    while (t > -Float.MAX_VALUE && Math.nextDown(t) * scale >= least) {
      t = Math.nextDown(t);
    }
    return t;
  }

  /** Keeps what has a raw logit of {@code least} or more. */
  private void cutBelow(float least) {
    DenseRow r = prepared();
    if (r == null) {
      int kept = 0;
      for (int i = 0; i < n; i++) {
        if (values[i] >= least) {
          values[kept] = values[i];
          ids[kept++] = ids[i];
        }
      }
      shrinkTo(kept);
    } else {
      r.keepUpTo(Keys.key(least, Integer.MAX_VALUE));
      afterCut(r, least);
    }
  }

  private void shrinkTo(int kept) {
    if (kept == n) {
      return;
    }
    int inOrder = Math.min(sorted, kept);
    n = kept;
    dropLazies();
    // The best survive a cut from below in their old order.
    sorted = inOrder;
  }

  /** A cut row becomes a list if few survive. */
  void afterCut(DenseRow r, float least) {
    if (r.index.fewReach(least)) {
      int found = r.collect(least);
      if (found <= listLimit) {
        become(r.keys(), found, 0);
        return;
      }
    }
    dropLazies();
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
    double threshold = least + logSumExp();
    double error = logSumExpError();
    if (error > 0 && !keepDecided(threshold - error, threshold + error, minKeep)) {
      threshold = least + exactLogSumExp();
      error = 0;
    }
    if (error == 0) {
      keepAtLeast(threshold, minKeep);
    }
  }

  /**
   * Keeps the logits above an interval if none lies inside; false, and nothing done, if one may.
   */
  private boolean keepDecided(double low, double high, int minKeep) {
    DenseRow r = prepared();
    if (r == null || low > max()) {
      keepAtLeast(low, minKeep);
      return true;
    }
    float from = smallest(low);
    int found = r.index.fewReach(from) ? r.collect(from) : Integer.MAX_VALUE;
    if (found > listLimit) {
      return false;
    }
    long[] keys = r.keys();
    for (int i = 0; i < found; i++) {
      if (Keys.logit(keys[i]) * scale < high) {
        return false;
      }
    }
    if (found < minKeep) {
      keepBest(minKeep);
    } else {
      become(keys, found, 0);
    }
    return true;
  }

  /** Keeps the {@code k} best candidates. */
  public void keepBest(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("at least one candidate must be kept, not " + k);
    }
    DenseRow r = k <= listLimit ? indexed() : prepared();
    if (r == null) {
      if (k < n) {
        rank(k);
        shrinkTo(k);
        sorted = k;
      }
    } else if (k < size) {
      int found = rank(k);
      if (found == 0) {
        become(rankedKeys, 0, 0);
      } else if (found <= listLimit) {
        become(rankedKeys, found, found);
      } else {
        r.keepUpTo(rankedKeys[found - 1]);
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
      become(rankedKeys, 0, 0);
    } else if (dense && row != null) {
      row.keepFrom(rankedKeys[k]);
      dropLazies();
    } else {
      int inOrder = sorted - k;
      n -= k;
      System.arraycopy(ids, k, ids, 0, n);
      System.arraycopy(values, k, values, 0, n);
      dropLazies();
      sorted = inOrder;
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

  /** The list as keys, in a scratch array. */
  long[] keysOfList() {
    if (order.length < n) {
      order = new long[Math.max(n, 2 * order.length)];
    }
    for (int i = 0; i < n; i++) {
      order[i] = Keys.key(values[i], ids[i]);
    }
    return order;
  }

  // ---- drawing

  /**
   * Draws in proportion to exp(logit). Lists, and rows as short as one, are walked by ascending id
   * with one uniform number; longer rows keep the law only.
   */
  int drawMultinomial(CounterRandom random) {
    DenseRow r = prepared();
    double max = top();
    if (max == Double.NEGATIVE_INFINITY) {
      throw exhausted();
    }
    if (r == null) {
      return walkList(random.uniform(0));
    }
    int id = -1;
    if (rejection != null && ExpSums.holds((float) max, scale)) {
      id = rejection.draw(r, (float) max, scale, random);
    }
    return id >= 0 ? id : walkRow(r, random.uniform(-1));
  }

  private int walkList(double uniform) {
    if (n == 1) {
      return ids[0];
    }
    double target = uniform * law.sum(false);
    double max = top();
    double reached = 0;
    int last = -1;
    if (!ascending) {
      if (order.length < n) {
        order = new long[Math.max(n, 2 * order.length)];
      }
      for (int i = 0; i < n; i++) {
        order[i] = ((long) ids[i] << 32) | i;
      }
      Keys.sort(order, 0, n);
    }
    for (int i = 0; i < n; i++) {
      int slot = ascending ? i : (int) order[i];
      double p = FastExp.exp((values[slot] - max) * scale);
      if (p > 0) {
        reached += p;
        last = ids[slot];
        if (reached > target) {
          break;
        }
      }
    }
    return last;
  }

  private int walkRow(DenseRow r, double uniform) {
    double target = uniform * law.sum(true);
    double max = top();
    double reached = 0;
    int last = -1;
    for (int s = 0; s < r.segments(); s++) {
      r.members(s, r.scratch);
      for (int i = 0; i < DenseRow.SEGMENT; i++) {
        float x = r.scratch[i];
        double p = x == Float.NEGATIVE_INFINITY ? 0 : FastExp.exp((x - max) * scale);
        if (p > 0) {
          reached += p;
          last = s * DenseRow.SEGMENT + i;
          if (reached > target) {
            return last;
          }
        }
      }
    }
    return last;
  }

  int drawGumbel(CounterRandom random) {
    if (isEmpty()) {
      throw exhausted();
    }
    run(race, random);
    return race.winner(0);
  }

  private void run(GumbelRace gumbels, CounterRandom random) {
    gumbels.start();
    DenseRow r = prepared();
    if (r == null) {
      for (int i = 0; i < n; i++) {
        gumbels.enter(ids[i], values[i] * scale, random);
      }
    } else {
      gumbels.run(r, scale, random);
    }
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
    if (isEmpty()) {
      throw exhausted();
    }
    GumbelRace gumbels = new GumbelRace(k);
    run(gumbels, random);
    int[] drawn = new int[gumbels.entered()];
    for (int i = 0; i < drawn.length; i++) {
      drawn[i] = gumbels.winner(i);
    }
    return drawn;
  }

  private static NoAdmissibleTokenException exhausted() {
    return new NoAdmissibleTokenException(
        "no candidate is left: the mask and the processors removed every token");
  }
}
