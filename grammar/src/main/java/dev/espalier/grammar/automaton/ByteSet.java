package dev.espalier.grammar.automaton;

import org.jspecify.annotations.Nullable;

/** A set of byte values 0 to 255. Immutable. */
public final class ByteSet {
  /** No byte. */
  public static final ByteSet NONE = new ByteSet(0, 0, 0, 0);

  /** Every byte. */
  public static final ByteSet ALL = new ByteSet(-1, -1, -1, -1);

  private static final ByteSet[] SINGLE = new ByteSet[256];

  static {
    for (int b = 0; b < 256; b++) {
      SINGLE[b] = range(b, b);
    }
  }

  private final long w0; // bytes 0x00-0x3F
  private final long w1; // bytes 0x40-0x7F
  private final long w2; // bytes 0x80-0xBF
  private final long w3; // bytes 0xC0-0xFF

  private ByteSet(long w0, long w1, long w2, long w3) {
    this.w0 = w0;
    this.w1 = w1;
    this.w2 = w2;
    this.w3 = w3;
  }

  /** The bytes {@code from} to {@code to}, both included; none if {@code from > to}. */
  public static ByteSet range(int from, int to) {
    long[] w = new long[4];
    for (int b = Math.max(from, 0); b <= Math.min(to, 255); b++) {
      w[b >> 6] |= 1L << b;
    }
    return new ByteSet(w[0], w[1], w[2], w[3]);
  }

  /** One byte. */
  public static ByteSet of(int b) {
    return SINGLE[b];
  }

  /** The characters of an ASCII string. */
  public static ByteSet anyOf(String ascii) {
    ByteSet set = NONE;
    for (int i = 0; i < ascii.length(); i++) {
      set = set.or(of(ascii.charAt(i)));
    }
    return set;
  }

  /** Whether the byte is in the set. */
  public boolean contains(int b) {
    long w = b < 128 ? (b < 64 ? w0 : w1) : (b < 192 ? w2 : w3);
    return ((w >>> (b & 63)) & 1) != 0;
  }

  /** Union. */
  public ByteSet or(ByteSet o) {
    return new ByteSet(w0 | o.w0, w1 | o.w1, w2 | o.w2, w3 | o.w3);
  }

  /** Intersection. */
  public ByteSet and(ByteSet o) {
    return new ByteSet(w0 & o.w0, w1 & o.w1, w2 & o.w2, w3 & o.w3);
  }

  /** Every byte that is not in the set. */
  public ByteSet complement() {
    return new ByteSet(~w0, ~w1, ~w2, ~w3);
  }

  /** Whether no byte is in the set. */
  public boolean isEmpty() {
    return (w0 | w1 | w2 | w3) == 0;
  }

  /** Whether some byte is in both. */
  public boolean intersects(ByteSet o) {
    return ((w0 & o.w0) | (w1 & o.w1) | (w2 & o.w2) | (w3 & o.w3)) != 0;
  }

  /** Number of bytes. */
  public int size() {
    return Long.bitCount(w0) + Long.bitCount(w1) + Long.bitCount(w2) + Long.bitCount(w3);
  }

  /** The smallest byte at or after {@code from}, or -1. */
  public int next(int from) {
    for (int b = from; b < 256; b = (b | 63) + 1) {
      long w = (b < 128 ? (b < 64 ? w0 : w1) : (b < 192 ? w2 : w3)) >>> (b & 63);
      if (w != 0) {
        return b + Long.numberOfTrailingZeros(w);
      }
    }
    return -1;
  }

  @Override
  public int hashCode() {
    long h = ((w0 * 31 + w1) * 31 + w2) * 31 + w3;
    return Long.hashCode(h * 0x9E3779B97F4A7C15L);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof ByteSet s && s.w0 == w0 && s.w1 == w1 && s.w2 == w2 && s.w3 == w3;
  }

  @Override
  public String toString() {
    StringBuilder s = new StringBuilder("[");
    for (int b = next(0); b >= 0; ) {
      int to = b;
      while (to < 255 && contains(to + 1)) {
        to++;
      }
      appendByte(s, b);
      if (to > b) {
        appendByte(s.append('-'), to);
      }
      b = next(to + 1);
    }
    return s.append(']').toString();
  }

  private static void appendByte(StringBuilder s, int b) {
    if (b > 0x20 && b < 0x7F && "[]-\\".indexOf(b) < 0) {
      s.append((char) b);
    } else {
      s.append(String.format("\\x%02X", b));
    }
  }
}
