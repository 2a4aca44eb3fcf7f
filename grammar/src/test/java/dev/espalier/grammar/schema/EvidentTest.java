package dev.espalier.grammar.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.BudgetExceededException;
import dev.espalier.grammar.RandomSchemas;
import dev.espalier.grammar.SchemaException;
import dev.espalier.grammar.token.TokenTables;
import dev.espalier.grammar.token.Vocabularies;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What keywords show at a glance, against the search for a value. */
class EvidentTest {
  private static final Options OPTIONS = Options.DEFAULT;
  private static final TokenTables TABLES =
      TokenTables.of(Vocabularies.of(List.of(new byte[] {'a'})));

  private static final List<String> FORMATS =
      List.of(
          "date",
          "time",
          "date-time",
          "duration",
          "email",
          "idn-email",
          "hostname",
          "idn-hostname",
          "ipv4",
          "ipv6",
          "uri",
          "uri-reference",
          "iri",
          "iri-reference",
          "uri-template",
          "json-pointer",
          "relative-json-pointer",
          "regex",
          "uuid");

  private int yes;
  private int no;
  private int open;

  private static final class Parts {
    final References references;
    final Formulas formulas = new Formulas(OPTIONS.states());
    final Expansion expansion;
    final Liveness liveness;
    final Evident evident;

    Parts(String schema) {
      references = new References(SchemaText.of(schema).schema, OPTIONS);
      expansion =
          new Expansion(references, new Patterns(TABLES), formulas, OPTIONS, new Refusals(false));
      int states = OPTIONS.states();
      liveness =
          new Liveness(
              references,
              expansion,
              new Progress(formulas),
              new KeySpaces(expansion, TABLES, false, states),
              new Values(references, expansion, states),
              states);
      evident = new Evident(expansion, states);
    }

    /** Asks in a way that no glance answers: together with a type. */
    boolean search(SchemaNode schema, JsonType type) {
      SchemaNode something = references.noneOf(Set.of(references.exactly(odd())));
      return liveness.satisfiable(
          formulas.and(formulas.verdict(schema), formulas.verdict(something)), type);
    }

    private static JsonNode odd() {
      return SchemaText.of("{\"const\":\"a value that nobody asks for\"}").schema.get("const");
    }
  }

  private void judge(String schema) {
    Parts parts = new Parts(schema);
    List<SchemaNode> nodes = new ArrayList<>();
    new SchemaCheck(parts.references, parts.expansion).run(k -> nodes.add(k.schema()));
    for (SchemaNode node : nodes) {
      for (JsonType type : JsonType.values()) {
        Boolean seen = parts.evident.satisfiable(node, type);
        if (seen == null) {
          open++;
          continue;
        }
        assertThat(parts.search(node, type))
            .as(type + " at " + node + " in " + schema)
            .isEqualTo(seen);
        if (seen) {
          yes++;
        } else {
          no++;
        }
      }
    }
  }

  @Test
  void agreesWithTheSearchForAValue() {
    long seed = Long.getLong("seed", 5);
    System.out.println("seed " + seed);
    Random r = new Random(seed);
    RandomSchemas random = new RandomSchemas(r);
    for (int i = 0; i < Integer.getInteger("rounds", 1500); i++) {
      String schema = random.next(3);
      try {
        judge(schema);
      } catch (SchemaException | BudgetExceededException e) {
        // not every random schema is one
      }
    }
    System.out.println(yes + " yes, " + no + " no, " + open + " left open");
    assertThat(yes).isGreaterThan(2000);
    assertThat(no).isGreaterThan(2000);
  }

  @Test
  void knowsTheEdges() {
    for (String schema :
        List.of(
            "{\"type\":\"object\",\"required\":[\"a\"],\"additionalProperties\":false}",
            "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"$ref\":\"#\"}}}",
            "{\"required\":[\"a\",\"b\"],\"maxProperties\":1}",
            "{\"required\":[\"a\"],\"minProperties\":2,\"additionalProperties\":false,"
                + "\"properties\":{\"a\":true}}",
            "{\"type\":\"string\",\"minLength\":3,\"maxLength\":2}",
            "{\"type\":\"string\",\"pattern\":\"^a(?=b)c\"}",
            "{\"type\":\"string\",\"format\":\"date\",\"maxLength\":3}",
            "{\"type\":\"integer\",\"minimum\":1.2,\"maximum\":1.8}",
            "{\"type\":\"number\",\"minimum\":3,\"maximum\":2}",
            "{\"type\":\"array\",\"minItems\":2,\"items\":false}",
            "{\"type\":\"array\",\"minItems\":3,\"items\":{\"enum\":[1,2]},\"uniqueItems\":true}",
            "{\"enum\":[]}",
            "{\"enum\":[1,\"a\"],\"type\":\"null\"}",
            "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}",
            "{\"allOf\":[{\"type\":\"string\"}],\"type\":\"object\"}",
            "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},"
                + "\"b\":{\"type\":\"array\",\"minItems\":1,\"items\":{\"$ref\":\"#/$defs/b\"}}}}")) {
      judge(schema);
    }
    assertThat(yes).isPositive();
    assertThat(no).isPositive();
  }

  @Test
  void everyFormatHasTexts() {
    for (String format : FORMATS) {
      for (Draft draft : Draft.values()) {
        var language = Formats.language(format, draft);
        assertThat(language).as(format).isNotNull();
        assertThat(language.isEmpty(100_000)).as(format).isFalse();
      }
    }
  }
}
