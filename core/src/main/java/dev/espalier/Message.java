package dev.espalier;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message of a chat.
 *
 * @param role {@code system}, {@code user}, {@code assistant} or {@code tool}
 * @param content the text; empty for an assistant message that only calls tools
 * @param toolCalls the calls that an assistant message makes
 * @param toolCallId for a tool's answer, the id of the call that it answers
 * @param toolName for a tool's answer, the name of the tool
 */
public record Message(
    String role,
    String content,
    List<ToolCall> toolCalls,
    @Nullable String toolCallId,
    @Nullable String toolName) {

  /** Copies the list. */
  public Message {
    toolCalls = List.copyOf(toolCalls);
  }

  /** What the model is to be. */
  public static Message system(String content) {
    return new Message("system", content, List.of(), null, null);
  }

  /** What the user says. */
  public static Message user(String content) {
    return new Message("user", content, List.of(), null, null);
  }

  /** What the model said. */
  public static Message assistant(String content) {
    return new Message("assistant", content, List.of(), null, null);
  }

  /** Tool calls that the model made. */
  public static Message assistant(String content, List<ToolCall> toolCalls) {
    return new Message("assistant", content, toolCalls, null, null);
  }

  /** What a tool answered to a call. */
  public static Message tool(ToolCall call, String content) {
    return new Message("tool", content, List.of(), call.id(), call.name());
  }

  /**
   * A call of a tool.
   *
   * @param id identifies the call among those of its chat
   * @param name the tool's name
   * @param arguments a JSON object as text
   */
  public record ToolCall(String id, String name, String arguments) {}
}
