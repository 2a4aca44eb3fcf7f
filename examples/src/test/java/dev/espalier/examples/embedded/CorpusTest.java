package dev.espalier.examples.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class CorpusTest {
  private static final SchemaRegistry SCHEMAS =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  @Test
  void theSameSeedGivesTheSameExamples() {
    assertThat(Corpus.train().examples(7, 500)).isEqualTo(Corpus.train().examples(7, 500));
    assertThat(Corpus.train().examples(8, 500)).isNotEqualTo(Corpus.train().examples(7, 500));
    assertThat(Corpus.train().examples(7, 500).subList(0, 100))
        .isEqualTo(Corpus.train().examples(7, 100));
  }

  @Test
  void thereAreAtLeastTwelveToolsAndRecordTypesAndEachIsAskedFor() {
    assertThat(Tasks.structured()).hasSizeGreaterThanOrEqualTo(12);
    Set<String> asked = new HashSet<>();
    Corpus.heldOut().structured(3, 1_000).forEach(example -> asked.add(example.task().name()));
    assertThat(asked).hasSize(Tasks.structured().size());
  }

  @Test
  void everyAnswerSatisfiesTheSchemaOfItsTaskAndToolCallsThatOfAllTools() {
    Map<Task, Schema> schemas = new HashMap<>();
    Tasks.structured().forEach(task -> schemas.put(task, SCHEMAS.getSchema(task.schema())));
    Schema anyTool = SCHEMAS.getSchema(Tasks.anyToolSchema());
    List<Example> examples = new ArrayList<>(Corpus.train().structured(11, 1_500));
    examples.addAll(Corpus.heldOut().structured(11, 1_500));
    for (Example example : examples) {
      Schema schema = schemas.get(example.task());
      assertThat(schema.validate(example.answer(), InputFormat.JSON))
          .as(example.toString())
          .isEmpty();
      boolean tool = example.task().kind() == Task.Kind.TOOL;
      assertThat(anyTool.validate(example.answer(), InputFormat.JSON).isEmpty())
          .as(example.toString())
          .isEqualTo(tool);
    }
  }

  @Test
  void answersAreCompactJson() {
    for (Example example : Corpus.train().structured(12, 1_000)) {
      assertThat(JsonMapper.shared().readTree(example.answer()).toString())
          .isEqualTo(example.answer());
    }
  }

  @Test
  void mostHeldOutStringsNeverOccurInTraining() {
    Set<String> trained = new HashSet<>();
    for (Example example : Corpus.train().structured(1, 50_000)) {
      trained.addAll(strings(example));
    }
    List<String> heldOut = new ArrayList<>();
    Corpus.heldOut().structured(20, 200).forEach(example -> heldOut.addAll(strings(example)));
    long unseen = heldOut.stream().filter(value -> !trained.contains(value)).count();
    assertThat(unseen)
        .as("of %d string values, enum values included", heldOut.size())
        .isGreaterThan(heldOut.size() / 2);
    assertThat(heldOut.stream().filter(trained::contains).distinct())
        .as("only the words of enumerations are shared")
        .isSubsetOf(
            "email",
            "sms",
            "chat",
            "celsius",
            "fahrenheit",
            "EUR",
            "USD",
            "GBP",
            "CHF",
            "economy",
            "business",
            "first",
            "heat",
            "cool",
            "auto",
            "low",
            "medium",
            "high",
            "critical");
  }

  /** Every string of the answer but the name of the tool. */
  private static List<String> strings(Example example) {
    JsonNode answer = JsonMapper.shared().readTree(example.answer());
    List<String> strings = new ArrayList<>();
    collect(example.task().kind() == Task.Kind.TOOL ? answer.get("arguments") : answer, strings);
    return strings;
  }

  private static void collect(JsonNode node, List<String> strings) {
    if (node.isString()) {
      strings.add(node.stringValue());
    } else {
      node.forEach(child -> collect(child, strings));
    }
  }
}
