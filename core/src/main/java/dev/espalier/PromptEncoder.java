package dev.espalier;

/** Writes prompts as token ids for one model. */
final class PromptEncoder {
  private PromptEncoder() {}

  /**
   * The ids of a prompt.
   *
   * @throws EspalierException if the prompt is a chat and the model has no template, or is empty
   */
  static int[] encode(CausalLm model, Prompt prompt) {
    int[] ids = ids(model, prompt);
    if (ids.length == 0) {
      throw new EspalierException(
          "the prompt has no token; " + model.name() + " needs at least one to continue");
    }
    for (int id : ids) {
      if (id < 0 || id >= model.rowSize()) {
        throw new IllegalArgumentException(
            "prompt token " + id + " is outside the model's 0.." + (model.rowSize() - 1));
      }
    }
    return ids;
  }

  private static int[] ids(CausalLm model, Prompt prompt) {
    if (prompt instanceof Prompt.Tokens tokens) {
      return tokens.tokens();
    }
    if (prompt instanceof Prompt.Text text) {
      return model.tokenizer().encode(text.text(), true);
    }
    Prompt.Chat chat = (Prompt.Chat) prompt;
    ChatTemplate template = model.chatTemplate();
    if (template == null) {
      throw new EspalierException(
          model.name() + " has no chat template; use Prompt.text and write the chat yourself");
    }
    String rendered = template.render(chat.messages(), chat.tools(), true, chat.variables());
    return model.tokenizer().encode(rendered, false);
  }
}
