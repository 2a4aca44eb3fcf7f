package dev.espalier.grammar.automaton;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sequences, unions and intersections in the form that makes the derivatives of an expression
 * finitely many: flattened, sorted, each part once (Brzozowski, 1964), and without parts that say
 * nothing beside another. Sorting is the cost, and a look at every part.
 */
final class NormalForm {
  private static final int FEW_TEXTS = 8; // that an intersection looks at one by one
  private static final int FEW = 64; // parts that are sorted as they are
  private static final int MANY_TEXTS = 1_000; // that are read as a trie
  private static final int TAILS = 4; // to look for: derivatives meet one after the other
  private static final Expr[] NO_ARGS = {};

  private NormalForm() {}

  /** One after another: sequences lean to the right, and neighbouring equal stars are one. */
  static Expr seq(Expr head, Expr tail) {
    if (head == Expr.NONE || tail == Expr.NONE) {
      return Expr.NONE;
    }
    if (head == Expr.EMPTY) {
      return tail;
    }
    if (tail == Expr.EMPTY) {
      return head;
    }
    if (head.isStar()
        && (tail == head || (tail.kind() == Expr.Kind.SEQ && tail.args()[0] == head))) {
      return tail;
    }
    if (head.kind() == Expr.Kind.SEQ) {
      List<Expr> parts = new ArrayList<>();
      for (; head.kind() == Expr.Kind.SEQ; head = head.args()[1]) {
        parts.add(head.args()[0]);
      }
      parts.add(head);
      parts.add(tail);
      return Expr.seq(parts.toArray(NO_ARGS));
    }
    return Expr.make(Expr.Kind.SEQ, ByteSet.NONE, new Expr[] {head, tail}, 0, 0);
  }

  /** See {@link Expr#or(Collection)}. */
  static Expr or(Collection<Expr> parts) {
    List<Expr> flat = new ArrayList<>();
    ByteSet single = ByteSet.NONE;
    boolean empty = false;
    for (Expr p : flatten(Expr.Kind.OR, parts)) {
      if (p == Expr.ALL) {
        return Expr.ALL;
      } else if (p.kind() == Expr.Kind.SET) {
        single = single.or(p.set());
      } else if (p == Expr.EMPTY) {
        empty = true;
      } else if (p != Expr.NONE) {
        flat.add(p);
      }
    }
    if (!single.isEmpty()) {
      flat.add(Expr.bytes(single));
    }
    if (empty && !Expr.any(flat.toArray(NO_ARGS), true)) {
      flat.add(Expr.EMPTY);
    }
    for (Expr text : flat.toArray(NO_ARGS)) {
      int state = WellFormed.stateOf(text);
      if (state >= 0) {
        flat.removeIf(p -> p != text && WellFormed.is(p, state));
      }
    }
    dropTails(flat);
    Bounds.dropCovered(flat);
    return normal(Expr.Kind.OR, flat, Expr.NONE);
  }

  // A sequence whose head may be left out holds all that its tail holds. Without this, what many
  // parts that may be left out begin with would be as many alternatives.
  private static void dropTails(List<Expr> alternatives) {
    if (alternatives.size() < 2) {
      return;
    }
    Set<Expr> tails = null;
    for (Expr e : alternatives) {
      Expr tail = e;
      for (int i = 0; i < TAILS && tail.kind() == Expr.Kind.SEQ && tail.args()[0].accepts(); i++) {
        tail = tail.args()[1];
        tails = tails == null ? new HashSet<>() : tails;
        tails.add(tail);
      }
    }
    if (tails != null) {
      alternatives.removeAll(tails);
    }
  }

  /** See {@link Expr#sequence}. */
  static Expr sequence(List<Expr> parts) {
    if (parts.size() < MANY_TEXTS) {
      return Expr.seq(parts.toArray(NO_ARGS));
    }
    List<Expr> joined = new ArrayList<>();
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (Expr p : parts) {
      byte[] more = onlyText(p);
      if (more != null) {
        text.writeBytes(more);
        continue;
      }
      joined.add(Expr.literal(text.toByteArray()));
      joined.add(p);
      text.reset();
    }
    joined.add(Expr.literal(text.toByteArray()));
    return Expr.seq(joined.toArray(NO_ARGS));
  }

  /** See {@link Expr#alternatives}. */
  static Expr alternatives(List<Expr> parts) {
    List<byte[]> texts = new ArrayList<>();
    List<Expr> others = new ArrayList<>();
    for (Expr p : parts.size() < MANY_TEXTS ? List.<Expr>of() : parts) {
      byte[] text = onlyText(p);
      if (text == null) {
        others.add(p);
      } else {
        texts.add(text);
      }
    }
    if (texts.size() < MANY_TEXTS) {
      return or(parts);
    }
    others.add(Expr.oneOf(texts));
    return or(others);
  }

  // What a literal of few bytes was made of; null for all else.
  private static byte @Nullable [] onlyText(Expr literal) {
    byte[] text = new byte[Expr.LONG_LITERAL];
    int n = 0;
    Expr e = literal;
    for (; e.kind() == Expr.Kind.SEQ && n < text.length - 1; e = e.args()[1]) {
      if (e.args()[0].set().size() != 1) {
        return null;
      }
      text[n++] = (byte) e.args()[0].set().next(0);
    }
    if (e.set().size() == 1) {
      text[n++] = (byte) e.set().next(0);
    } else if (e != Expr.EMPTY) {
      return null;
    }
    return Arrays.copyOf(text, n);
  }

  /** See {@link Expr#and}. */
  static Expr and(Expr... parts) {
    List<Expr> flat = new ArrayList<>();
    for (Expr p : flatten(Expr.Kind.AND, Arrays.asList(parts))) {
      if (p == Expr.NONE) {
        return Expr.NONE;
      }
      if (p != Expr.ALL) {
        flat.add(p);
      }
    }
    if (flat.contains(Expr.EMPTY)) {
      return Expr.any(flat.toArray(NO_ARGS), false) ? Expr.NONE : Expr.EMPTY;
    }
    for (Expr part : flat.toArray(NO_ARGS)) {
      Expr text = part.kind() == Expr.Kind.NOT ? part.args()[0] : part;
      int state = WellFormed.stateOf(text);
      if (state >= 0 && flat.stream().anyMatch(p -> p != part && WellFormed.is(p, state))) {
        if (text != part) {
          return Expr.NONE;
        }
        flat.remove(part);
      }
    }
    for (Expr part : flat) {
      if (part.kind() == Expr.Kind.TRIE && part.to() - part.from() <= FEW_TEXTS) {
        return filtered(part, flat);
      }
    }
    Bounds.mergeLengths(flat);
    return flat.contains(Expr.NONE) ? Expr.NONE : normal(Expr.Kind.AND, flat, Expr.ALL);
  }

  // Of few texts, those that all the others hold; so no intersection is left.
  private static Expr filtered(Expr texts, List<Expr> others) {
    List<byte[]> all = Objects.requireNonNull(texts.listed());
    List<byte[]> kept = new ArrayList<>();
    for (byte[] text : all) {
      boolean everywhere = true;
      for (Expr other : others) {
        everywhere = everywhere && (other == texts || holds(other, text));
      }
      if (everywhere) {
        kept.add(text);
      }
    }
    return kept.size() == all.size() ? texts : Expr.oneOf(kept);
  }

  // As matches, without the states of what is put together.
  private static boolean holds(Expr e, byte[] text) {
    return switch (e.kind()) {
      case NOT -> !holds(e.args()[0], text);
      case AND, OR -> {
        boolean all = e.kind() == Expr.Kind.AND;
        for (Expr a : e.args()) {
          if (holds(a, text) != all) {
            yield !all;
          }
        }
        yield all;
      }
      case TRIE ->
          Objects.requireNonNull(e.listed()).stream().anyMatch(t -> Arrays.equals(t, text));
      default -> e.matches(text);
    };
  }

  private static List<Expr> flatten(Expr.Kind kind, Collection<Expr> parts) {
    List<Expr> flat = new ArrayList<>(parts.size());
    for (Expr p : parts) {
      if (p.kind() == kind) {
        flat.addAll(Arrays.asList(p.args()));
      } else {
        flat.add(p);
      }
    }
    return flat;
  }

  // Sorts by hash and drops duplicates; different arguments of equal hash keep their given order,
  // which at worst makes two objects of one language.
  private static Expr normal(Expr.Kind kind, List<Expr> parts, Expr unit) {
    Expr[] a = parts.toArray(NO_ARGS);
    WorkBudget.check(a.length * (Integer.SIZE - Integer.numberOfLeadingZeros(a.length)));
    sortByHash(a);
    int n = 0;
    for (int i = 0; i < a.length; i++) {
      boolean known = false;
      for (int j = n - 1; j >= 0 && a[j].hashCode() == a[i].hashCode(); j--) {
        known |= a[j] == a[i];
      }
      if (!known) {
        a[n++] = a[i];
      }
    }
    if (n == 0) {
      return unit;
    }
    return n == 1 ? a[0] : Expr.make(kind, ByteSet.NONE, Arrays.copyOf(a, n), 0, 0);
  }

  private static void sortByHash(Expr[] a) {
    if (a.length <= FEW) {
      Arrays.sort(a, (x, y) -> Integer.compare(x.hashCode(), y.hashCode()));
      return;
    }
    long[] keys = new long[a.length]; // hash and place, which is much quicker for very many
    for (int i = 0; i < a.length; i++) {
      keys[i] = ((long) a[i].hashCode() << 32) | i;
    }
    Arrays.sort(keys);
    Expr[] given = a.clone();
    for (int i = 0; i < a.length; i++) {
      a[i] = given[(int) keys[i]];
    }
  }
}
