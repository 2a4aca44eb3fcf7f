package dev.espalier.grammar.cfg;

import dev.espalier.grammar.automaton.Expr;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A grammar as a front end reads it. Immutable.
 *
 * @param rules every rule that is referred to, by name
 * @param root the rule that the whole text derives from
 * @param ignored null if rules are made of characters and any derivation counts. Otherwise a lexer
 *     stands between: every {@link Syntax.Regular} is a terminal, all those that may come are read
 *     at once, and they end where none of them goes on; texts of this language may stand between
 *     terminals and are ignored ({@link Expr#NONE} for none)
 */
public record Rules(Map<String, Syntax> rules, String root, @Nullable Expr ignored) {
  /** Copies the map, keeping its order. */
  public Rules {
    rules = Collections.unmodifiableMap(new LinkedHashMap<>(rules));
  }

  /** A grammar over characters. */
  public static Rules ofCharacters(Map<String, Syntax> rules, String root) {
    return new Rules(rules, root, null);
  }
}
