package dev.espalier.examples.cli;

import static dev.espalier.Message.user;
import static dev.espalier.grammar.Grammar.jsonSchema;
import static dev.espalier.grammar.Grammar.literal;
import static dev.espalier.grammar.Grammar.or;
import static dev.espalier.grammar.Grammar.seq;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.espalier.CausalLm;
import dev.espalier.CompiledConstraint;
import dev.espalier.Description;
import dev.espalier.FinishReason;
import dev.espalier.Generation;
import dev.espalier.GenerationHandle;
import dev.espalier.Prompt;
import dev.espalier.Sampler;
import dev.espalier.ToolSpec;
import dev.espalier.grammar.Grammar;
import dev.espalier.grammar.JsonSchema;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The examples of {@code docs/using.md}, run as they stand there with the embedded model. */
@ExtendWith(WithEmbeddedModel.class)
class UsingDocTest {
  private static CausalLm model;

  private static final ToolSpec weather = tool("get_weather", "city");
  private static final ToolSpec clock = tool("get_time", "zone");

  private static ToolSpec tool(String name, String parameter) {
    return new ToolSpec(
        name,
        "asks a service",
        "{\"type\":\"object\",\"properties\":{\"%s\":{\"type\":\"string\"}},\"required\":[\"%s\"]}"
            .formatted(parameter, parameter));
  }

  @BeforeAll
  static void take(CausalLm loaded) {
    model = loaded;
  }

  @Test
  void everyExampleIsRunHere() throws Exception {
    Path here = Path.of("src/test/java/dev/espalier/examples/cli/UsingDocTest.java");
    assumeThat(here).as("runs in the checkout").exists();
    String code = bare(Files.readString(here));
    Matcher m =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("../docs/using.md")));
    int examples = 0;
    while (m.find()) {
      assertThat(code).contains(bare(m.group(1)));
      examples++;
    }
    assertThat(examples).isEqualTo(6);
  }

  private static String bare(String code) {
    return code.replaceAll("\\s+", "").replace(",}", "}");
  }

  enum Colour {
    RED,
    GREEN,
    @JsonProperty("bleu")
    BLUE
  }

  sealed interface Shape permits Circle, Square {}

  record Circle(double radius) implements Shape {}

  record Square(double side, @Description("of its border") Colour colour) implements Shape {}

  record Drawing(String title, List<Shape> shapes, Optional<LocalDate> day) {}

  @Test
  void javaTypes() {
    Drawing drawing =
        Sampler.builder(model)
            .constraint(JsonSchema.of(Drawing.class))
            .closeAtLimit(true)
            .maxTokens(100)
            .build()
            .generate(Prompt.chat(user("Draw two circles.")))
            .as(Drawing.class);
    assertThat(drawing.shapes()).isNotNull();
  }

  Grammar call(ToolSpec tool) {
    return seq(
        literal("<tool_call>\n{\"name\": \""),
        literal(tool.name()).capture("name"),
        literal("\", \"arguments\": "),
        jsonSchema(JsonSchema.of(tool.parameters())).capture("arguments"),
        literal("}\n</tool_call>"));
  }

  @Test
  void toolCalls() {
    Grammar answer = or(call(weather), call(clock));
    Generation generation =
        Sampler.builder(model)
            .constraint(answer)
            .closeAtLimit(true)
            .maxTokens(100)
            .build()
            .generate(
                Prompt.chat(user("Is it raining in Oslo?")).withTools(List.of(weather, clock)));
    String tool = generation.capture("name").orElseThrow();
    String arguments = generation.capture("arguments").orElseThrow(); // obeys that tool's schema
    assertThat(tool).isIn("get_weather", "get_time");
    assertThat(arguments).startsWith(tool.equals("get_time") ? "{\"zone\"" : "{\"city\"");
  }

  @Test
  void streams() {
    Sampler sampler = Sampler.builder(model).maxTokens(20).build();
    Prompt prompt = Prompt.chat(user("Tell me a story."));
    sampler.generate(prompt, piece -> System.out.print(piece)); // on this thread

    GenerationHandle handle = sampler.start(prompt, piece -> show(piece)); // on its own
    handle.cancel();
    Generation soFar = handle.join(); // FinishReason.CANCELLED, or finished before

    List<Generation> four = sampler.generate(prompt, 4); // one prompt, computed once
    assertThat(soFar.finishReason())
        .isIn(FinishReason.CANCELLED, FinishReason.LENGTH, FinishReason.STOP);
    assertThat(four).hasSize(4);
  }

  private static void show(String piece) {
    assertThat(piece).isNotEmpty();
  }

  @Test
  void judging() {
    CompiledConstraint compiled = JsonSchema.of(Circle.class).compile(model.vocabulary());
    CompiledConstraint.Check check = compiled.check("{\"radius\":true}"); // byte 10: a number
    assertThat(check.offset()).isEqualTo(10);
    assertThat(check.expected()).contains("number");
  }
}
