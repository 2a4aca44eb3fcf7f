package dev.espalier;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Candidates} and its cuts work on: the tokens that are left, their order and their
 * law. Mutable, for one thread.
 *
 * <p>Two shapes. Listed: up to {@code listLimit} tokens in a {@link CandidateList}. Dense: a {@link
 * DenseRow}, where a cut moves a key and nothing is touched that cannot matter; it turns into a
 * list as soon as few enough survive. In both, logits are stored as they came ("raw"), and a
 * temperature is one factor, {@code scale}.
 */
final class CandidateSet {
  final int size;
  final int listLimit;
  final CandidateList list;
  final Law law;
  final @Nullable BlockRejection rejection; // null where rows are short
  double scale = 1;

  private final @Nullable DenseRow row; // likewise
  private boolean dense;
  private boolean badAsMasked;
  private long[] padded = new long[0]; // a mask's bits

  // Lazily computed, dropped by edits; NaN or -1 where unknown.
  private int count;
  private double top; // largest raw logit
  private final Ranking ranking = new Ranking(); // of a dense row

  private long[] few = new long[1]; // scratch: keys

  CandidateSet(int size, int listLimit) {
    this.size = size;
    this.listLimit = listLimit;
    list = new CandidateList(listLimit);
    row = size > listLimit ? new DenseRow(size) : null;
    rejection = row == null ? null : new BlockRejection(row.index.blocks.length);
    law = new Law(this);
  }

  /** Whether there are rows that a list does not hold. */
  boolean hasLongRows() {
    return row != null;
  }

  // ---- loading

  void load(LogitsRow loaded, @Nullable TokenMask mask) {
    badAsMasked = false;
    scale = 1;
    changed();
    DenseRow r = row;
    if (mask != null && (r == null || mask.cardinality() <= listLimit)) {
      dense = false;
      list.load(loaded, mask);
    } else if (r == null) {
      dense = false;
      list.load(loaded);
    } else {
      dense = true;
      r.load(loaded, mask == null ? null : words(mask));
    }
  }

  /** Takes NaN as masked; right after {@link #load}. */
  void maskNaN() {
    badAsMasked = true;
    if (!dense) {
      list.purge(true);
      changed();
    }
  }

  boolean masksNaN() {
    return badAsMasked;
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

  // ---- shape

  /** Whether a list holds the candidates. */
  boolean isListed() {
    return !dense;
  }

  /** Forgets what was computed: candidates or logits have changed. */
  void changed() {
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
    changed();
    count = length;
  }

  // ---- single tokens

  /** The raw logit; −∞ if the token is no candidate. */
  float raw(int id) {
    DenseRow r = row;
    if (!dense || r == null) {
      return list.logit(id);
    }
    r.settle();
    float x = r.logit(id);
    if (Float.isNaN(x) || x == Float.POSITIVE_INFINITY) {
      prepared();
      return raw(id);
    }
    return x;
  }

  /** A raw logit times the scale, finite unless it is −∞. */
  float scaled(float raw) {
    return scale == 1 || raw == Float.NEGATIVE_INFINITY ? raw : finite(raw * scale);
  }

  /** The raw logit of one that is to be {@code logit} once scaled. */
  private float unscaled(float logit) {
    return scale == 1 || logit == Float.NEGATIVE_INFINITY ? logit : finite(logit / scale);
  }

  private static float finite(double x) {
    return (float) Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, x));
  }

  /** Gives a candidate another logit; −∞ removes it. */
  void set(int id, float logit) {
    DenseRow r = row;
    if (dense && r != null) {
      boolean there = raw(id) != Float.NEGATIVE_INFINITY; // which may turn into a list
      if (dense && !there) {
        return;
      }
    }
    if (dense && r != null) {
      r.set(id, unscaled(logit));
    } else {
      list.set(id, unscaled(logit));
    }
    changed();
  }

  /** See {@link Candidates#edit}. */
  void edit(SparseEdit edit) {
    DenseRow r = row;
    if (dense && r != null && r.takes(edit)) {
      r.edit(edit, scale);
      changed();
      return;
    }
    for (int i = 0; i < edit.size(); i++) {
      int id = edit.tokens()[i];
      int argument = edit.arguments()[i];
      float logit = argument == 0 ? Float.NEGATIVE_INFINITY : scaled(raw(id));
      if (logit != Float.NEGATIVE_INFINITY) {
        set(id, edit.apply(logit, argument));
      }
    }
  }

  /** Keeps only one token, or none if it is no candidate. */
  void keepOnly(int id) {
    float raw = raw(id);
    few[0] = Keys.key(raw, id);
    become(few, raw == Float.NEGATIVE_INFINITY ? 0 : 1, 1);
  }

  /** Keeps those of some tokens that are candidates. */
  void keepOnly(int... tokens) {
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

  // ---- size and order

  int count() {
    if (count < 0) {
      DenseRow r = prepared();
      if (r == null) {
        list.check();
        count = list.size();
      } else {
        count = r.count();
      }
    }
    return count;
  }

  boolean isEmpty() {
    DenseRow r = indexed();
    if (r != null && r.isPending()) { // which removes nothing
      return r.unrestricted() ? r.index.max() == Float.NEGATIVE_INFINITY : rank(1) == 0;
    }
    return top() == Double.NEGATIVE_INFINITY;
  }

  /** The largest raw logit; −∞ if no candidate is left. */
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

  /** See {@link Candidates#rank}. */
  int rank(int wanted) {
    DenseRow r = indexed();
    return r == null ? list.rank(wanted) : ranking.rank(r, wanted);
  }

  /** Id of the candidate with a rank. */
  int ranked(int rank) {
    rankedRaw(rank);
    return dense ? Keys.id(ranking.keys()[rank]) : list.id(rank);
  }

  /** Raw logit of the candidate with a rank, which {@link #rank} must have reached. */
  float rankedRaw(int rank) {
    int reached = dense ? ranking.reached() : list.sorted();
    if (rank < 0 || rank >= reached) {
      throw new IllegalStateException("rank " + rank + " of " + reached + " sorted candidates");
    }
    return dense ? Keys.logit(ranking.keys()[rank]) : list.value(rank);
  }

  long rankedKey(int rank) {
    return Keys.key(rankedRaw(rank), ranked(rank));
  }

  /** The keys of a dense row as far as {@link #rank} has reached. */
  long[] rankedKeys() {
    return ranking.keys();
  }

  // ---- cutting by rank

  /** Keeps the {@code k} best candidates, k ≥ 1. */
  void keepBest(int k) {
    DenseRow r = k <= listLimit ? indexed() : prepared();
    if (r == null) {
      if (k < list.size()) {
        list.rank(k);
        list.keepFirst(k);
        changed();
      }
    } else if (k < size) {
      int found = rank(k);
      if (found == 0) {
        become(ranking.keys(), 0, 0);
      } else if (found <= listLimit) {
        become(ranking.keys(), found, found);
      } else {
        r.keepUpTo(ranking.keys()[found - 1]);
        changed();
      }
    }
  }

  /** Removes the {@code k} best candidates, k ≥ 1. */
  void dropBest(int k) {
    DenseRow r = prepared();
    int found = rank(k + 1);
    if (found <= k) {
      become(few, 0, 0);
    } else if (r != null) {
      r.keepFrom(ranking.keys()[k]);
      changed();
    } else {
      list.dropFirst(k);
      changed();
    }
  }
}
