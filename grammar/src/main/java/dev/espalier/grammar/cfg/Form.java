package dev.espalier.grammar.cfg;

import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.WorkBudget;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A sentential form: what is left of a rule's right-hand side. Hash-consed within one {@link
 * Table}, so a place in a rule <em>is</em> the expression of what follows (Antimirov's partial
 * derivatives, 1996) and equal continuations of different rules are one.
 */
final class Form {
  /** A first step: call the symbol, then go on with the rest. Hash-consed as well. */
  record Call(Symbol symbol, Form rest, int number) {}

  enum Kind {
    EMPTY,
    CALL,
    SEQUENCE,
    EITHER,
    REPEAT
  }

  private static final Form[] NONE = {};

  private final Table table;
  final Kind kind;
  final @Nullable Symbol symbol; // CALL only
  final Form[] parts; // SEQUENCE: head and tail; REPEAT: one
  final int min;
  private final int max;
  final int number;
  final boolean nullable;
  private Call @Nullable [] calls;
  private int callsRules; // 1 if so, -1 if not, 0 if unknown

  /** The state that has nothing but this, on first use; the machine's. */
  @Nullable ParseState alone;

  /** What may come where nothing but this is left; likewise. */
  @Nullable Prediction prediction;

  private Form(Table table, Key key, int number) {
    this.table = table;
    kind = key.kind;
    symbol = key.symbol;
    parts = key.parts;
    min = key.min;
    max = key.max;
    this.number = number;
    nullable =
        switch (kind) {
          case EMPTY -> true;
          case CALL -> symbol != null && symbol.nullable;
          case SEQUENCE -> parts[0].nullable && parts[1].nullable;
          case EITHER -> Arrays.stream(parts).anyMatch(p -> p.nullable);
          case REPEAT -> min == 0 || parts[0].nullable;
        };
  }

  boolean isEmpty() {
    return kind == Kind.EMPTY;
  }

  /** Whether some first step calls a rule. */
  boolean callsRules() {
    if (callsRules == 0) {
      callsRules = Arrays.stream(calls()).anyMatch(c -> c.symbol().body != null) ? 1 : -1;
    }
    return callsRules > 0;
  }

  /** The first steps, each once. */
  Call[] calls() {
    Call[] known = calls;
    if (known == null) {
      Set<Call> found = new LinkedHashSet<>();
      collect(this, table.empty, found);
      known = found.toArray(new Call[0]);
      calls = known;
    }
    return known;
  }

  private void collect(Form form, Form then, Set<Call> out) {
    Form e = form;
    while (e.kind == Kind.SEQUENCE) { // long rules must not need a deep stack
      collect(e.parts[0], table.sequence(e.parts[1], then), out);
      if (!e.parts[0].nullable) {
        return;
      }
      e = e.parts[1];
    }
    switch (e.kind) {
      case CALL -> {
        if (e.symbol != null) {
          out.add(table.call(e.symbol, then));
        }
      }
      case EITHER -> {
        for (Form p : e.parts) {
          collect(p, then, out);
        }
      }
      case REPEAT -> {
        int most = e.max == Expr.UNBOUNDED ? e.max : e.max - 1;
        Form rest = table.repeat(e.parts[0], Math.max(0, e.min - 1), most);
        collect(e.parts[0], table.sequence(rest, then), out);
      }
      default -> {}
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // compared by hand below
  private record Key(Kind kind, @Nullable Symbol symbol, Form[] parts, int min, int max) {
    @Override
    public int hashCode() {
      int h = kind.name().hashCode() * 31 + (symbol == null ? 0 : symbol.number);
      h = (h * 31 + min) * 31 + max;
      for (Form p : parts) {
        h = h * 0x01000193 + p.number;
      }
      return h ^ (h >>> 15);
    }

    // Parts are hash-consed before, and arrays of them are equal if their elements are the same.
    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof Key k
          && kind == k.kind
          && symbol == k.symbol
          && min == k.min
          && max == k.max
          && Arrays.equals(parts, k.parts);
    }
  }

  /** Makes forms and calls. Mutable: one machine's, used under its lock. */
  static final class Table {
    private final Map<Key, Form> forms = new HashMap<>();
    private final Map<Long, Call> calls = new HashMap<>();
    final Form empty = make(new Key(Kind.EMPTY, null, NONE, 0, 0));

    private Form make(Key key) {
      Form known = forms.get(key);
      if (known == null) {
        WorkBudget.part();
        known = new Form(this, key, forms.size());
        forms.put(key, known);
      }
      return known;
    }

    Call call(Symbol symbol, Form rest) {
      long key = ((long) symbol.number << 32) | rest.number;
      Call known = calls.get(key);
      if (known == null) {
        WorkBudget.check();
        known = new Call(symbol, rest, calls.size());
        calls.put(key, known);
      }
      return known;
    }

    Form calling(Symbol symbol) {
      return make(new Key(Kind.CALL, symbol, NONE, 0, 0));
    }

    Form sequence(Form head, Form tail) {
      if (head.kind == Kind.EMPTY) {
        return tail;
      }
      if (tail.kind == Kind.EMPTY) {
        return head;
      }
      if (head.kind == Kind.SEQUENCE) { // right-leaning
        java.util.ArrayDeque<Form> heads = new java.util.ArrayDeque<>();
        Form e = head;
        for (; e.kind == Kind.SEQUENCE; e = e.parts[1]) {
          heads.push(e.parts[0]);
        }
        Form r = sequence(e, tail);
        for (Form h : heads) {
          r = sequence(h, r);
        }
        return r;
      }
      return make(new Key(Kind.SEQUENCE, null, new Form[] {head, tail}, 0, 0));
    }

    /** Any of these; no option must be impossible. */
    Form either(Set<Form> options) {
      return options.size() == 1
          ? options.iterator().next()
          : make(new Key(Kind.EITHER, null, options.toArray(NONE), 0, 0));
    }

    Form repeat(Form body, int min, int max) {
      if (max == 0 || body.kind == Kind.EMPTY) {
        return empty;
      }
      return min == 1 && max == 1
          ? body
          : make(new Key(Kind.REPEAT, null, new Form[] {body}, min, max));
    }
  }
}
