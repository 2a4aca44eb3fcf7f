package dev.espalier.grammar;

import dev.espalier.CompiledConstraint;
import dev.espalier.Constraint;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Exactly one of some texts. Thousands are fine: they become a trie with shared ends, in time
 * linear in their length.
 */
public final class Choice implements Constraint {
  private final int count;
  private final Expr language;
  private final CompiledOnce compiled = new CompiledOnce();

  private Choice(Collection<String> texts) {
    count = texts.size();
    if (count == 0) {
      throw new IllegalArgumentException("a choice needs at least one text");
    }
    List<byte[]> bytes =
        texts.stream().map(t -> Utf8.wellFormed(t).getBytes(StandardCharsets.UTF_8)).toList();
    language = Expr.oneOf(bytes);
  }

  /** One of these texts; duplicates count once. */
  public static Choice of(Collection<String> texts) {
    return new Choice(texts);
  }

  /** One of these texts. */
  public static Choice of(String... texts) {
    return new Choice(Arrays.asList(texts));
  }

  @Override
  public CompiledConstraint compile(Vocabulary vocabulary) {
    return compiled.get(
        vocabulary,
        v -> new CompiledLexeme(language, v, "the choice", Budgets.DEFAULT, Duration.ZERO));
  }

  @Override
  public String toString() {
    return "Choice of " + count + " texts";
  }
}
