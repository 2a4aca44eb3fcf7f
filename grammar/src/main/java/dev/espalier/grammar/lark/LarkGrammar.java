package dev.espalier.grammar.lark;

import dev.espalier.BudgetExceededException;
import dev.espalier.Constraint;
import dev.espalier.EspalierException;
import dev.espalier.grammar.GrammarSyntaxException;
import dev.espalier.grammar.Substring;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.cfg.Limited;
import dev.espalier.grammar.cfg.Rules;
import dev.espalier.grammar.cfg.Syntax;
import dev.espalier.grammar.cfg.TokenPattern;
import dev.espalier.grammar.lark.LarkNode.Definition;
import dev.espalier.grammar.regex.CodePoints;
import dev.espalier.grammar.regex.RegexDialect;
import dev.espalier.grammar.regex.RegexParser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Turns definitions into rules: names in upper case, strings and regular expressions are terminals,
 * and so is the body of a rule that is lazy or has a suffix.
 */
public final class LarkGrammar {
  private static final String START = "start";
  private static final int MAX_TERMINAL_SIZE = 1_000_000;
  private static final int MAX_DEPTH = 500; // of terminals that hold one another
  private static final int MANY_TEXTS = 16; // alternatives that are better read as a trie

  private final String source;
  private final Map<String, Definition> definitions;
  private final Map<String, Expr> terminals = new HashMap<>(); // NONE while being read
  private final Map<String, Syntax> rules = new LinkedHashMap<>();
  private final Map<String, Expr> patterns = new HashMap<>(); // by what is written
  private int size;
  private int depth; // of terminals inside terminals

  private LarkGrammar(LarkParser.Document document) {
    source = document.source();
    definitions = document.definitions();
  }

  /**
   * The rules of a grammar in Lark's language.
   *
   * @throws GrammarSyntaxException if the text is malformed or asks for what is not supported
   */
  public static Rules parse(String source) {
    LarkParser.Document document = LarkParser.parse(source);
    LarkGrammar g = new LarkGrammar(document);
    if (!g.definitions.containsKey(START)) {
      throw g.error(source.length(), "there is no rule 'start', which the whole text derives from");
    }
    for (Definition d : g.definitions.values()) {
      if (isTerminal(d.name())) {
        g.terminal(d.name(), d.offset());
      } else {
        g.rules.put(d.name(), g.rule(d));
      }
    }
    List<Expr> ignored = new ArrayList<>();
    for (LarkNode node : document.ignored()) {
      ignored.add(g.expr(node));
    }
    return new Rules(g.rules, START, Expr.or(ignored));
  }

  private static boolean isTerminal(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) >= 'A' && name.charAt(i) <= 'Z') {
        return true;
      }
    }
    return false;
  }

  private GrammarSyntaxException error(int offset, String detail) {
    return new GrammarSyntaxException(source, offset, detail);
  }

  // ---- rules

  private Syntax rule(Definition d) {
    return rule(d, d.hidden());
  }

  private Syntax rule(Definition d, boolean hidden) {
    if (!d.lazy() && d.maxTokens() == 0) {
      Syntax body = syntax(d.body());
      return d.capture() == null ? body : new Syntax.Capture(d.capture(), body);
    }
    Expr body = expr(d.body());
    Expr suffix = d.suffix() == null ? Expr.EMPTY : expr(d.suffix());
    Syntax all = terminal(d, body, Expr.seq(body, suffix));
    return d.capture() == null && d.suffixCapture() == null && !hidden
        ? all
        : new Syntax.Suffixed(all, body, suffix, d.capture(), d.suffixCapture(), hidden);
  }

  // At its limit a terminal needs no stop: it would be taken away again. A suffix has to come.
  private Syntax terminal(Definition d, Expr body, Expr whole) {
    if (d.maxTokens() == 0) {
      return new Syntax.Regular(whole, d.name(), true);
    }
    Expr text = whole.minus(Expr.EMPTY);
    Expr cut = d.hidden() ? body.minus(Expr.EMPTY) : Expr.NONE;
    Syntax read = new Syntax.Embedded(new Limited(text, cut, d.lazy(), d.maxTokens()), d.name());
    return whole.accepts() ? new Syntax.Repeat(read, 0, 1) : read;
  }

  // A stop that stands behind its rule once more is read once: the first time it was taken away.
  private Syntax sequence(List<LarkNode> parts) {
    List<Syntax> out = new ArrayList<>();
    LarkNode before = null; // whose stop this may be
    for (LarkNode part : parts) {
      Definition d = before instanceof LarkNode.Name n ? definitions.get(n.name()) : null;
      before = part;
      if (d == null || !d.hidden() || !same(d.suffix(), part)) {
        out.add(syntax(part));
        continue;
      }
      String name = d.name() + " and its stop";
      rules.computeIfAbsent(name, k -> rule(d, false));
      out.set(out.size() - 1, new Syntax.Reference(name));
      before = null;
    }
    return new Syntax.Sequence(out);
  }

  // Texts that may come at one place are one terminal: whichever it is, the same follows.
  private Syntax either(LarkNode.Either e) {
    List<byte[]> texts = texts(e);
    List<Syntax> options = new ArrayList<>();
    for (LarkNode option : e.options()) {
      if (texts.size() < MANY_TEXTS || !isText(option)) {
        options.add(syntax(option));
      }
    }
    if (texts.size() >= MANY_TEXTS) {
      options.add(new Syntax.Regular(Expr.oneOf(texts), "one of " + texts.size() + " texts"));
    }
    return options.size() == 1 ? options.get(0) : new Syntax.Either(options);
  }

  private static boolean isText(LarkNode node) {
    return node instanceof LarkNode.Literal l && !l.ignoreCase();
  }

  private static List<byte[]> texts(LarkNode.Either e) {
    List<byte[]> texts = new ArrayList<>();
    for (LarkNode option : e.options()) {
      if (option instanceof LarkNode.Literal l && !l.ignoreCase()) {
        texts.add(l.text().getBytes(StandardCharsets.UTF_8));
      }
    }
    return texts;
  }

  private boolean same(@Nullable LarkNode a, LarkNode b) {
    return a instanceof LarkNode.Literal x
        ? b instanceof LarkNode.Literal y
            && x.text().equals(y.text())
            && x.ignoreCase() == y.ignoreCase()
        : a instanceof LarkNode.Name n
            && b instanceof LarkNode.Name m
            && n.terminal()
            && n.name().equals(m.name());
  }

  private Syntax syntax(LarkNode node) {
    if (node instanceof LarkNode.Sequence s) {
      return sequence(s.parts());
    } else if (node instanceof LarkNode.Either e) {
      return either(e);
    } else if (node instanceof LarkNode.Repeat r) {
      return new Syntax.Repeat(syntax(r.body()), r.min(), r.max());
    } else if (node instanceof LarkNode.Special s) {
      return new Syntax.Tokens(TokenPattern.of(s.text(), source, s.offset()));
    } else if (node instanceof LarkNode.Both b) {
      throw error(b.offset(), "'&' is for terminals; give this a name in upper case of its own");
    } else if (node instanceof LarkNode.Name n && !n.terminal()) {
      require(n.name(), n.offset());
      return new Syntax.Reference(n.name());
    } else if (node instanceof LarkNode.Inline i && i.directive().equals("%json")) {
      return new Syntax.Embedded(schema(i), "JSON");
    } else if (node instanceof LarkNode.Inline i) {
      return new Syntax.Embedded(quotation(i), "a quotation");
    } else if (node instanceof LarkNode.Name n) {
      return new Syntax.Regular(expr(n), n.name());
    }
    return new Syntax.Regular(expr(node), written(node));
  }

  private Constraint schema(LarkNode.Inline inline) {
    LarkOptions.json(inline.json(), source, inline.jsonOffset());
    return PlacedSchema.of(inline.json(), source, inline.jsonOffset());
  }

  // Spans of a text: the structured regular expressions there are.
  private Substring quotation(LarkNode.Inline inline) {
    JsonNode json = LarkOptions.json(inline.json(), source, inline.jsonOffset());
    JsonNode text = json.size() == 1 ? json.properties().iterator().next().getValue() : json;
    if (json.has("substring_chars") && text.isString()) {
      return Substring.of(text.asString());
    } else if (json.has("substring_words") && text.isString()) {
      return Substring.of(text.asString()).words();
    } else if (json.has("substring_chunks") && text.isArray()) {
      List<String> pieces = new ArrayList<>();
      text.forEach(piece -> pieces.add(piece.asString("")));
      return Substring.ofPieces(pieces);
    }
    throw error(
        inline.jsonOffset(),
        "expected {\"substring_chars\": \"…\"}, {\"substring_words\": \"…\"} or"
            + " {\"substring_chunks\": […]}");
  }

  private String written(LarkNode node) {
    if (node instanceof LarkNode.Literal l) {
      return l.written();
    } else if (node instanceof LarkNode.Range r) {
      return r.written();
    } else if (node instanceof LarkNode.Pattern p) {
      return p.written();
    } else if (node instanceof LarkNode.Name n) {
      return n.name();
    }
    return node instanceof LarkNode.Not n ? "~" + written(n.body()) : "a terminal";
  }

  private Definition require(String name, int offset) {
    Definition d = definitions.get(name);
    if (d == null) {
      throw error(offset, "'" + name + "' is not defined");
    }
    return d;
  }

  // ---- terminals

  private Expr terminal(String name, int offset) {
    Definition d = require(name, offset);
    Expr known = terminals.get(name);
    if (known == null) {
      if (++depth > MAX_DEPTH) {
        throw new BudgetExceededException(
            "nesting",
            MAX_DEPTH,
            "terminals hold one another too deeply, down to '" + name + "'; use rules");
      }
      terminals.put(name, Expr.NONE);
      Expr made = expr(d.body());
      depth--;
      terminals.put(name, made);
      return made;
    }
    if (known == Expr.NONE) {
      throw error(offset, "the terminal '" + name + "' refers to itself; only rules can");
    }
    return known;
  }

  private Expr expr(LarkNode node) {
    WorkBudget.check(source, node.offset());
    if (++size > MAX_TERMINAL_SIZE) {
      throw error(node.offset(), "the terminals are too large together");
    }
    if (node instanceof LarkNode.Literal l) {
      return literal(l);
    } else if (node instanceof LarkNode.Range r) {
      return CodePoints.range(r.from(), r.to()).expr();
    } else if (node instanceof LarkNode.Pattern p) {
      return pattern(p);
    } else if (node instanceof LarkNode.Name n) {
      if (!n.terminal()) {
        require(n.name(), n.offset());
        throw error(n.offset(), "a terminal cannot refer to the rule '" + n.name() + "'");
      }
      return terminal(n.name(), n.offset());
    } else if (node instanceof LarkNode.Sequence s) {
      return Expr.seq(exprs(s.parts()).toArray(new Expr[0]));
    } else if (node instanceof LarkNode.Either e) {
      List<byte[]> texts = texts(e);
      if (texts.size() < MANY_TEXTS) {
        return Expr.or(exprs(e.options()));
      }
      List<Expr> options = new ArrayList<>();
      for (LarkNode option : e.options()) {
        if (!isText(option)) {
          options.add(expr(option));
        }
      }
      options.add(Expr.oneOf(texts));
      return Expr.or(options);
    } else if (node instanceof LarkNode.Both b) {
      return Expr.and(exprs(b.parts()).toArray(new Expr[0]));
    } else if (node instanceof LarkNode.Not n) {
      return Expr.and(Utf8.TEXT, Expr.not(expr(n.body())));
    } else if (node instanceof LarkNode.Repeat r) {
      return Expr.repeat(expr(r.body()), r.min(), r.max());
    } else if (node instanceof LarkNode.Special s) {
      throw error(s.offset(), "a terminal cannot contain tokens; use it in a rule");
    }
    LarkNode.Inline inline = (LarkNode.Inline) node;
    if (inline.directive().equals("%json")) {
      throw error(inline.offset(), "a terminal cannot contain %json; use it in a rule");
    }
    throw error(inline.offset(), "a terminal cannot contain %regex {…}; use it in a rule");
  }

  private List<Expr> exprs(List<LarkNode> nodes) {
    List<Expr> out = new ArrayList<>(nodes.size());
    for (LarkNode node : nodes) {
      out.add(expr(node));
    }
    return out;
  }

  private static Expr literal(LarkNode.Literal l) {
    if (!l.ignoreCase()) {
      return Expr.literal(l.text());
    }
    List<Expr> characters = new ArrayList<>();
    l.text()
        .codePoints()
        .forEach(c -> characters.add(CodePoints.range(c, c).ignoringCase().expr()));
    return Expr.seq(characters.toArray(new Expr[0]));
  }

  private Expr pattern(LarkNode.Pattern p) {
    Expr known = patterns.get(p.written());
    if (known == null) {
      known = read(p);
      patterns.put(p.written(), known);
    }
    return known;
  }

  private Expr read(LarkNode.Pattern p) {
    try {
      return RegexParser.whole(p.regex(), RegexDialect.RUST, p.flags());
    } catch (BudgetExceededException e) {
      throw e;
    } catch (GrammarSyntaxException e) {
      throw error(Math.min(p.offset() + 1 + e.offset(), source.length()), e.detail());
    } catch (EspalierException e) {
      throw error(p.offset(), Objects.requireNonNullElse(e.getMessage(), "cannot be read"));
    }
  }
}
