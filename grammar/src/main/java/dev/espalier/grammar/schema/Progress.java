package dev.espalier.grammar.schema;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** How obligations change by a key, an item, or the end: the derivatives of a formula. */
final class Progress {
  private record ByKey(Formula formula, KeySpace space, int key, Gone gone) {
    @Override
    public int hashCode() {
      return 31 * (31 * (31 * formula.hashCode() + space.hashCode()) + key) + gone.hashCode();
    }

    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof ByKey k
          && k.formula == formula
          && k.space.equals(space)
          && k.key == key
          && k.gone.equals(gone);
    }
  }

  private final Formulas formulas;
  private final Map<ByKey, Formula> byKey = new HashMap<>();
  private final Map<Formula, Formula> byItem = new HashMap<>();
  private final Map<Formula, Formula> atEnd = new HashMap<>();

  Progress(Formulas formulas) {
    this.formulas = formulas;
  }

  /**
   * The obligations after a key, its value's verdict still open.
   *
   * @param gone the names that can come no more, this key included
   */
  Formula key(Formula f, KeySpace space, int key, Gone gone) {
    ByKey memo = new ByKey(f, space, key, gone);
    Formula known = byKey.get(memo);
    if (known == null) {
      known = formulas.map(f, a -> key(a, space, key, gone));
      byKey.put(memo, known);
    }
    return known;
  }

  private Formula key(Atom a, KeySpace space, int key, Gone gone) {
    if (a instanceof Atom.HasKey has) {
      int index = space.indexOf(has.name());
      if (index == key) {
        return formulas.yes;
      }
      return gone.contains(index) ? formulas.no : formulas.atom(a);
    } else if (a instanceof Atom.MinProperties min) {
      return min.n() <= 1 ? formulas.yes : formulas.atom(new Atom.MinProperties(min.n() - 1));
    } else if (a instanceof Atom.MaxProperties max) {
      return max.n() <= 0 ? formulas.no : formulas.atom(new Atom.MaxProperties(max.n() - 1));
    } else if (a instanceof Atom.Members members) {
      return formulas.and(formulas.atom(a), value(members.rules(), space, key));
    } else if (a instanceof Atom.KeyNames names) {
      return space.inLanguage(key, names.names()) ? formulas.atom(a) : formulas.no;
    } else if (a instanceof Atom.NoneOf none) {
      return space.isListed(key) ? without(none, space.names.get(key)) : formulas.yes;
    }
    throw new AssertionError(a);
  }

  private Formula without(Atom.NoneOf none, String name) {
    Map<JsonNode, Set<JsonNode>> rests = new HashMap<>();
    for (JsonNode object : none.values()) {
      JsonNode value = object.get(name);
      if (value != null) {
        ObjectNode rest = ((ObjectNode) object).deepCopy();
        rest.remove(name);
        rests.computeIfAbsent(value, v -> new HashSet<>()).add(rest);
      }
    }
    return after(rests);
  }

  private Formula withoutFirst(Atom.NoneOf none) {
    Map<JsonNode, Set<JsonNode>> rests = new HashMap<>();
    for (JsonNode array : none.values()) {
      if (!array.isEmpty()) {
        ArrayNode rest = ((ArrayNode) array).deepCopy();
        JsonNode first = rest.remove(0);
        rests.computeIfAbsent(first, v -> new HashSet<>()).add(rest);
      }
    }
    return after(rests);
  }

  private Formula after(Map<JsonNode, Set<JsonNode>> rests) {
    return rests.isEmpty() ? formulas.yes : formulas.atom(new Atom.NoneOfAfter(rests));
  }

  /** The obligations once the value that was read is known. */
  Formula remember(Atom a, SchemaNode value) {
    if (a instanceof Atom.Unique unique) {
      Set<SchemaNode> seen = new HashSet<>(unique.seen());
      return seen.add(value) ? formulas.atom(new Atom.Unique(seen)) : formulas.no;
    } else if (a instanceof Atom.NoneOfAfter none) {
      Set<JsonNode> rest = none.rests().get(value.json().get("const"));
      return rest == null ? formulas.yes : formulas.atom(new Atom.NoneOf(rest));
    }
    return formulas.atom(a);
  }

  /** What the rules ask of the value of a key. */
  Formula value(Atom.MemberRules rules, KeySpace space, int key) {
    Formula all = formulas.yes;
    boolean met = false;
    if (space.isListed(key)) {
      SchemaNode named = rules.named().get(space.names.get(key));
      if (named != null) {
        met = true;
        all = formulas.verdict(named);
      }
    }
    for (Atom.PatternRule p : rules.patterns()) {
      if (space.inLanguage(key, p.names())) {
        met = true;
        all = formulas.and(all, formulas.verdict(p.schema()));
      }
    }
    return met ? all : formulas.verdict(rules.others());
  }

  /** The obligations after one more item, its verdict still open. */
  Formula item(Formula f) {
    Formula known = byItem.get(f);
    if (known == null) {
      known = formulas.map(f, this::item);
      byItem.put(f, known);
    }
    return known;
  }

  private Formula item(Atom a) {
    if (a instanceof Atom.Unique) {
      return formulas.atom(a); // what the item is, is known at its end
    } else if (a instanceof Atom.NoneOf none) {
      return withoutFirst(none);
    } else if (a instanceof Atom.Items items) {
      boolean inPrefix = items.index() < items.rules().prefixLength();
      Atom next = inPrefix ? new Atom.Items(items.rules(), items.index() + 1) : a;
      return formulas.and(formulas.atom(next), formulas.verdict(items.rules().at(items.index())));
    } else if (a instanceof Atom.MinItems min) {
      return min.n() <= 1 ? formulas.yes : formulas.atom(new Atom.MinItems(min.n() - 1));
    } else if (a instanceof Atom.MaxItems max) {
      return max.n() <= 0 ? formulas.no : formulas.atom(new Atom.MaxItems(max.n() - 1));
    } else if (a instanceof Atom.MinContains min) {
      Formula fewer =
          min.n() <= 1
              ? formulas.yes
              : formulas.atom(new Atom.MinContains(min.schema(), min.n() - 1));
      return either(min.schema(), fewer, formulas.atom(a));
    } else if (a instanceof Atom.MaxContains max) {
      Formula fewer =
          max.n() <= 0
              ? formulas.no
              : formulas.atom(new Atom.MaxContains(max.schema(), max.n() - 1));
      return either(max.schema(), fewer, formulas.atom(a));
    }
    throw new AssertionError(a);
  }

  /**
   * What is left after so many items of which the same was asked, and of which some more are owed.
   *
   * @param values of the items, where they must differ
   */
  Formula after(Formula f, int items, Set<SchemaNode> values) {
    return formulas.map(
        f,
        a -> {
          if (a instanceof Atom.MinItems min) {
            return formulas.atLeastItems(Math.max(0, min.n() - items));
          } else if (a instanceof Atom.Unique unique) {
            Set<SchemaNode> seen = new HashSet<>(unique.seen());
            seen.addAll(values);
            return formulas.atom(new Atom.Unique(seen));
          }
          return formulas.atom(
              a instanceof Atom.MaxItems max ? new Atom.MaxItems(max.n() - items) : a);
        });
  }

  private Formula either(SchemaNode schema, Formula ifValid, Formula ifNot) {
    Formula verdict = formulas.verdict(schema);
    return formulas.or(formulas.and(verdict, ifValid), formulas.and(formulas.not(verdict), ifNot));
  }

  /** Whether the object or array may end here. */
  Formula end(Formula f) {
    Formula known = atEnd.get(f);
    if (known == null) {
      known =
          formulas.map(
              f,
              a ->
                  formulas.constant(
                      !(a instanceof Atom.HasKey
                          || a instanceof Atom.MinProperties
                          || a instanceof Atom.MinItems
                          || a instanceof Atom.MinContains
                          || (a instanceof Atom.NoneOf none
                              && none.values().stream().anyMatch(JsonNode::isEmpty)))));
      atEnd.put(f, known);
    }
    return known;
  }
}
