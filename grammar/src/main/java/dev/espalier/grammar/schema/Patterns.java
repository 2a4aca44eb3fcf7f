package dev.espalier.grammar.schema;

import dev.espalier.BudgetExceededException;
import dev.espalier.EspalierException;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import dev.espalier.grammar.regex.RegexParser;
import dev.espalier.grammar.token.TokenTables;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The languages of a schema's patterns, each read once; those of usual length once for all schemas
 * over a vocabulary, while one of them is in use. Mutable, used under the machine's lock.
 */
final class Patterns {
  private static final int LONGEST = 1_000_000; // characters
  private static final int LONGEST_SHARED = 1_000; // what is remembered holds the text itself

  private record Key(String pattern) {}

  private static final class Shared {
    private WeakReference<Expr> language = new WeakReference<>(null);

    synchronized Expr of(String pattern) {
      Expr known = language.get();
      if (known == null) {
        known = read(pattern);
        language = new WeakReference<>(known);
      }
      return known;
    }
  }

  private final @Nullable TokenTables tables;
  private final Map<String, Expr> known = new HashMap<>(4);
  private final Map<String, EspalierException> unreadable = new HashMap<>(2);

  /**
   * @param tables where languages are shared, null for nowhere
   */
  Patterns(@Nullable TokenTables tables) {
    this.tables = tables;
  }

  /**
   * The texts in which a pattern is found.
   *
   * @throws EspalierException if it is no regular expression, or one too large
   */
  Expr language(String pattern) {
    Expr language = known.get(pattern);
    return language == null ? find(pattern) : language;
  }

  private Expr find(String pattern) {
    EspalierException before = unreadable.get(pattern);
    if (before != null) {
      throw before;
    }
    try {
      Expr language =
          tables != null && pattern.length() <= LONGEST_SHARED
              ? tables.cached(new Key(pattern), t -> new Shared()).of(pattern)
              : read(pattern);
      known.put(pattern, language);
      return language;
    } catch (EspalierException e) {
      unreadable.put(pattern, e); // finding that out may have taken long
      throw e;
    }
  }

  private static Expr read(String pattern) {
    if (pattern.length() > LONGEST) {
      throw new BudgetExceededException("pattern", LONGEST, "the pattern has too many characters");
    }
    return Expr.and(Utf8.TEXT, RegexParser.search(pattern));
  }
}
