package dev.espalier.examples;

import static dev.espalier.Message.system;
import static dev.espalier.Message.user;
import static dev.espalier.sampling.Processors.minP;
import static dev.espalier.sampling.Processors.temperature;

import dev.espalier.CausalLm;
import dev.espalier.Generation;
import dev.espalier.Prompt;
import dev.espalier.Sampler;
import dev.espalier.djl.CausalLms;
import dev.espalier.grammar.JsonSchema;
import java.nio.file.Path;
import java.util.List;

/** The example of the README: a record out of a sentence. */
public final class ExtractPerson {
  private ExtractPerson() {}

  // README: begin
  /** What is to be found in a sentence. */
  public record Person(String name, int age, List<String> skills) {}

  /** Reads a sentence with the model in a folder or GGUF file. */
  static Person extract(Path modelPath, String sentence) {
    try (CausalLm model = CausalLms.load(modelPath)) {
      Sampler sampler =
          Sampler.builder(model)
              .constraint(JsonSchema.of(Person.class))
              .processors(temperature(0.7), minP(0.05))
              .maxTokens(256)
              .seed(42)
              .build();
      Generation generation =
          sampler.generate(Prompt.chat(system("Extract the person as JSON."), user(sentence)));
      return generation.as(Person.class);
    }
  }

  // README: end

  /** Takes a model's path and a sentence. */
  public static void main(String[] args) {
    System.out.println(extract(Path.of(args[0]), args[1]));
  }
}
