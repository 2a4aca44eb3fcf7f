package dev.espalier.examples.embedded;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A byte-level byte-pair encoding (Sennrich et al. 2016). Tokens are numbered: special tokens, the
 * 256 bytes in their order, merges in the order they were learnt. Immutable but for a cache of
 * encoded pieces; not thread-safe.
 */
final class Bpe {
  /** Ends a message; the end-of-sequence token. */
  static final int END = 0;

  static final int SYSTEM = 1;
  static final int USER = 2;
  static final int ASSISTANT = 3;
  static final List<String> SPECIALS =
      List.of("<|end|>", "<|system|>", "<|user|>", "<|assistant|>");
  static final int FIRST_BYTE = SPECIALS.size();
  static final int FIRST_MERGE = FIRST_BYTE + 256;

  private static final int MAX_CACHED_PIECES = 200_000;

  private final int[][] merges;
  private final byte[][] bytes;
  private final Map<Long, Integer> merged = new HashMap<>();
  private final Map<String, int[]> pieces = new HashMap<>();

  /**
   * Merge {@code i} joins the tokens {@code merges[i][0]} and {@code merges[i][1]} into {@link
   * #FIRST_MERGE}{@code + i}.
   */
  Bpe(int[][] merges) {
    this.merges = merges;
    this.bytes = new byte[FIRST_MERGE + merges.length][];
    for (int b = 0; b < 256; b++) {
      bytes[FIRST_BYTE + b] = new byte[] {(byte) b};
    }
    for (int i = 0; i < merges.length; i++) {
      byte[] left = bytes[merges[i][0]];
      byte[] right = bytes[merges[i][1]];
      byte[] both = Arrays.copyOf(left, left.length + right.length);
      System.arraycopy(right, 0, both, left.length, right.length);
      bytes[FIRST_MERGE + i] = both;
      merged.put(pair(merges[i][0], merges[i][1]), FIRST_MERGE + i);
    }
    for (int i = 0; i < FIRST_BYTE; i++) {
      bytes[i] = SPECIALS.get(i).getBytes(StandardCharsets.UTF_8);
    }
  }

  int size() {
    return bytes.length;
  }

  int[][] merges() {
    return merges;
  }

  /** The token as {@code tokenizer.json} spells it. */
  String spelling(int token) {
    return token < FIRST_BYTE ? SPECIALS.get(token) : ByteLevel.spell(bytes[token]);
  }

  /** Encodes plain text; a special token's name in it is text like any other. */
  int[] encode(String text) {
    int[] tokens = new int[16];
    int n = 0;
    for (String piece : ByteLevel.pieces(text)) {
      int[] encoded = piece(piece);
      if (n + encoded.length > tokens.length) {
        tokens = Arrays.copyOf(tokens, 2 * (n + encoded.length));
      }
      System.arraycopy(encoded, 0, tokens, n, encoded.length);
      n += encoded.length;
    }
    return Arrays.copyOf(tokens, n);
  }

  String decode(int[] tokens) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (int token : tokens) {
      text.writeBytes(bytes[token]);
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  private int[] piece(String piece) {
    int[] known = pieces.get(piece);
    if (known == null) {
      known = merge(ByteLevel.bytes(piece));
      if (pieces.size() < MAX_CACHED_PIECES) {
        pieces.put(piece, known);
      }
    }
    return known;
  }

  // Pieces are a few bytes long, so the quadratic search for the earliest merge is the fast one.
  private int[] merge(byte[] piece) {
    int[] tokens = new int[piece.length];
    for (int i = 0; i < piece.length; i++) {
      tokens[i] = FIRST_BYTE + (piece[i] & 0xff);
    }
    int n = tokens.length;
    while (true) {
      int best = Integer.MAX_VALUE;
      int at = -1;
      for (int i = 0; i + 1 < n; i++) {
        Integer token = merged.get(pair(tokens[i], tokens[i + 1]));
        if (token != null && token < best) {
          best = token;
          at = i;
        }
      }
      if (at < 0) {
        return Arrays.copyOf(tokens, n);
      }
      tokens[at] = best;
      System.arraycopy(tokens, at + 2, tokens, at + 1, n - at - 2);
      n--;
    }
  }

  static long pair(int left, int right) {
    return ((long) left << 32) | right;
  }
}
