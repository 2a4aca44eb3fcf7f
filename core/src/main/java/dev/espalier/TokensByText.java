package dev.espalier;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The text tokens of a vocabulary in the order of their bytes, so that those with a common
 * beginning lie together. Immutable.
 */
final class TokensByText {
  private final Vocabulary vocabulary;
  private final int[] ids;

  TokensByText(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    Integer[] sorted = new Integer[vocabulary.size()];
    int n = 0;
    for (int id = 0; id < vocabulary.size(); id++) {
      if (vocabulary.isText(id)) {
        sorted[n++] = id;
      }
    }
    Arrays.sort(sorted, 0, n, this::compare);
    ids = new int[n];
    for (int i = 0; i < n; i++) {
      ids[i] = sorted[i];
    }
  }

  private int compare(int a, int b) {
    int common = Math.min(vocabulary.byteLength(a), vocabulary.byteLength(b));
    for (int i = 0; i < common; i++) {
      int order = (vocabulary.byteAt(a, i) & 0xFF) - (vocabulary.byteAt(b, i) & 0xFF);
      if (order != 0) {
        return order;
      }
    }
    return vocabulary.byteLength(a) - vocabulary.byteLength(b);
  }

  /** The token at a rank. */
  int id(int rank) {
    return ids[rank];
  }

  /** The rank of the first token that begins with {@code bytes[from, to)}, or where it would be. */
  int first(byte[] bytes, int from, int to) {
    return search(bytes, from, to, false);
  }

  /** The rank after the last token that begins with {@code bytes[from, to)}. */
  int afterLast(byte[] bytes, int from, int to) {
    return search(bytes, from, to, true);
  }

  /** The first rank whose token is not below the bytes, or not below and no continuation either. */
  private int search(byte[] bytes, int from, int to, boolean passContinuations) {
    int low = 0;
    int high = ids.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      int order = compare(ids[middle], bytes, from, to);
      if (order < 0 || (order == 0 && passContinuations)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** 0 where the token begins with the bytes. */
  private int compare(int id, byte[] bytes, int from, int to) {
    int length = vocabulary.byteLength(id);
    for (int i = 0; i < to - from; i++) {
      if (i == length) {
        return -1;
      }
      int order = (vocabulary.byteAt(id, i) & 0xFF) - (bytes[from + i] & 0xFF);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  /**
   * Some bytes in tokens, each as long as can be.
   *
   * @return null if no token begins with what is left
   */
  int @Nullable [] spell(byte[] bytes) {
    IntList tokens = new IntList();
    int at = 0;
    while (at < bytes.length) {
      int longest = -1;
      for (int to = at + 1; to <= bytes.length; to++) {
        int rank = first(bytes, at, to);
        if (rank == ids.length || compare(ids[rank], bytes, at, to) != 0) {
          break; // no token begins so, none goes on from here
        }
        longest = vocabulary.byteLength(ids[rank]) == to - at ? ids[rank] : longest;
      }
      if (longest < 0) {
        return null;
      }
      tokens.add(longest);
      at += vocabulary.byteLength(longest);
    }
    return tokens.toArray();
  }

  /**
   * How many tokens at the end of some a longer token might stand for once more text follows: the
   * end of a text is not final in its canonical spelling before so many of its tokens.
   *
   * @param tokens the tokens of a text
   * @param most to look at no more than so many
   * @return 0 if no token begins with the text of the last token, or of the last few, and goes on
   */
  int open(int[] tokens, int most) {
    int open = 0;
    byte[] end = {};
    for (int k = 1; k <= Math.min(most, tokens.length); k++) {
      int token = tokens[tokens.length - k];
      if (token >= vocabulary.size() || !vocabulary.isText(token)) {
        break;
      }
      byte[] longer =
          Arrays.copyOf(vocabulary.bytes(token), vocabulary.byteLength(token) + end.length);
      System.arraycopy(end, 0, longer, vocabulary.byteLength(token), end.length);
      end = longer;
      int rank = afterLast(end, 0, end.length) - 1;
      // The last of those that begin so is the longest of its branch: longer than the text itself
      // unless it is the text.
      if (rank >= 0
          && compare(ids[rank], end, 0, end.length) == 0
          && vocabulary.byteLength(ids[rank]) > end.length) {
        open = k;
      }
    }
    return open;
  }
}
