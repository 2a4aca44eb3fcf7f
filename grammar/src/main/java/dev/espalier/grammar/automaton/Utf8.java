package dev.espalier.grammar.automaton;

import dev.espalier.Texts;
import java.util.ArrayList;
import java.util.List;

/** Sets of Unicode scalar values as expressions over their UTF-8 bytes; surrogates never match. */
public final class Utf8 {
  // The last code point of each encoded length.
  private static final int[] LENGTH_ENDS = {0x7F, 0x7FF, 0xFFFF, 0x10FFFF};

  /** Any one scalar value: well-formed UTF-8 without surrogates or overlong forms. */
  public static final Expr CHAR = range(0, Character.MAX_CODE_POINT);

  /** Any well-formed text. */
  public static final Expr TEXT = Expr.star(CHAR);

  private Utf8() {}

  /** One scalar value between two code points, both included. */
  public static Expr range(int from, int to) {
    return ranges(from, to);
  }

  /**
   * One scalar value of several ranges.
   *
   * @param ranges first and last code point of each, in turn
   */
  public static Expr ranges(int... ranges) {
    if (ranges.length == 2 && ranges[1] < 0x80) { // most characters of most patterns
      return ranges[0] == ranges[1]
          ? Expr.oneByte(ranges[0])
          : Expr.bytes(ByteSet.range(ranges[0], ranges[1]));
    }
    List<Expr> parts = new ArrayList<>();
    for (int i = 0; i < ranges.length; i += 2) {
      split(ranges[i], ranges[i + 1], parts);
    }
    return Expr.or(parts);
  }

  // Cuts a range until all its members have the same length and, from some byte on, every
  // continuation: then it is one byte set after another.
  private static void split(int from, int to, List<Expr> out) {
    if (from > to) {
      return;
    }
    if (from <= Character.MAX_SURROGATE && to >= Character.MIN_SURROGATE) {
      split(from, Character.MIN_SURROGATE - 1, out);
      split(Character.MAX_SURROGATE + 1, to, out);
      return;
    }
    for (int end : LENGTH_ENDS) {
      if (from <= end && to > end) {
        split(from, end, out);
        split(end + 1, to, out);
        return;
      }
    }
    int length = length(to);
    for (int i = 1; i < length; i++) {
      int low = (1 << (6 * i)) - 1; // the bits of the last i bytes
      if ((from & ~low) != (to & ~low)) {
        if ((from & low) != 0) {
          split(from, from | low, out);
          split((from | low) + 1, to, out);
          return;
        }
        if ((to & low) != low) {
          split(from, (to & ~low) - 1, out);
          split(to & ~low, to, out);
          return;
        }
      }
    }
    Expr[] bytes = new Expr[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = Expr.bytes(ByteSet.range(byteAt(from, i, length), byteAt(to, i, length)));
    }
    out.add(Expr.seq(bytes));
  }

  /**
   * The text as it is.
   *
   * @throws IllegalArgumentException if it holds half of a surrogate pair alone
   */
  public static String wellFormed(String text) {
    int lone = Texts.loneSurrogate(text);
    if (lone >= 0) {
      throw new IllegalArgumentException(
          "char %d, \\u%04x, is half of a surrogate pair without the other; no text holds it"
              .formatted(lone, (int) text.charAt(lone)));
    }
    return text;
  }

  /** Whether every character that starts with this byte leads the automaton back to where it is. */
  public static boolean loops(Expr e, int first) {
    return leads(e, first, e);
  }

  /** Whether every character that starts with this byte leads the automaton to one place. */
  public static boolean leads(Expr e, int first, Expr home) {
    return comesTo(e.step(first), TEXT.step(first), home);
  }

  private static boolean comesTo(Expr at, Expr text, Expr home) {
    if (text == Expr.NONE || at == Expr.NONE) {
      return false;
    }
    if (text == TEXT) {
      return at == home;
    }
    for (Edge follows : text.edges()) {
      ByteSet covered = ByteSet.NONE;
      for (Edge mine : at.edges()) {
        if (mine.bytes().intersects(follows.bytes())) {
          if (!comesTo(mine.target(), follows.target(), home)) {
            return false;
          }
          covered = covered.or(mine.bytes());
        }
      }
      if (!follows.bytes().and(covered.complement()).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private static int length(int codePoint) {
    int n = 1;
    while (codePoint > LENGTH_ENDS[n - 1]) {
      n++;
    }
    return n;
  }

  private static int byteAt(int codePoint, int i, int length) {
    if (length == 1) {
      return codePoint;
    }
    int shift = 6 * (length - 1 - i);
    int lead = (0xF00 >>> length) & 0xFF;
    return i == 0 ? lead | (codePoint >>> shift) : 0x80 | ((codePoint >>> shift) & 0x3F);
  }
}
