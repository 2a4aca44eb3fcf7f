package dev.espalier.tests;

import static dev.espalier.sampling.Processors.minP;
import static dev.espalier.sampling.Processors.temperature;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.espalier.CausalLm;
import dev.espalier.CompiledConstraint;
import dev.espalier.FinishReason;
import dev.espalier.Generation;
import dev.espalier.LogitsProcessor;
import dev.espalier.Message;
import dev.espalier.Prompt;
import dev.espalier.Sampler;
import dev.espalier.djl.CausalLms;
import dev.espalier.examples.embedded.Corpus;
import dev.espalier.examples.embedded.Example;
import dev.espalier.examples.embedded.Task;
import dev.espalier.examples.embedded.Tasks;
import dev.espalier.grammar.JsonSchema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * End to end at temperature 1: whatever a model draws under a schema, a validator that shares no
 * code with the library accepts it, and what was cut short is the beginning of something valid.
 */
class ConstrainedGenerationTest {
  private static final SchemaRegistry VALIDATORS =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  // A 135 M model at temperature 1 rambles inside strings without a limit, so these have limits.
  private static final Map<String, String> BOUNDED =
      Map.of(
          "Extract the person: Ada Lovelace is 36 and knows mathematics and poetry.",
          "{'type':'object','properties':{'name':{'type':'string','maxLength':30},'age':{'type':"
              + "'integer','minimum':0,'maximum':130},'skills':{'type':'array','items':{'type':"
              + "'string','maxLength':20},'maxItems':3}},'required':['name','age','skills'],"
              + "'additionalProperties':false}",
          "What is the mood of this review? 'The film was long, but I loved the ending.'",
          "{'type':'object','properties':{'mood':{'enum':['good','bad','mixed']},'confidence':"
              + "{'type':'integer','minimum':0,'maximum':100}},'required':['mood','confidence'],"
              + "'additionalProperties':false}",
          "Plan a trip to Rome on the first of May.",
          "{'type':'object','properties':{'city':{'type':'string','maxLength':20},'date':{'type':"
              + "'string','format':'date'},'stops':{'type':'array','minItems':1,'maxItems':2,"
              + "'items':{'anyOf':[{'type':'string','maxLength':20},{'type':'null'}]}}},"
              + "'required':['city','date','stops'],'additionalProperties':false}",
          "Call a tool: set a timer of 5 minutes.",
          "{'anyOf':[{'type':'object','properties':{'name':{'const':'set_timer'},'minutes':"
              + "{'type':'integer','minimum':1,'maximum':600}},'required':['name','minutes'],"
              + "'additionalProperties':false},{'type':'object','properties':{'name':{'const':"
              + "'play_music'},'artist':{'type':'string','maxLength':30}},'required':['name',"
              + "'artist'],'additionalProperties':false}]}");

  private int finished;
  private int cut;

  @Test
  void aThousandAnswersOfTheEmbeddedModelAreValid(@TempDir Path folder) throws IOException {
    List<Task> tasks = Tasks.structured();
    int samples = 1 + 1000 / tasks.size();
    try (CausalLm model = CausalLms.load(embedded(folder))) {
      for (Task task : tasks) {
        Example request =
            Corpus.heldOut().stream(7).filter(e -> e.task().equals(task)).findFirst().orElseThrow();
        generate(model, request.request(), task.schema(), samples, 256, temperature(1));
      }
    }
    judge(1000);
  }

  @Test
  void aHundredAnswersOfSmolLm2AreValid() {
    Path gguf = RealModels.find("SmolLM2-135M-Instruct.Q4_1.gguf");
    assumeTrue(Files.exists(gguf), () -> RealModels.absent(gguf));
    try (CausalLm model = CausalLms.load(gguf)) {
      for (Map.Entry<String, String> e : BOUNDED.entrySet()) {
        generate(model, e.getKey(), e.getValue().replace('\'', '"'), 25, 160, minP(0.05));
      }
    }
    judge(100);
  }

  private void generate(
      CausalLm model,
      String request,
      String schema,
      int samples,
      int limit,
      LogitsProcessor processor) {
    Schema validator = VALIDATORS.getSchema(schema);
    JsonSchema constraint = JsonSchema.of(schema);
    CompiledConstraint compiled = constraint.compile(model.vocabulary());
    Sampler sampler =
        Sampler.builder(model)
            .constraint(constraint)
            .processors(processor)
            .maxTokens(limit)
            .seed(2026)
            .build();
    Prompt prompt = Prompt.chat(Message.user(request));
    for (Generation g : sampler.generate(prompt, samples)) {
      if (g.finishReason() == FinishReason.LENGTH) {
        cut++;
        System.out.println("cut by length: " + g.text());
        assertThat(g.constraintSatisfied()).isFalse();
        assertThat(compiled.check(g.text()).verdict())
            .as(g.text())
            .isEqualTo(CompiledConstraint.Check.Verdict.ACCEPTED_SO_FAR);
      } else {
        finished++;
        assertThat(g.constraintSatisfied()).isTrue();
        assertThat(compiled.check(g.text()).accepted()).as(g.text()).isTrue();
        assertThat(validator.validate(g.text(), InputFormat.JSON))
            .as("%s against %s", g.text(), schema)
            .isEmpty();
      }
    }
  }

  private void judge(int least) {
    System.out.printf(
        "%s: %d finished and valid, %d cut by length%n", getClass().getSimpleName(), finished, cut);
    assertThat(finished + cut).isGreaterThanOrEqualTo(least);
    assertThat(cut).isLessThanOrEqualTo((finished + cut) / 50);
  }

  /** The embedded model in a folder, as a user of the files would have it. */
  private static Path embedded(Path folder) throws IOException {
    List<String> files =
        List.of(
            "config.json",
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "model.safetensors");
    List<String> missing = new ArrayList<>();
    for (String file : files) {
      try (InputStream in =
          Tasks.class.getResourceAsStream("/dev/espalier/examples/model/" + file)) {
        if (in == null) {
          missing.add(file);
        } else {
          Files.copy(in, folder.resolve(file));
        }
      }
    }
    assertThat(missing).as("resources of the embedded model").isEmpty();
    return folder;
  }
}
