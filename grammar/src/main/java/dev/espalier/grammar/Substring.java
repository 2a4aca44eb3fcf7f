package dev.espalier.grammar;

import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint;
import dev.espalier.Constraint;
import dev.espalier.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;

/**
 * Any span of a source text, the empty one included: answers that quote and cannot misquote. Spans
 * begin and end between characters, or, with {@link #words}, between words.
 *
 * <p>A text of one megabyte takes about a second to prepare and some 8 MB to keep. A step costs a
 * binary search in the places where the span so far occurs, a mask as much as it has tokens.
 */
public final class Substring implements Constraint {
  /** Bytes of a source text. */
  static final int MAX_LENGTH = 1 << 24;

  private final CompiledOnce compiled = new CompiledOnce();
  private final String text;
  private final SuffixArray spans;

  private Substring(String text, SuffixArray spans) {
    this.text = text;
    this.spans = spans;
  }

  /**
   * The spans of a text, by characters (Unicode scalar values).
   *
   * @throws BudgetExceededException if the text has more than 16 MB
   */
  public static Substring of(String text) {
    byte[] bytes = bytes(text);
    BitSet borders = new BitSet();
    for (int i = 0; i < bytes.length; i++) {
      if ((bytes[i] & 0xC0) != 0x80) {
        borders.set(i);
      }
    }
    return new Substring(text, SuffixArray.of(bytes, borders));
  }

  /**
   * The same text's spans by words: what begins and ends between two words, or between a word and
   * what is around it. A word is a run of letters, marks, digits and underscores; of all other
   * characters each stands alone.
   */
  public Substring words() {
    byte[] bytes = bytes(text);
    BitSet borders = new BitSet();
    int at = 0;
    boolean inWord = false;
    for (int c : text.codePoints().toArray()) {
      boolean word = isWord(c);
      if (!word || !inWord) {
        borders.set(at);
      }
      inWord = word;
      at += Character.toString(c).getBytes(StandardCharsets.UTF_8).length;
    }
    return new Substring(text, SuffixArray.of(bytes, borders));
  }

  /**
   * Joined runs of consecutive pieces: {@code pieces[i] + … + pieces[k]}.
   *
   * @throws BudgetExceededException if the pieces have more than 16 MB
   */
  public static Substring ofPieces(List<String> pieces) {
    String text = String.join("", pieces);
    byte[] bytes = bytes(text);
    BitSet borders = new BitSet();
    int at = 0;
    for (String piece : pieces) {
      borders.set(at);
      at += piece.getBytes(StandardCharsets.UTF_8).length;
    }
    borders.clear(bytes.length);
    return new Substring(text, SuffixArray.of(bytes, borders));
  }

  private static byte[] bytes(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MAX_LENGTH) {
      throw new BudgetExceededException(
          "bytes", MAX_LENGTH, "the source text is too long; quote from a part of it");
    }
    return bytes;
  }

  private static boolean isWord(int c) {
    int type = Character.getType(c);
    return Character.isLetterOrDigit(c)
        || c == '_'
        || type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.ENCLOSING_MARK;
  }

  @Override
  public CompiledConstraint compile(Vocabulary vocabulary) {
    return compiled.get(vocabulary, v -> new CompiledSubstring(spans, v));
  }

  @Override
  public String toString() {
    return "Substring of " + text.length() + " characters";
  }
}
