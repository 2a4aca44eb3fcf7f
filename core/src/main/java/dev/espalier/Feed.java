package dev.espalier;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Tokens to append to one sequence in a forward pass, and what to hand out for them. Immutable.
 *
 * <p>By default the tokens follow the sequence in order, each sees everything before it, and only
 * the row after the last one is computed.
 */
public final class Feed {
  /** Which logits rows a forward pass computes for a feed. */
  public enum Rows {
    /** None: the tokens only enter the cache. */
    NONE,
    /** The row after the last token. */
    LAST,
    /** The row after every token. */
    ALL
  }

  private static final int[] NO_LAYERS = {};

  private final LmSequence sequence;
  private final int[] tokens;
  private final Rows rows;
  private final int @Nullable [] positions;
  private final boolean @Nullable [][] visible;
  private final boolean hiddenStates;
  private final int[] layers;

  private Feed(
      LmSequence sequence,
      int[] tokens,
      Rows rows,
      int @Nullable [] positions,
      boolean @Nullable [][] visible,
      boolean hiddenStates,
      int[] layers) {
    this.sequence = sequence;
    this.tokens = tokens;
    this.rows = rows;
    this.positions = positions;
    this.visible = visible;
    this.hiddenStates = hiddenStates;
    this.layers = layers;
  }

  /**
   * Tokens to append in order.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Feed of(LmSequence sequence, int... tokens) {
    if (tokens.length == 0) {
      throw new IllegalArgumentException("a feed needs at least one token");
    }
    return new Feed(sequence, tokens.clone(), Rows.LAST, null, null, false, NO_LAYERS);
  }

  /** Chooses the rows to compute. */
  public Feed rows(Rows which) {
    return new Feed(sequence, tokens, which, positions, visible, hiddenStates, layers);
  }

  /**
   * Feeds a tree of tokens: token {@code i} continues token {@code parents[i]}, or the sequence
   * itself where that is -1. Positions and visibility follow from the parents; the cache takes the
   * tokens in the order given, and {@link LmSequence#keep} commits a path afterwards.
   *
   * @param parents for each token the index of an earlier token, or -1
   */
  public Feed tree(int... parents) {
    int n = tokens.length;
    if (parents.length != n) {
      throw new IllegalArgumentException(parents.length + " parents for " + n + " tokens");
    }
    int[] at = new int[n];
    boolean[][] sees = new boolean[n][n];
    for (int i = 0; i < n; i++) {
      int parent = parents[i];
      if (parent < -1 || parent >= i) {
        throw new IllegalArgumentException(
            "the parent of token " + i + " must be an earlier token or -1, not " + parent);
      }
      at[i] = parent < 0 ? sequence.length() : at[parent] + 1;
      if (parent >= 0) {
        System.arraycopy(sees[parent], 0, sees[i], 0, n);
      }
      sees[i][i] = true;
    }
    return new Feed(sequence, tokens, rows, at, sees, hiddenStates, layers);
  }

  /**
   * States positions and visibility in full.
   *
   * @param at position of each token, at least 0 (for rotary or learned embeddings)
   * @param sees {@code sees[i][j]}: token {@code i} attends to fed token {@code j}; everything
   *     already in the sequence is always visible, and each token must see itself
   */
  public Feed attention(int[] at, boolean[][] sees) {
    int n = tokens.length;
    if (at.length != n || sees.length != n) {
      throw new IllegalArgumentException("positions and visibility must be given for each token");
    }
    boolean[][] copy = new boolean[n][];
    for (int i = 0; i < n; i++) {
      if (sees[i].length != n || !sees[i][i] || at[i] < 0) {
        throw new IllegalArgumentException("token " + i + ": needs " + n + " flags, its own set");
      }
      copy[i] = sees[i].clone();
    }
    return new Feed(sequence, tokens, rows, at.clone(), copy, hiddenStates, layers);
  }

  /** Asks for the last hidden state (after the final norm) of every computed row. */
  public Feed withHiddenStates() {
    return new Feed(sequence, tokens, rows, positions, visible, true, layers);
  }

  /**
   * Asks for the outputs of some layers for every computed row.
   *
   * @param which layer numbers from 0 (the first block's output), ascending
   */
  public Feed withLayers(int... which) {
    return new Feed(sequence, tokens, rows, positions, visible, hiddenStates, which.clone());
  }

  /** The sequence that grows. */
  public LmSequence sequence() {
    return sequence;
  }

  /** Number of tokens. */
  public int length() {
    return tokens.length;
  }

  /** Token {@code i}. */
  public int token(int i) {
    return tokens[i];
  }

  /** The tokens; a copy. */
  public int[] tokens() {
    return tokens.clone();
  }

  /** Which rows to compute. */
  public Rows rows() {
    return rows;
  }

  /** Number of rows to compute. */
  public int rowCount() {
    return switch (rows) {
      case NONE -> 0;
      case LAST -> 1;
      case ALL -> tokens.length;
    };
  }

  /** Whether the tokens simply follow the sequence and see everything before them. */
  public boolean isPlain() {
    return positions == null;
  }

  /** Position of token {@code i}. */
  public int position(int i) {
    return positions == null ? sequence.length() + i : positions[i];
  }

  /** Whether token {@code i} attends to fed token {@code j}. */
  public boolean sees(int i, int j) {
    return visible == null ? j <= i : visible[i][j];
  }

  /** Whether last hidden states are asked for. */
  public boolean hiddenStates() {
    return hiddenStates;
  }

  /** Layers whose outputs are asked for; a copy. */
  public int[] layers() {
    return layers.clone();
  }

  @Override
  public String toString() {
    return "Feed" + Arrays.toString(tokens) + " at " + sequence.length();
  }
}
