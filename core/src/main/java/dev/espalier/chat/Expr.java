package dev.espalier.chat;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An expression of a template; {@code at} is its offset in the source. */
sealed interface Expr {
  /** Offset in the source. */
  int at();

  record Constant(int at, Object value) implements Expr {}

  record Name(int at, String name) implements Expr {}

  record ListOf(int at, List<Expr> items) implements Expr {}

  record TupleOf(int at, List<Expr> items) implements Expr {}

  record DictOf(int at, List<Expr> keys, List<Expr> values) implements Expr {}

  /** {@code object.name}. */
  record Attribute(int at, Expr object, String name) implements Expr {}

  /** {@code object[key]}. */
  record Item(int at, Expr object, Expr key) implements Expr {}

  /** {@code object[from:to:step]}. */
  record Slice(int at, Expr object, @Nullable Expr from, @Nullable Expr to, @Nullable Expr step)
      implements Expr {}

  record Call(int at, Expr callee, Arguments arguments) implements Expr {}

  record Filter(int at, Expr operand, String name, Arguments arguments) implements Expr {}

  record Test(int at, Expr operand, String name, Arguments arguments) implements Expr {}

  /** {@code -} or {@code +}. */
  record Sign(int at, char sign, Expr operand) implements Expr {}

  record Not(int at, Expr operand) implements Expr {}

  record And(int at, Expr left, Expr right) implements Expr {}

  record Or(int at, Expr left, Expr right) implements Expr {}

  /** {@code + - * / // % **}. */
  record Arithmetic(int at, String operator, Expr left, Expr right) implements Expr {}

  /** {@code a ~ b ~ c}. */
  record Concat(int at, List<Expr> parts) implements Expr {}

  /** {@code a < b <= c}: every neighbouring pair compares. */
  record Compare(int at, Expr first, List<String> operators, List<Expr> others) implements Expr {}

  /** {@code yes if condition else no}; undefined without an else. */
  record Conditional(int at, Expr condition, Expr yes, @Nullable Expr no) implements Expr {}

  /**
   * Arguments of a call.
   *
   * @param positional in order
   * @param named by name, in order
   */
  record Arguments(List<Expr> positional, Map<String, Expr> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());
  }
}
