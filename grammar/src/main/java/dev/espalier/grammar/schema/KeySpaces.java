package dev.espalier.grammar.schema;

import dev.espalier.grammar.token.TokenTables;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds and shares the key spaces of objects. Mutable, used under the machine's lock. */
final class KeySpaces {
  private record Key(
      List<String> names, int ranked, Map<Integer, BitSet> late, KeyClasses classes) {}

  private record Asked(Formula formula, Formula verdicts, List<Formula> sides) {
    @Override
    public int hashCode() {
      return 31 * (31 * formula.hashCode() + verdicts.hashCode()) + sides.hashCode();
    }

    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof Asked k
          && k.formula == formula
          && k.verdicts == verdicts
          && k.sides.equals(sides);
    }
  }

  private final Expansion expansion;
  private final TokenTables tables;
  private final boolean declaredOrder;
  private final int stateLimit;
  private final Map<Key, KeySpace> spaces = new HashMap<>();
  private final Map<Asked, KeySpace> memo = new HashMap<>();

  KeySpaces(Expansion expansion, TokenTables tables, boolean declaredOrder, int stateLimit) {
    this.expansion = expansion;
    this.tables = tables;
    this.declaredOrder = declaredOrder;
    this.stateLimit = stateLimit;
  }

  /**
   * The names that an object's obligations and side formulas can tell apart.
   *
   * @param verdicts where the obligations came from; gives the order of declaration
   */
  KeySpace of(Formula f, Formula verdicts, List<Formula> sides) {
    return memo.computeIfAbsent(new Asked(f, verdicts, sides), this::find);
  }

  // Adds the names that are declared, in their order; gives what may come late all the same.
  private Map<Integer, BitSet> declare(Formula verdicts, Set<String> names) {
    Set<Atom> origins = new LinkedHashSet<>();
    verdicts.collectAtoms(origins);
    Set<List<String>> lists = new LinkedHashSet<>();
    for (Atom origin : origins) {
      DeclaredOrder.Names declared = expansion.declared(((Atom.Verdict) origin).schema());
      names.addAll(declared.names());
      lists.addAll(declared.lists());
    }
    return DeclaredOrder.late(names, lists);
  }

  private KeySpace find(Asked asked) {
    Set<Atom> atoms = new LinkedHashSet<>();
    asked.formula.collectAtoms(atoms);
    asked.sides.forEach(s -> s.collectAtoms(atoms));
    Set<String> names = new LinkedHashSet<>();
    Map<Integer, BitSet> late = declaredOrder ? declare(asked.verdicts, names) : Map.of();
    int ranked = names.size();
    for (Atom a : atoms) {
      if (a instanceof Atom.HasKey has) {
        names.add(has.name());
      } else if (a instanceof Atom.Members members) {
        names.addAll(members.rules().named().keySet());
      } else if (a instanceof Atom.NoneOf none) {
        none.values().forEach(v -> names.addAll(v.propertyNames()));
      }
    }
    Formulas.spendOn(names.size());
    KeyClasses classes =
        KeyClasses.of(List.copyOf(Liveness.keyLanguages(atoms)), tables, stateLimit);
    names.addAll(classes.listed);
    Key key = new Key(List.copyOf(names), ranked, late, classes);
    KeySpace space = spaces.get(key);
    if (space == null) {
      space = new KeySpace(key.names, ranked, late, classes);
      if (!space.countable.isEmpty()) {
        names.addAll(space.countable);
        space = new KeySpace(List.copyOf(names), ranked, late, classes);
      }
      spaces.put(key, space);
    }
    return space;
  }
}
