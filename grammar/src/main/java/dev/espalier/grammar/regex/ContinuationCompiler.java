package dev.espalier.grammar.regex;

import dev.espalier.BudgetExceededException;
import dev.espalier.grammar.GrammarSyntaxException;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns a syntax tree into the language of all texts that match as a whole, wherever its assertions
 * stand, inside repetitions too. For one thread.
 */
final class ContinuationCompiler {
  // A node is compiled together with the language of all that may come after it, so that a
  // condition on what follows is an intersection with that. What came before is known as far as the
  // pattern asks for it: whether the text has only begun, and if not in which of a few disjoint
  // classes its last character is; where a lookbehind asks for several characters, also where its
  // automaton has got to. A repetition without limit is a loop, one for each such place. Its rounds
  // must read something; one that reads nothing asserts what holds anyway or leads nowhere.
  //
  // What comes out is an equation system with intersections, where RegexCompiler mostly finds plain
  // languages, so this is for the patterns which that one cannot express.

  private static final int MAX_STEPS = 200_000;
  private static final int MAX_ROUNDS = 1_000;
  private static final int BEGIN = -1;

  /**
   * Where the text has got to.
   *
   * @param last class of the last character, or {@link #BEGIN}
   * @param past what longer lookbehinds have seen, a state of {@link #histories}
   * @param moved whether the round of the innermost repetition has read something
   */
  private record Place(int last, int past, boolean moved) {}

  /** The language of what may follow. */
  private interface Rest {
    Expr from(Place place);
  }

  private final String pattern;
  private final String name; // of the loops, less their number
  private final List<Expr> classes = new ArrayList<>(List.of(Utf8.CHAR));
  private final Map<Expr, List<Expr>> ending = new HashMap<>(); // by the last character's class
  private final Histories histories;
  private final IdentityHashMap<RegexNode, Integer> longer =
      new IdentityHashMap<>(); // which lookbehind it is
  private boolean looksBehind;
  private int loops;
  private int steps;

  private ContinuationCompiler(String pattern, String name) {
    this.pattern = pattern;
    this.name = name;
    histories = new Histories(name);
  }

  /**
   * The whole texts that match.
   *
   * @param name equal for equal calls only
   */
  static Expr compile(String pattern, String name, RegexNode node) {
    ContinuationCompiler compiler = new ContinuationCompiler(pattern, name);
    RegexNode root = compiler.prepared(node);
    return compiler
        .compile(root, at -> Expr.EMPTY)
        .from(compiler.place(BEGIN, Histories.START, false));
  }

  private Place place(int last, int past, boolean moved) {
    return new Place(looksBehind ? last : 0, past, moved);
  }

  // ---- what lies behind

  // Lookbehinds at one character become conditions on that, and its classes are told apart.
  private RegexNode prepared(RegexNode node) {
    if (node instanceof RegexNode.Sequence s) {
      return new RegexNode.Sequence(s.parts().stream().map(this::prepared).toList());
    }
    if (node instanceof RegexNode.Alternation a) {
      return new RegexNode.Alternation(a.options().stream().map(this::prepared).toList());
    }
    if (node instanceof RegexNode.Repetition r) {
      return new RegexNode.Repetition(prepared(r.body()), r.min(), r.max(), r.offset());
    }
    if (node instanceof RegexNode.Look l) {
      if (l.ahead()) {
        return new RegexNode.Look(prepared(l.body()), true, l.negative(), l.offset());
      }
      RegexNode before = behind(l.body(), l.negative(), l.offset());
      if (before == null) {
        longer.put(l, histories.add(new RegexCompiler(pattern, name).endingIn(l.body())));
        return l;
      }
      return before;
    }
    if (node instanceof RegexNode.Before b) {
      tellApart(b.character());
    }
    return node;
  }

  private @Nullable RegexNode behind(RegexNode body, boolean negative, int offset) {
    if (body instanceof RegexNode.Plain p) {
      boolean single = p.expr().within(Utf8.CHAR, RegexCompiler.SEARCH);
      return single ? before(p.expr(), false, negative, offset) : null;
    }
    if (body instanceof RegexNode.Before b) {
      return before(b.character(), b.orStart(), negative, offset);
    }
    if (body instanceof RegexNode.Sequence s && s.parts().size() == 1) {
      return behind(s.parts().get(0), negative, offset);
    }
    if (!(body instanceof RegexNode.Alternation a)) {
      return null;
    }
    List<RegexNode> options = new ArrayList<>();
    for (RegexNode option : a.options()) {
      RegexNode before = behind(option, negative, offset);
      if (before == null) {
        return null;
      }
      options.add(before);
    }
    return negative ? new RegexNode.Sequence(options) : new RegexNode.Alternation(options);
  }

  private RegexNode before(Expr character, boolean orStart, boolean negative, int offset) {
    tellApart(character);
    return negative
        ? new RegexNode.Before(Utf8.CHAR.minus(character), !orStart, offset)
        : new RegexNode.Before(character, orStart, offset);
  }

  private void tellApart(Expr character) {
    looksBehind = true;
    for (Expr c : List.copyOf(classes)) {
      Expr in = Expr.and(c, character);
      Expr out = c.minus(character);
      if (!in.isEmpty(RegexCompiler.SEARCH) && !out.isEmpty(RegexCompiler.SEARCH)) {
        classes.set(classes.indexOf(c), in);
        classes.add(out);
      }
    }
  }

  // ---- with what follows

  /** The texts of the node with the rest behind it, from every place. */
  private Rest compile(RegexNode node, Rest rest) {
    step();
    if (node instanceof RegexNode.Plain p) {
      return once(at -> plain(p.expr(), at, rest));
    }
    if (node instanceof RegexNode.Sequence s) {
      Rest tail = rest;
      for (int i = s.parts().size() - 1; i >= 0; i--) {
        tail = compile(s.parts().get(i), tail);
      }
      return tail;
    }
    if (node instanceof RegexNode.Alternation a) {
      List<Rest> options = a.options().stream().map(o -> compile(o, rest)).toList();
      return once(at -> Expr.or(options.stream().map(o -> o.from(at)).toList()));
    }
    if (node instanceof RegexNode.Repetition r) {
      return repetition(r, rest);
    }
    if (node instanceof RegexNode.Before b) {
      return once(at -> holds(b, at) ? rest.from(at) : Expr.NONE);
    }
    if (node instanceof RegexNode.After a) {
      Expr next = Expr.seq(a.character(), Utf8.TEXT);
      Expr wanted = a.orEnd() ? Expr.or(next, Expr.EMPTY) : next;
      return once(at -> Expr.and(rest.from(at), wanted));
    }
    RegexNode.Look look = (RegexNode.Look) node;
    Integer behind = longer.get(look);
    if (behind != null) {
      return once(
          at -> histories.holds(at.past, behind) != look.negative() ? rest.from(at) : Expr.NONE);
    }
    Rest ahead = compile(look.body(), after -> Utf8.TEXT);
    return once(
        at -> Expr.and(rest.from(at), look.negative() ? Expr.not(ahead.from(at)) : ahead.from(at)));
  }

  private void step() {
    if (++steps > MAX_STEPS) {
      throw new BudgetExceededException(
          "steps", MAX_STEPS, "the pattern's assertions combine in too many ways");
    }
  }

  private boolean holds(RegexNode.Before b, Place at) {
    return at.last == BEGIN
        ? b.orStart()
        : !Expr.and(classes.get(at.last), b.character()).isEmpty(RegexCompiler.SEARCH);
  }

  private Rest once(Rest rest) {
    Map<Place, Expr> known = new HashMap<>();
    return place -> {
      Expr e = known.get(place);
      if (e == null) {
        step();
        e = rest.from(place);
        known.put(place, e);
      }
      return e;
    };
  }

  private Expr plain(Expr e, Place at, Rest rest) {
    Map<Expr, List<Expr>> endings = new LinkedHashMap<>(); // by what follows
    List<Expr> byClass = ending.computeIfAbsent(e, this::ending);
    for (int c = 0; c < classes.size(); c++) {
      for (Map.Entry<Integer, Expr> t : histories.after(at.past, byClass.get(c)).entrySet()) {
        Expr follows = rest.from(place(c, t.getKey(), true));
        endings.computeIfAbsent(follows, f -> new ArrayList<>()).add(t.getValue());
      }
    }
    Expr nothing = e.accepts() ? rest.from(at) : Expr.NONE;
    if (endings.size() == 1) {
      Expr follows = endings.keySet().iterator().next();
      if (nothing == Expr.NONE || nothing == follows) {
        boolean all = e.accepts() == (nothing == follows);
        return all
            ? Expr.seq(e, follows)
            : Expr.seq(RegexCompiler.meet(e, Expr.seq(Utf8.CHAR, Utf8.TEXT)), follows);
      }
    }
    List<Expr> ways = new ArrayList<>(List.of(nothing));
    endings.forEach((follows, texts) -> ways.add(Expr.seq(Expr.or(texts), follows)));
    return Expr.or(ways);
  }

  private List<Expr> ending(Expr e) {
    return classes.stream().map(c -> RegexCompiler.meet(e, Expr.seq(Utf8.TEXT, c))).toList();
  }

  private Rest repetition(RegexNode.Repetition r, Rest rest) {
    int counted = r.max() == Expr.UNBOUNDED ? r.min() : r.max();
    if (counted > MAX_ROUNDS) {
      throw new GrammarSyntaxException(
          pattern,
          r.offset(),
          "what holds anchors, word boundaries or lookarounds may be counted up to "
              + MAX_ROUNDS
              + ", or repeated without limit");
    }
    Rest tail = r.max() == Expr.UNBOUNDED ? new Loop(r.body(), rest) : rest;
    Deque<Rest> rounds = new ArrayDeque<>(); // the last one first
    for (int round = counted; round > 0; round--) {
      Rest more = compile(r.body(), tail);
      tail = round <= r.min() ? more : once(at -> Expr.or(rest.from(at), more.from(at)));
      rounds.add(tail);
    }
    Rest first = tail;
    return at -> {
      while (rounds.size()
          > 1) { // or the last one would be reached through the stack of all others
        everywhere(rounds.remove());
      }
      return first.from(at);
    };
  }

  private void everywhere(Rest rest) {
    for (int last = looksBehind ? BEGIN : 0; last < classes.size(); last++) {
      for (int past = 0; past < histories.size(); past++) {
        rest.from(new Place(last, past, false));
        rest.from(new Place(last, past, true));
      }
    }
  }

  /** Any number of rounds, and then the rest. */
  private final class Loop implements Rest {
    private final Rest rest;
    private final Rest more;
    private final int number = loops++;
    private final Map<Place, Expr> known = new HashMap<>();

    Loop(RegexNode body, Rest rest) {
      this.rest = rest;
      more = compile(body, p -> p.moved ? from(p) : Expr.NONE);
    }

    @Override
    public Expr from(Place at) {
      Expr e = known.get(at);
      if (e == null) {
        Expr end = rest.from(at);
        e = Expr.loop(name + "#" + number + at, end.accepts());
        known.put(at, e);
        e.define(Expr.or(end, more.from(new Place(at.last, at.past, false))));
      }
      return e;
    }
  }
}
