package dev.espalier.djl;

import dev.espalier.ChatTemplate;
import dev.espalier.ModelLoadException;
import dev.espalier.Tokenizer;
import dev.espalier.Vocabulary;
import dev.espalier.chat.JinjaChatTemplate;
import dev.espalier.tokenizer.GgufTokenizer;
import dev.espalier.tokenizer.HuggingFaceDirectory;
import dev.espalier.tokenizer.TokenizerDefinition;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a model's files say about its text.
 *
 * @param vocabulary tokens with their bytes
 * @param tokenizer text to ids
 * @param chatTemplate how chats are written; null if the files have none
 * @param release frees what the tokenizer holds
 */
record TokenizerFiles(
    Vocabulary vocabulary,
    Tokenizer tokenizer,
    @Nullable ChatTemplate chatTemplate,
    Runnable release)
    implements AutoCloseable {

  /**
   * From a directory in the Hugging Face layout.
   *
   * @throws ModelLoadException if a file is missing, malformed or not supported
   */
  static TokenizerFiles load(Path directory) {
    return of(HuggingFaceDirectory.read(directory), directory.resolve("tokenizer.json").toString());
  }

  /**
   * From the metadata of a GGUF file.
   *
   * @param metadata values by key: numbers, booleans, strings, and arrays of these
   * @param where the file, for messages
   * @throws ModelLoadException if something is missing, malformed or not supported
   */
  static TokenizerFiles load(Map<String, Object> metadata, String where) {
    return of(GgufTokenizer.read(metadata, where), where);
  }

  private static TokenizerFiles of(TokenizerDefinition definition, String where) {
    HuggingFaceTokens tokens =
        HuggingFaceTokens.of(definition.json(), definition.vocabulary(), where);
    ChatTemplate template =
        definition.chatTemplates().isEmpty()
            ? null
            : JinjaChatTemplate.of(definition.chatTemplates(), definition.specialTokens(), where);
    return new TokenizerFiles(definition.vocabulary(), tokens, template, tokens::close);
  }

  /** Together with the model. */
  @Override
  public void close() {
    release.run();
  }
}
