package dev.espalier.grammar.schema;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A JSON text with its strings spelled as a JSON writer spells them, which is how the machine reads
 * them: escapes for the quote, the backslash and control characters only. Every byte knows where in
 * the given text it comes from. What is no escape at all is left as it is, for the machine to
 * refuse.
 */
final class WriterSpelling {
  final byte[] bytes;
  final int[] origin; // by byte, and one more for the end: offset in the given bytes

  private WriterSpelling(byte[] bytes, int[] origin) {
    this.bytes = bytes;
    this.origin = origin;
  }

  static WriterSpelling of(byte[] given) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(given.length);
    int[] origin = new int[given.length + 1]; // a spelling never grows
    boolean inString = false;
    for (int i = 0; i < given.length; ) {
      int from = i;
      int written = out.size();
      byte b = given[i++];
      if (b == '"') {
        inString = !inString;
        out.write(b);
      } else if (!inString || b != '\\' || i == given.length) {
        out.write(b);
      } else if (given[i] == '/') {
        out.write('/');
        i++;
      } else if (given[i] != 'u') {
        out.write(b);
        out.write(given[i++]);
      } else {
        int unit = unit(given, from);
        int low = unit >= 0xD800 && unit < 0xDC00 ? unit(given, from + 6) : -1;
        if (unit < 0x20 || (unit >= 0xD800 && unit < 0xE000 && (low < 0xDC00 || low > 0xDFFF))) {
          out.write(b); // a control character, half a surrogate pair or no escape: as it is
        } else if (unit == '"' || unit == '\\') {
          out.write('\\');
          out.write(unit);
          i = from + 6;
        } else {
          int c = low >= 0 ? Character.toCodePoint((char) unit, (char) low) : unit;
          out.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
          i = from + (low >= 0 ? 12 : 6);
        }
      }
      Arrays.fill(origin, written, out.size(), from);
    }
    byte[] bytes = out.toByteArray();
    origin[bytes.length] = given.length;
    return new WriterSpelling(bytes, Arrays.copyOf(origin, bytes.length + 1));
  }

  private static int unit(byte[] text, int at) {
    if (at + 6 > text.length || text[at] != '\\' || text[at + 1] != 'u') {
      return -1;
    }
    int value = 0;
    for (int i = at + 2; i < at + 6; i++) {
      int digit = Character.digit(text[i], 16);
      if (digit < 0) {
        return -1;
      }
      value = 16 * value + digit;
    }
    return value;
  }
}
