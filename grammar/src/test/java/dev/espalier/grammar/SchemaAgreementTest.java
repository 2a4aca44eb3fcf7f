package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint;
import dev.espalier.CompiledConstraint.State;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.RandomSchemas.Draft;
import dev.espalier.grammar.token.Vocabularies;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Random schemas over all keywords of a draft against an independent validator: it judges random
 * instances, texts that the constraint itself has made, and those with one thing changed. {@code
 * -Dpairs=50000} sets the number of schemas times instances of each draft, {@code -Dseed} the seed.
 */
class SchemaAgreementTest {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final int PER_SCHEMA = 30;

  private final long seed = Long.getLong("seed", 7);
  private final Random r = new Random(seed);
  private final Vocabulary bytes = bytes();
  private final List<String> disagreements = new ArrayList<>();
  private int accepted;
  private int refused;
  private int unsatisfiable;
  private int made;
  private int apart;
  private final Map<String, Integer> overBudget = new TreeMap<>();

  private static Vocabulary bytes() {
    List<byte[]> all = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      all.add(new byte[] {(byte) b});
    }
    return Vocabularies.of(all);
  }

  @ParameterizedTest
  @EnumSource(Draft.class)
  void acceptanceAgreesWithAnIndependentValidator(Draft draft) {
    int pairs = Integer.getInteger("pairs", 2_000);
    AnotherValidator validator = new AnotherValidator(draft);
    while (accepted + refused < pairs && disagreements.size() < 20) {
      tryOne(draft, validator);
    }
    System.out.printf(
        "%s, seed %d: %d instances accepted, %d of them made by the constraint, %d refused; %d"
            + " schemas unsatisfiable, over budget %s, %d pairs not for the validator, %d"
            + " disagreements%n",
        draft,
        seed,
        accepted,
        made,
        refused,
        unsatisfiable,
        overBudget,
        apart,
        disagreements.size());
    assertThat(disagreements).isEmpty();
    assertThat(accepted).isGreaterThan(pairs / 5);
    assertThat(refused).isGreaterThan(pairs / 5);
    assertThat(apart).isLessThan(pairs / 10);
  }

  private void tryOne(Draft draft, AnotherValidator validator) {
    RandomSchemas random = new RandomSchemas(r);
    String text = random.next(3, draft);
    CompiledConstraint c = null;
    try {
      c = compile(text);
    } catch (SchemaException e) {
      if (e.kind() != SchemaException.Kind.UNSATISFIABLE) {
        disagreements.add(e.getMessage() + " for " + text);
        return;
      }
      unsatisfiable++;
    } catch (BudgetExceededException e) {
      overBudget.merge(e.budget(), 1, Integer::sum);
      System.out.println("over budget: " + text);
      return;
    } catch (RuntimeException e) {
      e.printStackTrace();
      disagreements.add(e + " for " + text);
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

  private CompiledConstraint compile(String schema) {
    return JsonSchema.of(schema).anyOrder().compile(bytes);
  }

  private void judge(
      String schema, AnotherValidator validator, @Nullable CompiledConstraint c, String instance) {
    JsonNode value = MAPPER.readTree(instance);
    if (!validator.follows(MAPPER.readTree(schema), value)) {
      apart++;
      return;
    }
    boolean expected = validator.valid(schema, instance);
    boolean actual = c != null && c.check(instance).accepted();
    if (actual != expected) {
      disagreements.add(
          (expected ? "refuses " : "accepts ")
              + Smaller.pair(
                  schema,
                  instance,
                  (s, i) -> valid(s, i) == actual && validator.valid(s, i) == expected));
    } else if (expected) {
      accepted++;
    } else {
      refused++;
    }
  }

  private boolean valid(String schema, String instance) {
    try {
      return compile(schema).check(instance).accepted();
    } catch (SchemaException e) {
      if (e.kind() != SchemaException.Kind.UNSATISFIABLE) {
        throw e;
      }
      return false;
    }
  }

  private static final String[] PIECES = {
    "{", "[", "\"", "a", "b", ":", ",", "]", "}", "\"a\"", "\"b\":", "1", "0", ".", "e1", "\\n",
    "é", "\\u00", "true"
  };

  // Some random bytes, then the way out.
  private @Nullable String written(String schema, State start) {
    State s = start;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int left = r.nextInt(30); left > 0; left--) {
      String piece =
          r.nextInt(4) > 0
              ? PIECES[r.nextInt(PIECES.length)]
              : String.valueOf((char) (32 + r.nextInt(95)));
      for (byte b : piece.getBytes(StandardCharsets.UTF_8)) {
        State next = s.step(b);
        if (next == null) {
          break;
        }
        out.write(b);
        s = next;
      }
    }
    byte[] rest = s.completion();
    if (rest == null) {
      disagreements.add("no way out after " + out + " of " + schema);
      return null;
    }
    out.writeBytes(rest);
    return out.toString(StandardCharsets.UTF_8);
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
