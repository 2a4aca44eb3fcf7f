package dev.espalier.grammar.cfg;

import dev.espalier.CompiledConstraint;
import dev.espalier.Constraint;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.WorkBudget;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A grammar as a front end reads it. Immutable.
 *
 * @param rules every rule that is referred to, by name; what is missing may be defined later, by
 *     {@link #where}
 * @param root the rule that the whole text derives from
 * @param ignored null if rules are made of characters and any derivation counts. Otherwise a lexer
 *     stands between: every {@link Syntax.Regular} is a terminal, all those that may come are read
 *     at once, and they end where none of them goes on; texts of this language may stand between
 *     terminals and are ignored ({@link Expr#NONE} for none)
 */
public record Rules(Map<String, Syntax> rules, String root, @Nullable Expr ignored) {
  private static final String ROOT = "root";

  /** Copies the map, keeping its order. */
  public Rules {
    rules = Collections.unmodifiableMap(new LinkedHashMap<>(rules));
  }

  /** A grammar over characters. */
  public static Rules ofCharacters(Map<String, Syntax> rules, String root) {
    return new Rules(rules, root, null);
  }

  /** A grammar of one rule. */
  public static Rules of(Syntax body) {
    return ofCharacters(Map.of(ROOT, body), ROOT);
  }

  // ---- putting grammars together

  // One grammar as a part of another: its body, and the rules that the body refers to.
  private record Part(Syntax body, Map<String, Syntax> rules) {}

  /** A grammar with its lexer, which stays a constraint of its own inside others. */
  private record Lexed(Rules rules) implements Constraint {
    @Override
    public CompiledConstraint compile(Vocabulary vocabulary) {
      return CompiledGrammar.of(rules, vocabulary);
    }
  }

  /** A grammar made of others. */
  public static Rules join(List<Rules> parts, Function<List<Syntax>, Syntax> body) {
    Map<String, Syntax> out = new LinkedHashMap<>();
    List<Syntax> bodies = new ArrayList<>();
    for (Part p : apart(parts)) {
      bodies.add(p.body);
      out.putAll(p.rules);
    }
    return root(body.apply(bodies), out);
  }

  /** Every grammar after the first once, in any order, with the first between each two. */
  public static Rules permutation(List<Rules> separatorAndParts) {
    Map<String, Syntax> out = new LinkedHashMap<>();
    List<Syntax> bodies = new ArrayList<>();
    for (Part p : apart(separatorAndParts)) {
      bodies.add(p.body);
      out.putAll(p.rules);
    }
    int n = bodies.size() - 1;
    String name = fresh("rest", out.keySet());
    for (int left = 1; left < 1 << n; left++) { // the parts that are still to come, one bit each
      List<Syntax> options = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        int rest = left & ~(1 << i);
        if (rest == left) {
          continue;
        }
        Syntax part = bodies.get(i + 1);
        options.add(
            rest == 0
                ? part
                : new Syntax.Sequence(
                    List.of(part, bodies.get(0), new Syntax.Reference(name + rest))));
      }
      out.put(name + left, new Syntax.Either(options));
    }
    return root(new Syntax.Reference(name + ((1 << n) - 1)), out);
  }

  /**
   * This grammar with a rule defined that it, or the definition, refers to. The definition may
   * refer to this grammar's rules as well.
   */
  public Rules where(String rule, Rules definition) {
    Part mine = part();
    Set<String> open = open(mine.body, mine.rules);
    open.add(rule);
    List<Part> both = apart(List.of(mine, definition.part()), open);
    Map<String, Syntax> out = new LinkedHashMap<>();
    both.forEach(p -> out.putAll(p.rules));
    out.put(rule, both.get(1).body);
    return root(both.get(0).body, out);
  }

  private static Rules root(Syntax body, Map<String, Syntax> rules) {
    String name = fresh(ROOT, union(rules.keySet(), open(body, rules)));
    Map<String, Syntax> out = new LinkedHashMap<>();
    out.put(name, body);
    out.putAll(rules);
    return ofCharacters(out, name);
  }

  private static Set<String> union(Set<String> a, Set<String> b) {
    Set<String> both = new LinkedHashSet<>(a);
    both.addAll(b);
    return both;
  }

  private static String fresh(String name, Set<String> used) {
    return used.contains(name) ? new Names(used).fresh(name) : name;
  }

  // Rules of different grammars that share a name get different ones, and so do rules that have the
  // name of a reference that is still open elsewhere.
  private static List<Part> apart(List<Rules> grammars) {
    List<Part> parts = new ArrayList<>();
    Set<String> open = new LinkedHashSet<>();
    for (Rules g : grammars) {
      Part p = g.part();
      parts.add(p);
      open.addAll(open(p.body, p.rules));
    }
    return apart(parts, open);
  }

  private static List<Part> apart(List<Part> parts, Set<String> open) {
    Names names = new Names(open);
    parts.forEach(p -> names.used.addAll(p.rules.keySet()));
    Map<String, Syntax> taken = new HashMap<>();
    List<Part> out = new ArrayList<>();
    for (Part p : parts) {
      Map<String, String> renamed = new HashMap<>();
      p.rules.forEach(
          (name, syntax) -> {
            Syntax same = taken.get(name);
            if (open.contains(name) || (same != null && !same.equals(syntax))) {
              renamed.put(name, names.fresh(name));
            }
          });
      Map<String, Syntax> rules = new LinkedHashMap<>();
      p.rules.forEach(
          (name, syntax) -> rules.put(renamed.getOrDefault(name, name), rename(syntax, renamed)));
      taken.putAll(rules);
      out.add(new Part(rename(p.body, renamed), rules));
    }
    return out;
  }

  /** Names in use, and as many others as one may need. */
  private static final class Names {
    private final Set<String> used;
    private final Map<String, Integer> last = new HashMap<>(); // number given to a name

    Names(Set<String> used) {
      this.used = new HashSet<>(used);
    }

    String fresh(String name) {
      for (int i = last.getOrDefault(name, 0) + 1; ; i++) {
        String next = i == 1 ? name + "'" : name + "'" + i;
        if (used.add(next)) {
          last.put(name, i);
          return next;
        }
      }
    }
  }

  private Part part() {
    if (ignored != null) {
      return new Part(new Syntax.Embedded(new Lexed(this), root), Map.of());
    }
    Syntax body = rules.getOrDefault(root, new Syntax.Reference(root));
    boolean recursive = rules.values().stream().anyMatch(s -> references(s).contains(root));
    if (recursive) {
      return new Part(new Syntax.Reference(root), rules);
    }
    Map<String, Syntax> others = new LinkedHashMap<>(rules);
    others.remove(root);
    return new Part(body, others);
  }

  private static Set<String> open(Syntax body, Map<String, Syntax> rules) {
    Set<String> open = references(body);
    rules.values().forEach(s -> open.addAll(references(s)));
    open.removeAll(rules.keySet());
    return open;
  }

  private static Set<String> references(Syntax s) {
    Set<String> out = new LinkedHashSet<>();
    GrammarCompiler.collect(s, out);
    return out;
  }

  private static Syntax rename(Syntax s, Map<String, String> names) {
    WorkBudget.check();
    if (names.isEmpty()) {
      return s;
    } else if (s instanceof Syntax.Reference r) {
      return new Syntax.Reference(names.getOrDefault(r.rule(), r.rule()));
    } else if (s instanceof Syntax.Repeat r) {
      return new Syntax.Repeat(rename(r.body(), names), r.min(), r.max());
    } else if (s instanceof Syntax.Capture c) {
      return new Syntax.Capture(c.name(), rename(c.body(), names));
    } else if (s instanceof Syntax.Sequence q) {
      return new Syntax.Sequence(q.parts().stream().map(p -> rename(p, names)).toList());
    } else if (s instanceof Syntax.Either e) {
      return new Syntax.Either(e.options().stream().map(o -> rename(o, names)).toList());
    }
    return s;
  }

  // ---- captures

  /** Whether any text is captured. */
  boolean captures() {
    for (Syntax s : rules.values()) {
      if (captures(s)) {
        return true;
      }
    }
    return false;
  }

  private static boolean captures(Syntax s) {
    if (s instanceof Syntax.Repeat r) {
      return captures(r.body());
    }
    if (s instanceof Syntax.Capture || s instanceof Syntax.Suffixed) {
      return true;
    }
    for (Syntax child : GrammarCompiler.children(s)) {
      if (captures(child)) {
        return true;
      }
    }
    return false;
  }

  /** The same language without captures. */
  Rules plain() {
    if (!captures()) {
      return this;
    }
    Map<String, Syntax> out = new LinkedHashMap<>();
    rules.forEach((name, syntax) -> out.put(name, plain(syntax)));
    return new Rules(out, root, ignored);
  }

  private static Syntax plain(Syntax s) {
    if (s instanceof Syntax.Capture c) {
      return plain(c.body());
    } else if (s instanceof Syntax.Suffixed x) {
      return x.whole();
    } else if (s instanceof Syntax.Repeat r) {
      return new Syntax.Repeat(plain(r.body()), r.min(), r.max());
    } else if (s instanceof Syntax.Sequence q) {
      return new Syntax.Sequence(q.parts().stream().map(Rules::plain).toList());
    } else if (s instanceof Syntax.Either e) {
      return new Syntax.Either(e.options().stream().map(Rules::plain).toList());
    }
    return s;
  }
}
