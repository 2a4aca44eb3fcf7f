package dev.espalier.examples.embedded;

import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Something the embedded model can do: call one tool, extract one kind of record, or say something.
 */
public final class Task {
  /** What an answer looks like. */
  public enum Kind {
    /** {@code {"name":…,"arguments":{…}}}. */
    TOOL,
    /** A JSON object. */
    RECORD,
    /** Free text. */
    PROSE
  }

  private static final JsonMapper JSON = JsonMapper.shared();

  private final Kind kind;
  private final String name;
  private final String description;
  private final List<Slot> slots;
  private final List<String> phrases;

  /**
   * {@code phrases} are requests with slots in braces; those of prose go on after {@code =>} with
   * the answer.
   */
  Task(Kind kind, String name, String description, List<Slot> slots, List<String> phrases) {
    this.kind = kind;
    this.name = name;
    this.description = description;
    this.slots = slots;
    this.phrases = phrases;
  }

  /** What an answer looks like. */
  public Kind kind() {
    return kind;
  }

  /** The name of the tool or record type, in snake case. */
  public String name() {
    return name;
  }

  /** One sentence for humans and for the {@code tools} of a chat template. */
  public String description() {
    return description;
  }

  /**
   * The JSON Schema (2020-12) that every answer satisfies, as indented text: for a tool the whole
   * call, name and arguments.
   *
   * @throws IllegalStateException for prose, which has no schema
   */
  public String schema() {
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(answerSchema());
  }

  /** The JSON Schema of a tool's arguments, as indented text. */
  public String argumentsSchema() {
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(Slot.objectSchema(slots));
  }

  ObjectNode answerSchema() {
    return switch (kind) {
      case RECORD -> Slot.objectSchema(slots);
      case TOOL -> callSchema();
      case PROSE ->
          throw new IllegalStateException("'" + name + "' answers in prose and has no schema");
    };
  }

  private ObjectNode callSchema() {
    ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    properties.putObject("name").put("const", name);
    properties.set("arguments", Slot.objectSchema(slots));
    schema.putArray("required").add("name").add("arguments");
    return schema.put("additionalProperties", false);
  }

  Example example(Draw draw, String system) {
    String phrase = draw.oneOf(phrases);
    if (kind == Kind.PROSE) {
      Value both = Slot.fill(phrase, slots, draw);
      int arrow = both.text().indexOf(" => ");
      return new Example(
          this, system, both.text().substring(0, arrow), both.text().substring(arrow + 4));
    }
    Value filled = Slot.fill(phrase, slots, draw);
    ObjectNode answer = (ObjectNode) filled.json();
    if (kind == Kind.TOOL) {
      ObjectNode arguments = answer;
      answer = JsonNodeFactory.instance.objectNode().put("name", name);
      answer.set("arguments", arguments);
    }
    return new Example(this, system, polite(filled.text(), draw), JSON.writeValueAsString(answer));
  }

  private static String polite(String request, Draw draw) {
    if (draw.chance(0.7)) {
      return request;
    }
    String lower = request.substring(0, 1).toLowerCase(Locale.ROOT) + request.substring(1);
    return draw.chance(0.5)
        ? "Please " + lower
        : draw.oneOf(List.of("Hi, please ", "Hello, ", "Now ", "Next, ")) + lower;
  }

  @Override
  public String toString() {
    return name;
  }
}
