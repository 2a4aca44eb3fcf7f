package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import dev.espalier.CompiledConstraint;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.token.Vocabularies;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The cases of {@code drafts/cases.txt}, which says where drafts differ. Another validator judges
 * each of them too; where it judges otherwise, the case says why, and it must still do so.
 */
class DraftCasesTest {
  private enum Draft {
    D4("4", "http://json-schema.org/draft-04/schema#", SpecificationVersion.DRAFT_4),
    D6("6", "http://json-schema.org/draft-06/schema#", SpecificationVersion.DRAFT_6),
    D7("7", "http://json-schema.org/draft-07/schema#", SpecificationVersion.DRAFT_7),
    D2019(
        "2019", "https://json-schema.org/draft/2019-09/schema", SpecificationVersion.DRAFT_2019_09),
    D2020(
        "2020", "https://json-schema.org/draft/2020-12/schema", SpecificationVersion.DRAFT_2020_12);

    final String name;
    final String dialect;
    final SpecificationVersion version;

    Draft(String name, String dialect, SpecificationVersion version) {
      this.name = name;
      this.dialect = dialect;
      this.version = version;
    }
  }

  private record Case(
      List<String> drafts, String schema, List<String> valid, List<String> invalid, String other) {}

  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final Map<String, String> DOCUMENTS = new HashMap<>();
  private static final List<Case> CASES = read();

  private final Vocabulary bytes = bytes();

  private static Vocabulary bytes() {
    List<byte[]> all = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      all.add(new byte[] {(byte) b});
    }
    return Vocabularies.of(all);
  }

  private static List<Case> read() {
    List<Case> cases = new ArrayList<>();
    try (InputStream in =
        Objects.requireNonNull(DraftCasesTest.class.getResourceAsStream("/drafts/cases.txt"))) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8).replace('\'', '"');
      for (String line : text.split("\n", -1)) {
        String[] parts = (line + " ").split(" \\| ?", -1);
        if (line.startsWith("@")) {
          DOCUMENTS.put(parts[0].substring(1), parts[1].strip());
        } else if (!line.isEmpty() && !line.startsWith("#")) {
          cases.add(
              new Case(
                  list(parts[0]),
                  parts[1].strip(),
                  list(parts[2]),
                  list(parts[3]),
                  parts.length > 4 ? parts[4].strip() : ""));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return cases;
  }

  private static List<String> list(String column) {
    return column.isBlank() ? List.of() : List.of(column.strip().split(" ", -1));
  }

  @ParameterizedTest
  @EnumSource(Draft.class)
  void casesAreJudgedAsTheirDraftSays(Draft draft) {
    int judged = 0;
    List<String> wrong = new ArrayList<>();
    for (Case c : CASES) {
      if (c.drafts.contains(draft.name)) {
        judged += judge(draft, c, wrong);
      }
    }
    System.out.println("draft " + draft.name + ": " + judged + " instances judged");
    assertThat(wrong).isEmpty();
    assertThat(judged).isGreaterThan(150);
  }

  private int judge(Draft draft, Case c, List<String> wrong) {
    CompiledConstraint ours = compiled(draft, c.schema, wrong);
    Schema other =
        SchemaRegistry.withDefaultDialect(
                draft.version,
                b ->
                    b.schemaCacheEnabled(false)
                        .schemas((String uri) -> DOCUMENTS.get(uri))
                        .schemaRegistryConfig(
                            SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()))
            .getSchema(MAPPER.readTree(c.schema));
    int differences = 0;
    for (boolean valid : new boolean[] {true, false}) {
      for (String instance : valid ? c.valid : c.invalid) {
        if ((ours != null && ours.check(instance).accepted()) != valid) {
          wrong.add(c.schema + " and " + instance);
        }
        if (other.validate(MAPPER.readTree(instance)).isEmpty() != valid) {
          differences++;
        }
      }
    }
    if (differences > 0 != !c.other.isEmpty()) {
      wrong.add("the other validator differs " + differences + " times on " + c.schema);
    }
    return c.valid.size() + c.invalid.size();
  }

  // Null if no value is valid.
  private @Nullable CompiledConstraint compiled(Draft draft, String schema, List<String> wrong) {
    try {
      return JsonSchema.of(schema)
          .dialect(draft.dialect)
          .resolver(uri -> DOCUMENTS.get(uri.toString()))
          .anyOrder()
          .compile(bytes);
    } catch (SchemaException e) {
      if (e.kind() != SchemaException.Kind.UNSATISFIABLE) {
        wrong.add(schema + ": " + e.getMessage());
      }
      return null;
    }
  }
}
