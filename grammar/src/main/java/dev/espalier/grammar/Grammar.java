package dev.espalier.grammar;

import dev.espalier.CompiledConstraint;
import dev.espalier.Constraint;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.cfg.CompiledGrammar;
import dev.espalier.grammar.cfg.GbnfParser;
import dev.espalier.grammar.cfg.Rules;
import dev.espalier.grammar.lark.LarkGrammar;

/**
 * The texts that a context-free grammar derives. Any grammar will do: ambiguous ones,
 * left-recursive ones, rules that derive nothing. There are no tokens between characters and rules:
 * a text is in the language if some derivation exists, and every mask is exact.
 */
public final class Grammar implements Constraint {
  private final Rules rules;

  private Grammar(Rules rules) {
    this.rules = rules;
  }

  /**
   * A grammar in llama.cpp's GBNF; texts derive from the rule {@code root}. Literals, character
   * classes, {@code .}, groups, {@code * + ? {m,n}}, all escapes, comments, tokens of the
   * vocabulary by name or number.
   *
   * @throws GrammarSyntaxException with line, column and what was expected there
   */
  public static Grammar gbnf(String source) {
    return new Grammar(Rules.ofCharacters(GbnfParser.parse(source), "root"));
  }

  /**
   * A grammar in Lark's language, as llguidance reads it; texts derive from the rule {@code start}.
   * Between characters and rules stands a lexer: all terminals that may come are read at once, as
   * long as any of them goes on, and those that match then count.
   *
   * @throws GrammarSyntaxException with line, column and what was expected there; also for what is
   *     not supported
   */
  public static Grammar lark(String source) {
    return new Grammar(LarkGrammar.parse(source));
  }

  @Override
  public CompiledConstraint compile(Vocabulary vocabulary) {
    return CompiledGrammar.of(rules, vocabulary);
  }

  @Override
  public String toString() {
    return "Grammar of " + rules.rules().size() + " rules";
  }
}
