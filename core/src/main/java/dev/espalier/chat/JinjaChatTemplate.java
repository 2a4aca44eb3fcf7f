package dev.espalier.chat;

import dev.espalier.ChatTemplate;
import dev.espalier.EspalierException;
import dev.espalier.Message;
import dev.espalier.ToolSpec;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The chat templates of a model, rendered as {@code apply_chat_template} of Hugging Face's
 * transformers renders them: the same variables in the same form. A template named {@code tool_use}
 * is taken when tools are offered, {@code default} otherwise. Thread-safe.
 */
public final class JinjaChatTemplate implements ChatTemplate {
  private final String where;
  private final Map<String, JinjaTemplate> parsed = new TreeMap<>();
  private final Map<String, EspalierException> broken = new TreeMap<>();
  private final Map<String, String> specialTokens;
  private final Supplier<LocalDateTime> clock;

  private JinjaChatTemplate(
      Map<String, String> templates,
      Map<String, String> specialTokens,
      String where,
      Supplier<LocalDateTime> clock) {
    this.where = where;
    this.specialTokens = Map.copyOf(specialTokens);
    this.clock = clock;
    templates.forEach(
        (name, text) -> {
          try {
            parsed.put(name, JinjaTemplate.parse(where + ": chat template '" + name + "'", text));
          } catch (EspalierException e) { // thrown when it is asked for: plain prompts work
            broken.put(name, e);
          }
        });
  }

  /**
   * Templates by name.
   *
   * @param templates at least one; a malformed one fails when it is rendered, not here
   * @param specialTokens roles such as {@code bos_token} with the token's name
   * @param where the file, for messages
   */
  public static JinjaChatTemplate of(
      Map<String, String> templates, Map<String, String> specialTokens, String where) {
    return of(templates, specialTokens, where, LocalDateTime::now);
  }

  static JinjaChatTemplate of(
      Map<String, String> templates,
      Map<String, String> specialTokens,
      String where,
      Supplier<LocalDateTime> clock) {
    return new JinjaChatTemplate(templates, specialTokens, where, clock);
  }

  /**
   * {@inheritDoc}
   *
   * @throws ChatTemplateException with line and column, if the template is malformed, refuses the
   *     chat or fails
   * @throws dev.espalier.BudgetExceededException if the template does not come to an end
   */
  @Override
  public String render(
      List<Message> messages,
      List<ToolSpec> tools,
      boolean addGenerationPrompt,
      Map<String, Object> variables) {
    Map<String, @Nullable Object> all = new HashMap<>(specialTokens);
    all.put("messages", messages.stream().map(this::message).toList());
    all.put("tools", tools.isEmpty() ? null : tools.stream().map(this::tool).toList());
    all.put("documents", null);
    all.put("add_generation_prompt", addGenerationPrompt);
    all.putAll(variables);
    return choose(!tools.isEmpty()).render(all, clock);
  }

  private JinjaTemplate choose(boolean tools) {
    String name =
        tools && (parsed.containsKey("tool_use") || broken.containsKey("tool_use"))
            ? "tool_use"
            : "default";
    JinjaTemplate template = parsed.get(name);
    if (template != null) {
      return template;
    }
    EspalierException failure = broken.get(name);
    if (failure != null) {
      throw failure;
    }
    throw new EspalierException(
        where + ": there is no chat template named 'default', only " + parsed.keySet());
  }

  private Map<String, Object> message(Message message) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("role", message.role());
    map.put("content", message.content());
    if (!message.toolCalls().isEmpty()) {
      List<Object> calls = new ArrayList<>();
      for (Message.ToolCall call : message.toolCalls()) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", call.name());
        function.put("arguments", json(call.arguments(), "arguments of the call " + call.id()));
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("id", call.id());
        entry.put("type", "function");
        entry.put("function", function);
        calls.add(entry);
      }
      map.put("tool_calls", calls);
    }
    if (message.toolCallId() != null) {
      map.put("tool_call_id", message.toolCallId());
    }
    if (message.toolName() != null) {
      map.put("name", message.toolName());
    }
    return map;
  }

  private Map<String, Object> tool(ToolSpec tool) {
    Map<String, Object> function = new LinkedHashMap<>();
    function.put("name", tool.name());
    function.put("description", tool.description());
    function.put("parameters", json(tool.parameters(), "parameters of the tool " + tool.name()));
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("type", "function");
    map.put("function", function);
    return map;
  }

  private Object json(String text, String what) {
    try {
      return Json.parse(text);
    } catch (IllegalArgumentException e) {
      throw new EspalierException(
          where + ": the " + what + " are no JSON text: " + e.getMessage() + ": " + text, e);
    }
  }
}
