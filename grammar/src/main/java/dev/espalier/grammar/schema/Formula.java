package dev.espalier.grammar.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A boolean formula over assertions. Made and shared by {@link Formulas}: equal formulas of one
 * store are one object. Immutable but for what the store notes on it.
 */
final class Formula {
  enum Kind {
    FALSE,
    TRUE,
    ATOM,
    NOT, // of an atom or a ONE
    AND,
    OR,
    ONE // exactly one holds
  }

  final Kind kind;
  final @Nullable Atom atom;
  final List<Formula> parts;
  final int id; // order of creation, for a normal form
  final boolean hasVerdicts; // speaks about the value being read
  final boolean hasResiduals; // speaks about what comes after it
  final boolean remembers; // depends on whole values
  final int hash; // of what makes two formulas one
  @Nullable Formula negation; // found by Formulas on first use

  Formula(Kind kind, @Nullable Atom atom, List<Formula> parts, int id) {
    this.kind = kind;
    this.atom = atom;
    this.parts = parts;
    this.id = id;
    boolean verdicts = atom instanceof Atom.Verdict;
    boolean residuals = atom != null && !verdicts;
    boolean memory = atom != null && atom.remembers();
    int h = Unique.mixed(kind.hashCode(), Objects.hashCode(atom));
    for (Formula p : parts) {
      h = Unique.mixed(h, p.id);
      verdicts |= p.hasVerdicts;
      residuals |= p.hasResiduals;
      memory |= p.remembers;
    }
    hasVerdicts = verdicts;
    hasResiduals = residuals;
    remembers = memory;
    hash = h;
  }

  // Parts are shared, so they compare by identity; half of all time went into comparing them
  // deeply.
  static boolean same(Formula x, Formula y) {
    return x.kind == y.kind && x.parts.equals(y.parts) && Objects.equals(x.atom, y.atom);
  }

  boolean isTrue() {
    return kind == Kind.TRUE;
  }

  boolean isFalse() {
    return kind == Kind.FALSE;
  }

  /** The atom of a literal, negated or not; null for anything else. */
  @Nullable Atom literal() {
    return kind == Kind.NOT ? parts.get(0).atom : atom;
  }

  boolean isNegated() {
    return kind == Kind.NOT;
  }

  /** What must hold together: the parts of a conjunction, nothing for TRUE, else itself. */
  List<Formula> conjuncts() {
    return switch (kind) {
      case AND -> parts;
      case TRUE -> List.of();
      default -> List.of(this);
    };
  }

  /** Of what must hold together, what speaks about the value being read. */
  List<Formula> asked() {
    return conjuncts(true);
  }

  /** Of what must hold together, what speaks only about what comes after that value. */
  List<Formula> remaining() {
    return conjuncts(false);
  }

  private List<Formula> conjuncts(boolean ofTheValue) {
    List<Formula> out = new ArrayList<>();
    for (Formula part : conjuncts()) {
      if (part.hasVerdicts == ofTheValue) {
        out.add(part);
      }
    }
    return out;
  }

  /** Adds every atom, each once, in a fixed order. */
  void collectAtoms(Set<Atom> out) {
    if (atom != null) {
      out.add(atom);
    }
    for (Formula p : parts) {
      p.collectAtoms(out);
    }
  }

  @Override
  public String toString() {
    List<String> shown = new ArrayList<>();
    for (Formula p : parts) {
      shown.add(p.toString());
    }
    return switch (kind) {
      case FALSE, TRUE -> kind.name().toLowerCase(java.util.Locale.ROOT);
      case ATOM -> String.valueOf(atom);
      case NOT -> "!" + shown.get(0);
      case AND -> "(" + String.join(" & ", shown) + ")";
      case OR -> "(" + String.join(" | ", shown) + ")";
      case ONE -> "one(" + String.join(", ", shown) + ")";
    };
  }
}
