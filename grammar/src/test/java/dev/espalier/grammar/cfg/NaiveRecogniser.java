package dev.espalier.grammar.cfg;

import dev.espalier.grammar.automaton.Expr;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The slow, obvious oracle: for every rule and every start in a text, the set of its ends, as a
 * fixpoint over the rules as they were written; and whether the rest of the text is a beginning.
 */
final class NaiveRecogniser {
  private final Map<String, Syntax> rules;
  private final Set<String> productive = new HashSet<>();
  private byte[] text = {};
  private final Map<String, BitSet[]> ends = new HashMap<>();
  private final Map<String, BitSet> prefixes = new HashMap<>();

  NaiveRecogniser(Map<String, Syntax> rules) {
    this.rules = rules;
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Map.Entry<String, Syntax> r : rules.entrySet()) {
        changed |= derives(r.getValue()) && productive.add(r.getKey());
      }
    }
  }

  boolean derives(Syntax s) {
    if (s instanceof Syntax.Regular r) {
      return r.expr() != Expr.NONE;
    } else if (s instanceof Syntax.Reference r) {
      return productive.contains(r.rule());
    } else if (s instanceof Syntax.Sequence q) {
      return q.parts().stream().allMatch(this::derives);
    } else if (s instanceof Syntax.Either e) {
      return e.options().stream().anyMatch(this::derives);
    }
    Syntax.Repeat r = (Syntax.Repeat) s;
    return r.min() == 0 || derives(r.body());
  }

  void read(byte[] bytes) {
    text = bytes;
    for (String name : rules.keySet()) {
      BitSet[] sets = new BitSet[bytes.length + 1];
      for (int i = 0; i < sets.length; i++) {
        sets[i] = new BitSet();
      }
      ends.put(name, sets);
      prefixes.put(name, new BitSet());
    }
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Map.Entry<String, Syntax> r : rules.entrySet()) {
        for (int i = 0; i <= bytes.length; i++) {
          BitSet known = ends.get(r.getKey())[i];
          int before = known.cardinality();
          known.or(ends(r.getValue(), i));
          changed |= known.cardinality() > before;
          BitSet begun = prefixes.get(r.getKey());
          if (!begun.get(i) && begins(r.getValue(), i)) {
            begun.set(i);
            changed = true;
          }
        }
      }
    }
  }

  boolean accepts(String root) {
    return ends.get(root)[0].get(text.length);
  }

  /** Whether some text of the root begins with what was read. */
  boolean isPrefix(String root) {
    return prefixes.get(root).get(0);
  }

  private BitSet ends(Syntax s, int from) {
    BitSet out = new BitSet();
    if (s instanceof Syntax.Regular r) {
      Expr e = r.expr();
      for (int i = from; e != Expr.NONE; i++) {
        if (e.accepts()) {
          out.set(i);
        }
        if (i == text.length) {
          break;
        }
        e = e.step(text[i] & 0xFF);
      }
    } else if (s instanceof Syntax.Reference r) {
      out.or(ends.get(r.rule())[from]);
    } else if (s instanceof Syntax.Sequence q) {
      out.set(from);
      for (Syntax part : q.parts()) {
        out = endsOfAll(part, out);
      }
    } else if (s instanceof Syntax.Either e) {
      for (Syntax option : e.options()) {
        out.or(ends(option, from));
      }
    } else {
      Syntax.Repeat r = (Syntax.Repeat) s;
      BitSet at = new BitSet();
      at.set(from);
      // More rounds than there are bytes find no new end, only empty ones.
      int rounds = Math.min(r.max(), r.min() + text.length + 1);
      for (int k = 0; k <= rounds && !at.isEmpty(); k++) {
        if (k >= r.min()) {
          out.or(at);
        }
        at = endsOfAll(r.body(), at);
      }
    }
    return out;
  }

  private BitSet endsOfAll(Syntax s, BitSet from) {
    BitSet out = new BitSet();
    for (int i = from.nextSetBit(0); i >= 0; i = from.nextSetBit(i + 1)) {
      out.or(ends(s, i));
    }
    return out;
  }

  // Whether the text from here on is the beginning of some text of the syntax.
  private boolean begins(Syntax s, int from) {
    if (!derives(s)) {
      return false;
    }
    if (from == text.length) {
      return true;
    }
    if (s instanceof Syntax.Regular r) {
      Expr e = r.expr();
      for (int i = from; i < text.length; i++) {
        e = e.step(text[i] & 0xFF);
      }
      return e != Expr.NONE;
    } else if (s instanceof Syntax.Reference r) {
      return prefixes.get(r.rule()).get(from);
    } else if (s instanceof Syntax.Either e) {
      return e.options().stream().anyMatch(o -> begins(o, from));
    }
    BitSet at = new BitSet();
    at.set(from);
    if (s instanceof Syntax.Sequence q) {
      for (Syntax part : q.parts()) {
        if (beginsAtAny(part, at)) {
          return true;
        }
        at = endsOfAll(part, at);
      }
      return false;
    }
    Syntax.Repeat r = (Syntax.Repeat) s;
    int rounds = Math.min(r.max(), r.min() + text.length + 1);
    for (int k = 0; k < rounds && !at.isEmpty(); k++) {
      if (beginsAtAny(r.body(), at)) {
        return true;
      }
      at = endsOfAll(r.body(), at);
    }
    return false;
  }

  private boolean beginsAtAny(Syntax s, BitSet from) {
    return from.stream().anyMatch(i -> begins(s, i));
  }
}
