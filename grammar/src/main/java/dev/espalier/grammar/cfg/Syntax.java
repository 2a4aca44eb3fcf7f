package dev.espalier.grammar.cfg;

import dev.espalier.Constraint;
import dev.espalier.grammar.automaton.Expr;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The right-hand side of a rule, as a front end reads it. */
public sealed interface Syntax {
  /**
   * A regular language.
   *
   * @param lazy whether, where the grammar is read through a lexer, it ends as soon as it can
   */
  record Regular(Expr expr, String name, boolean lazy) implements Syntax {
    /** One that is as long as it can be. */
    public Regular(Expr expr, String name) {
      this(expr, name, false);
    }
  }

  /** The same texts, remembered under a name. */
  record Capture(String name, Syntax body) implements Syntax {}

  /**
   * A terminal that is captured without its end.
   *
   * @param whole all of it
   * @param body what comes before the end
   * @param suffix the end
   * @param name for the body; null for none
   * @param suffixName for the end; null for none
   * @param hidden whether captures around it are without its end, too
   */
  record Suffixed(
      Syntax whole,
      Expr body,
      Expr suffix,
      @Nullable String name,
      @Nullable String suffixName,
      boolean hidden)
      implements Syntax {}

  /** A whole constraint, which is read as it reads itself. */
  record Embedded(Constraint constraint, String name) implements Syntax {}

  /** One token of the vocabulary, whatever its bytes are. */
  record Tokens(TokenPattern pattern) implements Syntax {}

  /** A rule by its name. */
  record Reference(String rule) implements Syntax {}

  /** One after another. */
  record Sequence(List<Syntax> parts) implements Syntax {
    /** Copies the list. */
    public Sequence {
      parts = List.copyOf(parts);
    }
  }

  /** One of several. */
  record Either(List<Syntax> options) implements Syntax {
    /** Copies the list. */
    public Either {
      options = List.copyOf(options);
    }
  }

  /** Between {@code min} and {@code max} times, {@link Expr#UNBOUNDED} for no limit. */
  record Repeat(Syntax body, int min, int max) implements Syntax {}
}
