package dev.espalier.grammar.schema;

import dev.espalier.BudgetExceededException;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.TextSearch;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** {@code enum} and {@code const}: values compare as JSON values do, so 1 is 1.0. */
final class Constants {
  private static final int MOST_EXCLUDED = 10_000;
  private static final int MOST_PARTS = 200_000; // of some 500 bytes each

  private final References references;
  private final Formulas formulas;
  private final Map<SchemaNode, Atom.MemberRules> members = new HashMap<>();
  private final Map<SchemaNode, Atom.ItemRules> items = new HashMap<>();

  Constants(References references, Formulas formulas) {
    this.references = references;
    this.formulas = formulas;
  }

  Formula of(Keywords k, JsonType type) {
    Formula all = formulas.yes;
    JsonNode constant = k.get("const");
    if (constant != null) {
      all = oneOf(List.of(constant), type);
    }
    JsonNode choices = k.get("enum");
    if (choices != null) {
      if (!choices.isArray()) {
        throw k.broken("enum", "must be a list");
      }
      List<JsonNode> values = new ArrayList<>();
      choices.forEach(values::add);
      all = formulas.and(all, oneOf(values, type));
    }
    return all;
  }

  /** Throws for a constant that no text can hold. */
  static void check(Keywords k, String keyword, JsonNode value) {
    if (value.isString()) {
      k.wellFormed(keyword, value.stringValue());
    } else if (value.isContainer()) {
      value.propertyNames().forEach(name -> k.wellFormed(keyword, name));
      value.forEach(inside -> check(k, keyword, inside));
    }
  }

  private Formula oneOf(List<JsonNode> values, JsonType type) {
    List<JsonNode> ofType = values.stream().filter(v -> JsonType.of(v) == type).toList();
    if (ofType.isEmpty()) {
      return formulas.no;
    }
    return switch (type) {
      case NULL, TRUE, FALSE -> formulas.yes;
      case STRING -> {
        List<byte[]> texts = new ArrayList<>();
        ofType.forEach(v -> texts.add(v.stringValue().getBytes(StandardCharsets.UTF_8)));
        yield formulas.text(Expr.oneOf(texts));
      }
      case NUMBER -> {
        Set<BigDecimal> numbers = new LinkedHashSet<>();
        ofType.forEach(v -> numbers.add(normal(Keywords.checked(v.decimalValue()))));
        yield formulas.atom(new Atom.OneOfNumbers(numbers));
      }
      case ARRAY, OBJECT -> {
        int parts = 0;
        List<Formula> any = new ArrayList<>();
        for (JsonNode v : ofType) {
          parts += parts(v);
          if (parts > MOST_PARTS) {
            throw new BudgetExceededException(
                "constants", MOST_PARTS, "lists and objects of enum or const have too many parts");
          }
          any.add(type == JsonType.ARRAY ? array(v) : object(v));
        }
        yield formulas.or(any);
      }
    };
  }

  /** No value of a set, which for an object or array is kept as one assertion. */
  Formula noneOf(Set<JsonNode> values, JsonType type) {
    List<JsonNode> ofType = values.stream().filter(v -> JsonType.of(v) == type).toList();
    boolean scalar = type != JsonType.ARRAY && type != JsonType.OBJECT;
    return scalar || ofType.isEmpty()
        ? formulas.not(oneOf(ofType, type))
        : formulas.atom(new Atom.NoneOf(Set.copyOf(ofType)));
  }

  /** If a formula over string assertions excludes some texts and nothing else: which. */
  static @Nullable Set<String> excludedTexts(Formula f) {
    if (!f.isNegated() || !(f.literal() instanceof Atom.Text text)) {
      return null;
    }
    List<byte[]> few = TextSearch.enumerate(text.language(), MOST_EXCLUDED, MOST_EXCLUDED);
    if (few == null) {
      return null;
    }
    Set<String> texts = new LinkedHashSet<>();
    few.forEach(t -> texts.add(new String(t, StandardCharsets.UTF_8)));
    return texts;
  }

  /** A number without trailing zeros, so that equal numbers are equal objects. */
  static BigDecimal normal(BigDecimal n) {
    return n.signum() == 0 ? BigDecimal.ZERO : n.stripTrailingZeros();
  }

  private static int parts(JsonNode value) {
    int parts = value.size();
    for (JsonNode inside : value) {
      parts += inside.isContainer() ? parts(inside) : 0;
    }
    return parts;
  }

  private Formula array(JsonNode value) {
    List<SchemaNode> prefix = new ArrayList<>();
    for (JsonNode v : value) {
      Formulas.spendOn(Formulas.MANY);
      prefix.add(references.exactly(v));
    }
    Atom.ItemRules rules =
        items.computeIfAbsent(
            references.exactly(value),
            s -> new Atom.ItemRules(prefix, references.always(false), value));
    return formulas.and(
        formulas.atom(new Atom.Items(rules, 0)),
        formulas.atLeastItems(prefix.size()),
        formulas.atMostItems(prefix.size()));
  }

  private Formula object(JsonNode value) {
    Map<String, SchemaNode> named = new LinkedHashMap<>();
    List<Formula> all = new ArrayList<>();
    for (Map.Entry<String, JsonNode> e : value.properties()) {
      Formulas.spendOn(Formulas.MANY);
      named.put(e.getKey(), references.exactly(e.getValue()));
      all.add(formulas.atom(new Atom.HasKey(e.getKey())));
    }
    Atom.MemberRules rules =
        members.computeIfAbsent(
            references.exactly(value),
            s -> new Atom.MemberRules(named, List.of(), references.always(false), value));
    all.add(formulas.atom(new Atom.Members(rules)));
    return formulas.and(all);
  }
}
