package dev.espalier.grammar.cfg;

import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.token.TokenTables;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a finished text once more, to see which part of it belongs to which name. Of several
 * readings the one counts in which earlier parts take as much text as they can; of alternatives for
 * the same text, the first.
 */
final class Captures {
  // For every rule and every place where it is asked for, the places where its text may end: a
  // fixpoint, so that left recursion and ambiguity need nothing special. Then one reading is
  // followed from the top.
  private static final int MAX_WORK = 20_000_000; // bits of end sets touched

  private record Start(String rule, int from) {}

  /**
   * A part of the text.
   *
   * @param name null if it only has to be left out of others
   * @param hidden whether the parts around it are without it
   */
  private record Found(@Nullable String name, int from, int to, boolean hidden) {}

  /** A token that the grammar may name: it reaches from one place of the text to another. */
  private record Edge(int token, int to) {}

  private final Rules rules;
  private final TokenTables tables;
  private final byte[] text;
  private final Map<Integer, Edge> edges;
  private final @Nullable BitSet borders; // where a lexer's terminals begin; null without one

  private final Map<Start, BitSet> ends = new HashMap<>();
  private final Map<Start, Set<Start>> dependents = new HashMap<>();
  private final Map<TokenPattern, BitSet> tokens = new HashMap<>();
  private final ArrayDeque<Start> todo = new ArrayDeque<>();
  private final Set<Start> waiting = new HashSet<>();
  private final List<Found> found = new ArrayList<>();
  private Start reading;
  private long work;

  private Captures(
      Rules rules,
      TokenTables tables,
      byte[] text,
      Map<Integer, Edge> edges,
      @Nullable BitSet borders) {
    this.rules = rules;
    this.tables = tables;
    this.text = text;
    this.edges = edges;
    this.borders = borders;
    reading = new Start(rules.root(), 0);
  }

  /**
   * The captured texts of a generated text, by name and in their order; those of a text that is not
   * finished are missing.
   */
  static Map<String, List<String>> of(Rules rules, Machine machine, int[] generated) {
    Vocabulary vocabulary = machine.tables.vocabulary();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Map<Integer, Edge> edges = new HashMap<>();
    BitSet borders = new BitSet();
    borders.set(0);
    ParseState state = machine.start();
    for (int token : generated) {
      int from = bytes.size();
      ParseState before = state;
      boolean named = false;
      for (Symbol s : machine.tokens(state)) {
        named |= s.tokens != null && s.tokens.contains(token);
      }
      int n = vocabulary.byteLength(token);
      for (int i = 0; i < n && !state.isDead(); i++) {
        int b = vocabulary.byteAt(token, i) & 0xFF;
        if (!named && machine.lexer.borderBefore(state, b)) {
          borders.set(bytes.size());
        }
        state = machine.step(state, b);
        bytes.write(b);
      }
      if (n == 0) {
        bytes.write(0); // stands for the token
        state = machine.dead();
      }
      if (named) {
        borders.set(from);
        edges.put(from, new Edge(token, bytes.size()));
        state = machine.step(before, token, state);
      }
      state = machine.tokenEnded(state);
      if (!state.isInside()) {
        borders.set(bytes.size());
      }
      if (state.isDead()) {
        return Map.of();
      }
    }
    if (!machine.mayEnd(state)) {
      return Map.of();
    }
    borders.set(bytes.size());
    BitSet known = machine.lexing() ? borders : null;
    Captures c = new Captures(rules, machine.tables, bytes.toByteArray(), edges, known);
    try {
      return c.read();
    } catch (StackOverflowError e) {
      throw new BudgetExceededException(
          "nesting", c.text.length, "the text is nested too deeply to find its captures");
    }
  }

  private Map<String, List<String>> read() {
    ask(reading);
    while (!todo.isEmpty()) {
      Start s = todo.remove();
      waiting.remove(s);
      reading = s;
      BitSet known = ends.getOrDefault(s, new BitSet());
      int before = known.cardinality();
      known.or(ends(body(s.rule), s.from));
      if (known.cardinality() > before) {
        for (Start d : dependents.getOrDefault(s, Set.of())) {
          if (waiting.add(d)) {
            todo.add(d);
          }
        }
      }
    }
    Syntax root = new Syntax.Reference(rules.root());
    int end = text.length;
    if (!ends(root, 0).get(end)) {
      end = endBeforeIgnored(root);
    }
    if (end >= 0) {
      follow(root, 0, end, new HashSet<>());
    }
    BitSet hidden = new BitSet();
    found.stream().filter(Found::hidden).forEach(f -> hidden.set(f.from, f.to));
    Map<String, List<String>> out = new LinkedHashMap<>();
    for (Found f : found) {
      if (f.name != null) {
        String part = string(f.from, f.to, f.hidden ? new BitSet() : hidden);
        out.computeIfAbsent(f.name, k -> new ArrayList<>()).add(part);
      }
    }
    return out;
  }

  // What is ignored at the very end belongs to no rule.
  private int endBeforeIgnored(Syntax root) {
    BitSet all = ends(root, 0);
    for (int e = all.length() - 1; e >= 0; e = all.previousSetBit(e - 1)) {
      if (afterIgnored(e).get(text.length)) {
        return e;
      }
    }
    return -1;
  }

  private Syntax body(String rule) {
    Syntax s = rules.rules().get(rule);
    return s == null ? new Syntax.Either(List.of()) : s;
  }

  private BitSet ask(Start s) {
    BitSet known = ends.get(s);
    if (known == null) {
      known = new BitSet();
      ends.put(s, known);
      if (waiting.add(s)) {
        todo.add(s);
      }
    }
    dependents.computeIfAbsent(s, k -> new LinkedHashSet<>()).add(reading);
    return known;
  }

  private BitSet ends(Syntax s, int from) {
    BitSet out = new BitSet();
    if (s instanceof Syntax.Reference r) {
      out.or(ask(new Start(r.rule(), from)));
    } else if (s instanceof Syntax.Capture c) {
      return ends(c.body(), from);
    } else if (s instanceof Syntax.Suffixed x) {
      return ends(x.whole(), from);
    } else if (s instanceof Syntax.Either e) {
      for (Syntax option : e.options()) {
        out.or(ends(option, from));
      }
    } else if (s instanceof Syntax.Sequence q) {
      out.set(from);
      for (Syntax part : q.parts()) {
        out = endsOfAll(part, out);
      }
    } else if (s instanceof Syntax.Repeat r) {
      BitSet at = place(from);
      for (int k = 0; k <= r.max() && !at.isEmpty(); k++) {
        if (k >= r.min()) {
          BitSet fresh = (BitSet) at.clone();
          fresh.andNot(out);
          if (fresh.isEmpty()) {
            break; // more rounds only come to the same places
          }
          out.or(at);
        } else if (k > text.length + 1) {
          k = r.min() - 1; // only empty rounds are left
        }
        at = endsOfAll(r.body(), at);
      }
    } else {
      terminal(s, from, out);
    }
    return out;
  }

  private BitSet endsOfAll(Syntax s, BitSet from) {
    BitSet out = new BitSet();
    for (int i = from.nextSetBit(0); i >= 0; i = from.nextSetBit(i + 1)) {
      out.or(ends(s, i));
      work += 1 + out.length() / 64;
      if (work > MAX_WORK) {
        throw new BudgetExceededException(
            "steps", MAX_WORK, "the text can be read in too many ways to find its captures");
      }
    }
    return out;
  }

  // ---- terminals

  private void terminal(Syntax s, int from, BitSet out) {
    if (s instanceof Syntax.Regular r && r.expr().accepts()) {
      out.set(from);
    }
    BitSet all = afterIgnored(from);
    for (int i = all.nextSetBit(0); i >= 0; i = all.nextSetBit(i + 1)) {
      terminalAt(s, i, out);
    }
  }

  private void terminalAt(Syntax s, int from, BitSet out) {
    Edge edge = edges.get(from);
    if (s instanceof Syntax.Tokens t) {
      BitSet ids =
          tokens.computeIfAbsent(t.pattern(), p -> p.in(tables.vocabulary(), tables.trie()));
      if (edge != null && ids.get(edge.token)) {
        out.set(edge.to);
      } else if (from == text.length && ids.stream().anyMatch(tables.vocabulary()::isEnd)) {
        out.set(from); // the end, which is no part of the text
      }
      return;
    }
    int limit = borders == null ? text.length : borders.nextSetBit(from + 1);
    if (limit < 0) {
      return;
    }
    if (s instanceof Syntax.Regular r) {
      matches(r.expr(), from, limit, out);
    } else if (s instanceof Syntax.Embedded e && e.constraint() instanceof Limited l) {
      matches(l.ends(), from, limit, out);
    } else if (s instanceof Syntax.Embedded e) {
      CompiledConstraint.@Nullable State state =
          e.constraint().compile(tables.vocabulary()).start();
      for (int i = from; state != null; i++) {
        if (state.mayEnd() && (borders == null || i == limit)) {
          out.set(i);
        }
        state = i >= limit || isToken(i) ? null : state.step(text[i]);
      }
    }
  }

  private void matches(Expr language, int from, int limit, BitSet out) {
    Expr e = language;
    for (int i = from; e != Expr.NONE; i++) {
      if (e.accepts() && (borders == null || i == limit)) {
        out.set(i);
      }
      if (i >= limit || isToken(i)) {
        return;
      }
      e = e.step(text[i] & 0xFF);
    }
  }

  // Whether a special token stands there instead of a byte.
  private boolean isToken(int at) {
    Edge edge = edges.get(at);
    return edge != null && !tables.vocabulary().isText(edge.token);
  }

  // The places to which ignored texts lead, the one itself included.
  private BitSet afterIgnored(int from) {
    BitSet out = new BitSet();
    out.set(from);
    Expr ignored = rules.ignored() == null ? Expr.NONE : rules.ignored();
    if (borders == null || ignored == Expr.NONE || from == 0) {
      return out;
    }
    for (int at = from; at >= 0 && at < text.length; ) {
      int limit = borders.nextSetBit(at + 1);
      BitSet ends = new BitSet();
      if (limit > at) {
        matches(ignored, at, limit, ends);
      }
      if (!ends.get(Math.max(0, limit))) {
        break;
      }
      out.set(limit);
      at = limit;
    }
    return out;
  }

  // ---- one reading

  private record Span(String rule, int from, int to) {}

  // Whether the syntax can be followed over the text; captures what it does on the way.
  private boolean follow(Syntax s, int from, int to, Set<Span> open) {
    if (s instanceof Syntax.Reference r) {
      Span span = new Span(r.rule(), from, to);
      if (!ask(new Start(r.rule(), from)).get(to) || !open.add(span)) {
        return false;
      }
      boolean read = follow(body(r.rule()), from, to, open);
      open.remove(span);
      return read;
    } else if (s instanceof Syntax.Capture c) {
      int mark = found.size();
      found.add(new Found(c.name(), begin(c.body(), from, to), to, false));
      if (follow(c.body(), from, to, open)) {
        return true;
      }
      found.subList(mark, found.size()).clear();
      return false;
    } else if (s instanceof Syntax.Suffixed x) {
      split(x, begin(x.whole(), from, to), to);
      return true;
    } else if (s instanceof Syntax.Either e) {
      for (Syntax option : e.options()) {
        if (ends(option, from).get(to) && follow(option, from, to, open)) {
          return true;
        }
      }
      return false;
    } else if (s instanceof Syntax.Sequence q) {
      return sequence(q.parts(), from, to, open);
    } else if (s instanceof Syntax.Repeat r) {
      return repeat(r, from, to, open);
    }
    return ends(s, from).get(to);
  }

  private boolean sequence(List<Syntax> parts, int from, int to, Set<Span> open) {
    int n = parts.size();
    List<BitSet> reached = new ArrayList<>(List.of(place(from)));
    for (int i = 0; i < n; i++) {
      reached.add(endsOfAll(parts.get(i), reached.get(i)));
    }
    if (!reached.get(n).get(to)) {
      return false;
    }
    BitSet[] good = leading(parts, reached, to);
    int at = from;
    for (int i = 0; i < n; i++) {
      BitSet ends = ends(parts.get(i), at);
      ends.and(good[i + 1]);
      boolean read = false;
      for (int e = ends.length() - 1;
          e >= 0 && !read;
          e = e == 0 ? -1 : ends.previousSetBit(e - 1)) {
        if (follow(parts.get(i), at, e, open)) {
          at = e;
          read = true;
        }
      }
      if (!read) {
        return false;
      }
    }
    return true;
  }

  private boolean repeat(Syntax.Repeat r, int from, int to, Set<Span> open) {
    if (from == to && r.min() == 0) {
      return true;
    }
    // The rounds that still lead to the end, forwards, then the longest step of each.
    List<BitSet> rounds = new ArrayList<>();
    BitSet at = place(from);
    int least = Math.min(r.min(), text.length + 1);
    int most = (int) Math.min(r.max(), (long) least + text.length + 1);
    for (int k = 0; k <= most && !at.isEmpty(); k++) {
      rounds.add(at);
      if (k >= least && at.get(to)) {
        break;
      }
      at = endsOfAll(r.body(), at);
    }
    int n = rounds.size() - 1;
    if (n < 0 || !rounds.get(n).get(to)) {
      return false;
    }
    BitSet[] good = leading(Collections.nCopies(n, r.body()), rounds, to);
    int place = from;
    for (int i = 0; i < n; i++) {
      BitSet ends = ends(r.body(), place);
      ends.and(good[i + 1]);
      int e = ends.length() - 1;
      if (e < 0 || !follow(r.body(), place, e, open)) {
        return false;
      }
      place = e;
    }
    return true;
  }

  // The places reached from which the rest still comes to the end, before each part and behind all.
  private BitSet[] leading(List<Syntax> parts, List<BitSet> reached, int to) {
    int n = parts.size();
    BitSet[] good = new BitSet[n + 1];
    good[n] = place(to);
    for (int i = n - 1; i >= 0; i--) {
      good[i] = new BitSet();
      BitSet here = reached.get(i);
      for (int k = here.nextSetBit(0); k >= 0; k = here.nextSetBit(k + 1)) {
        if (ends(parts.get(i), k).intersects(good[i + 1])) {
          good[i].set(k);
        }
      }
    }
    return good;
  }

  private static BitSet place(int at) {
    BitSet one = new BitSet();
    one.set(at);
    return one;
  }

  // Where the text itself begins: what is ignored before it is no part of it.
  private int begin(Syntax s, int from, int to) {
    BitSet starts = afterIgnored(from);
    for (int i = starts.length() - 1; i > from; i = starts.previousSetBit(i - 1)) {
      if (i <= to && ends(s, i).get(to)) {
        return i;
      }
    }
    return from;
  }

  // The end is as long as it can be.
  private void split(Syntax.Suffixed s, int from, int to) {
    BitSet bodies = new BitSet();
    Expr e = s.body();
    for (int i = from; i <= to && e != Expr.NONE; i++) {
      bodies.set(i, e.accepts());
      e = i < to ? e.step(text[i] & 0xFF) : e;
    }
    for (int k = bodies.nextSetBit(from); k >= 0; k = bodies.nextSetBit(k + 1)) {
      if (s.suffix().matches(Arrays.copyOfRange(text, k, to))) {
        found.add(new Found(s.name(), from, k, false));
        found.add(new Found(s.suffixName(), k, to, s.hidden()));
        return;
      }
    }
    found.add(new Found(s.name(), from, to, false)); // cut before its end
  }

  private String string(int from, int to, BitSet without) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = from; i < to; i++) {
      if (!isToken(i) && !without.get(i)) {
        out.write(text[i]);
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
