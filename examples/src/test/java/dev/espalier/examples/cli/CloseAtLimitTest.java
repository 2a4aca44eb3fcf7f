package dev.espalier.examples.cli;

import static dev.espalier.Message.user;
import static dev.espalier.grammar.Grammar.jsonSchema;
import static dev.espalier.grammar.Grammar.literal;
import static dev.espalier.grammar.Grammar.or;
import static dev.espalier.grammar.Grammar.seq;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CausalLm;
import dev.espalier.Constraint;
import dev.espalier.FinishReason;
import dev.espalier.Generation;
import dev.espalier.Prompt;
import dev.espalier.Sampler;
import dev.espalier.grammar.Choice;
import dev.espalier.grammar.Grammar;
import dev.espalier.grammar.JsonSchema;
import dev.espalier.grammar.Regex;
import dev.espalier.grammar.Substring;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Texts of the embedded model that reach their limit wherever it is. */
@ExtendWith(WithEmbeddedModel.class)
class CloseAtLimitTest {
  private static CausalLm model;

  @BeforeAll
  static void take(CausalLm loaded) {
    model = loaded;
  }

  private static Grammar call(String tool, String parameter) {
    String schema =
        "{\"type\":\"object\",\"properties\":{\"%s\":{\"type\":\"string\"}},\"required\":[\"%s\"]}";
    return seq(
        literal("<tool_call>\n{\"name\": \""),
        literal(tool).capture("name"),
        literal("\", \"arguments\": "),
        jsonSchema(JsonSchema.of(schema.formatted(parameter, parameter))).capture("arguments"),
        literal("}\n</tool_call>"));
  }

  private static Generation generate(Constraint constraint, int maxTokens, long seed) {
    return Sampler.builder(model)
        .constraint(constraint)
        .closeAtLimit(true)
        .maxTokens(maxTokens)
        .seed(seed)
        .build()
        .generate(Prompt.chat(user("Is it raining in Oslo?")));
  }

  @Test
  void noToolCallIsCut() {
    Grammar calls = or(call("get_weather", "city"), call("get_time", "zone"));
    int closed = 0;
    for (int seed = 0; seed < 100; seed++) {
      Generation g = generate(calls, 1 + seed % 50, seed);
      assertThat(g.constraintSatisfied()).as("seed %d: %s", seed, g.text()).isTrue();
      assertThat(g.capture("name")).as("seed %d: %s", seed, g.text()).isPresent();
      assertThat(g.capture("arguments")).as("seed %d: %s", seed, g.text()).isPresent();
      closed += g.finishReason() == FinishReason.CLOSED ? 1 : 0;
    }
    assertThat(closed).isGreaterThan(50);
  }

  @Test
  void noOtherConstraintsTextIsCut() {
    Map<String, Constraint> constraints = new LinkedHashMap<>();
    constraints.put("regex", Regex.of("(?=.*[0-9]{4})[A-Z][a-z ]{30,}[0-9a-z ]*!"));
    constraints.put("choice", Choice.of("it is raining in Oslo now", "it is not raining at all"));
    constraints.put("span", Substring.of("It is raining cats and dogs in the north.").words());
    constraints.put("gbnf", Grammar.gbnf("root ::= \"(\" root \"+\" root \")\" | [0-9]{2,}"));
    constraints.put(
        "lark",
        Grammar.lark(
            """
            start: "let" NAME NAME+ "=" sum ";"
            sum: sum "+" sum | NAME | "(" sum ")"
            NAME: /[a-z]+/
            %ignore /[ ]+/
            """));
    constraints.put(
        "thoughts",
        Grammar.lark(
            """
            start: "<think>" thought "</think>" answer
            thought[max_tokens=12]: /(.|\\n)*/
            answer[max_tokens=9, suffix="."]: /[A-Z][a-z ]+/
            """));
    int closed = 0;
    for (Map.Entry<String, Constraint> c : constraints.entrySet()) {
      for (int seed = 0; seed < 20; seed++) {
        Generation g = generate(c.getValue(), 1 + seed, seed);
        assertThat(g.constraintSatisfied())
            .as("%s, seed %d: %s %s", c.getKey(), seed, g.finishReason(), g.text())
            .isTrue();
        closed += g.finishReason() == FinishReason.CLOSED ? 1 : 0;
      }
    }
    assertThat(closed).isGreaterThan(60);
  }
}
