package dev.espalier.grammar.schema;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * {@code prefixItems}, {@code items}, {@code additionalItems}, {@code minItems}, {@code maxItems}.
 */
final class ItemsKeywords {
  private final References references;
  private final Formulas formulas;
  private final Map<SchemaNode, Atom.ItemRules> rules = new HashMap<>();

  ItemsKeywords(References references, Formulas formulas) {
    this.references = references;
    this.formulas = formulas;
  }

  void expand(Keywords k, List<Formula> out) {
    out.add(formulas.items(rules(k)));
    out.add(formulas.atLeastItems(k.count("minItems", 0)));
    out.add(formulas.atMostItems(k.count("maxItems", Integer.MAX_VALUE)));
  }

  /** Which schema the item at a place has to satisfy. */
  Atom.ItemRules rules(Keywords k) {
    return rules.computeIfAbsent(k.schema(), s -> read(k));
  }

  private Atom.ItemRules read(Keywords k) {
    JsonNode items = k.get("items");
    List<SchemaNode> prefix = k.schemas("prefixItems");
    SchemaNode rest;
    if (items != null && items.isArray()) {
      if (k.draft() == Draft.DRAFT_2020_12) {
        throw k.broken("items", "a list is prefixItems in draft 2020-12");
      }
      prefix = k.schemas("items");
      rest = k.schema("additionalItems");
    } else {
      rest = k.schema("items");
    }
    return new Atom.ItemRules(prefix, rest == null ? references.always(true) : rest);
  }
}
