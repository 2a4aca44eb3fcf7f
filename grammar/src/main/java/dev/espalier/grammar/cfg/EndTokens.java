package dev.espalier.grammar.cfg;

import dev.espalier.Vocabulary;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.token.TokenTables;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes the tokens that end a text out of a grammar that names them: where nothing has to follow,
 * such a token is the end itself, which the decoding loop adds; anywhere else nothing can be
 * derived through it. Every rule is split into its texts without an end and, under another name,
 * those that stop before one.
 */
final class EndTokens {
  private static final String LAST = "\u0000"; // no front end has such names

  private final Map<String, Syntax> rules;
  private final Vocabulary vocabulary;
  private final TokenTables tables;
  private final Map<TokenPattern, Boolean> ends = new HashMap<>(); // or true: nothing but ends
  private final Set<String> nullable = new HashSet<>();

  private EndTokens(Map<String, Syntax> rules, TokenTables tables) {
    this.rules = rules;
    vocabulary = tables.vocabulary();
    this.tables = tables;
  }

  /** A rule's name as the grammar has it. */
  static String shown(String rule) {
    return rule.replace(LAST, "");
  }

  /** An equal grammar that names no end; the same one if it names none. */
  static Rules resolve(Rules grammar, TokenTables tables) {
    EndTokens e = new EndTokens(grammar.rules(), tables);
    grammar.rules().values().forEach(e::find);
    return e.ends.containsValue(true) ? e.split(grammar) : grammar;
  }

  private void find(Syntax s) {
    if (s instanceof Syntax.Tokens t) {
      WorkBudget.check(256);
      ends.computeIfAbsent(
          t.pattern(), p -> p.in(vocabulary, tables.trie()).stream().anyMatch(vocabulary::isEnd));
    } else if (s instanceof Syntax.Repeat r) {
      find(r.body());
    } else {
      GrammarCompiler.children(s).forEach(this::find);
    }
  }

  private Rules split(Rules grammar) {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Map.Entry<String, Syntax> rule : rules.entrySet()) {
        WorkBudget.check();
        changed |= nullable(rule.getValue()) && nullable.add(rule.getKey());
      }
    }
    Map<String, Syntax> out = new LinkedHashMap<>();
    rules.forEach((name, syntax) -> out.put(name, plain(syntax)));
    String root = grammar.root() + LAST + LAST;
    ArrayDeque<String> todo = new ArrayDeque<>(List.of(grammar.root()));
    while (!todo.isEmpty()) {
      String name = todo.remove();
      Syntax syntax = rules.get(name);
      if (syntax != null && !out.containsKey(name + LAST)) {
        out.put(name + LAST, last(syntax, todo));
      }
    }
    out.put(
        root,
        new Syntax.Either(
            List.of(
                new Syntax.Reference(grammar.root()),
                new Syntax.Reference(grammar.root() + LAST))));
    return new Rules(out, root, grammar.ignored());
  }

  private boolean nullable(Syntax s) {
    if (s instanceof Syntax.Regular r) {
      return r.expr().accepts();
    } else if (s instanceof Syntax.Embedded e) {
      return e.constraint().compile(vocabulary).start().mayEnd();
    } else if (s instanceof Syntax.Reference r) {
      return nullable.contains(r.rule());
    } else if (s instanceof Syntax.Repeat r) {
      return r.min() == 0 || nullable(r.body());
    }
    return GrammarCompiler.ofParts(s, this::nullable);
  }

  private static final Syntax NOTHING = new Syntax.Regular(Expr.NONE, "nothing");

  // The texts without an end. Only whole patterns are taken out: of one that covers other tokens
  // as well, those stay.
  private Syntax plain(Syntax s) {
    if (s instanceof Syntax.Tokens t) {
      return t.pattern().in(vocabulary, tables.trie()).stream().allMatch(vocabulary::isEnd)
          ? NOTHING
          : s;
    } else if (s instanceof Syntax.Repeat r) {
      return new Syntax.Repeat(plain(r.body()), r.min(), r.max());
    } else if (s instanceof Syntax.Sequence q) {
      return new Syntax.Sequence(q.parts().stream().map(this::plain).toList());
    } else if (s instanceof Syntax.Either e) {
      return new Syntax.Either(e.options().stream().map(this::plain).toList());
    }
    return s;
  }

  // The texts before an end after which nothing has to come.
  private Syntax last(Syntax s, ArrayDeque<String> todo) {
    if (s instanceof Syntax.Tokens t) {
      return ends.getOrDefault(t.pattern(), false) ? new Syntax.Sequence(List.of()) : NOTHING;
    } else if (s instanceof Syntax.Reference r) {
      todo.add(r.rule());
      return new Syntax.Reference(r.rule() + LAST);
    } else if (s instanceof Syntax.Repeat r) {
      int min = nullable(r.body()) ? 0 : Math.max(0, r.min() - 1);
      int max = r.max() == Expr.UNBOUNDED ? r.max() : r.max() - 1;
      return new Syntax.Sequence(
          List.of(new Syntax.Repeat(plain(r.body()), min, max), last(r.body(), todo)));
    } else if (s instanceof Syntax.Sequence q) {
      List<Syntax> options = new ArrayList<>();
      for (int i = q.parts().size() - 1; i >= 0; i--) {
        List<Syntax> parts = new ArrayList<>();
        q.parts().subList(0, i).forEach(p -> parts.add(plain(p)));
        parts.add(last(q.parts().get(i), todo));
        options.add(new Syntax.Sequence(parts));
        if (!nullable(q.parts().get(i))) {
          break;
        }
      }
      return new Syntax.Either(options);
    } else if (s instanceof Syntax.Either e) {
      return new Syntax.Either(e.options().stream().map(o -> last(o, todo)).toList());
    }
    return NOTHING;
  }
}
