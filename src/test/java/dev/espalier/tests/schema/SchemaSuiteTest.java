package dev.espalier.tests.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.tests.RealModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class SchemaSuiteTest {
  private static Path suite() {
    Path suite = RealModels.shared("json-schema-test-suite");
    assumeTrue(Files.isDirectory(suite), RealModels.absent(suite));
    return suite;
  }

  @ParameterizedTest
  @ValueSource(strings = {"draft7", "draft2020-12"})
  void everyRequiredTestIsRight(String draft) throws IOException {
    SchemaSuite run = new SchemaSuite(suite(), draft).run();
    Tally required = SchemaSuite.total(run.required);
    Tally optional = SchemaSuite.total(run.optional);
    System.out.println(draft + " required: " + required + "; optional: " + optional);
    assertThat(required.wrong).isEmpty();
    assertThat(required.tests).isGreaterThan(900);
    assertThat(required.right).isEqualTo(required.tests);
    assertThat(optional.right).isGreaterThan(optional.tests * 97 / 100);
  }

  static List<OlderDraft> others() {
    return OlderDraft.all();
  }

  @ParameterizedTest
  @MethodSource("others")
  void testsOfOtherDraftsHoldWhereTheyMeanTheSame(OlderDraft said) throws IOException {
    SchemaSuite run = new SchemaSuite(suite(), said).run();
    Tally required = SchemaSuite.total(run.required);
    Tally optional = SchemaSuite.total(run.optional);
    System.out.println(said + " required: " + required + "; optional: " + optional);
    assertThat(run.refused).isEmpty();
    assertThat(required.wrong).isEmpty();
    assertThat(required.tests).isGreaterThan(600);
    assertThat(optional.right).isGreaterThan(optional.tests * 97 / 100);
  }

  /** Cases of our own, in a clone's layout, that lead to the suite's documents of their draft. */
  @ParameterizedTest
  @ValueSource(strings = {"draft4", "draft6", "draft2019-09"})
  void documentsOfTheOtherDraftsAreFound(String draft, @TempDir Path dir) throws Exception {
    Path suite = suite();
    Path own =
        Path.of(
            Objects.requireNonNull(SchemaSuiteTest.class.getResource("/schema-suite/tests"))
                .toURI());
    copy(own, dir.resolve("tests"));
    copy(suite.resolve("remotes"), dir.resolve("remotes"));
    SchemaSuite run = new SchemaSuite(dir, draft).run();
    assertThat(run.refused).isEmpty();
    Tally all = SchemaSuite.total(run.required);
    all.add(SchemaSuite.total(run.optional));
    assertThat(all.wrong).isEmpty();
    assertThat(all.right).isGreaterThan(15);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  @Test
  void countsRightRefusedAndWrongApart(@TempDir Path dir) throws IOException {
    Path tests = Files.createDirectories(dir.resolve("tests/draft7/optional/format"));
    Files.createDirectories(dir.resolve("remotes/folder"));
    Files.writeString(dir.resolve("remotes/folder/int.json"), "{\"type\":\"integer\"}");
    Files.writeString(
        dir.resolve("tests/draft7/some.json"),
        """
        [{"description": "remote", "schema": {"$ref": "http://localhost:1234/folder/int.json"},
          "tests": [{"description": "one", "data": 1, "valid": true},
                    {"description": "said to be wrong", "data": "é", "valid": true}]},
         {"description": "none", "schema": false,
          "tests": [{"description": "null", "data": null, "valid": false}]},
         {"description": "not regular", "schema": {"pattern": "(a*)\\\\1"},
          "tests": [{"description": "aa", "data": "aa", "valid": true}]}]
        """);
    Files.writeString(
        tests.resolve("date.json"),
        """
        [{"description": "date", "schema": {"format": "date"},
          "tests": [{"description": "no date", "data": "x", "valid": false}]}]
        """);
    Path suite = dir.resolve("tests/.."); // as ../shared beside a clone: no normal form
    JsonNode report = new SchemaSuite(suite, "draft7").run().report("draft7");
    assertThat(report.get("files").get("some.json").toString())
        .isEqualTo("{\"tests\":4,\"right\":2,\"refused\":1,\"wrong\":1}");
    assertThat(report.get("total")).isEqualTo(report.get("files").get("some.json"));
    assertThat(report.get("optional").toString())
        .isEqualTo("{\"tests\":1,\"right\":1,\"refused\":0,\"wrong\":0}");
    assertThat(report.get("unsatisfiable").size()).isEqualTo(1);
    assertThat(report.get("wrong").get(0).stringValue()).contains("said to be wrong");
    assertThat(report.get("refusedSchemas").get(0).stringValue()).contains("back-references");
  }

  @Test
  void writesAsPythonDoes() throws IOException {
    JsonNode value = SchemaSuite.MAPPER.readTree("{\"é\":[1.0,{},[]],\"b\":\"😀\\n\"}");
    assertThat(InstanceText.dumps(value))
        .isEqualTo("{\"\\u00e9\": [1.0, {}, []], \"b\": \"\\ud83d\\ude00\\n\"}");
    assertThat(InstanceText.compact(value)).isEqualTo("{\"é\":[1.0,{},[]],\"b\":\"😀\\n\"}");
  }
}
