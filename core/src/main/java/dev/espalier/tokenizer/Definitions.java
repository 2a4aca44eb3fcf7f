package dev.espalier.tokenizer;

import dev.espalier.ModelLoadException;
import dev.espalier.Vocabulary;
import java.util.Collection;
import java.util.List;

/** What both readers of tokenizer definitions share. */
final class Definitions {
  /** More ids than this are refused before anything is allocated for them. */
  static final int MAX_IDS = 1 << 23;

  /**
   * Names of tokens that end a turn. One of these ends a sequence if the model's chat template
   * writes it; configurations often name the end of the document only.
   */
  private static final List<String> END_OF_TURN =
      List.of(
          "<|im_end|>",
          "<|eot_id|>",
          "<end_of_turn>",
          "<|end|>",
          "<|end_of_turn|>",
          "<|eom_id|>",
          "<|return|>",
          "<|call|>",
          "<turn|>",
          "[EOT]");

  private Definitions() {}

  /** Declares the end-of-turn tokens that the chat templates write. */
  static void endOfTurn(Vocabulary.Builder builder, Names names, Collection<String> templates) {
    for (String name : END_OF_TURN) {
      int id = names.id(name);
      if (id >= 0 && templates.stream().anyMatch(t -> t.contains(name))) {
        builder.special(id, name).end(id);
      }
    }
  }

  /** Builds, with failures named after the file. */
  static Vocabulary build(Vocabulary.Builder builder, String where) {
    try {
      return builder.build();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new ModelLoadException(where + ": " + e.getMessage(), e);
    }
  }

  /** Ids of added or control tokens by name. */
  interface Names {
    /** The id, -1 if no such token has that name. */
    int id(String name);
  }
}
