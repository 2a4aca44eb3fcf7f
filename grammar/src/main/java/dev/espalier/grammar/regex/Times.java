package dev.espalier.grammar.regex;

import dev.espalier.grammar.automaton.Expr;
import org.jspecify.annotations.Nullable;

/**
 * How often something is repeated.
 *
 * @param min 0 or more
 * @param max {@link Expr#UNBOUNDED} for no limit
 */
public record Times(int min, int max) {
  /**
   * Reads {@code *}, {@code +} or {@code ?}; null, and nothing read, if none of them comes next.
   */
  public static @Nullable Times sign(Cursor in) {
    if (in.skip("*")) {
      return new Times(0, Expr.UNBOUNDED);
    }
    if (in.skip("+")) {
      return new Times(1, Expr.UNBOUNDED);
    }
    return in.skip("?") ? new Times(0, 1) : null;
  }
}
