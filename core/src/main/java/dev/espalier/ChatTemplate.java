package dev.espalier;

import java.util.List;
import java.util.Map;

/** Writes a chat as the text that a model was trained on. Thread-safe. */
public interface ChatTemplate {
  /**
   * The rendered chat, special tokens included by name.
   *
   * @param tools tools offered to the model; may be empty
   * @param addGenerationPrompt whether to end with the opening of an assistant message
   * @param variables further template variables, such as {@code enable_thinking}
   * @throws EspalierException if the template refuses the messages, or asks for something unknown
   */
  String render(
      List<Message> messages,
      List<ToolSpec> tools,
      boolean addGenerationPrompt,
      Map<String, Object> variables);
}
