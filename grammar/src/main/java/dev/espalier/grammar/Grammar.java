package dev.espalier.grammar;

import dev.espalier.CompiledConstraint;
import dev.espalier.Constraint;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.cfg.CompiledGrammar;
import dev.espalier.grammar.cfg.GbnfParser;
import dev.espalier.grammar.cfg.Syntax;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The texts that a context-free grammar derives. Any grammar will do: ambiguous ones,
 * left-recursive ones, rules that derive nothing. There are no tokens between characters and rules:
 * a text is in the language if some derivation exists, and every mask is exact.
 */
public final class Grammar implements Constraint {
  private static final String ROOT = "root";

  private final Map<String, Syntax> rules;

  private Grammar(Map<String, Syntax> rules) {
    this.rules = Collections.unmodifiableMap(new LinkedHashMap<>(rules));
  }

  /**
   * A grammar in llama.cpp's GBNF; texts derive from the rule {@code root}. Literals, character
   * classes, {@code .}, groups, {@code * + ? {m,n}}, all escapes, comments; references to tokens by
   * id or name are refused.
   *
   * @throws GrammarSyntaxException with line, column and what was expected there
   */
  public static Grammar gbnf(String source) {
    return new Grammar(GbnfParser.parse(source));
  }

  @Override
  public CompiledConstraint compile(Vocabulary vocabulary) {
    return CompiledGrammar.of(rules, ROOT, vocabulary);
  }

  @Override
  public String toString() {
    return "Grammar of " + rules.size() + " rules";
  }
}
