package dev.espalier.grammar.schema;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/** {@code type}. */
final class TypeKeyword {
  private TypeKeyword() {}

  static Formula of(Keywords k, JsonType type, Formulas formulas) {
    JsonNode value = k.get("type");
    if (value == null) {
      return formulas.yes;
    }
    if (!value.isArray()) {
      return named(Objects.requireNonNull(k.text("type")), k, type, formulas);
    }
    List<Formula> any = new ArrayList<>();
    for (String name : k.strings("type")) {
      any.add(named(name, k, type, formulas));
    }
    return formulas.or(any);
  }

  private static Formula named(String name, Keywords k, JsonType type, Formulas formulas) {
    return switch (name) {
      case "null" -> formulas.constant(type == JsonType.NULL);
      case "boolean" -> formulas.constant(type == JsonType.TRUE || type == JsonType.FALSE);
      case "string" -> formulas.constant(type == JsonType.STRING);
      case "array" -> formulas.constant(type == JsonType.ARRAY);
      case "object" -> formulas.constant(type == JsonType.OBJECT);
      case "number" -> formulas.constant(type == JsonType.NUMBER);
      case "integer" -> type == JsonType.NUMBER ? integer(k, formulas) : formulas.no;
      default -> throw k.broken("type", "'" + name + "' is not a type");
    };
  }

  private static Formula integer(Keywords k, Formulas formulas) {
    Formula whole = formulas.atom(new Atom.MultipleOf(BigDecimal.ONE));
    return k.draft() == Draft.DRAFT_4
        ? formulas.and(whole, formulas.atom(new Atom.Plain()))
        : whole;
  }
}
