package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.TextSearch;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Values as JSON Schema compares them, and the few values that an obligation leaves. Equal values
 * are one schema ({@link References#exactly}), whatever their spelling. Used under the machine's
 * lock.
 */
final class Values {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final References references;
  private final Expansion expansion;
  private final Formulas formulas;
  private final int stateLimit;

  Values(References references, Expansion expansion, int stateLimit) {
    this.references = references;
    this.expansion = expansion;
    formulas = expansion.formulas();
    this.stateLimit = stateLimit;
  }

  /** The schema of exactly the value that a text spells. */
  SchemaNode read(byte[] text) {
    // From characters: Jackson's reader of bytes takes no escaped surrogates in names.
    return exactly(MAPPER.readTree(new String(text, StandardCharsets.UTF_8)));
  }

  /** The schema of exactly this value. */
  SchemaNode exactly(JsonNode value) {
    return references.exactly(canonical(value));
  }

  private static JsonNode canonical(JsonNode value) {
    if (value.isNumber()) {
      return JSON.numberNode(Constants.normal(value.decimalValue()));
    } else if (value.isArray()) {
      ArrayNode array = JSON.arrayNode();
      value.forEach(v -> array.add(canonical(v)));
      return array;
    } else if (value.isObject()) {
      Map<String, JsonNode> sorted = new TreeMap<>();
      value.properties().forEach(e -> sorted.put(e.getKey(), canonical(e.getValue())));
      ObjectNode object = JSON.objectNode();
      sorted.forEach(object::set);
      return object;
    }
    return value;
  }

  /**
   * All values that satisfy a formula over verdicts, if there are at most {@code most}, else null.
   * Arrays and objects count as many unless they are empty or come from {@code enum} and {@code
   * const}.
   */
  @Nullable Set<SchemaNode> few(Formula verdicts, int most) {
    Set<SchemaNode> found = new LinkedHashSet<>();
    for (JsonType type : JsonType.values()) {
      Formula f = expansion.of(verdicts, type);
      if (!f.isFalse() && (!add(f, type, most, found) || found.size() > most)) {
        return null;
      }
    }
    return found;
  }

  private boolean add(Formula f, JsonType type, int most, Set<SchemaNode> out) {
    switch (type) {
      case NULL -> out.add(exactly(NullNode.getInstance()));
      case TRUE -> out.add(exactly(BooleanNode.TRUE));
      case FALSE -> out.add(exactly(BooleanNode.FALSE));
      case STRING -> {
        List<byte[]> texts = TextSearch.enumerate(Expansion.language(f), most, stateLimit);
        if (texts == null) {
          return false;
        }
        texts.forEach(
            t -> out.add(exactly(JSON.stringNode(new String(t, StandardCharsets.UTF_8)))));
      }
      case NUMBER -> {
        for (NumberGoal goal : NumberGoal.of(formulas, f)) {
          List<BigDecimal> numbers = goal.few(most);
          if (numbers == null) {
            return false;
          }
          numbers.forEach(n -> out.add(exactly(JSON.numberNode(n))));
        }
      }
      case ARRAY, OBJECT -> {
        for (Formula branch : formulas.branches(f)) {
          JsonNode only = constant(branch);
          if (only == null) {
            return false;
          }
          if (holds(branch, only)) {
            out.add(exactly(only));
          }
        }
      }
    }
    return true;
  }

  // The one candidate of a branch: a constant that it was made from, or the empty container.
  private static @Nullable JsonNode constant(Formula branch) {
    for (Formula literal : branch.conjuncts()) {
      Atom a = literal.literal();
      if (literal.isNegated() || a == null) {
        continue;
      }
      if (a instanceof Atom.Items items && items.rules().constant() != null && items.index() == 0) {
        return items.rules().constant();
      } else if (a instanceof Atom.Members m && m.rules().constant() != null) {
        return m.rules().constant();
      } else if (a instanceof Atom.MaxItems max && max.n() == 0) {
        return JSON.arrayNode();
      } else if (a instanceof Atom.MaxProperties max && max.n() == 0) {
        return JSON.objectNode();
      }
    }
    return null;
  }

  // ---- the plain validator

  /** Whether a value satisfies a schema. */
  boolean accepts(SchemaNode schema, JsonNode value) {
    JsonType type = JsonType.of(value);
    return holds(expansion.of(formulas.verdict(schema), type), value);
  }

  private boolean holds(Formula f, JsonNode value) {
    if (f.isTrue() || f.isFalse()) {
      return f.isTrue();
    }
    return formulas.map(f, a -> formulas.constant(holds(a, value))).isTrue();
  }

  private boolean holds(Atom a, JsonNode value) {
    if (a instanceof Atom.OfNumber number) {
      return NumberGoal.holds(number, value.decimalValue(), value.decimalValue().scale() <= 0);
    } else if (a instanceof Atom.Text text) {
      return text.language().matches(value.stringValue().getBytes(StandardCharsets.UTF_8));
    } else if (a instanceof Atom.HasKey has) {
      return value.has(has.name());
    } else if (a instanceof Atom.MinProperties min) {
      return value.size() >= min.n();
    } else if (a instanceof Atom.MaxProperties max) {
      return value.size() <= max.n();
    } else if (a instanceof Atom.KeyNames names) {
      return value.propertyNames().stream().allMatch(n -> names.names().matches(utf8(n)));
    } else if (a instanceof Atom.Members m) {
      return value.properties().stream().allMatch(e -> holds(m.rules(), e.getKey(), e.getValue()));
    } else if (a instanceof Atom.MinItems min) {
      return value.size() >= min.n();
    } else if (a instanceof Atom.MaxItems max) {
      return value.size() <= max.n();
    } else if (a instanceof Atom.Items items) {
      for (int i = 0; i < value.size(); i++) {
        if (!accepts(items.rules().at(items.index() + i), value.get(i))) {
          return false;
        }
      }
      return true;
    } else if (a instanceof Atom.MinContains min) {
      return count(min.schema(), value) >= min.n();
    } else if (a instanceof Atom.MaxContains max) {
      return count(max.schema(), value) <= max.n();
    } else if (a instanceof Atom.Unique unique) {
      Set<SchemaNode> seen = new HashSet<>(unique.seen());
      for (JsonNode item : value) {
        if (!seen.add(exactly(item))) {
          return false;
        }
      }
      return true;
    }
    if (a instanceof Atom.NoneOf none) {
      return !none.values().contains(canonical(value));
    }
    throw new AssertionError(a);
  }

  private boolean holds(Atom.MemberRules rules, String name, JsonNode value) {
    List<SchemaNode> asked = new ArrayList<>();
    if (rules.named().containsKey(name)) {
      asked.add(Objects.requireNonNull(rules.named().get(name)));
    }
    for (Atom.PatternRule p : rules.patterns()) {
      if (p.names().matches(utf8(name))) {
        asked.add(p.schema());
      }
    }
    if (asked.isEmpty()) {
      asked.add(rules.others());
    }
    return asked.stream().allMatch(s -> accepts(s, value));
  }

  private int count(SchemaNode schema, JsonNode array) {
    int n = 0;
    for (JsonNode item : array) {
      n += accepts(schema, item) ? 1 : 0;
    }
    return n;
  }

  private static byte[] utf8(String s) {
    return s.getBytes(StandardCharsets.UTF_8);
  }
}
