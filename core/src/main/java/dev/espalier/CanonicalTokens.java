package dev.espalier;

import dev.espalier.CompiledConstraint.ForcedRun;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Spells forced bytes as the tokenizer would. */
final class CanonicalTokens {
  /** Tokens at the end of a text that later text may join into others. */
  static final int LOOSE_TOKENS = 4;

  private static final int CONTEXT = 32; // characters before the run that decide how it is split
  private static final int[] NONE = {};

  private CanonicalTokens() {}

  static int[] of(ForcedRun run, Tokenizer tokenizer, Vocabulary vocabulary, String before) {
    String forced = wholeCodePoints(run.bytes());
    if (forced.isEmpty()) {
      return NONE;
    }
    int cut = Math.max(0, before.length() - CONTEXT);
    if (cut > 0 && Character.isLowSurrogate(before.charAt(cut))) {
      cut++;
    }
    String context = before.substring(cut);
    int[] all = tokenizer.encode(context + forced, false);
    int from = boundary(all, vocabulary, forced);
    if (from < 0) {
      return NONE;
    }
    int[] tokens = Arrays.copyOfRange(all, from, all.length);
    boolean whole =
        run.thenEnd() && forced.getBytes(StandardCharsets.UTF_8).length == run.bytes().length;
    int loose = whole ? 0 : vocabulary.byText().open(tokens, LOOSE_TOKENS);
    return Arrays.copyOf(tokens, tokens.length - loose);
  }

  /** The longest beginning that is text; malformed bytes end it. */
  private static String wholeCodePoints(byte[] bytes) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    decoder.decode(ByteBuffer.wrap(bytes), out, false);
    return out.flip().toString();
  }

  /**
   * Index of the first token of the forced text, found from the end since a tokenizer may put a
   * space before all; -1 if a token reaches across, or one is no text.
   */
  private static int boundary(int[] tokens, Vocabulary vocabulary, String forced) {
    byte[] bytes = forced.getBytes(StandardCharsets.UTF_8);
    int left = bytes.length;
    for (int i = tokens.length - 1; i >= 0 && left > 0; i--) {
      int token = tokens[i];
      if (!vocabulary.isTextToken(token)) {
        return -1;
      }
      int length = vocabulary.byteLength(token);
      left -= length;
      if (left < 0
          || !Arrays.equals(
              vocabulary.bytes(token), Arrays.copyOfRange(bytes, left, left + length))) {
        return -1;
      }
      if (left == 0) {
        return i;
      }
    }
    return -1;
  }
}
