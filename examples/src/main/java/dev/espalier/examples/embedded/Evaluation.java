package dev.espalier.examples.embedded;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.espalier.CausalLm;
import dev.espalier.Draw;
import dev.espalier.FinishReason;
import dev.espalier.Generation;
import dev.espalier.Message;
import dev.espalier.Prompt;
import dev.espalier.Sampler;
import dev.espalier.grammar.JsonSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * How well a model does on requests whose answers are known, greedily decoded.
 *
 * @param requests all of them
 * @param toolRequests those that ask for a tool call
 * @param rightTool tool requests answered by a call of the right tool
 * @param rightAnswer requests answered with just the expected JSON: the right tool and every
 *     argument
 * @param valid answers that satisfy the schema: of the record type, or of any tool
 * @param cutOff answers that the limit of tokens ended
 */
public record Evaluation(
    int requests, int toolRequests, int rightTool, int rightAnswer, int valid, int cutOff) {
  private static final int MAX_TOKENS = 150;
  private static final SchemaRegistry SCHEMAS =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  /**
   * Every example must be a tool call or a record; {@code constrained} by the schema it is judged
   * by.
   */
  static Evaluation of(CausalLm model, List<Example> examples, boolean constrained) {
    Map<String, List<Example>> bySchema = new LinkedHashMap<>();
    for (Example example : examples) {
      Task task = example.task();
      String schema = task.kind() == Task.Kind.TOOL ? Tasks.anyToolSchema() : task.schema();
      bySchema.computeIfAbsent(schema, none -> new ArrayList<>()).add(example);
    }
    Evaluation sum = new Evaluation(0, 0, 0, 0, 0, 0);
    for (Map.Entry<String, List<Example>> group : bySchema.entrySet()) {
      Sampler.Builder builder =
          Sampler.builder(model)
              .draw(Draw.greedy())
              .maxTokens(MAX_TOKENS)
              .batchSize(32)
              .logProbs(false);
      if (constrained) {
        builder.constraint(JsonSchema.of(group.getKey()));
      }
      List<Prompt> prompts = group.getValue().stream().map(Evaluation::prompt).toList();
      List<Generation> generations = builder.build().generateAll(prompts);
      Schema schema = SCHEMAS.getSchema(group.getKey());
      for (int i = 0; i < generations.size(); i++) {
        sum = sum.plus(judge(group.getValue().get(i), generations.get(i), schema));
      }
    }
    return sum;
  }

  private static Prompt prompt(Example example) {
    Message user = Message.user(example.request());
    return example.system().isEmpty()
        ? Prompt.chat(user)
        : Prompt.chat(Message.system(example.system()), user);
  }

  private static Evaluation judge(Example example, Generation generation, Schema schema) {
    String answer = generation.text();
    int cutOff = generation.finishReason() == FinishReason.LENGTH ? 1 : 0;
    boolean tool = example.task().kind() == Task.Kind.TOOL;
    JsonNode json;
    try {
      json = JsonMapper.shared().readTree(answer);
    } catch (JacksonException notJson) {
      return new Evaluation(1, tool ? 1 : 0, 0, 0, 0, cutOff);
    }
    boolean rightTool = tool && json.path("name").asString("").equals(example.task().name());
    boolean right = json.equals(JsonMapper.shared().readTree(example.answer()));
    boolean valid = schema.validate(answer, InputFormat.JSON).isEmpty();
    return new Evaluation(1, tool ? 1 : 0, rightTool ? 1 : 0, right ? 1 : 0, valid ? 1 : 0, cutOff);
  }

  private Evaluation plus(Evaluation other) {
    return new Evaluation(
        requests + other.requests,
        toolRequests + other.toolRequests,
        rightTool + other.rightTool,
        rightAnswer + other.rightAnswer,
        valid + other.valid,
        cutOff + other.cutOff);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "right tool %d of %d (%.1f %%), right in full %d of %d (%.1f %%), valid %d of %d (%.1f %%), %d cut off",
        rightTool,
        toolRequests,
        100.0 * rightTool / toolRequests,
        rightAnswer,
        requests,
        100.0 * rightAnswer / requests,
        valid,
        requests,
        100.0 * valid / requests,
        cutOff);
  }
}
