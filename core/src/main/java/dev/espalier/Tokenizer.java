package dev.espalier;

/** Text to token ids and back. Implementations are thread-safe. */
public interface Tokenizer {
  /**
   * Token ids of a text. Names of special tokens inside the text become those tokens.
   *
   * @param addSpecialTokens whether to add what the tokenizer puts around a text, such as a
   *     beginning-of-sequence token; false for rendered chat templates, which contain it
   */
  int[] encode(String text, boolean addSpecialTokens);

  /** Text of some ids as the tokenizer's own decoder writes it, special tokens left out. */
  String decode(int[] tokens);
}
