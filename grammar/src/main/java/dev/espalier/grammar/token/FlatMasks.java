package dev.espalier.grammar.token;

import dev.espalier.TokenSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Masks that are filled in again and again, put together from their parts once. So many at a time;
 * the oldest goes first, and its owner is back to the parts. Safe for threads.
 */
public final class FlatMasks {
  private static final int USES = 2; // before a mask is worth it

  private final @Nullable Entry[] ring;
  private int next;
  private final Map<Object, Entry> entries;

  /** Room for so many masks. */
  FlatMasks(int capacity) {
    ring = new Entry[capacity];
    entries = TokenTables.lru(2 * capacity);
  }

  /**
   * The place of one mask, to be kept by its owner.
   *
   * @param content equal for equal masks
   */
  public Entry entry(Object content) {
    return entries.computeIfAbsent(content, k -> new Entry(this));
  }

  void clear() {
    entries.clear();
  }

  private synchronized void take(Entry entry) {
    Entry oldest = ring[next];
    if (oldest != null) {
      oldest.mask = null;
    }
    ring[next] = entry;
    next = (next + 1) % ring.length;
  }

  /** One mask. */
  public static final class Entry {
    private final FlatMasks masks;
    private int uses; // a lost count does no harm
    private volatile @Nullable TokenSet mask;

    private Entry(FlatMasks masks) {
      this.masks = masks;
    }

    /** The mask, if it is at hand. */
    public @Nullable TokenSet mask() {
      return mask;
    }

    /** Counts a use, and tells whether the mask should be put together now. */
    public boolean isDue() {
      return ++uses > USES;
    }

    /** Keeps a mask and returns it. */
    public TokenSet set(TokenSet made) {
      uses = 0;
      mask = made;
      masks.take(this);
      return made;
    }
  }
}
