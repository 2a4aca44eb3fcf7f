package dev.espalier.grammar.automaton;

import org.jspecify.annotations.Nullable;

/** A language's name. Equal by name; the right side comes later, and may hold the name itself. */
final class Equation {
  final String name;
  volatile @Nullable Expr right;

  Equation(String name) {
    this.name = name;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Equation e && e.name.equals(name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }
}
