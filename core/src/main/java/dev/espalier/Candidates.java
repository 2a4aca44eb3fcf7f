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
 */
public final class Candidates {
  /** Ranges this short are sorted by insertion. */
  private static final int INSERTION = 16;

  // Two shapes. Dense: values[id] for all ids below size, −∞ where removed. Listed (few allowed by
  // a
  // mask): ids[0, n) ascending with values[i] the logit of ids[i]. In both shapes `n` is the length
  // in use of `values`.
  private final int size;
  private float[] values;
  private int[] ids = new int[0];
  private int n;
  private boolean listed;

  // Lazily computed, dropped by edits.
  private int count = -1;
  private double max = Double.NaN;
  private double logSumExp = Double.NaN;

  // order[0, sorted) are slots (indices into values) of the best candidates; valid while sorted >
  // 0.
  private int[] order = new int[0];
  private int sorted;

  /**
   * Room for rows of one size.
   *
   * @param size entries of a logits row
   */
  public Candidates(int size) {
    this.size = size;
    values = new float[Math.max(size, 1)];
  }

  /**
   * Starts a step.
   *
   * @param row the logits
   * @param mask allowed tokens, or null for all
   * @throws NoAdmissibleTokenException if a logit that matters is NaN
   */
  public void load(LogitsRow row, @Nullable TokenMask mask) {
    if (row.size() != size) {
      throw new IllegalArgumentException("a row of " + row.size() + " entries, expected " + size);
    }
    FloatBuffer host = row.host();
    if (mask != null && mask.isListed()) {
      loadListed(host, mask);
    } else {
      listed = false;
      n = size;
      host.get(0, values, 0, size);
      if (mask != null) {
        long[] words = mask.words();
        for (int id = 0; id < size; id++) {
          if ((words[id >>> 6] & (1L << id)) == 0) {
            values[id] = Float.NEGATIVE_INFINITY;
          }
        }
      }
    }
    changed();
    for (int i = 0; i < n; i++) {
      if (Float.isNaN(values[i])) {
        throw new NoAdmissibleTokenException(
            "the logit of token " + id(i) + " is NaN; the model's weights or input are broken");
      }
    }
  }

  private void loadListed(FloatBuffer host, TokenMask mask) {
    n = mask.cardinality();
    listed = true;
    if (ids.length < n) {
      ids = new int[Math.max(n, 2 * ids.length)];
    }
    System.arraycopy(mask.ids(), 0, ids, 0, n);
    Arrays.sort(ids, 0, n);
    for (int i = 0; i < n; i++) {
      values[i] = host.get(ids[i]);
    }
  }

  private void changed() {
    count = -1;
    max = Double.NaN;
    logSumExp = Double.NaN;
    sorted = 0;
  }

  /** Entries of a row. */
  public int size() {
    return size;
  }

  /** The current logit of a token; −∞ if it is no candidate. */
  public float logit(int id) {
    int slot = slot(id);
    return slot < 0 ? Float.NEGATIVE_INFINITY : values[slot];
  }

  /** Whether the token is still a candidate. */
  public boolean contains(int id) {
    return logit(id) != Float.NEGATIVE_INFINITY;
  }

  /** Number of candidates left. */
  public int count() {
    if (count < 0) {
      int left = 0;
      for (int i = 0; i < n; i++) {
        if (values[i] != Float.NEGATIVE_INFINITY) {
          left++;
        }
      }
      count = left;
    }
    return count;
  }

  /** The largest logit; −∞ if no candidate is left. */
  public double max() {
    if (Double.isNaN(max)) {
      float m = Float.NEGATIVE_INFINITY;
      for (int i = 0; i < n; i++) {
        m = Math.max(m, values[i]);
      }
      max = m;
    }
    return max;
  }

  /** ln Σ exp(logit) over the candidates, in nats; −∞ if none is left. */
  public double logSumExp() {
    if (Double.isNaN(logSumExp)) {
      double m = max();
      if (Double.isInfinite(m)) {
        logSumExp = m;
      } else {
        double sum = 0;
        for (int i = 0; i < n; i++) {
          sum += Math.exp(values[i] - m);
        }
        logSumExp = m + Math.log(sum);
      }
    }
    return logSumExp;
  }

  /** ln of the token's probability under the current law, in nats; −∞ if it is no candidate. */
  public double logProb(int id) {
    double logit = logit(id);
    if (max() == Double.POSITIVE_INFINITY) {
      return logit == Double.POSITIVE_INFINITY ? -Math.log(infinite()) : Double.NEGATIVE_INFINITY;
    }
    return logit == Double.NEGATIVE_INFINITY ? logit : logit - logSumExp();
  }

  private int infinite() {
    int k = 0;
    for (int i = 0; i < n; i++) {
      if (values[i] == Float.POSITIVE_INFINITY) {
        k++;
      }
    }
    return k;
  }

  /**
   * The best candidate.
   *
   * @throws NoAdmissibleTokenException if none is left
   */
  public int best() {
    int best = -1;
    for (int i = 0; i < n; i++) {
      if (values[i] != Float.NEGATIVE_INFINITY && (best < 0 || values[i] > values[best])) {
        best = i;
      }
    }
    if (best < 0) {
      throw exhausted();
    }
    return id(best);
  }

  /**
   * Sorts the {@code wanted} best candidates, so that {@link #ranked} can be asked for them.
   *
   * @return how many there are: {@code wanted}, or all candidates if there are fewer
   */
  public int rank(int wanted) {
    int k = Math.min(wanted, count());
    if (k <= sorted) {
      return k;
    }
    if (order.length < n) {
      order = new int[Math.max(n, 2 * order.length)];
    }
    int left = 0;
    for (int i = 0; i < n; i++) {
      if (values[i] != Float.NEGATIVE_INFINITY) {
        order[left++] = i;
      }
    }
    select(0, left - 1, k);
    sort(0, k - 1);
    sorted = k;
    return k;
  }

  /** Id of the candidate with a rank, 0 the best; {@link #rank} must have reached it. */
  public int ranked(int rank) {
    if (rank < 0 || rank >= sorted) {
      throw new IllegalStateException("rank " + rank + " of " + sorted + " sorted candidates");
    }
    return id(order[rank]);
  }

  /** Multiplies every logit by a positive finite factor, such as 1 / temperature. */
  public void scale(double factor) {
    if (!(factor > 0) || factor == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException("a factor must be positive and finite, not " + factor);
    }
    if (factor == 1) {
      return;
    }
    double shift = max();
    if (Double.isInfinite(shift)) {
      return;
    }
    // Relative to the maximum, so that tiny temperatures do not overflow.
    for (int i = 0; i < n; i++) {
      values[i] = (float) ((values[i] - shift) * factor);
    }
    changed();
  }

  /** Gives a candidate another logit; −∞ removes it, and a token that is no candidate stays out. */
  public void set(int id, float logit) {
    if (Float.isNaN(logit)) {
      throw new IllegalArgumentException("the new logit of token " + id + " is NaN");
    }
    int slot = slot(id);
    if (slot >= 0 && values[slot] != Float.NEGATIVE_INFINITY) {
      values[slot] = logit;
      changed();
    }
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
    set(id, Float.NEGATIVE_INFINITY);
  }

  /** Keeps only one token. */
  public void keepOnly(int id) {
    int slot = slot(id);
    float value = slot < 0 ? Float.NEGATIVE_INFINITY : values[slot];
    Arrays.fill(values, 0, n, Float.NEGATIVE_INFINITY);
    if (slot >= 0) {
      values[slot] = value;
    }
    changed();
  }

  /** Keeps the candidates whose logit is at least {@code least}. */
  public void keepAtLeast(double least) {
    for (int i = 0; i < n; i++) {
      if (!(values[i] >= least)) {
        values[i] = Float.NEGATIVE_INFINITY;
      }
    }
    changed();
  }

  /** Keeps the candidates whose logit is at least {@code least}, and always the best few. */
  public void keepAtLeast(double least, int minKeep) {
    int few = rank(minKeep);
    if (few == 0 || logit(ranked(few - 1)) >= least) {
      keepAtLeast(least);
    } else {
      keepBest(few);
    }
  }

  /**
   * Keeps the smallest best-first prefix whose probability reaches {@code mass}.
   *
   * @param mass in [0, 1]
   * @param minKeep the prefix has at least so many candidates if there are so many
   */
  public void keepMass(double mass, int minKeep) {
    if (!(mass >= 0 && mass <= 1)) {
      throw new IllegalArgumentException("a probability lies in [0, 1], not " + mass);
    }
    int all = count();
    double sum = 0;
    int kept = 0;
    for (int ranked = 0; kept < all && (kept < minKeep || sum < mass); kept++) {
      if (kept == ranked) {
        ranked = rank(Math.max(64, 4 * ranked));
      }
      sum += Math.exp(logProb(ranked(kept)));
    }
    keepBest(Math.max(1, kept));
  }

  /** Keeps the {@code k} best candidates. */
  public void keepBest(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("at least one candidate must be kept, not " + k);
    }
    if (k >= count()) {
      return;
    }
    rank(k);
    int last = order[k - 1];
    float cut = values[last];
    for (int i = 0; i < n; i++) {
      if (values[i] < cut || (values[i] == cut && i > last)) {
        values[i] = Float.NEGATIVE_INFINITY;
      }
    }
    changed();
  }

  /** Draws by one uniform number, walking the candidates by ascending id. */
  int drawMultinomial(CounterRandom random) {
    double m = max();
    if (m == Double.NEGATIVE_INFINITY) {
      throw exhausted();
    }
    if (count() == 1) {
      return best();
    }
    boolean uniform = m == Double.POSITIVE_INFINITY;
    double total = uniform ? infinite() : Math.exp(logSumExp() - m);
    double target = random.uniform(0) * total;
    double sum = 0;
    int last = -1;
    for (int i = 0; i < n; i++) {
      double p = uniform ? (values[i] == m ? 1 : 0) : Math.exp(values[i] - m);
      if (p > 0) {
        sum += p;
        last = i;
        if (sum > target) {
          break;
        }
      }
    }
    return id(last);
  }

  private NoAdmissibleTokenException exhausted() {
    return new NoAdmissibleTokenException(
        "no candidate is left: the mask and the processors removed every token");
  }

  private int id(int slot) {
    return listed ? ids[slot] : slot;
  }

  private int slot(int id) {
    if (!listed) {
      return id >= 0 && id < n ? id : -1;
    }
    int at = Arrays.binarySearch(ids, 0, n, id);
    return Math.max(at, -1);
  }

  /** Whether the candidate in slot a comes before the one in slot b; slots ascend with ids. */
  private boolean before(int a, int b) {
    return values[a] > values[b] || (values[a] == values[b] && a < b);
  }

  /** Quickselect: afterwards the k first of order[from, to] are the best, in any order. */
  private void select(int from, int to, int k) {
    int lo = from;
    int hi = to;
    while (lo < hi) {
      int p = partition(lo, hi);
      if (p == k - 1) {
        return;
      }
      if (p < k - 1) {
        lo = p + 1;
      } else {
        hi = p - 1;
      }
    }
  }

  private void sort(int from, int to) {
    int lo = from;
    int hi = to;
    while (hi - lo > INSERTION) {
      int p = partition(lo, hi);
      if (p - lo < hi - p) {
        sort(lo, p - 1);
        lo = p + 1;
      } else {
        sort(p + 1, hi);
        hi = p - 1;
      }
    }
    for (int i = lo + 1; i <= hi; i++) {
      int slot = order[i];
      int j = i - 1;
      while (j >= lo && before(slot, order[j])) {
        order[j + 1] = order[j];
        j--;
      }
      order[j + 1] = slot;
    }
  }

  private int partition(int lo, int hi) {
    int mid = (lo + hi) >>> 1;
    int a = order[lo];
    int b = order[mid];
    int c = order[hi];
    int median =
        before(a, b)
            ? (before(b, c) ? mid : before(a, c) ? hi : lo)
            : (before(a, c) ? lo : before(b, c) ? hi : mid);
    swap(median, hi);
    int pivot = order[hi];
    int at = lo;
    for (int i = lo; i < hi; i++) {
      if (before(order[i], pivot)) {
        swap(i, at++);
      }
    }
    swap(at, hi);
    return at;
  }

  private void swap(int i, int j) {
    int t = order[i];
    order[i] = order[j];
    order[j] = t;
  }
}
