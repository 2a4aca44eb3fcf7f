package dev.espalier;

/**
 * What a model remembers of one sequence (its key-value cache). Not thread-safe; different
 * sequences may be used by different threads.
 */
public interface LmSequence extends AutoCloseable {
  /** Number of positions held. */
  int length();

  /** An independent copy, made eagerly or on the first write. */
  LmSequence fork();

  /**
   * Forgets every position from {@code length} on.
   *
   * @throws IllegalArgumentException if {@code length} is negative or beyond {@link #length}
   */
  void truncate(int length);

  /**
   * Keeps only some of the positions from {@code from} on: afterwards {@code from + i} holds what
   * {@code slots[i]} held. This commits one path of a token tree.
   *
   * @param slots ascending positions, each at least {@code from} and below {@link #length}
   */
  void keep(int from, int[] slots);

  /** Frees the memory; closing twice does nothing. */
  @Override
  void close();
}
