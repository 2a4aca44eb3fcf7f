package dev.espalier.tokenizer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The alphabet in which byte-level BPE writes bytes as printable characters (GPT-2, Radford et al.
 * 2019): a byte that is a printable Latin-1 character stands for itself, the other 68 take U+0100
 * onwards in order.
 */
final class ByteAlphabet {
  private static final char[] CHARS = new char[256]; // byte -> character
  private static final short[] BYTES = new short[256 + 68]; // character -> byte, -1 for none

  static {
    Arrays.fill(BYTES, (short) -1);
    int next = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
      char c = (char) (printable ? b : next++);
      CHARS[b] = c;
      BYTES[c] = (short) b;
    }
  }

  private ByteAlphabet() {}

  /** The character that stands for a byte. */
  static char charOf(byte b) {
    return CHARS[b & 0xFF];
  }

  /** The bytes that a token's characters stand for; null if one of them stands for none. */
  static byte @Nullable [] bytes(String token) {
    byte[] bytes = new byte[token.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = token.charAt(i);
      if (c >= BYTES.length || BYTES[c] < 0) {
        return null;
      }
      bytes[i] = (byte) BYTES[c];
    }
    return bytes;
  }

  /** Bytes written in the alphabet. */
  static String write(byte[] bytes) {
    char[] chars = new char[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      chars[i] = CHARS[bytes[i] & 0xFF];
    }
    return new String(chars);
  }
}
