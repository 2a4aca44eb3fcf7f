package dev.espalier.tokenizer;

import dev.espalier.Vocabulary;
import java.util.Map;

/**
 * Everything that a model's files say about its text: the tokens, how text becomes tokens, and how
 * chats are written.
 *
 * @param vocabulary the tokens with their bytes
 * @param json a complete {@code tokenizer.json} for an encoder; tens of megabytes, not to be kept
 * @param specialTokens roles such as {@code bos_token} with the token's name, as chat templates see
 *     them
 * @param chatTemplates sources of the chat templates by name, the usual one named {@code default};
 *     empty if the model has none
 */
public record TokenizerDefinition(
    Vocabulary vocabulary,
    String json,
    Map<String, String> specialTokens,
    Map<String, String> chatTemplates) {

  /** Copies the maps. */
  public TokenizerDefinition {
    specialTokens = Map.copyOf(specialTokens);
    chatTemplates = Map.copyOf(chatTemplates);
  }
}
