package dev.espalier.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement of a template; {@code at} is its offset in the source. */
sealed interface Stmt {
  /** Offset in the source. */
  int at();

  /** Text written as it is. */
  record Data(int at, String text) implements Stmt {}

  /** {@code {{ expression }}}. */
  record Output(int at, Expr value) implements Stmt {}

  record If(int at, Expr condition, List<Stmt> yes, List<Stmt> no) implements Stmt {}

  record For(
      int at,
      Target target,
      Expr items,
      @Nullable Expr filter,
      List<Stmt> body,
      List<Stmt> otherwise)
      implements Stmt {}

  record Set(int at, Target target, Expr value) implements Stmt {}

  /** {@code {% set x | filter %}...{% endset %}}. */
  record SetBlock(int at, Target target, List<Stmt> body, @Nullable Expr filtered)
      implements Stmt {}

  /** {@code {% with a = 1 %}...{% endwith %}}. */
  record With(int at, List<Target> targets, List<Expr> values, List<Stmt> body) implements Stmt {}

  record Macro(int at, String name, List<Parameter> parameters, List<Stmt> body) implements Stmt {}

  /** {@code {% call(x) macro() %}...{% endcall %}}. */
  record CallBlock(int at, Expr.Call call, List<Parameter> parameters, List<Stmt> body)
      implements Stmt {}

  /** {@code {% filter name %}...{% endfilter %}}. */
  record FilterBlock(int at, Expr filtered, List<Stmt> body) implements Stmt {}

  record Break(int at) implements Stmt {}

  record Continue(int at) implements Stmt {}

  /** What an assignment assigns to. */
  sealed interface Target {}

  record NameTarget(String name) implements Target {}

  /** {@code namespace.attribute}. */
  record NamespaceTarget(int at, String namespace, String attribute) implements Target {}

  record TupleTarget(List<Target> parts) implements Target {}

  record Parameter(String name, @Nullable Expr otherwise) {}
}
