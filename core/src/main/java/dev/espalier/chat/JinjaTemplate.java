package dev.espalier.chat;

import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A parsed template: text → tokens → syntax tree → rendering. The language is Jinja as Hugging
 * Face's {@code apply_chat_template} sets it up: {@code trim_blocks}, {@code lstrip_blocks}, loop
 * controls, no auto-escaping, values that a template may not change. Immutable, shared by threads.
 */
final class JinjaTemplate {
  private final Source source;
  private final List<Stmt> body;

  private JinjaTemplate(Source source, List<Stmt> body) {
    this.source = source;
    this.body = List.copyOf(body);
  }

  /**
   * Parses a template.
   *
   * @param name for messages
   * @throws ChatTemplateException if it is malformed or uses what is not supported
   * @throws dev.espalier.BudgetExceededException if it nests too deep
   */
  static JinjaTemplate parse(String name, String text) {
    Source source = Source.of(name, text);
    return new JinjaTemplate(source, Parser.parse(source));
  }

  /** Renders with Java values as variables; null is None. */
  String render(Map<String, ? extends @Nullable Object> variables, Supplier<LocalDateTime> clock) {
    Map<String, Object> values = new HashMap<>();
    variables.forEach((name, value) -> values.put(name, Values.of(value)));
    return new Renderer(source, values, clock).render(body);
  }
}
