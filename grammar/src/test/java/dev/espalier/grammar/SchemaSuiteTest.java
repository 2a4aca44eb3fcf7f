package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.token.Vocabularies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The required tests of the official suite. A schema is either refused with its keyword, or every
 * verdict is right; which keywords are refused is listed and checked.
 */
class SchemaSuiteTest {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  /** Keywords that no part of the suite may be refused for, because they are enforced. */
  private static final Set<String> ENFORCED =
      Set.of(
          "additionalProperties",
          "allOf",
          "anyOf",
          "const",
          "contains",
          "dependentRequired",
          "dependentSchemas",
          "enum",
          "exclusiveMaximum",
          "exclusiveMinimum",
          "if",
          "items",
          "maxContains",
          "maxItems",
          "maxLength",
          "maxProperties",
          "maximum",
          "minContains",
          "minItems",
          "minLength",
          "minProperties",
          "minimum",
          "multipleOf",
          "not",
          "oneOf",
          "prefixItems",
          "properties",
          "propertyNames",
          "required",
          "type");

  /** Formats are annotations in the required tests; here the known ones are asserted. */
  private static final Set<String> FILES_NOT_JUDGED = Set.of("format.json");

  private static @Nullable Path suite() {
    String shared = System.getenv("ESPALIER_SHARED");
    for (String root : new String[] {shared == null ? "" : shared, "../../shared", "../shared"}) {
      Path p = Path.of(root, "json-schema-test-suite");
      if (!root.isEmpty() && Files.isDirectory(p)) {
        return p;
      }
    }
    return null;
  }

  @ParameterizedTest
  @CsvSource({
    "draft2020-12, https://json-schema.org/draft/2020-12/schema",
    "draft7, http://json-schema.org/draft-07/schema#"
  })
  void everyVerdictIsRightOrTheSchemaIsRefusedByName(String folder, String draft)
      throws IOException {
    Path suite = suite();
    assumeTrue(suite != null, "the official suite is not at ../shared/json-schema-test-suite");
    List<byte[]> bytes = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      bytes.add(new byte[] {(byte) b});
    }
    Vocabulary v = Vocabularies.of(bytes);
    int right = 0;
    List<String> wrong = new ArrayList<>();
    Map<String, Integer> refused = new TreeMap<>();
    List<Path> files;
    try (Stream<Path> s = Files.list(java.util.Objects.requireNonNull(suite).resolve(folder))) {
      files = s.filter(f -> f.toString().endsWith(".json")).sorted().toList();
    }
    for (Path file : files) {
      if (FILES_NOT_JUDGED.contains(file.getFileName().toString())) {
        continue;
      }
      for (JsonNode group : MAPPER.readTree(file.toFile())) {
        JsonNode schema = group.get("schema");
        if (schema.isObject() && !schema.has("$schema")) {
          schema = ((ObjectNode) schema.deepCopy()).put("$schema", draft);
        }
        CompiledConstraint c = null;
        boolean unsatisfiable = false;
        try {
          c = JsonSchema.of(schema.toString()).anyOrder().compile(v);
        } catch (SchemaException e) {
          unsatisfiable = String.valueOf(e.getMessage()).contains("no value satisfies");
          if (!unsatisfiable) {
            refused.merge(e.keyword(), group.get("tests").size(), Integer::sum);
            continue;
          }
        } catch (BudgetExceededException e) {
          refused.merge("budget " + e.budget(), group.get("tests").size(), Integer::sum);
          continue;
        }
        for (JsonNode test : group.get("tests")) {
          boolean accepted = c != null && c.check(test.get("data").toString()).accepted();
          if (accepted == test.get("valid").booleanValue()) {
            right++;
          } else {
            wrong.add(
                file.getFileName()
                    + ": "
                    + group.get("description")
                    + " / "
                    + test.get("description")
                    + " "
                    + test.get("data"));
          }
        }
      }
    }
    System.out.printf("%s: %d right, %d wrong, refused %s%n", folder, right, wrong.size(), refused);
    wrong.forEach(System.out::println);
    assertThat(wrong).isEmpty();
    assertThat(refused.keySet()).doesNotContainAnyElementsOf(ENFORCED);
    assertThat(right).isGreaterThan(550);
  }
}
