package dev.espalier.grammar.schema;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Which alternatives of {@code oneOf} exclude each other anyway: objects that must have a member
 * which the other may not have, or whose member must be another constant or of another type. Among
 * those, "exactly one" is "one", which is far less to keep in mind.
 */
final class Exclusive {
  private static final int MOST_REFERENCES = 8;

  /**
   * What a member's value must be as far as it is plain to see; what is null may be anything.
   *
   * @param constants all values that it may have
   * @param types of JSON
   */
  private record Sight(@Nullable Set<Object> constants, @Nullable Set<String> types) {
    boolean excludes(Sight other) {
      return (constants != null
              && other.constants != null
              && Collections.disjoint(constants, other.constants))
          || (types != null && other.types != null && Collections.disjoint(types, other.types));
    }
  }

  /** An alternative's members: those that must come, and the rules for all. */
  private static final class Branch {
    final Map<String, Sight> needed = new LinkedHashMap<>();
    final Set<String> banned = new HashSet<>();
    final List<Atom.MemberRules> rules = new ArrayList<>();

    boolean allows(String name) {
      return !banned.contains(name)
          && rules.stream().allMatch(r -> valuesOf(r, name).stream().noneMatch(Exclusive::isNever));
    }

    boolean excludes(Branch other) {
      for (Map.Entry<String, Sight> e : needed.entrySet()) {
        Sight there = other.needed.get(e.getKey());
        if (there != null ? e.getValue().excludes(there) : !other.allows(e.getKey())) {
          return true;
        }
      }
      return false;
    }
  }

  private final Expansion expansion;
  private final Map<SchemaNode, Sight> sights = new HashMap<>();

  Exclusive(Expansion expansion) {
    this.expansion = expansion;
  }

  /**
   * Exactly one of the alternatives.
   *
   * @param parts what each asserts about an object
   * @param given names that come in any case
   */
  Formula one(List<Formula> parts, List<String> given) {
    Formulas formulas = expansion.formulas();
    List<Branch> branches = new ArrayList<>();
    parts.forEach(p -> branches.add(branch(p, given)));
    if (!branches.isEmpty() && areApartByOneName(branches)) {
      return formulas.or(parts);
    }
    // Alternatives that may meet form groups; of two groups, at most one holds anything.
    int[] group = new int[parts.size()];
    for (int i = 0; i < group.length; i++) {
      group[i] = i;
      for (int j = 0; j < i; j++) {
        Branch a = branches.get(i);
        Branch b = branches.get(j);
        if (group[i] != group[j] && !a.excludes(b) && !b.excludes(a)) {
          int old = group[i];
          for (int k = 0; k <= i; k++) {
            group[k] = group[k] == old ? group[j] : group[k];
          }
        }
      }
    }
    Map<Integer, List<Formula>> groups = new LinkedHashMap<>();
    for (int i = 0; i < group.length; i++) {
      groups.computeIfAbsent(group[i], g -> new ArrayList<>()).add(parts.get(i));
    }
    return formulas.or(groups.values().stream().map(formulas::one).toList());
  }

  /** Whether it is plain to see that no value satisfies two of these schemas. */
  boolean areApart(List<SchemaNode> schemas) {
    List<Sight> all = new ArrayList<>();
    for (SchemaNode schema : schemas) {
      Sight own = sights.computeIfAbsent(schema, this::sight);
      if (own.constants == null) {
        return false;
      }
      all.add(own);
    }
    return haveConstantsApart(all);
  }

  private static boolean haveConstantsApart(List<Sight> all) {
    Set<Object> seen = new HashSet<>();
    for (Sight s : all) {
      if (s.constants == null || !s.constants.stream().allMatch(seen::add)) {
        return false;
      }
    }
    return true;
  }

  // By one member that all of them must have.
  private static boolean areApartByOneName(List<Branch> branches) {
    for (String name : branches.get(0).needed.keySet()) {
      List<Sight> all = new ArrayList<>();
      for (Branch b : branches) {
        Sight s = b.needed.get(name);
        if (s != null) {
          all.add(s);
        }
      }
      if (all.size() == branches.size() && haveConstantsApart(all)) {
        return true;
      }
    }
    return false;
  }

  private Branch branch(Formula part, List<String> given) {
    Branch branch = new Branch();
    Set<String> needed = new HashSet<>(given);
    for (Formula literal : part.conjuncts()) {
      if (literal.literal() instanceof Atom.HasKey has) {
        (literal.isNegated() ? branch.banned : needed).add(has.name());
      } else if (literal.atom instanceof Atom.Members m) {
        branch.rules.add(m.rules());
      }
    }
    for (String name : needed) {
      branch.needed.put(name, sight(branch.rules, name));
    }
    return branch;
  }

  private Sight sight(List<Atom.MemberRules> rules, String name) {
    Set<Object> constants = null;
    Set<String> types = null;
    for (Atom.MemberRules r : rules) {
      for (SchemaNode value : valuesOf(r, name)) {
        Sight s = sights.computeIfAbsent(value, this::sight);
        constants = both(constants, s.constants);
        types = both(types, s.types);
      }
    }
    return new Sight(constants, types);
  }

  private static <T> @Nullable Set<T> both(@Nullable Set<T> a, @Nullable Set<T> b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    Set<T> common = new HashSet<>(a);
    common.retainAll(b);
    return common;
  }

  private static List<SchemaNode> valuesOf(Atom.MemberRules rules, String name) {
    List<SchemaNode> out = new ArrayList<>();
    SchemaNode named = rules.named().get(name);
    if (named != null) {
      out.add(named);
    }
    if (!rules.patterns().isEmpty()) {
      byte[] utf8 = name.getBytes(java.nio.charset.StandardCharsets.UTF_8);
      for (Atom.PatternRule p : rules.patterns()) {
        if (p.names().matches(utf8)) {
          out.add(p.schema());
        }
      }
    }
    if (out.isEmpty()) {
      out.add(rules.others());
    }
    return out;
  }

  private static boolean isNever(SchemaNode schema) {
    return schema.json().isBoolean() && !schema.json().booleanValue();
  }

  // Looks at the text alone: a schema that is being expanded cannot be asked what it means.
  private Sight sight(SchemaNode schema) {
    SchemaNode at = schema;
    Set<Object> constants = null;
    Set<String> types = null;
    for (int i = 0; i < MOST_REFERENCES && at.json().isObject(); i++) {
      Keywords k = expansion.keywords(at);
      constants = both(constants, constants(k));
      types = both(types, types(k));
      List<SchemaNode> targets = k.targets();
      if (targets.size() != 1) {
        break;
      }
      at = targets.get(0);
    }
    return new Sight(constants, types);
  }

  private static @Nullable Set<Object> constants(Keywords k) {
    JsonNode constant = k.get("const");
    JsonNode choices = constant == null ? k.get("enum") : null;
    if (constant == null && (choices == null || !choices.isArray())) {
      return null;
    }
    Set<Object> values = new HashSet<>();
    for (JsonNode v : choices == null ? List.of(constant) : choices) {
      if (v.isContainer()) {
        return null;
      }
      values.add(v.isNumber() ? Constants.normal(v.decimalValue()) : v);
    }
    return values;
  }

  private static @Nullable Set<String> types(Keywords k) {
    JsonNode type = k.get("type");
    if (type == null) {
      return null;
    }
    Set<String> names = new HashSet<>();
    for (JsonNode name : type.isArray() ? type : List.of(type)) {
      names.add(name.asString("").replace("integer", "number"));
    }
    return names;
  }
}
