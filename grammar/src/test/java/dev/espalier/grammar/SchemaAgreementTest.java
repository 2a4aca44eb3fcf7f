package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint;
import dev.espalier.CompiledConstraint.State;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.token.Vocabularies;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Random schemas over all keywords, in several drafts, against an independent validator: it judges
 * random instances, texts that the constraint itself has made, and those with one thing changed.
 * {@code -Dpairs=50000} sets the number of schemas times instances.
 */
class SchemaAgreementTest {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(
          SpecificationVersion.DRAFT_2020_12,
          b ->
              b.schemaCacheEnabled(false)
                  .schemaRegistryConfig(
                      SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));
  private static final String[] DRAFTS = {
    "",
    "https://json-schema.org/draft/2020-12/schema",
    "https://json-schema.org/draft/2019-09/schema",
    "http://json-schema.org/draft-07/schema#",
    "http://json-schema.org/draft-06/schema#",
    "http://json-schema.org/draft-04/schema#"
  };
  private static final int PER_SCHEMA = 30;

  private final Random r = new Random(Long.getLong("seed", 7));
  private final Vocabulary bytes = bytes();
  private final List<String> disagreements = new ArrayList<>();
  private int accepted;
  private int refused;
  private int unsatisfiable;
  private int made;
  private int undecided;
  private final Map<String, Integer> overBudget = new TreeMap<>();

  private static Vocabulary bytes() {
    List<byte[]> all = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      all.add(new byte[] {(byte) b});
    }
    return Vocabularies.of(all);
  }

  @Test
  void acceptanceAgreesWithAnIndependentValidator() {
    int pairs = Integer.getInteger("pairs", 6_000);
    while (accepted + refused < pairs) {
      tryOne();
    }
    System.out.printf(
        "%d instances accepted, %d of them made by the constraint, %d refused; %d schemas"
            + " unsatisfiable, over budget %s, %d texts without an end, %d disagreements%n",
        accepted, made, refused, unsatisfiable, overBudget, undecided, disagreements.size());
    assertThat(disagreements).isEmpty();
    assertThat(accepted).isGreaterThan(pairs / 5);
    assertThat(refused).isGreaterThan(pairs / 5);
  }

  private void tryOne() {
    RandomSchemas random = new RandomSchemas(r);
    String draft = DRAFTS[r.nextInt(DRAFTS.length)];
    String text = random.next(3, draft);
    // Two things in which the validator is not to be followed.
    if (draft.contains("/draft-0")) { // it counts in drafts that know no counts
      text = text.replaceAll(",\"m(in|ax)Contains\":[0-9]", "");
    } else if (draft.contains("2019-09") && text.contains("\"contains\"")) {
      text = text.replace("2019-09", "2020-12"); // takes what is contained as evaluated
    }
    if (draft.contains("draft-04")) {
      text = OldWords.of(MAPPER.readTree(text)).toString();
    }
    Schema validator = REGISTRY.getSchema(MAPPER.readTree(text));
    CompiledConstraint c = null;
    try {
      c = JsonSchema.of(text).anyOrder().compile(bytes);
    } catch (SchemaException e) {
      assertThat(e).as(text).hasMessageContaining("no value");
      unsatisfiable++;
    } catch (BudgetExceededException e) {
      overBudget.merge(e.budget(), 1, Integer::sum);
      System.out.println("over budget: " + text);
      return;
    }
    try {
      String last = null;
      for (int k = 0; k < PER_SCHEMA; k++) {
        String own = c == null || k % 3 != 0 ? null : written(text, c.start());
        if (own != null) {
          made++;
          last = own;
          judge(text, validator, c, own);
        } else {
          judge(text, validator, c, last == null ? random.instance(3) : changed(last, random));
          last = k % 3 == 2 ? null : last;
        }
      }
    } catch (BudgetExceededException e) {
      overBudget.merge(e.budget(), 1, Integer::sum);
    } catch (IndexOutOfBoundsException | IllegalStateException e) {
      disagreements.add(e + " for " + text);
    }
  }

  private void judge(
      String schema, Schema validator, @Nullable CompiledConstraint c, String instance) {
    boolean expected = validator.validate(MAPPER.readTree(instance)).isEmpty();
    boolean actual = c != null && c.check(instance).accepted();
    if (actual != expected) {
      disagreements.add((expected ? "refuses " : "accepts ") + instance + " of " + schema);
    } else if (expected) {
      accepted++;
    } else {
      refused++;
    }
  }

  // Some random bytes, then the way out.
  private @Nullable String written(String schema, State start) {
    State s = start;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int left = r.nextInt(40); left > 0; left--) {
      int b = r.nextInt(2) == 0 ? "{[\"ab:,]}".charAt(r.nextInt(9)) : 32 + r.nextInt(95);
      State next = b == '#' ? null : s.step((byte) b); // the validator skips names that begin so
      if (next != null) {
        out.write(b);
        s = next;
      }
    }
    byte[] rest = s.completion();
    if (rest == null && schema.contains("\"uniqueItems\"") && schema.contains("\"contains\"")) {
      undecided++; // the limit that docs/json-schema.md names
      return null;
    }
    if (rest == null) {
      disagreements.add("no way out after " + out + " of " + schema);
      return null;
    }
    out.writeBytes(rest);
    String text = out.toString(StandardCharsets.UTF_8);
    // The validator computes numbers beyond these as doubles; NumberSegmentTest judges them.
    return text.matches("(?s).*(\\d[eE]|[\\d.]{15}).*") ? null : text;
  }

  // The text with one of its values replaced, removed, added or given twice.
  private String changed(String text, RandomSchemas random) {
    JsonNode root = MAPPER.readTree(text);
    List<JsonNode> containers = new ArrayList<>();
    collect(root, containers);
    if (containers.isEmpty()) {
      return random.instance(1);
    }
    JsonNode at = containers.get(r.nextInt(containers.size()));
    JsonNode value = MAPPER.readTree(random.instance(1));
    int place = at.size() == 0 ? 0 : r.nextInt(at.size());
    int kind = at.size() == 0 ? 2 : r.nextInt(3);
    if (at instanceof ArrayNode array) {
      switch (kind) {
        case 0 -> array.set(place, value);
        case 1 -> array.remove(place);
        default -> array.add(at.size() == 0 || r.nextBoolean() ? value : array.get(place));
      }
    } else if (at instanceof ObjectNode object) {
      String name = at.size() == 0 ? "a" : List.copyOf(object.propertyNames()).get(place);
      switch (kind) {
        case 0 -> object.set(name, value);
        case 1 -> object.remove(name);
        default -> object.set(random.plainName(), value);
      }
    }
    return root.toString();
  }

  private static void collect(JsonNode node, List<JsonNode> out) {
    if (node.isContainer()) {
      out.add(node);
      node.forEach(child -> collect(child, out));
    }
  }
}
