package dev.espalier.grammar.schema;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An open object or array, or the place of the whole value: what is still owed, and what its own
 * container wants to know. Immutable and hash-consed by its {@link Machine}.
 */
final class Frame {
  enum Kind {
    ROOT,
    OBJECT,
    ARRAY
  }

  final Kind kind;
  final Formula owed; // may speak about the pending value
  final List<Formula> sides; // side verdicts of the container above, in its order
  final List<Formula> pending; // verdicts of the value being read that `owed` or a side needs
  final @Nullable KeySpace space; // objects only
  final Gone gone; // listed names that can come no more
  final Set<String> used; // other names that came
  final @Nullable Frame parent;
  final int depth; // 0 for the root
  private final boolean remembers;
  final int hash; // of what makes two frames one
  private volatile @Nullable List<byte[]> usedBytes;
  @Nullable NextKeys next; // made on first use, under the machine's lock

  Frame(
      Kind kind,
      Formula owed,
      List<Formula> sides,
      List<Formula> pending,
      @Nullable KeySpace space,
      Gone gone,
      Set<String> used,
      @Nullable Frame parent) {
    this.kind = kind;
    this.owed = owed;
    this.sides = sides;
    this.pending = pending;
    this.space = space;
    this.gone = gone;
    this.used = used;
    this.parent = parent;
    remembers = owed.remembers || remember(sides);
    depth = parent == null ? 0 : parent.depth + 1;
    int h = Unique.mixed(kind.hashCode(), owed.id);
    h = Unique.mixed(Unique.mixed(h, sides.hashCode()), pending.hashCode());
    h = Unique.mixed(Unique.mixed(h, used.hashCode()), gone.hashCode());
    hash = Unique.mixed(h, parent == null ? 0 : parent.hash);
  }

  private static boolean remember(List<Formula> sides) {
    for (int i = 0; i < sides.size(); i++) {
      if (sides.get(i).remembers) {
        return true;
      }
    }
    return false;
  }

  KeySpace keys() {
    return Objects.requireNonNull(space);
  }

  /** Whether what is owed depends on the whole values of items or members. */
  boolean remembers() {
    return remembers;
  }

  Frame container() {
    return Objects.requireNonNull(parent);
  }

  /** The names in {@link #used} as UTF-8, each with the quote at its end. */
  List<byte[]> usedBytes() {
    List<byte[]> known = usedBytes;
    if (known == null) {
      known = used.stream().map(n -> (n + '"').getBytes(StandardCharsets.UTF_8)).toList();
      usedBytes = known;
    }
    return known;
  }

  /** The same place with other debts. */
  Frame with(Formula newOwed, List<Formula> newSides, List<Formula> newPending, Gone newGone) {
    return new Frame(kind, newOwed, newSides, newPending, space, newGone, used, parent);
  }

  /** The same place after another name that is not listed. */
  Frame withUsed(String name) {
    Set<String> more = new HashSet<>(used);
    more.add(name);
    return new Frame(
        kind, owed, sides, pending, space, gone, Collections.unmodifiableSet(more), parent);
  }

  // Parents and formulas are hash-consed before, so they compare by identity.
  static boolean same(Frame x, Frame y) {
    return x.kind == y.kind
        && x.owed == y.owed
        && x.parent == y.parent
        && Objects.equals(x.space, y.space)
        && x.sides.equals(y.sides)
        && x.pending.equals(y.pending)
        && x.used.equals(y.used)
        && x.gone.equals(y.gone);
  }
}
