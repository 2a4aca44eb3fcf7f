package dev.espalier;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Writes prompts as token ids for one model.
 *
 * <p>What people and tools say in a chat is data: a special token's name inside it, such as {@code
 * <|im_end|>}, is encoded as the text it is and cannot end a turn. The name is split by a mark that
 * no message contains, and after rendering the text is encoded in pieces cut at the mark.
 */
final class PromptEncoder {
  /**
   * A prompt as ids.
   *
   * @param ids what the model is fed
   * @param healed the tokens taken off its end, which the output must spell again
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Encoded(int[] ids, int[] healed) {
    /** The text of the healed tokens. */
    byte[] tail(Vocabulary vocabulary) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (int token : healed) {
        bytes.writeBytes(vocabulary.bytes(token));
      }
      return bytes.toByteArray();
    }
  }

  private static final int[] NONE = {};

  private PromptEncoder() {}

  /**
   * A prompt without the last tokens of a plain text, as far as text after it could have led the
   * tokenizer to longer ones. The first token always stays.
   */
  static Encoded healed(CausalLm model, Prompt prompt) {
    int[] ids = encode(model, prompt);
    if (!(prompt instanceof Prompt.Text)) {
      return new Encoded(ids, NONE);
    }
    int most = Math.min(CanonicalTokens.LOOSE_TOKENS, ids.length - 1);
    int kept = ids.length - model.vocabulary().byText().open(ids, most);
    return new Encoded(Arrays.copyOf(ids, kept), Arrays.copyOfRange(ids, kept, ids.length));
  }

  /**
   * A companion's prompt without the tokens that were taken off the own one.
   *
   * @throws EspalierException if it does not end in them
   */
  static int[] without(int[] healed, int[] ids, CausalLm companion) {
    int kept = ids.length - healed.length;
    if (kept < 1 || !Arrays.equals(healed, Arrays.copyOfRange(ids, kept, ids.length))) {
      throw new EspalierException(
          "the prompt for "
              + companion.name()
              + " does not end like the model's own, so its end cannot be healed; switch token"
              + " healing off, or let both end in the same text");
    }
    return Arrays.copyOf(ids, kept);
  }

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
    char mark = unusedCharacter(chat);
    Set<String> names = model.vocabulary().specialNames();
    List<Message> messages = new ArrayList<>(chat.messages().size());
    for (Message message : chat.messages()) {
      messages.add(defuse(message, names, mark));
    }
    String rendered = template.render(messages, chat.tools(), true, chat.variables());
    IntList ids = new IntList();
    int from = 0;
    for (int at = rendered.indexOf(mark); at >= 0; at = rendered.indexOf(mark, from)) {
      ids.addAll(model.tokenizer().encode(rendered.substring(from, at), false));
      from = at + 1;
    }
    ids.addAll(model.tokenizer().encode(rendered.substring(from), false));
    return ids.toArray();
  }

  private static Message defuse(Message message, Set<String> names, char mark) {
    List<Message.ToolCall> calls = new ArrayList<>(message.toolCalls().size());
    for (Message.ToolCall call : message.toolCalls()) {
      calls.add(
          new Message.ToolCall(call.id(), call.name(), defuse(call.arguments(), names, mark)));
    }
    return new Message(
        message.role(),
        defuse(message.content(), names, mark),
        calls,
        message.toolCallId(),
        message.toolName());
  }

  private static String defuse(String text, Set<String> names, char mark) {
    String safe = text;
    for (String name : names) {
      if (safe.contains(name)) {
        safe = safe.replace(name, name.charAt(0) + String.valueOf(mark) + name.substring(1));
      }
    }
    return safe;
  }

  /** A private-use character that occurs in no message. */
  private static char unusedCharacter(Prompt.Chat chat) {
    for (char c = '\uE000'; c < '\uF8FF'; c++) {
      char candidate = c;
      boolean used =
          chat.messages().stream()
              .anyMatch(
                  m ->
                      m.content().indexOf(candidate) >= 0
                          || m.toolCalls().stream()
                              .anyMatch(call -> call.arguments().indexOf(candidate) >= 0));
      if (!used) {
        return c;
      }
    }
    throw new EspalierException(
        "the chat uses every private-use character; none is left as a mark");
  }
}
