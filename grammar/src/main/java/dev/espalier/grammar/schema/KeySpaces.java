package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.Expr;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds and shares the key spaces of objects. Mutable, used under the machine's lock. */
final class KeySpaces {
  private static final int FEW = 256; // names of a finite language that are listed one by one

  private record Key(
      List<String> names, int ranked, Map<Integer, BitSet> late, List<Expr> languages) {}

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
  private final boolean declaredOrder;
  private final int stateLimit;
  private final Map<Key, KeySpace> spaces = new HashMap<>();
  private final Map<Asked, KeySpace> memo = new HashMap<>();

  KeySpaces(Expansion expansion, boolean declaredOrder, int stateLimit) {
    this.expansion = expansion;
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

  private KeySpace find(Asked asked) {
    Set<Atom> atoms = new LinkedHashSet<>();
    asked.formula.collectAtoms(atoms);
    asked.sides.forEach(s -> s.collectAtoms(atoms));
    Set<String> names = new LinkedHashSet<>();
    Set<Atom> origins = new LinkedHashSet<>();
    asked.verdicts.collectAtoms(origins);
    Set<List<String>> lists = new LinkedHashSet<>();
    for (Atom origin : origins) {
      DeclaredOrder.Names declared = expansion.declared(((Atom.Verdict) origin).schema());
      names.addAll(declared.names());
      lists.addAll(declared.lists());
    }
    int ranked = declaredOrder ? names.size() : 0;
    Map<Integer, BitSet> late = declaredOrder ? DeclaredOrder.late(names, lists) : Map.of();
    for (Atom a : atoms) {
      if (a instanceof Atom.HasKey has) {
        names.add(has.name());
      } else if (a instanceof Atom.Members members) {
        names.addAll(members.rules().named().keySet());
      } else if (a instanceof Atom.NoneOf none) {
        none.values().forEach(v -> names.addAll(v.propertyNames()));
      }
    }
    List<Expr> languages = new ArrayList<>(Liveness.keyLanguages(atoms));
    for (Expr language : languages) {
      List<byte[]> few = language.enumerate(FEW, stateLimit);
      if (few != null) {
        few.forEach(name -> names.add(new String(name, StandardCharsets.UTF_8)));
      }
    }
    Key key = new Key(List.copyOf(names), ranked, late, languages);
    KeySpace space = spaces.get(key);
    if (space == null) {
      space = new KeySpace(key.names, ranked, late, languages, stateLimit);
      if (!space.countable.isEmpty()) {
        names.addAll(space.countable);
        space = new KeySpace(List.copyOf(names), ranked, late, languages, stateLimit);
      }
      spaces.put(key, space);
    }
    return space;
  }
}
