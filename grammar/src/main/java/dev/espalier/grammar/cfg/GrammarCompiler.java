package dev.espalier.grammar.cfg;

import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint;
import dev.espalier.EspalierException;
import dev.espalier.Texts;
import dev.espalier.TokenSet;
import dev.espalier.grammar.automaton.ByteClasses;
import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.token.Lexeme;
import dev.espalier.grammar.token.LexemeState;
import dev.espalier.grammar.token.TokenTables;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes a machine of rules: removes what derives no text, turns whatever is regular into lexemes,
 * and finds the left-recursive components. Linear in the grammar but for the lexemes' first states.
 */
final class GrammarCompiler {
  private static final int LIVENESS_SEARCH = 50_000;
  private static final int MAX_COMPONENT = 1_000; // rules that begin with one another

  // Rules used by rules multiply when they are put into one expression; beyond this they stay
  // rules.
  private static final long MAX_LEXEME = 100_000;

  /** What is known about a rule. */
  private static final class Facts {
    final String name;
    final Syntax syntax;
    final Set<String> references = new LinkedHashSet<>();
    final List<Facts> dependents = new ArrayList<>();
    boolean nullable;
    boolean productive;
    boolean queued = true; // to be looked at by findProductive
    @Nullable Expr expr; // if the rule is regular
    long size;
    @Nullable Symbol symbol;

    Facts(String name, Syntax syntax) {
      this.name = name;
      this.syntax = syntax;
    }
  }

  private final Map<String, Facts> rules = new LinkedHashMap<>();
  private final TokenTables tables;
  private final Duration stepTime;
  private final Form.Table forms = new Form.Table();
  private final List<Symbol> symbols = new ArrayList<>();
  private final Map<Expr, Symbol> lazyLexemes = new HashMap<>();
  private final Map<Expr, Symbol> otherLexemes = new HashMap<>();
  private final Map<Syntax, Symbol> tokens = new HashMap<>();
  private final Map<Syntax.Embedded, Symbol> constraints = new HashMap<>();
  private final Inner.Table inners = new Inner.Table();
  private final List<Expr> languages = new ArrayList<>();
  private final boolean lexing;
  private final Expr ignored;
  private final ArrayDeque<Facts> unconverted = new ArrayDeque<>();

  private GrammarCompiler(Rules grammar, TokenTables tables, Duration stepTime) {
    this.tables = tables;
    this.stepTime = stepTime;
    lexing = grammar.ignored() != null;
    ignored = grammar.ignored() == null ? Expr.NONE : grammar.ignored();
    grammar.rules().forEach((name, syntax) -> rules.put(name, new Facts(name, syntax)));
    for (Facts rule : rules.values()) {
      collect(rule.syntax, rule.references);
      for (String r : rule.references) {
        rule(r).dependents.add(rule);
      }
    }
  }

  /**
   * The machine of a grammar.
   *
   * @param stepTime what reading, compiling and any one step or mask may take of a thread's time
   * @throws EspalierException if no text can be derived from the root
   */
  static Machine compile(Rules grammar, TokenTables tables, Duration stepTime) {
    Rules open = EndTokens.resolve(grammar, tables);
    return new GrammarCompiler(open, tables, stepTime).compile(open.root());
  }

  private Machine compile(String root) {
    Symbol end = Symbol.rule(0, "the end", false);
    symbols.add(end);
    findProductive();
    if (!lexing) {
      findRegular();
    }
    Facts rootRule = rule(root);
    if (!rootRule.productive) {
      throw new EspalierException(
          "the grammar derives no text from its root rule '"
              + EndTokens.shown(root)
              + "'; every alternative needs itself, an empty character class, or something after"
              + " the end of the text");
    }
    Expr expr = rootRule.expr;
    Symbol start =
        expr != null && expr != Expr.EMPTY
            ? lexeme(expr, false, EndTokens.shown(root))
            : symbol(rootRule);
    while (!unconverted.isEmpty()) {
      Facts rule = unconverted.remove();
      Symbol symbol = symbol(rule);
      Form body = convert(rule.syntax);
      symbol.body = body == null ? forms.empty : body;
    }
    for (Symbol s : symbols) {
      Form body = s.body;
      if (body != null) {
        for (Form.Call call : body.calls()) {
          call.symbol().callers.add(new Symbol.Caller(s, call.rest()));
        }
      }
    }
    findComponents();
    LexemeState skip = null;
    if (lexing && ignored != Expr.NONE) {
      languages.add(ignored);
      skip = Lexeme.of(ignored.minus(Expr.EMPTY), tables).start();
    }
    for (int b = 0; b < 256 && !constraints.isEmpty(); b++) {
      languages.add(Expr.bytes(ByteSet.of(b))); // they may tell any two bytes apart
    }
    ByteClasses classes = ByteClasses.of(languages);
    WorkBudget step = new WorkBudget("a step", WorkBudget.left(stepTime));
    return new Machine(symbols, start, end, forms, classes, tables, lexing, skip, inners, step);
  }

  private Facts rule(String name) {
    Facts rule = rules.get(name);
    if (rule == null) {
      throw new EspalierException("the rule '" + name + "' is not defined");
    }
    return rule;
  }

  static void collect(Syntax s, Set<String> out) {
    WorkBudget.check();
    if (s instanceof Syntax.Reference r) {
      out.add(r.rule());
    } else if (s instanceof Syntax.Repeat r) {
      collect(r.body(), out);
    } else {
      for (Syntax child : children(s)) {
        collect(child, out);
      }
    }
  }

  static List<Syntax> children(Syntax s) {
    if (s instanceof Syntax.Sequence q) {
      return q.parts();
    }
    if (s instanceof Syntax.Capture c) {
      return List.of(c.body());
    } else if (s instanceof Syntax.Suffixed x) {
      return List.of(x.whole());
    }
    return s instanceof Syntax.Either e ? e.options() : List.of();
  }

  // ---- what derives a text, and what derives the empty one

  private void findProductive() {
    ArrayDeque<Facts> todo = new ArrayDeque<>(rules.values());
    while (!todo.isEmpty()) {
      WorkBudget.check();
      Facts rule = todo.remove();
      rule.queued = false;
      boolean nullable = nullable(rule.syntax);
      boolean productive = productive(rule.syntax);
      if (nullable != rule.nullable || productive != rule.productive) {
        rule.nullable = nullable;
        rule.productive = productive;
        for (Facts d : rule.dependents) {
          if (!d.queued) {
            d.queued = true;
            todo.add(d);
          }
        }
      }
    }
  }

  private boolean nullable(Syntax s) {
    if (s instanceof Syntax.Tokens) {
      return false;
    } else if (s instanceof Syntax.Embedded e) {
      return constraint(e).nullable;
    } else if (s instanceof Syntax.Regular r) {
      return r.expr().accepts();
    } else if (s instanceof Syntax.Reference r) {
      return rule(r.rule()).nullable;
    } else if (s instanceof Syntax.Repeat r) {
      return r.min() == 0 || nullable(r.body());
    }
    return ofParts(s, this::nullable);
  }

  private boolean productive(Syntax s) {
    if (s instanceof Syntax.Tokens || s instanceof Syntax.Embedded) {
      return true;
    } else if (s instanceof Syntax.Regular r) {
      return !r.expr().isEmpty(LIVENESS_SEARCH);
    } else if (s instanceof Syntax.Reference r) {
      return rule(r.rule()).productive;
    } else if (s instanceof Syntax.Repeat r) {
      return r.min() == 0 || productive(r.body());
    }
    return ofParts(s, this::productive);
  }

  /** Whether something holds of all parts of a sequence, or of any one of other syntax. */
  static boolean ofParts(Syntax s, Predicate<Syntax> holds) {
    boolean all = s instanceof Syntax.Sequence;
    for (Syntax child : children(s)) {
      if (holds.test(child) != all) {
        return !all;
      }
    }
    return all;
  }

  // ---- what is regular

  // A rule that reaches no cycle of references: settled from those that refer to nothing.
  private void findRegular() {
    Map<Facts, Integer> open = new HashMap<>();
    ArrayDeque<Facts> ready = new ArrayDeque<>();
    for (Facts rule : rules.values()) {
      open.put(rule, rule.references.size());
      if (rule.references.isEmpty()) {
        ready.add(rule);
      }
    }
    while (!ready.isEmpty()) {
      Facts rule = ready.remove();
      rule.size = size(rule.syntax);
      if (rule.size > MAX_LEXEME) {
        continue;
      }
      rule.expr = rule.productive ? expr(rule.syntax) : Expr.NONE;
      if (rule.expr == null) {
        continue;
      }
      for (Facts d : rule.dependents) {
        if (open.merge(d, -1, Integer::sum) == 0) {
          ready.add(d);
        }
      }
    }
  }

  private long size(Syntax s) {
    if (s instanceof Syntax.Regular || s instanceof Syntax.Tokens || s instanceof Syntax.Embedded) {
      return 1;
    } else if (s instanceof Syntax.Reference r) {
      return Math.max(1, rule(r.rule()).size);
    } else if (s instanceof Syntax.Repeat r) {
      return Math.min(Long.MAX_VALUE / 8, size(r.body()) * 2);
    }
    long total = 0;
    for (Syntax child : children(s)) {
      total = Math.min(Long.MAX_VALUE / 8, total + size(child));
    }
    return total;
  }

  // As expr is not null, but without making it.
  private boolean isRegular(Syntax s) {
    if (s instanceof Syntax.Tokens || s instanceof Syntax.Embedded) {
      return false;
    } else if (s instanceof Syntax.Reference r) {
      return rule(r.rule()).expr != null;
    } else if (s instanceof Syntax.Repeat r) {
      return isRegular(r.body());
    }
    for (Syntax child : children(s)) {
      if (!isRegular(child)) {
        return false;
      }
    }
    return true;
  }

  // Null if it, or some rule that it refers to, is not regular.
  private @Nullable Expr expr(Syntax s) {
    if (s instanceof Syntax.Tokens || s instanceof Syntax.Embedded) {
      return null;
    } else if (s instanceof Syntax.Regular r) {
      return r.expr();
    } else if (s instanceof Syntax.Reference r) {
      return rule(r.rule()).expr;
    } else if (s instanceof Syntax.Repeat r) {
      Expr body = expr(r.body());
      return body == null ? null : Expr.repeat(body, r.min(), r.max());
    }
    List<Expr> parts = new ArrayList<>();
    for (Syntax child : children(s)) {
      Expr part = expr(child);
      if (part == null) {
        return null;
      }
      parts.add(part);
    }
    return s instanceof Syntax.Sequence ? Expr.sequence(parts) : Expr.alternatives(parts);
  }

  // ---- symbols and forms

  private Symbol symbol(Facts rule) {
    Symbol known = rule.symbol;
    if (known == null) {
      known = Symbol.rule(symbols.size(), EndTokens.shown(rule.name), rule.nullable);
      symbols.add(known);
      rule.symbol = known;
      unconverted.add(rule);
    }
    return known;
  }

  private Symbol lexeme(Expr language, boolean lazy, String name) {
    Map<Expr, Symbol> lexemes = lazy ? lazyLexemes : otherLexemes;
    Symbol known = lexemes.get(language);
    if (known == null) {
      known =
          Symbol.lexeme(
              symbols.size(), name, language, () -> Lexeme.of(language, lazy, tables).start());
      symbols.add(known);
      lexemes.put(language, known);
      languages.add(language);
    }
    return known;
  }

  private Symbol token(Syntax.Tokens s) {
    Symbol known = tokens.get(s);
    if (known == null) {
      BitSet ids = s.pattern().in(tables.vocabulary(), tables.trie());
      ids.stream().filter(tables.vocabulary()::isEnd).forEach(ids::clear);
      known = Symbol.token(symbols.size(), s.pattern().text(), TokenSet.of(ids));
      symbols.add(known);
      tokens.put(s, known);
    }
    return known;
  }

  private Symbol constraint(Syntax.Embedded s) {
    Symbol known = constraints.get(s);
    if (known == null) {
      CompiledConstraint inner = s.constraint().compile(tables.vocabulary());
      known = Symbol.constraint(symbols.size(), s.name(), inners.of(inner.start()));
      symbols.add(known);
      constraints.put(s, known);
    }
    return known;
  }

  // A terminal that a lexer reads has a byte at least; where it may be empty, it may be left out.
  private @Nullable Form terminal(Syntax.Regular s) {
    Expr text = s.expr().minus(Expr.EMPTY);
    if (text.isEmpty(LIVENESS_SEARCH)) {
      return s.expr().accepts() ? forms.empty : null;
    }
    Form read = forms.calling(lexeme(text, s.lazy(), s.name()));
    return s.expr().accepts() ? forms.repeat(read, 0, 1) : read;
  }

  // Null for what derives no text.
  private @Nullable Form convert(Syntax s) {
    WorkBudget.check();
    if (s instanceof Syntax.Tokens t) {
      return forms.calling(token(t));
    } else if (s instanceof Syntax.Embedded e) {
      return forms.calling(constraint(e));
    } else if (lexing && s instanceof Syntax.Regular r) {
      return terminal(r);
    }
    Expr regular = lexing || !isRegular(s) || size(s) > MAX_LEXEME ? null : expr(s);
    if (regular != null) {
      if (regular.isEmpty(LIVENESS_SEARCH)) {
        return null;
      }
      return regular == Expr.EMPTY ? forms.empty : forms.calling(lexeme(regular, false, nameOf(s)));
    } else if (s instanceof Syntax.Reference r) {
      Facts rule = rule(r.rule());
      return rule.productive ? forms.calling(symbol(rule)) : null;
    } else if (s instanceof Syntax.Repeat r) {
      Form body = convert(r.body());
      if (body == null) {
        return r.min() == 0 ? forms.empty : null;
      }
      return forms.repeat(body, body.nullable ? 0 : r.min(), r.max());
    } else if (s instanceof Syntax.Sequence q) {
      Form r = forms.empty;
      for (int i = q.parts().size() - 1; i >= 0; i--) {
        Form part = convert(q.parts().get(i));
        if (part == null) {
          return null;
        }
        r = forms.sequence(part, r);
      }
      return r;
    }
    Set<Form> options = new LinkedHashSet<>();
    for (Syntax child : children(s)) {
      Form option = convert(child);
      if (option != null) {
        options.add(option);
      }
    }
    return options.isEmpty() ? null : forms.either(options);
  }

  private static String nameOf(Syntax s) {
    if (s instanceof Syntax.Tokens t) {
      return t.pattern().text();
    } else if (s instanceof Syntax.Embedded e) {
      return e.name();
    } else if (s instanceof Syntax.Regular r) {
      return r.name();
    } else if (s instanceof Syntax.Reference r) {
      return EndTokens.shown(r.rule());
    } else if (s instanceof Syntax.Repeat r) {
      return nameOf(r.body());
    }
    List<String> names = new ArrayList<>();
    for (Syntax child : children(s)) {
      names.add(nameOf(child));
    }
    String separator = s instanceof Syntax.Sequence ? " " : " or ";
    return Texts.shortened(String.join(separator, names), 60);
  }

  // ---- left recursion

  // Tarjan's components (1972) of "may begin with", with its own stack.
  private void findComponents() {
    int n = symbols.size();
    int[] index = new int[n];
    int[] low = new int[n];
    int[] at = new int[n]; // next successor to look at
    int[] path = new int[n];
    int[] stack = new int[n];
    boolean[] open = new boolean[n];
    int count = 0;
    int components = 0;
    int height = 0;
    Arrays.fill(index, -1);
    for (int r = 0; r < n; r++) {
      int depth = 0;
      if (index[r] < 0) {
        path[depth++] = r;
      }
      while (depth > 0) {
        int v = path[depth - 1];
        if (index[v] < 0) {
          index[v] = count;
          low[v] = count++;
          stack[height++] = v;
          open[v] = true;
        }
        Symbol[] called = symbols.get(v).called();
        if (at[v] < called.length) {
          int w = called[at[v]++].number;
          if (w == v) {
            symbols.get(v).recursive = true;
          } else if (index[w] < 0) {
            path[depth++] = w;
          } else if (open[w]) {
            low[v] = Math.min(low[v], index[w]);
          }
          continue;
        }
        depth--;
        if (depth > 0) {
          low[path[depth - 1]] = Math.min(low[path[depth - 1]], low[v]);
        }
        if (low[v] == index[v]) {
          boolean several = stack[height - 1] != v;
          int members = height;
          int w;
          do {
            w = stack[--height];
            open[w] = false;
            symbols.get(w).component = components;
            symbols.get(w).recursive |= several;
          } while (w != v);
          if (members - height > MAX_COMPONENT) {
            throw new BudgetExceededException(
                "left recursion",
                MAX_COMPONENT,
                (members - height) + " rules begin with one another in a circle");
          }
          components++;
        }
      }
    }
  }
}
