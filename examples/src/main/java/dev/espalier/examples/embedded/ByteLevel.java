package dev.espalier.examples.embedded;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How text is cut before byte-pair encoding, and how bytes are spelt in the vocabulary.
 *
 * <p>A word, a digit, a space and a run of punctuation are each a piece, and no token crosses a
 * piece. So a word has the same tokens wherever it stands, in a sentence or in a JSON string, and
 * copying it is copying its tokens.
 */
final class ByteLevel {
  /**
   * The pieces, for Java and for the {@code Split} pre-tokenizer of {@code tokenizer.json} alike.
   */
  static final String PIECES = "[\\p{L}_]+|\\p{N}| |[^\\p{L}\\p{N}\\s_]+|\\s+";

  private static final Pattern PIECE = Pattern.compile(PIECES, Pattern.UNICODE_CHARACTER_CLASS);

  // GPT-2's spelling (Radford et al. 2019): a printable Latin-1 byte is itself, the others follow
  // from U+0100 on.
  private static final char[] SPELLING = new char[256];

  static {
    int next = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
      SPELLING[b] = (char) (printable ? b : next++);
    }
  }

  private ByteLevel() {}

  static List<String> pieces(String text) {
    List<String> pieces = new ArrayList<>();
    Matcher matcher = PIECE.matcher(text);
    while (matcher.find()) {
      pieces.add(matcher.group());
    }
    return pieces;
  }

  static byte[] bytes(String piece) {
    return piece.getBytes(StandardCharsets.UTF_8);
  }

  /** The entry of the vocabulary for these bytes. */
  static String spell(byte[] bytes) {
    StringBuilder spelt = new StringBuilder(bytes.length);
    for (byte b : bytes) {
      spelt.append(SPELLING[b & 0xff]);
    }
    return spelt.toString();
  }
}
