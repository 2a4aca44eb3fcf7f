package dev.espalier.grammar.schema;

import dev.espalier.BudgetExceededException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code properties}, {@code patternProperties}, {@code additionalProperties}, {@code required},
 * {@code propertyNames}, {@code minProperties}, {@code maxProperties}.
 */
final class MembersKeywords {
  private static final int MAX_PATTERNS = 1000;

  private final References references;
  private final Formulas formulas;
  private final Map<SchemaNode, Atom.MemberRules> rules = new HashMap<>();

  MembersKeywords(References references, Formulas formulas) {
    this.references = references;
    this.formulas = formulas;
  }

  void expand(Keywords k, Expansion expansion, List<Formula> out) {
    out.add(formulas.members(rules(k)));
    for (String name : k.strings("required")) {
      out.add(formulas.atom(new Atom.HasKey(name)));
    }
    int min = k.count("minProperties", 0);
    if (min > 0) {
      out.add(formulas.atom(new Atom.MinProperties(min)));
    }
    int max = k.count("maxProperties", Integer.MAX_VALUE);
    if (max < Integer.MAX_VALUE) {
      out.add(formulas.atom(new Atom.MaxProperties(max)));
    }
    SchemaNode names = k.schema("propertyNames");
    if (names != null) {
      Formula text = expansion.of(names, JsonType.STRING);
      out.add(
          text.isFalse()
              ? formulas.atom(new Atom.MaxProperties(0))
              : text.isTrue() ? text : formulas.atom(new Atom.KeyNames(Expansion.language(text))));
    }
  }

  /** Which schemas the value of a name has to satisfy. */
  Atom.MemberRules rules(Keywords k) {
    return rules.computeIfAbsent(k.schema(), s -> read(k));
  }

  private Atom.MemberRules read(Keywords k) {
    SchemaNode others = k.schema("additionalProperties");
    return new Atom.MemberRules(
        k.schemaMap("properties"),
        patternRules(k),
        others == null ? references.always(true) : others);
  }

  static List<Atom.PatternRule> patternRules(Keywords k) {
    List<Atom.PatternRule> out = new ArrayList<>();
    Map<String, SchemaNode> patterns = k.schemaMap("patternProperties");
    if (patterns.size() > MAX_PATTERNS) { // reading them alone would take seconds
      throw new BudgetExceededException(
          "name patterns", MAX_PATTERNS, "too many name patterns in one object");
    }
    patterns.forEach(
        (p, schema) -> out.add(new Atom.PatternRule(k.pattern("patternProperties", p), schema)));
    return out;
  }
}
