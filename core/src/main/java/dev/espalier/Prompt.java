package dev.espalier;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a generation starts from: plain text, a chat, or token ids. Immutable. */
public sealed interface Prompt {
  /** Plain text to continue; the tokenizer adds its beginning-of-sequence token if it has one. */
  static Prompt text(String text) {
    return new Text(text);
  }

  /** Token ids, taken as they are. */
  static Prompt tokens(int... tokens) {
    return new Tokens(tokens);
  }

  /** A chat, written through the model's chat template. */
  static Chat chat(Message... messages) {
    return chat(List.of(messages));
  }

  /** A chat, written through the model's chat template. */
  static Chat chat(List<Message> messages) {
    return new Chat(messages, List.of(), Map.of());
  }

  /**
   * Plain text.
   *
   * @param text the text to continue
   */
  record Text(String text) implements Prompt {}

  /** Token ids. */
  final class Tokens implements Prompt {
    private final int[] tokens;

    private Tokens(int[] tokens) {
      this.tokens = tokens.clone();
    }

    /** The ids; a copy. */
    public int[] tokens() {
      return tokens.clone();
    }
  }

  /**
   * A chat.
   *
   * @param messages in order
   * @param tools offered to the model through the template
   * @param variables further template variables, such as {@code enable_thinking}
   */
  record Chat(List<Message> messages, List<ToolSpec> tools, Map<String, Object> variables)
      implements Prompt {
    /** Copies the collections. */
    public Chat {
      messages = List.copyOf(messages);
      tools = List.copyOf(tools);
      variables = Map.copyOf(variables);
    }

    /** The same chat with tools offered. */
    public Chat withTools(List<ToolSpec> offered) {
      return new Chat(messages, offered, variables);
    }

    /** The same chat with one more template variable. */
    public Chat with(String variable, Object value) {
      Map<String, Object> more = new HashMap<>(variables);
      more.put(variable, value);
      return new Chat(messages, tools, more);
    }
  }
}
