package dev.espalier.grammar.regex;

import dev.espalier.BudgetExceededException;
import dev.espalier.grammar.GrammarSyntaxException;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns a syntax tree into the language of all texts that match as a whole. For one thread. */
final class RegexCompiler {
  // Assertions are conditions at one place of a text x1 x2 ... xn, where each xi is in a plain
  // language pi. The tree is expanded into such *spines*, and each spine becomes a language:
  //
  // 1. A condition on one neighbouring character (^ $ \b and the like) moves into the part beside
  // it:
  //    p becomes p & TEXT c. If the part may be empty, a second spine without it carries the
  //    condition on to the next part, at last to the end of the text, where it is decided.
  // 2. Every lookbehind constrains the text before its place, every lookahead the text after it. If
  //    all lookbehinds stand before all lookaheads they constrain disjoint stretches, and
  //    intersection says exactly that; so it does for lookaheads at the very start and lookbehinds
  //    at the very end, which constrain everything. Otherwise two conditions cross, which is left
  // to
  //    ContinuationCompiler.
  private static final int MAX_SPINES = 1000;
  static final int SEARCH = 20_000;

  private final String pattern;
  private final String name;

  /**
   * @param name equal for patterns of equal meaning only
   */
  RegexCompiler(String pattern, String name) {
    this.pattern = pattern;
    this.name = name;
  }

  private sealed interface Item {}

  private record Part(Expr expr) implements Item {}

  private record Neighbour(Expr character, boolean orEdge, boolean ahead, int offset)
      implements Item {
    boolean isEdge(boolean end) {
      return character == Expr.NONE && orEdge && ahead == end;
    }
  }

  private record Rest(Expr language, boolean ahead, int offset) implements Item {}

  /** The whole texts that match. */
  Expr whole(RegexNode node) {
    return node instanceof RegexNode.Plain p ? p.expr() : compile(node, false);
  }

  /** The whole texts that contain a match. */
  Expr search(RegexNode node) {
    if (node instanceof RegexNode.Plain p) {
      return p.expr().accepts() ? Utf8.TEXT : Expr.seq(Utf8.TEXT, p.expr(), Utf8.TEXT);
    }
    return compile(node, true);
  }

  private Expr compile(RegexNode node, boolean anywhere) {
    try {
      List<Item> around = anywhere ? List.of(new Part(Utf8.TEXT)) : List.of();
      return compile(node, around, around, false, false);
    } catch (GrammarSyntaxException | BudgetExceededException e) {
      RegexNode text = new RegexNode.Plain(Utf8.TEXT);
      return ContinuationCompiler.compile(
          pattern,
          name + (anywhere ? " in " : " is "),
          anywhere ? new RegexNode.Sequence(List.of(text, node, text)) : node);
    }
  }

  private Expr compile(
      RegexNode node, List<Item> before, List<Item> after, boolean openStart, boolean openEnd) {
    List<Expr> languages = new ArrayList<>();
    for (List<Item> spine : expand(node)) {
      List<List<Item>> settled = new ArrayList<>();
      settle(join(before, spine, after), openStart, openEnd, settled);
      for (List<Item> s : settled) {
        languages.add(language(s, openStart, openEnd));
      }
    }
    return Expr.or(languages);
  }

  @SafeVarargs
  private static List<Item> join(List<Item>... lists) {
    List<Item> all = new ArrayList<>();
    for (List<Item> list : lists) {
      for (Item item : list) {
        Item last = all.isEmpty() ? null : all.get(all.size() - 1);
        if (item instanceof Part p && last instanceof Part l) {
          all.set(all.size() - 1, new Part(Expr.seq(l.expr, p.expr)));
        } else {
          all.add(item);
        }
      }
    }
    return all;
  }

  // ---- spines

  private List<List<Item>> expand(RegexNode node) {
    List<List<Item>> out = new ArrayList<>();
    if (node instanceof RegexNode.Plain p) {
      out.add(List.of(new Part(p.expr())));
    } else if (node instanceof RegexNode.Sequence s) {
      out.add(List.of());
      for (RegexNode part : s.parts()) {
        out = product(out, expand(part));
      }
    } else if (node instanceof RegexNode.Alternation a) {
      for (RegexNode option : a.options()) {
        out.addAll(expand(option));
      }
    } else if (node instanceof RegexNode.Repetition r) {
      out = repeat(r);
    } else if (node instanceof RegexNode.Before b) {
      out.add(List.of(new Neighbour(b.character(), b.orStart(), false, b.offset())));
    } else if (node instanceof RegexNode.After a) {
      out.add(List.of(new Neighbour(a.character(), a.orEnd(), true, a.offset())));
    } else if (node instanceof RegexNode.Look l) {
      out.add(List.of(look(l)));
    }
    return checked(out);
  }

  private static List<List<Item>> checked(List<List<Item>> spines) {
    if (spines.size() > MAX_SPINES) {
      throw new BudgetExceededException(
          "spines", MAX_SPINES, "too many combinations of anchors, boundaries and lookarounds");
    }
    return spines;
  }

  private static List<List<Item>> product(List<List<Item>> heads, List<List<Item>> tails) {
    List<List<Item>> out = new ArrayList<>();
    for (List<Item> h : heads) {
      for (List<Item> t : tails) {
        out.add(join(h, t));
      }
      checked(out);
    }
    return out;
  }

  private List<List<Item>> repeat(RegexNode.Repetition r) {
    List<List<Item>> ending = r.max() > 8 ? endingAtAnEdge(r) : null;
    if (ending != null) {
      return ending;
    }
    if (r.max() > 8) {
      throw new GrammarSyntaxException(
          pattern,
          r.offset(),
          "anchors, word boundaries and lookarounds may be repeated at most 8 times; move the"
              + " assertion out of the repetition");
    }
    List<List<Item>> body = expand(r.body());
    List<List<Item>> power = List.of(List.of());
    List<List<Item>> out = new ArrayList<>();
    for (int k = 0; k <= r.max(); k++) {
      if (k > 0) {
        power = product(power, body);
      }
      if (k >= r.min()) {
        out.addAll(power);
        checked(out);
      }
    }
    return out;
  }

  // (?:x($|/))+ and the like: behind an end of the text only empty texts can follow, so that the
  // round which meets it is the last one; what asks for the start is the first one. Null if the
  // body holds other assertions or has to match more than once.
  private @Nullable List<List<Item>> endingAtAnEdge(RegexNode.Repetition r) {
    if (r.max() != Expr.UNBOUNDED || r.min() > 1) {
      return null;
    }
    List<Expr> plain = new ArrayList<>();
    List<List<Item>> first = new ArrayList<>();
    List<List<Item>> last = new ArrayList<>();
    List<List<Item>> only = new ArrayList<>();
    for (List<Item> spine : expand(r.body())) {
      boolean atStart = spine.stream().anyMatch(i -> i instanceof Neighbour n && n.isEdge(false));
      boolean atEnd = spine.stream().anyMatch(i -> i instanceof Neighbour n && n.isEdge(true));
      if (!spine.stream()
          .allMatch(
              i -> i instanceof Part || (i instanceof Neighbour n && n.character == Expr.NONE))) {
        return null;
      }
      if (!atStart && !atEnd) {
        plain.add(spine.isEmpty() ? Expr.EMPTY : ((Part) spine.get(0)).expr);
      } else {
        (atStart && atEnd ? only : atStart ? first : last).add(spine);
      }
    }
    List<Item> rounds = List.of(new Part(Expr.star(Expr.or(plain))));
    List<List<Item>> out = new ArrayList<>(only);
    out.add(List.of(new Part(Expr.repeat(Expr.or(plain), r.min(), Expr.UNBOUNDED))));
    first.forEach(f -> out.add(join(f, rounds)));
    last.forEach(l -> out.add(join(rounds, l)));
    out.addAll(product(first.stream().map(f -> join(f, rounds)).toList(), last));
    return checked(out);
  }

  /** The texts that end in a match: what a lookbehind with this body asks of the text before it. */
  Expr endingIn(RegexNode body) {
    return compile(body, List.of(new Part(Utf8.TEXT)), List.of(), false, true);
  }

  private Item look(RegexNode.Look look) {
    List<Item> any = List.of(new Part(Utf8.TEXT));
    Expr language =
        look.ahead() ? compile(look.body(), List.of(), any, true, false) : endingIn(look.body());
    return new Rest(look.negative() ? Expr.not(language) : language, look.ahead(), look.offset());
  }

  // ---- one neighbouring character

  private void settle(List<Item> spine, boolean openStart, boolean openEnd, List<List<Item>> out) {
    int at = -1;
    for (int i = 0; i < spine.size() && at < 0; i++) {
      at = spine.get(i) instanceof Neighbour ? i : -1;
    }
    if (at < 0) {
      out.add(spine);
      checked(out);
      return;
    }
    Neighbour condition = (Neighbour) spine.get(at);
    List<Item> others = new ArrayList<>(spine);
    others.remove(at);
    int step = condition.ahead ? 1 : -1;
    int beside = condition.ahead ? at : at - 1;
    while (beside >= 0 && beside < others.size() && !(others.get(beside) instanceof Part)) {
      beside += step;
    }
    if (beside < 0 || beside >= others.size()) {
      if (condition.ahead ? openEnd : openStart) {
        throw new GrammarSyntaxException(
            pattern,
            condition.offset,
            "an anchor or word boundary at the edge of a lookaround is not supported; write it"
                + " outside the lookaround");
      }
      if (condition.orEdge) {
        settle(others, openStart, openEnd, out);
      }
      return;
    }
    Expr part = ((Part) others.get(beside)).expr;
    Expr fitting = condition.ahead ? startingWith(part, condition) : endingWith(part, condition);
    if (fitting != Expr.NONE) {
      List<Item> filled = new ArrayList<>(others);
      filled.set(beside, new Part(fitting));
      settle(filled, openStart, openEnd, out);
    }
    if (part.accepts()) {
      List<Item> empty = new ArrayList<>(others);
      empty.remove(beside);
      // The condition goes on from where the empty part was.
      empty.add(beside, condition);
      settle(empty, openStart, openEnd, out);
    }
  }

  private static Expr startingWith(Expr part, Neighbour n) {
    return meet(part, Expr.seq(n.character, Utf8.TEXT));
  }

  private static Expr endingWith(Expr part, Neighbour n) {
    return meet(part, Expr.seq(Utf8.TEXT, n.character));
  }

  // Intersection, without a trace of it where the result is plain: plain languages are live by
  // construction, and their counters can be cut.
  static Expr meet(Expr part, Expr condition) {
    if (part == Utf8.TEXT) {
      return condition;
    }
    Expr both = Expr.and(part, condition);
    if (both.isEmpty(SEARCH)) {
      return Expr.NONE;
    }
    return part.within(condition, SEARCH) ? part : both;
  }

  // ---- lookarounds

  private Expr language(List<Item> spine, boolean openStart, boolean openEnd) {
    for (Item item : spine) {
      if (item instanceof Rest r && (r.ahead ? openEnd : openStart)) {
        throw new GrammarSyntaxException(
            pattern,
            r.offset,
            "a lookaround that looks out of the lookaround around it is not supported");
      }
    }
    // What is seen from the very start, or from the very end, is the whole text.
    List<Expr> whole = new ArrayList<>();
    List<Item> items = new ArrayList<>(spine);
    items.removeIf(item -> item instanceof Part p && p.expr == Expr.EMPTY);
    while (!items.isEmpty() && items.get(0) instanceof Rest r && r.ahead) {
      whole.add(r.language);
      items.remove(0);
    }
    while (!items.isEmpty() && items.get(items.size() - 1) instanceof Rest r && !r.ahead) {
      whole.add(r.language);
      items.remove(items.size() - 1);
    }
    whole.add(between(items));
    return Expr.and(whole.toArray(new Expr[0]));
  }

  private Expr between(List<Item> spine) {
    int lastBehind = -1;
    int firstAhead = spine.size();
    for (int i = 0; i < spine.size(); i++) {
      if (spine.get(i) instanceof Rest r) {
        if (!r.ahead && firstAhead < i) {
          throw new GrammarSyntaxException(
              pattern,
              r.offset,
              "a lookbehind after a lookahead is not supported; state one condition at a time");
        }
        if (r.ahead) {
          firstAhead = Math.min(firstAhead, i);
        } else {
          lastBehind = i;
        }
      }
    }
    Expr prefix = Expr.EMPTY;
    for (int i = 0; i <= lastBehind; i++) {
      Item item = spine.get(i);
      prefix =
          item instanceof Part p
              ? Expr.seq(prefix, p.expr)
              : Expr.and(prefix, ((Rest) item).language);
    }
    Expr suffix = Expr.EMPTY;
    for (int i = spine.size() - 1; i > lastBehind; i--) {
      Item item = spine.get(i);
      suffix =
          item instanceof Part p
              ? Expr.seq(p.expr, suffix)
              : Expr.and(suffix, ((Rest) item).language);
    }
    return Expr.seq(prefix, suffix);
  }
}
