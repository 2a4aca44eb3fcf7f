package dev.espalier;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Collects the bytes of generated tokens into text, piece by piece: holds back half code points and
 * whatever may become a stop string. Not thread-safe.
 */
final class OutputText {
  private final List<byte[]> stops;
  private final Vocabulary vocabulary;
  private byte[] bytes = new byte[256];
  private int length;
  private int decoded; // bytes[0, decoded) are in `text`
  private final StringBuilder text = new StringBuilder();

  OutputText(Vocabulary vocabulary, List<byte[]> stops) {
    this(vocabulary, stops, 0);
  }

  /**
   * An empty text.
   *
   * @param skipped so many first bytes belong to the prompt and are left out
   */
  OutputText(Vocabulary vocabulary, List<byte[]> stops, int skipped) {
    this.vocabulary = vocabulary;
    this.stops = stops;
    decoded = skipped;
  }

  OutputText fork() {
    OutputText copy = new OutputText(vocabulary, stops);
    copy.bytes = bytes.clone();
    copy.length = length;
    copy.decoded = decoded;
    copy.text.append(text);
    return copy;
  }

  /**
   * Adds a token's bytes.
   *
   * @return whether a stop string came; the text then ends before it, and nothing more may be added
   */
  boolean append(int token) {
    int n = vocabulary.byteLength(token);
    if (length + n > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + n));
    }
    for (int i = 0; i < n; i++) {
      bytes[length++] = vocabulary.byteAt(token, i);
    }
    int cut = -1;
    for (byte[] stop : stops) {
      int at = find(stop, Math.max(decoded, length - n - stop.length + 1));
      if (at >= 0 && (cut < 0 || at < cut)) {
        cut = at;
      }
    }
    if (cut >= 0) {
      length = cut;
    }
    return cut >= 0;
  }

  private int find(byte[] stop, int from) {
    for (int at = from; at + stop.length <= length; at++) {
      if (Arrays.equals(bytes, at, at + stop.length, stop, 0, stop.length)) {
        return at;
      }
    }
    return -1;
  }

  /** Text that has become certain since the last call; may be empty. */
  String flush() {
    return decode(length - held(), false);
  }

  /** The rest, when nothing more will come; malformed bytes become U+FFFD. */
  String finish() {
    return decode(length, true);
  }

  /** Length of the longest end of the bytes that begins a stop string. */
  private int held() {
    int held = 0;
    for (byte[] stop : stops) {
      for (int n = Math.min(stop.length - 1, length - decoded); n > held; n--) {
        if (Arrays.equals(bytes, length - n, length, stop, 0, n)) {
          held = n;
        }
      }
    }
    return held;
  }

  // A decoder that is not told the end leaves an unfinished code point in its input, so `decoded`
  // is all the state there is.
  private String decode(int end, boolean last) {
    if (end <= decoded) {
      return "";
    }
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    ByteBuffer in = ByteBuffer.wrap(bytes, decoded, end - decoded);
    CharBuffer out = CharBuffer.allocate(end - decoded + 1);
    decoder.decode(in, out, last);
    if (last) {
      decoder.flush(out);
    }
    decoded = in.position();
    String piece = out.flip().toString();
    text.append(piece);
    return piece;
  }

  /** The last of the bytes so far, stop strings held back included, as text; for what joins on. */
  String recent() {
    int from = Math.max(0, length - 128);
    while (from > 0 && (bytes[from] & 0xC0) == 0x80) {
      from--;
    }
    return new String(bytes, from, length - from, StandardCharsets.UTF_8);
  }

  /** Everything decoded so far. */
  String text() {
    return text.toString();
  }
}
