package dev.espalier.grammar.automaton;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** The steps out of an expression: its derivative by every byte, for all bytes at once. */
final class Derivatives {
  private static final int MANY_SKIPPED = 32;

  private Derivatives() {}

  /** The steps of an expression, those of equal targets as one. */
  static Edge[] of(Expr e) {
    Expr[] args = e.args();
    return switch (e.kind()) {
      case NONE, EMPTY -> new Edge[0];
      case SET -> new Edge[] {new Edge(e.set(), Expr.EMPTY)};
      case TRIE -> pack(branches(e));
      case SEQ -> {
        Expr tail = args[1];
        if (args[0].kind() == Expr.Kind.SET) { // most sequences by far
          yield new Edge[] {new Edge(args[0].set(), tail)};
        }
        Edge[] head = mapEdges(args[0].edges(), x -> Expr.append(x, tail));
        yield args[0].accepts() ? merge(List.of(head, tail.edges())) : head;
      }
      case REPEAT -> {
        Expr rest = e.afterOneRound();
        yield mapEdges(args[0].edges(), x -> Expr.append(x, rest));
      }
      case OR -> {
        List<Edge[]> all = new ArrayList<>(args.length);
        for (Expr a : args) {
          all.add(a.edges());
        }
        yield merge(all);
      }
      case AND -> intersect(args);
      case LOOP -> e.definition().edges();
      case NOT -> {
        Map<Expr, ByteSet> out = new LinkedHashMap<>();
        ByteSet rest = ByteSet.ALL;
        for (Edge edge : args[0].edges()) {
          out.merge(Expr.not(edge.target()), edge.bytes(), ByteSet::or);
          rest = rest.and(edge.bytes().complement());
        }
        if (!rest.isEmpty()) {
          out.merge(Expr.ALL, rest, ByteSet::or);
        }
        yield pack(out);
      }
    };
  }

  private static Map<Expr, ByteSet> branches(Expr e) {
    Literals texts = Objects.requireNonNull(e.literals());
    int depth = e.depth();
    Map<Expr, ByteSet> out = new LinkedHashMap<>();
    for (int i = e.accepts() ? e.from() + 1 : e.from(); i < e.to(); ) {
      int next = texts.nextBranch(i, e.to(), depth);
      ByteSet b = ByteSet.of(texts.byteAt(i, depth));
      out.merge(Expr.trie(texts, i, next, depth + 1), b, ByteSet::or);
      i = next;
    }
    return out;
  }

  private static Edge[] mapEdges(Edge[] edges, UnaryOperator<Expr> f) {
    Map<Expr, ByteSet> out = new LinkedHashMap<>();
    for (Edge e : edges) {
      out.merge(f.apply(e.target()), e.bytes(), ByteSet::or);
    }
    return pack(out);
  }

  private static Edge[] pack(Map<Expr, ByteSet> targets) {
    targets.remove(Expr.NONE);
    Edge[] r = new Edge[targets.size()];
    int n = 0;
    for (Map.Entry<Expr, ByteSet> e : targets.entrySet()) {
      r[n++] = new Edge(e.getValue(), e.getKey());
    }
    return r;
  }

  // Union of several automata's edges: where byte sets overlap, the targets are united.
  private static Edge[] merge(List<Edge[]> all) {
    ByteSet once = ByteSet.NONE;
    ByteSet twice = ByteSet.NONE;
    for (Edge[] edges : all) {
      for (Edge e : edges) {
        twice = twice.or(once.and(e.bytes()));
        once = once.or(e.bytes());
      }
    }
    Map<Expr, ByteSet> out = new LinkedHashMap<>();
    ByteSet single = twice.complement();
    for (Edge[] edges : all) {
      for (Edge e : edges) {
        ByteSet own = e.bytes().and(single);
        if (!own.isEmpty()) {
          out.merge(e.target(), own, ByteSet::or);
        }
      }
    }
    for (ByteSet rest = twice; !rest.isEmpty(); ) {
      WorkBudget.check(64);
      ByteSet alike = rest; // bytes that the same edges hold
      List<Expr> targets = new ArrayList<>();
      int b = rest.next(0);
      for (Edge[] edges : all) {
        for (Edge e : edges) {
          if (e.bytes().contains(b)) {
            alike = alike.and(e.bytes());
            targets.add(e.target());
          } else if (e.bytes().intersects(alike)) {
            alike = alike.and(e.bytes().complement());
          }
        }
      }
      out.merge(Expr.or(targets), alike, ByteSet::or);
      rest = rest.and(alike.complement());
    }
    return pack(out);
  }

  // Bytes that lead every part to the same target are found first, so that each conjunction is put
  // together once and none of a few parts only.
  private static Edge[] intersect(Expr[] args) {
    ByteSet rest = ByteSet.ALL;
    for (Expr a : args) {
      ByteSet some = ByteSet.NONE;
      for (Edge edge : a.edges()) {
        some = some.or(edge.bytes());
      }
      rest = rest.and(some);
    }
    Map<Expr, ByteSet> out = new LinkedHashMap<>();
    Expr[] targets = new Expr[args.length];
    while (!rest.isEmpty()) {
      ByteSet alike = rest;
      int b = rest.next(0);
      for (int i = 0; i < args.length; i++) {
        Edge edge = edgeOf(args[i], b);
        alike = alike.and(edge.bytes());
        targets[i] = edge.target();
      }
      WorkBudget.check(args.length);
      out.merge(Expr.and(targets), alike, ByteSet::or);
      rest = rest.and(alike.complement());
    }
    return pack(out);
  }

  private static Edge edgeOf(Expr e, int b) {
    for (Edge edge : e.edges()) {
      if (edge.bytes().contains(b)) {
        return edge;
      }
    }
    throw new AssertionError(b + " begins no text of " + e);
  }

  // Where many parts of a sequence may be left out, its steps are those of its tails as well. They
  // are found from the last tail on, so that the stack does not grow with the sequence.
  static void prepareTails(Expr whole) {
    int skipped = 0;
    for (Expr e = whole; isSkipped(e) && !e.hasEdges(); e = e.args()[1]) {
      skipped++;
    }
    if (skipped < MANY_SKIPPED) {
      return;
    }
    ArrayDeque<Expr> tails = new ArrayDeque<>();
    Expr tail = whole;
    for (int i = 0; i < skipped; i++) {
      tail = tail.args()[1];
      tails.push(tail);
    }
    for (Expr e : tails) {
      e.edges();
    }
  }

  private static boolean isSkipped(Expr e) {
    return e.kind() == Expr.Kind.SEQ && e.args()[0].accepts();
  }
}
