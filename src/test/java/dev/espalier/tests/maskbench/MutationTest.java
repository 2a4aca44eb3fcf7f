package dev.espalier.tests.maskbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import dev.espalier.CompiledConstraint;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.JsonSchema;
import dev.espalier.grammar.SchemaException;
import dev.espalier.grammar.Whitespace;
import dev.espalier.tests.RealModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Schemas of the development part and their instances, both with small changes, against an
 * independent validator, which is asked without formats. {@code -Dpairs=200000} sets how many
 * verdicts are compared, {@code -Dseed} the seed.
 */
class MutationTest {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final SchemaRegistryConfig NO_FORMATS =
      SchemaRegistryConfig.builder().formatAssertionsEnabled(false).build();
  private static final int PER_SCHEMA = 20;
  private static final int LARGEST = 30_000; // characters of a schema

  private final long seed = Long.getLong("seed", 5);
  private final Random r = new Random(seed);
  private final Vocabulary bytes = Vocabulary.ofBytes();
  private final List<String> disagreements = new ArrayList<>();
  private int accepted;
  private int refused;
  private int unsatisfiable;
  private int unjudged;

  @Test
  void verdictsOnChangedFilesAreThoseOfAnIndependentValidator() throws IOException {
    Path data = RealModels.shared("maskbench/maskbench-dev.jsonl.gz");
    assumeTrue(Files.exists(data), RealModels.absent(data));
    List<BenchFile> files = BenchFile.read(data, 0);
    files.removeIf(f -> f.tests().isEmpty() || f.schema().length() > LARGEST);
    int pairs = Integer.getInteger("pairs", 3_000);
    while (accepted + refused < pairs && disagreements.size() < 10) {
      tryOne(files.get(r.nextInt(files.size())));
    }
    System.out.printf(
        "seed %d: %d accepted, %d refused, %d schemas unsatisfiable, %d not judged%n",
        seed, accepted, refused, unsatisfiable, unjudged);
    assertThat(disagreements).isEmpty();
    assertThat(accepted).isGreaterThan(pairs / 10);
    assertThat(refused).isGreaterThan(pairs / 10);
    assertThat(unjudged).isLessThan(pairs / 10);
  }

  private void tryOne(BenchFile file) {
    Mutation change = new Mutation(r, file.schema().contains("draft-04"));
    JsonNode schema = MAPPER.readTree(file.schema());
    for (int n = r.nextInt(3); n > 0; n--) {
      schema = change.schema(schema);
    }
    String text = schema.toString();
    CompiledConstraint c = null;
    try {
      c =
          JsonSchema.of(text)
              .anyOrder()
              .annotateFormats()
              .whitespace(Whitespace.flexible())
              .compile(bytes);
    } catch (SchemaException e) {
      String reason = String.valueOf(e.getMessage());
      if (reason.contains("leads nowhere") || reason.contains("refers to itself")) {
        // what a reference led to was changed
        unjudged++;
        return;
      }
      if (e.kind() != SchemaException.Kind.UNSATISFIABLE) {
        disagreements.add(e.getMessage() + " for " + text);
        return;
      }
      unsatisfiable++;
    }
    Schema validator;
    try {
      validator =
          SchemaRegistry.withDefaultDialect(
                  SpecificationVersion.DRAFT_2020_12, b -> b.schemaRegistryConfig(NO_FORMATS))
              .getSchema(text);
    } catch (RuntimeException e) { // identifiers and patterns that it does not take
      unjudged++;
      return;
    }
    for (int k = 0; k < PER_SCHEMA; k++) {
      JsonNode instance = instance(file);
      for (int n = r.nextInt(3); n > 0; n--) {
        instance = change.instance(instance, instance(file));
      }
      judge(text, c, validator, instance.toString());
    }
  }

  private JsonNode instance(BenchFile file) {
    return MAPPER.readTree(file.tests().get(r.nextInt(file.tests().size())).text());
  }

  private void judge(
      String schema, @Nullable CompiledConstraint c, Schema validator, String instance) {
    boolean expected;
    try {
      expected = Soundness.errors(validator, instance).isEmpty();
    } catch (RuntimeException | StackOverflowError e) {
      unjudged++;
      return;
    }
    boolean actual = c != null && c.check(instance).accepted();
    if (actual != expected) {
      disagreements.add((expected ? "refuses " : "accepts ") + instance + " of " + schema);
    } else if (expected) {
      accepted++;
    } else {
      refused++;
    }
  }
}
