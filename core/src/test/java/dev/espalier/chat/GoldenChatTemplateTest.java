package dev.espalier.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.EspalierException;
import dev.espalier.Message;
import dev.espalier.Message.ToolCall;
import dev.espalier.ToolSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Renderings by Hugging Face transformers, written by {@code
 * src/test/python/render_chat_templates.py}: equal to the character, and refused where refused.
 */
class GoldenChatTemplateTest {
  private static final LocalDateTime NOW = LocalDateTime.of(2026, 3, 5, 7, 8, 9);

  @TestFactory
  Stream<DynamicTest> chatsRenderAsTransformersRendersThem() {
    Map<String, JsonNode> cases = new HashMap<>();
    json("cases.json").forEach(c -> cases.put(c.get("name").stringValue(), c));
    Map<String, JinjaChatTemplate> templates = new HashMap<>();
    for (JsonNode template : json("templates.json")) {
      String name = template.get("name").stringValue();
      Map<String, String> tokens = new HashMap<>();
      template
          .get("special_tokens")
          .properties()
          .forEach(e -> tokens.put(e.getKey(), e.getValue().stringValue()));
      String source = text(name + ".jinja");
      templates.put(name, JinjaChatTemplate.of(Map.of("default", source), tokens, name, () -> NOW));
    }
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode golden : json("golden.json")) {
      String template = golden.get("template").stringValue();
      String name = golden.get("case").stringValue();
      tests.add(
          DynamicTest.dynamicTest(
              template + ": " + name, () -> check(templates, template, cases, name, golden)));
    }
    assertEquals(templates.size() * cases.size(), tests.size());
    return tests.stream();
  }

  private static void check(
      Map<String, JinjaChatTemplate> templates,
      String template,
      Map<String, JsonNode> cases,
      String name,
      JsonNode golden) {
    JsonNode chat = java.util.Objects.requireNonNull(cases.get(name));
    JinjaChatTemplate jinja = java.util.Objects.requireNonNull(templates.get(template));
    Map<String, Object> variables = new HashMap<>();
    if (chat.get("variables") != null) {
      chat.get("variables")
          .properties()
          .forEach(e -> variables.put(e.getKey(), Json.parse(e.getValue().toString())));
    }
    boolean prompt = chat.get("add_generation_prompt").booleanValue();
    if (golden.get("error") != null) {
      assertThrows(
          ChatTemplateException.class,
          () -> jinja.render(messages(chat), tools(chat), prompt, variables));
    } else {
      assertEquals(
          golden.get("text").stringValue(),
          jinja.render(messages(chat), tools(chat), prompt, variables));
    }
  }

  private static List<Message> messages(JsonNode chat) {
    List<Message> messages = new ArrayList<>();
    for (JsonNode m : chat.get("messages")) {
      List<ToolCall> calls = new ArrayList<>();
      if (m.get("tool_calls") != null) {
        for (JsonNode call : m.get("tool_calls")) {
          JsonNode function = call.get("function");
          calls.add(
              new ToolCall(
                  call.get("id").stringValue(),
                  function.get("name").stringValue(),
                  function.get("arguments").toString()));
        }
      }
      messages.add(
          new Message(
              m.get("role").stringValue(),
              m.get("content").stringValue(),
              calls,
              optional(m, "tool_call_id"),
              optional(m, "name")));
    }
    return messages;
  }

  private static @Nullable String optional(JsonNode node, String key) {
    JsonNode value = node.get(key);
    return value == null ? null : value.stringValue();
  }

  private static List<ToolSpec> tools(JsonNode chat) {
    List<ToolSpec> tools = new ArrayList<>();
    if (chat.get("tools") != null) {
      for (JsonNode tool : chat.get("tools")) {
        JsonNode function = tool.get("function");
        tools.add(
            new ToolSpec(
                function.get("name").stringValue(),
                function.get("description").stringValue(),
                function.get("parameters").toString()));
      }
    }
    return tools;
  }

  @TestFactory
  Stream<DynamicTest> smallTemplatesRenderAsJinjaRendersThem() {
    Map<String, Object> variables = new HashMap<>();
    json("expressions.json")
        .get("variables")
        .properties()
        .forEach(e -> variables.put(e.getKey(), Json.parse(e.getValue().toString())));
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode golden : json("expressions.golden.json")) {
      String template = golden.get("template").stringValue();
      tests.add(
          DynamicTest.dynamicTest(
              template.replace('\n', ' '),
              () -> {
                if (golden.get("error") != null) {
                  assertThrows(
                      ChatTemplateException.class,
                      () -> JinjaTemplate.parse("probe", template).render(variables, () -> NOW));
                } else {
                  assertEquals(
                      golden.get("text").stringValue(),
                      JinjaTemplate.parse("probe", template).render(variables, () -> NOW));
                }
              }));
    }
    assertTrue(tests.size() > 100, "only " + tests.size() + " probes");
    return tests.stream();
  }

  private static JsonNode json(String resource) {
    return new JsonMapper().readTree(text(resource));
  }

  private static String text(String resource) {
    try (InputStream in = GoldenChatTemplateTest.class.getResourceAsStream("/chat/" + resource)) {
      if (in == null) {
        throw new EspalierException("no resource /chat/" + resource);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new EspalierException("cannot read /chat/" + resource, e);
    }
  }
}
