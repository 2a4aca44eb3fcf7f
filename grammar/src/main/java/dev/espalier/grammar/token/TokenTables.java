package dev.espalier.grammar.token;

import dev.espalier.EspalierException;
import dev.espalier.Vocabulary;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything that depends on the vocabulary alone and is shared by all constraints over it: its
 * trie, suffix sets, and segments by their meaning. One per vocabulary, kept while a constraint
 * uses it and beyond while memory lasts. Safe for threads.
 */
public final class TokenTables {
  /** How many segments and suffix sets are remembered; the least recently used goes first. */
  private static final int SEGMENTS = 4096;

  private static final int SUFFIXES = 1 << 15;
  private static final long FLAT_MASK_BYTES = 32L << 20;

  /** Memory of the automata that are remembered, and again of the compiled constraints. */
  private static final long WEIGHED_BYTES = 80L << 20;

  /** New ones between two weighings, at least, and as a share of those that are weighed. */
  private static final int BETWEEN_WEIGHINGS = 16;

  private static final int WEIGHING_SHARE = 4;

  /** Bit sets built before everything is forgotten and begun anew. */
  private static final long BIT_SET_BYTES = 256L << 20;

  /** Kept by the vocabulary, so that the tables go with it, and before it when memory is short. */
  private static final class Holder {
    private SoftReference<TokenTables> tables = new SoftReference<>(null);

    TokenTables keep(TokenTables made) {
      tables = new SoftReference<>(made);
      return made;
    }
  }

  private final Vocabulary vocabulary;
  private final TokenTrie trie;
  private final Suffixes root;
  private volatile @Nullable CharCounts charCounts; // where two threads meet, either's will do
  private final Map<Suffixes, Suffixes> suffixes = lru(SUFFIXES);
  private final Map<Object, Object> others = lru(SEGMENTS);
  private final Map<Object, Segment> segments = lru(SEGMENTS);

  private final FlatMasks flatMasks;
  private final AtomicLong bitSets = new AtomicLong();
  private final AtomicInteger masksMade = new AtomicInteger();
  private final List<WeakReference<LexemeState>> withMasks = new ArrayList<>(); // guarded by itself
  private int mostWithMasks = BETWEEN_WEIGHINGS; // before those that are gone are looked for
  private final AtomicInteger untilWeighing = new AtomicInteger(BETWEEN_WEIGHINGS);

  private TokenTables(Vocabulary vocabulary, TokenTrie trie) {
    this.vocabulary = vocabulary;
    this.trie = trie;
    root = new Suffixes(trie, new int[] {0}, true);
    flatMasks = new FlatMasks((int) (FLAT_MASK_BYTES / (8L * words() + 64)));
  }

  static <K, V> Map<K, V> lru(int limit) {
    return Collections.synchronizedMap(
        new LinkedHashMap<>(64, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > limit;
          }
        });
  }

  /** The tables of a vocabulary, built on first use (under half a second for 128,000 tokens). */
  public static TokenTables of(Vocabulary vocabulary) {
    Holder holder = vocabulary.derived(Holder.class, v -> new Holder());
    synchronized (holder) {
      TokenTables known = holder.tables.get();
      return known != null ? known : holder.keep(built(vocabulary));
    }
  }

  private static TokenTables built(Vocabulary vocabulary) {
    TokenTables tables = new TokenTables(vocabulary, TokenTrie.of(vocabulary));
    tables.addPlainTexts();
    return tables;
  }

  // What every string needs first is made with the tables, rather than by the first string.
  private void addPlainTexts() {
    Slice.of(this, 0, CharGroups.PLAIN).bits(Integer.MAX_VALUE, this);
  }

  /** Writes what {@link #read} reads. */
  public void write(Path file) throws IOException {
    TrieFile.write(trie, vocabulary, file);
  }

  /**
   * The tables of a vocabulary, read from a file unless they are there already.
   *
   * @throws EspalierException if the file is damaged, of another version, or another vocabulary's
   */
  public static TokenTables read(Vocabulary vocabulary, Path file) throws IOException {
    Holder holder = vocabulary.derived(Holder.class, v -> new Holder());
    synchronized (holder) {
      TokenTables known = holder.tables.get();
      return known != null
          ? known
          : holder.keep(new TokenTables(vocabulary, TrieFile.read(vocabulary, file)));
    }
  }

  /** The vocabulary. */
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  /** Its trie. */
  public TokenTrie trie() {
    return trie;
  }

  /** All tokens, nothing read yet. */
  public Suffixes root() {
    return root;
  }

  /** Masks put together, for those who fill them in often. */
  public FlatMasks flatMasks() {
    return flatMasks;
  }

  CharCounts charCounts() {
    CharCounts known = charCounts;
    if (known == null) {
      known = new CharCounts(trie);
      charCounts = known;
    }
    return known;
  }

  private int words() {
    return (trie.vocabularySize() + 63) >>> 6;
  }

  /** The one shared object for a set of places in the trie. */
  Suffixes suffixes(int[] nodes, boolean consumed) {
    Suffixes mine = new Suffixes(trie, nodes, consumed);
    Suffixes known = suffixes.putIfAbsent(mine, mine);
    return known == null ? mine : known;
  }

  /**
   * The shared segment of a meaning.
   *
   * @param key equal for segments that accept the same texts with the same labels
   */
  public Segment segment(Object key, Function<Object, Segment> make) {
    return shared(segments, key, () -> make.apply(key));
  }

  /**
   * Something else over this vocabulary, by what it means.
   *
   * @param key of a class of its own; equal for values that may stand for each other
   */
  @SuppressWarnings("unchecked") // a key class belongs to one value class
  public <T> T cached(Object key, Function<TokenTables, T> make) {
    return (T) shared(others, key, () -> make.apply(this));
  }

  // Made outside the lock: makers take locks of their own and may take long. Of two that race, the
  // first one's value is everybody's.
  private <V> V shared(Map<Object, V> map, Object key, Supplier<? extends V> make) {
    V known = map.get(key);
    if (known == null) {
      V made = make.get();
      known = map.putIfAbsent(key, made);
      known = known == null ? made : known;
      if (known instanceof Weighted && untilWeighing.decrementAndGet() == 0) {
        forgetOldest(segments);
        forgetOldest(others);
        int weighed = segments.size() + others.size();
        untilWeighing.set(Math.max(BETWEEN_WEIGHINGS, weighed / WEIGHING_SHARE));
      }
    }
    return known;
  }

  // Whoever uses what is forgotten keeps it.
  private static void forgetOldest(Map<Object, ?> map) {
    synchronized (map) {
      long sum = 0;
      for (Object value : map.values()) {
        sum += value instanceof Weighted w ? w.bytes() : 0;
      }
      Iterator<?> oldest = map.values().iterator();
      while (sum > WEIGHED_BYTES && oldest.hasNext()) {
        if (oldest.next() instanceof Weighted w) {
          sum -= w.bytes();
          oldest.remove();
        }
      }
    }
  }

  /** Counts a mask of a lexeme's state, or of a subtree from there, that is being made. */
  void countMask() {
    masksMade.incrementAndGet();
  }

  /** How many were made so far. */
  int masksMade() {
    return masksMade.get();
  }

  /** A state keeps masks from now on, which it has to forget with everything else. */
  void holdsMask(LexemeState state) {
    synchronized (withMasks) {
      if (withMasks.size() >= mostWithMasks) {
        withMasks.removeIf(s -> s.get() == null);
        mostWithMasks = Math.max(BETWEEN_WEIGHINGS, 2 * withMasks.size());
      }
      withMasks.add(new WeakReference<>(state));
    }
  }

  long[] bits(int[] ids, int count) {
    long[] words = new long[words()];
    for (int i = 0; i < count; i++) {
      words[ids[i] >>> 6] |= 1L << ids[i];
    }
    return charge(words);
  }

  /** Counts a bit set in. */
  long[] charge(long[] words) {
    if (bitSets.incrementAndGet()
        > BIT_SET_BYTES / (8L * words.length)) { // nearly all of the memory
      clear();
    }
    return words;
  }

  /**
   * Forgets everything that was not there when the tables were built. Whatever is in use stays with
   * its users; the rest is built again where it is asked for.
   */
  public void clear() {
    bitSets.set(0);
    segments.clear();
    suffixes.clear();
    others.clear();
    flatMasks.clear();
    synchronized (withMasks) {
      for (WeakReference<LexemeState> state : withMasks) {
        LexemeState holder = state.get();
        if (holder != null) {
          holder.forgetMasks();
        }
      }
      withMasks.clear();
    }
    addPlainTexts();
  }
}
